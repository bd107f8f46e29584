// A line, a bar and a row of numbers; only texts that have changed are touched.

const begin = (root) => {
  const line = make('div', 'line', root)
  const badge = make('span', 'badge', line)
  const words = make('span', 'words', line)
  const message = make('span', 'message', line)
  const track = make('div', 'track', root)
  const bar = make('div', 'bar', track)
  track.setAttribute('role', 'progressbar')
  track.setAttribute('aria-valuemin', '0')
  track.setAttribute('aria-valuemax', '100')
  track.ariaLabel = 'Progress of the run'
  message.setAttribute('role', 'status')
  const row = make('dl', 'numbers', root)
  return { line, badge, words, message, track, bar, row, cells: [] }
}

const newCell = (row) => {
  const cell = make('div', 'cell', row)
  const name = make('dt', '', cell)
  const value = make('dd', '', cell)
  return { cell, name, value }
}

export default function ({ data, root }) {
  const state = (root.state ||= begin(root))
  const percent = (100 * data.share).toFixed(1)
  write(state.badge, data.badge)
  write(state.words, data.words)
  write(state.message, data.message)
  state.badge.dataset.color = data.color
  state.track.setAttribute('aria-valuenow', percent)
  state.bar.style.width = `${percent}%`
  while (state.cells.length < data.numbers.length) state.cells.push(newCell(state.row))
  while (state.cells.length > data.numbers.length) state.cells.pop().cell.remove()
  data.numbers.forEach(({ name, value, help }, i) => {
    write(state.cells[i].name, name)
    write(state.cells[i].value, value)
    if (state.cells[i].cell.title !== help) state.cells[i].cell.title = help
  })
}
