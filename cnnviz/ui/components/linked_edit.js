// Typing a number over another one, in the picture itself.

const isEditable = ({ data }, { part }, cell) =>
  data.editable.includes(part) && !(part === 'input' && isOutside(data, cell))

const edit = (state, panel, cell, typed = null) => {
  if (panel.part === 'output') return typed === null && pin(state, focusOf(panel, cell))
  if (!isEditable(state, panel, cell)) return
  const now =
    panel.part === 'input'
      ? inputAt(state, panel.channel, cell)
      : weightAt(state, panel.channel, cell)
  const box = make('input', 'edit', panel.frame)
  const width = Math.max(panel.size, 64)
  const [y, x] = cell.map((place) => MARGIN + (place + 0.5) * panel.size)
  const place = { left: x - width / 2, top: y - 14, width }
  for (const [side, pixels] of Object.entries(place)) box.style[side] = `${pixels}px`
  box.ariaLabel = `New number for ${nameOf(panel, state, cell)}`
  box.value = typed ?? exact(now).replaceAll('−', '-')
  const end = (text) => {
    box.onblur = null
    box.remove()
    panel.base.focus()
    if (text === null || text.trim() === '') return show(state)
    look(state, focusOf(panel, (panel.at = nextCell(state, panel, cell))))
    const place = panel.part === 'input' ? inImage(state.data, cell) : cell
    const { part, channel } = panel
    state.edits.push({ part, channel, cell: place, text })
    sendEdit(state)
  }
  box.onblur = () => end(box.value === exact(now).replaceAll('−', '-') ? null : box.value)
  box.onkeydown = (event) => {
    event.stopPropagation()
    if (event.key === 'Enter') end(box.value)
    if (event.key === 'Escape') end(null)
  }
  box.focus()
  if (typed === null) box.select()
}

const REST = 120 // milliseconds in which the page's other inputs take over what an answer brings

// One after the other: before the page has answered, its other inputs are not up to date, and what
// they would send along with the next edit would undo the one before.
const sendEdit = (state) => {
  if (state.waiting !== null || !state.edits.length) return
  state.waiting = state.data.heard
  state.setTriggerValue('edit', state.edits.shift())
}

const hearBack = (state) => {
  if (state.waiting === null || state.waiting === state.data.heard) return
  clearTimeout(state.resting)
  state.resting = setTimeout(() => {
    state.waiting = null
    sendEdit(state)
    if (state.waiting === null && state.unsaid) tellPin(state, state.unsaid.pop())
    if (state.waiting === null) state.unsaid = null
  }, REST)
}

// The next cell that can be changed, line by line: so a whole grid is typed number by number.
const nextCell = (state, panel, [row, column]) => {
  const cells = pairs(range(panel.rows), range(panel.columns))
  const behind = cells.slice(row * panel.columns + column + 1)
  return behind.find((cell) => isEditable(state, panel, cell)) || [row, column]
}

const nameOf = (panel, state, cell) =>
  `${panel.part} ${at(panel.part === 'input' ? inImage(state.data, cell) : cell)}`
