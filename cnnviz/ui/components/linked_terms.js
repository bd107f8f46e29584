// The sum behind one output cell: what it is made of, and how it is printed term by term.

const inputAt = (state, channel, cell) => {
  const { data, input } = state
  if (isOutside(data, cell)) return 0
  const [row, column] = inImage(data, cell)
  return input[(channel * data.size[0] + row) * data.size[1] + column]
}

const weightAt = ({ data, weight }, channel, [i, j]) =>
  weight[(channel * data.kernel[0] + i) * data.kernel[1] + j]

const outputAt = (values, { output }, [row, column]) => values[row * output[1] + column]

// Products of all channels, channel by channel; the printed ones add up to the printed total.
const computeSum = (state) => {
  const { data, unit, home } = state
  const weights = weightsOf(data)
  state.products = data.names.map((_, channel) =>
    weights.map((w) => inputAt(state, channel, metIn(data, home, w)) * weightAt(state, channel, w))
  )
  const total = outputAt(state.before, data, home)
  const units = inUnits(state.products.flat(), state.bias ?? 0, total, unit)
  const channels = units && state.products.map((terms, channel) =>
    units.products
      .slice(channel * terms.length, (channel + 1) * terms.length)
      .reduce((sum, term) => sum + term, 0)
  )
  state.sum = { units, unit, channels }
}

const productText = (state, channel, [i, j], sign = '') => {
  const place = i * state.data.kernel[1] + j
  const { units, unit } = state.sum
  if (!units || !state.products[channel][place]) return exact(state.products[channel][place])
  return printed(units.products[channel * state.products[0].length + place], unit, sign)
}

const factor = (state, value) => (state.unit.exact ? exact(value) : short(value))

// The letters of the longest "value × weight", so that nothing moves from cell to cell.
const longestFactors = (state) => {
  const longest = (values) => values.reduce((most, v) => Math.max(most, factor(state, v).length), 1)
  return longest(state.input) + longest(state.weight) + 3
}

const afterText = (state, cell) => {
  const value = outputAt(state.after, state.data, cell)
  const units = scaled(value, state.unit)
  if (state.unit.exact && Math.abs(units - Math.round(units)) > 1e-6) return short(value)
  return Number.isFinite(units) ? printed(Math.round(units), state.unit) : exact(value)
}

// --- on the page --------------------------------------------------------------------------------

const buildTerms = (state) => {
  const { data, list } = state
  list.replaceChildren()
  list.style.setProperty('--kernel-columns', data.kernel[1])
  state.chips = new Map(
    data.shown.map((channel) => {
      const block = make('div', 'block', list)
      if (several(state)) make('div', 'name', block, channelName(state, channel))
      const grid = make('div', 'chips', block)
      return [channel, weightsOf(data).map((cell) => newChip(state, grid, channel, cell))]
    })
  )
}

const newChip = (state, grid, channel, cell) => {
  const chip = make('div', 'chip', grid)
  const factors = make('span', 'factors', chip)
  const product = make('span', 'product', chip)
  chip.onpointerenter = () => look(state, { part: 'products', channel, cell })
  chip.onpointerleave = () => look(state, null)
  return { chip, factors, product }
}

const drawTerms = (state, focus) => {
  const { data } = state
  for (const [channel, chips] of state.chips)
    weightsOf(data).forEach((cell, place) => {
      const { chip, factors, product } = chips[place]
      const value = inputAt(state, channel, metIn(data, state.home, cell))
      const weight = weightAt(state, channel, cell)
      write(factors, `${factor(state, value)} × ${factor(state, weight)}`)
      write(product, productText(state, channel, cell, '+'))
      chip.classList.toggle('nothing', !state.products[channel][place])
      chip.classList.toggle('lit', isProduct(focus, channel, cell))
    })
  drawTotal(state)
}

const isProduct = (focus, channel, [i, j]) =>
  (focus.part === 'products' || focus.part === 'kernel') &&
  focus.channel === channel &&
  focus.cell[0] === i &&
  focus.cell[1] === j

const sumName = (state, channel) => (several(state) ? channelName(state, channel) : 'products')

// Channel sums, bias, total, and what the activation makes of it.
const drawTotal = (state) => {
  const { data, total, sum, home } = state
  const { units, unit } = sum
  const parts = []
  if (!units) parts.push(['whole', 'the engine gives', exact(outputAt(state.before, data, home))])
  else {
    sum.channels.forEach((one, channel) =>
      parts.push(['part', sumName(state, channel), printed(one, unit, '+')])
    )
    if (state.bias !== null) parts.push(['part', 'bias', printed(units.bias, unit, '+')])
    parts.push(['whole', 'together', `= ${printed(units.total, unit)}`])
  }
  if (data.activation) parts.push(['after', data.activation, `→ ${afterText(state, home)}`])
  while (total.children.length > parts.length) total.lastChild.remove()
  parts.forEach(([kind, name, text], i) => {
    const item = total.children[i] || make('div', '', total)
    if (!item.children.length) [make('span', 'name', item), make('span', 'number', item)]
    item.className = kind
    write(item.children[0], name)
    write(item.children[1], text)
  })
}
