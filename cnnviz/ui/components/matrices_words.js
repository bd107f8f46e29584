// What a cell is, in a sentence, and the sum that it is.

const MANY = 30 // products, above which those that are zero are only counted

const times = (count) => (count === 1 ? 'once' : count ? `${count} times` : 'nowhere')

const sentence = (state, { panel, index }) => {
  const said = `${panel.title} · ${nameOf(panel, index)}: ${exact(panel.values[index])}.`
  if (!panel.copies) return said
  const count = cellsOf(state.panels[panel.copiesOn], panel.tags[index]).length
  return `${said} ${panel.copies.replaceAll('#', times(count))}`
}

// What a cell is the sum of, rounded so that what is printed adds up; null where it is no sum.
const terms = (state, { panel, index }) => {
  if (panel.sums) return entries(state, panel, index)
  const target = twin(state, panel, index) || { panel, index }
  if (!state.product || target.panel !== state.product[2]) return null
  const [left, right, result] = state.product
  const [, i, j] = place(result, target.index)
  const met = column(right, j).map((at) => right.values[at])
  const weights = row(left, i).map((at) => left.values[at])
  const factor = state.unit.exact ? exact : short
  const parts = met.map((value, k) => ({
    of: `${factor(value)} × ${factor(weights[k])}`,
    value: value * weights[k],
  }))
  return { parts, total: result.values[target.index], unit: state.unit }
}

const entries = (state, panel, index) => {
  const from = state.panels[panel.copiesOn]
  const cells = [...cellsOf(from, panel.tags[index])]
  const values = Float32Array.from(cells, (cell) => from.values[cell])
  const parts = cells.map((cell, i) => ({
    of: from.columnNames[cell % from.columns],
    value: values[i],
  }))
  return { parts, total: panel.values[index], unit: unitOf(values, Float32Array.of(1), 0) }
}

const writeTerms = (state, found) => {
  const { sum } = state
  sum.replaceChildren()
  if (!found || !found.parts.length) return
  const { parts, total, unit } = found
  const units = inUnits(parts.map((part) => part.value), 0, total, unit)
  const all = parts.map((part, i) => ({ ...part, made: units ? printed(units.products[i], unit) : exact(part.value) }))
  const told = all.length > MANY ? all.filter((part) => part.value) : all
  told.forEach((part, i) => writeTerm(sum, part, i > 0))
  const zeros = all.length - told.length
  if (zeros) writeTerm(sum, { of: times(zeros), made: '0', value: 0 }, told.length > 0)
  make('span', 'sign', sum, '=')
  make('span', 'total', sum, units ? printed(units.total, unit) : exact(total)).title = exact(total)
}

const writeTerm = (sum, { of, made, value }, more) => {
  if (more) make('span', 'sign', sum, '+')
  const term = make('span', value ? 'term' : 'term none', sum)
  make('span', 'factors', term, of)
  make('span', 'made', term, made)
}
