// Sums that add up: every printed term is a whole number of units of 10^-places.

const PLACES = 3
const MOST_PLACES = 4

// The fewest decimals that write all these numbers exactly; Infinity where they need too many.
const placesOf = (numbers) => {
  const stored = numbers instanceof Float32Array ? Math.fround : (number) => number
  let places = 0
  for (const number of numbers)
    while (stored(Number(number.toFixed(places))) !== number)
      if (++places > MOST_PLACES) return Infinity
  return places
}

const largest = (numbers) => numbers.reduce((most, n) => Math.max(most, Math.abs(n) || 0), 0)

// In what unit the products of a picture are printed: exactly where few decimals do.
const unitOf = (input, weight, bias) => {
  const places = Math.max(placesOf(input) + placesOf(weight), placesOf([bias]))
  if (places <= MOST_PLACES) return { places, exact: true }
  const order = Math.floor(Math.log10(largest(input) * largest(weight) || Math.abs(bias) || 1))
  const small = order < -1 ? -1 - order : 0
  const large = order > 5 ? order : 0
  return { places: PLACES + small - large, exact: false }
}

const scaled = (number, { places }) =>
  places < 0 ? number / 10 ** -places : number * 10 ** places

// Whole numbers near these terms that add up to the total: all are rounded down, and those that
// lose most by it get a unit more (the method of the largest remainder).
const apportion = (terms, total) => {
  const whole = terms.map(Math.floor)
  const missing = whole.reduce((rest, n) => rest - n, total)
  const each = Math.floor(missing / terms.length)
  const more = missing - each * terms.length
  const order = terms.map((_, i) => i).sort((a, b) => terms[b] - whole[b] - (terms[a] - whole[a]))
  order.forEach((i, rank) => (whole[i] += each + (rank < more ? 1 : 0)))
  return whole
}

// The products, the bias and the total in units; null where a number is none or too large.
const inUnits = (products, bias, total, unit) => {
  const terms = [...products, bias].map((term) => scaled(term, unit))
  const sum = Math.round(scaled(total, unit))
  if (![...terms, sum].every(Number.isFinite)) return null
  const whole = apportion(terms, sum)
  return { products: whole.slice(0, -1), bias: whole.at(-1), total: sum }
}

const printed = (units, { places, exact }, sign = '') => {
  const size = Math.abs(units)
  const text =
    places < 0 || places > 9 ? `${size}e${-places}` : (size / 10 ** places).toFixed(places)
  const short = exact && places > 0 ? text.replace(/\.?0+$/, '') : text
  return (units < 0 ? '−' : sign) + short.replaceAll('-', '−')
}
