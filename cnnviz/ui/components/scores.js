// A table of three scores a class; one sentence beneath it tells how the number in question came about.

const states = new WeakMap()
const HINT = 'Point at a number to read how it comes about; click a class to see its mistakes.'
const COLUMNS = ['Precision', 'Recall', 'F1']
let pressed = Date.now() // counts on from click to click, so that the same class can be chosen again

// Numerator and denominator of each score.
const fractions = ({ hits, predicted, actual }, k) => [
  [hits[k], predicted[k]],
  [hits[k], actual[k]],
  [2 * hits[k], predicted[k] + actual[k]],
]

const percent = ([part, whole]) => (whole ? percentOf(part / whole) : '–')
const many = (count) => `${count.toLocaleString('en')} ${count === 1 ? 'image' : 'images'}`

const sentence = (data, k, column) => {
  const name = data.classes[k]
  const [hits, predicted, actual] = [data.hits[k], data.predicted[k], data.actual[k]]
  const result = percent(fractions(data, k)[column])
  if (column === 0)
    return predicted
      ? `Precision: of ${many(predicted)} taken for ${name}, ${hits} ${hits === 1 ? 'is' : 'are'}: ${hits} / ${predicted} = ${result}.`
      : `Precision: no image was taken for ${name}, so there is nothing to divide by.`
  if (column === 1)
    return actual
      ? `Recall: of ${many(actual)} of ${name}, ${hits} ${hits === 1 ? 'was' : 'were'} recognized: ${hits} / ${actual} = ${result}.`
      : `Recall: there is no image of ${name} here, so there is nothing to divide by.`
  return predicted + actual
    ? `F1 of ${name}, between both: 2 × ${hits} / (${predicted} + ${actual}) = ${result}.`
    : `F1: there is no image of ${name} here and none was taken for it.`
}

const build = (state, classes) => {
  const { root } = state
  root.replaceChildren()
  const table = make('table', '', root)
  table.ariaLabel = 'Precision, recall and F1 of each class'
  const head = make('tr', '', make('thead', '', table))
  for (const name of ['class', ...COLUMNS, 'images']) make('th', '', head, name).scope = 'col'
  const body = make('tbody', '', table)
  state.rows = classes.map((name, k) => newRow(state, body, name, k))
  state.line = make('div', 'sentence', root)
  state.line.ariaLive = 'polite'
  state.classes = classes
}

const newRow = (state, body, name, k) => {
  const row = make('tr', '', body)
  const th = make('th', '', row)
  th.scope = 'row'
  const button = make('button', '', th, name)
  button.type = 'button'
  button.title = name
  button.onfocus = () => look(state, [k, null])
  button.onblur = () => look(state, null)
  button.onkeydown = (event) => walk(state, event, k)
  row.onclick = () => choose(state, k)
  const cells = COLUMNS.map((_, column) => {
    const td = make('td', '', row)
    td.onpointerenter = () => look(state, [k, column])
    td.onpointerleave = () => look(state, null)
    return td
  })
  return { row, button, cells, images: make('td', 'images', row) }
}

const draw = (state) => {
  const { data } = state
  state.rows.forEach(({ row, button, cells, images }, k) => {
    fractions(data, k).forEach((fraction, column) => {
      write(cells[column], percent(fraction))
      const share = fraction[1] ? fraction[0] / fraction[1] : 0
      cells[column].style.setProperty('--share', `${(100 * share).toFixed(2)}%`)
    })
    write(images, data.actual[k].toLocaleString('en'))
    const chosen = data.selected === k
    row.classList.toggle('chosen', chosen)
    button.ariaPressed = String(chosen)
    button.ariaLabel = `${data.classes[k]}. ${all(data, k)}`
    button.tabIndex = k === state.home ? 0 : -1
  })
  look(state, state.at)
}

const all = (data, k) => COLUMNS.map((_, column) => sentence(data, k, column)).join(' ')

const look = (state, at) => {
  state.at = at
  const text = !at ? HINT : at[1] === null ? all(state.data, at[0]) : sentence(state.data, ...at)
  write(state.line, text)
  state.line.classList.toggle('idle', !at)
}

const choose = (state, k) => {
  state.home = k
  state.setStateValue('tile', { part: state.name, at: [k, 0, 0], number: ++pressed })
}

const walk = (state, event, k) => {
  const last = state.rows.length - 1
  const to = { ArrowUp: k - 1, ArrowDown: k + 1, Home: 0, End: last }[event.key]
  if (to === undefined) return
  event.preventDefault()
  state.rows[k].button.tabIndex = -1
  state.home = Math.max(0, Math.min(last, to))
  state.rows[state.home].button.tabIndex = 0
  state.rows[state.home].button.focus()
}

const begin = (root) => ({ title: make('div', 'title', root), root: make('div', 'table', root) })

export default function ({ data, name, root, setStateValue }) {
  const state = states.get(root) || { ...begin(root), home: 0, at: null }
  states.set(root, state)
  Object.assign(state, { data, name, setStateValue })
  if (JSON.stringify(state.classes) !== JSON.stringify(data.classes)) {
    Object.assign(state, { home: 0, at: null })
    build(state, data.classes)
  }
  entitle(state.title, data.title, data.help)
  draw(state)
}
