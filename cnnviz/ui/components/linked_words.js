// What is shown, in sentences: for the line beneath the picture and for screen readers.

const count = (n, word) => `${n} ${word}${n === 1 ? '' : 's'}`

const at = ([row, column]) => `row ${minus(row)}, column ${minus(column)}`

// A cell of the padded input as one of the image: padding before it has negative rows or columns.
const inImage = ({ pads }, [row, column]) => [row - pads[0][0], column - pads[1][0]]

const isOutside = (shape, cell) => {
  const [row, column] = inImage(shape, cell)
  return row < 0 || column < 0 || row >= shape.size[0] || column >= shape.size[1]
}

const several = ({ data }) => data.names.length > 1
const channelName = ({ data }, channel) => `${data.words.channel} ${data.names[channel]}`
const ofChannel = (state, channel) => (several(state) ? ` of ${channelName(state, channel)}` : '')

const inputWords = (state, channel, cell) => {
  const { data } = state
  const place = `${at(inImage(data, cell))}${ofChannel(state, channel)}`
  if (isOutside(data, cell)) return `The padding at ${place}`
  return `${data.words.input} ${exact(inputAt(state, channel, cell))} at ${place}`
}

const sumWords = (state, { units, unit, channels }) => {
  const products = state.products.flat().length
  if (!units) return `its ${count(products, 'product')} do not add up to a number`
  const print = (one) => printed(one, unit)
  const sums = channels.map(print).join(' + ').replaceAll('+ −', '− ')
  const sign = units.bias < 0 ? 'minus' : 'plus'
  const total = print(units.total - units.bias) + (channels.length > 1 ? ` (${sums})` : '')
  const bias = `, ${sign} the bias ${print(Math.abs(units.bias))} is ${print(units.total)}`
  return `its ${count(products, 'product')} ${products === 1 ? 'is' : 'add up to'} ${total}${state.bias === null ? '' : bias}`
}

const outputWords = (state, cell) => {
  const { data, sum } = state
  const after = data.activation ? `; ${data.activation} makes it ${afterText(state, cell)}` : ''
  return `${data.words.output} at ${at(cell)}: ${sumWords(state, sum)}${after}.`
}

const weightWords = (state, { channel, cell }) => {
  const { data } = state
  const met = outputsOf(data).map((output) => metIn(data, output, cell))
  const outside = met.filter((place) => isOutside(data, place)).length
  const padding = outside ? `, ${outside === met.length ? 'all' : outside} of them padding` : ''
  const weight = exact(weightAt(state, channel, cell))
  return (
    `${data.words.weight} ${weight} at ${at(cell)}${ofChannel(state, channel)} meets ` +
    `${count(met.length, 'cell')}${padding}: one for each output.`
  )
}

const MOST_LISTED = 4

const fedWords = (state, { channel, cell }) => {
  const fed = fedBy(state.data, cell)
  const what = inputWords(state, channel, cell)
  if (!fed.length) return `${what} is met by no window: it feeds no output.`
  const listed = fed
    .slice(0, MOST_LISTED)
    .map(({ output, weight }) => `${at(output)} with ${exact(weightAt(state, channel, weight))}`)
  const rest = fed.length > MOST_LISTED ? `; and ${fed.length - MOST_LISTED} more` : ''
  return `${what} feeds ${count(fed.length, 'output')}: ${listed.join('; ')}${rest}.`
}

const productWords = (state, { channel, cell }) => {
  const { data } = state
  const met = metIn(data, state.home, cell)
  const [value, weight] = [inputAt(state, channel, met), weightAt(state, channel, cell)]
  return (
    `${exact(value)} × ${exact(weight)} = ${productText(state, channel, cell)}: ` +
    `${lower(inputWords(state, channel, met))} times the weight at ${at(cell)}.`
  )
}

const lower = (text) => text[0].toLowerCase() + text.slice(1)

const whose = ({ home }) => ` The products are those of the output at ${at(home)}.`

const sentence = (state, focus) =>
  ({
    output: () => outputWords(state, focus.cell),
    kernel: () => weightWords(state, focus) + whose(state),
    input: () => fedWords(state, focus) + whose(state),
    products: () => productWords(state, focus),
  })[focus.part]()
