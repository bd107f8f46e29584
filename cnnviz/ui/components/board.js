// Rows of parts that are kept from look to look, each with a shadow of its own for its styles.

const boards = new WeakMap()

const open = (cell, { name, kind }) => {
  const { style } = kinds[kind]
  const root = style === null ? cell : cell.attachShadow({ mode: 'open' })
  if (style !== null) make('style', '', root, style)
  return { cell, kind, root: make('div', `part ${kind}`, root) }
}

const close = (state, name) => {
  const { cell, leave } = state.parts[name]
  cell.remove()
  leave?.()
  delete state.parts[name]
}

// The part of that name in its place; a new one where there is none of this kind.
const place = (state, row, part, number) => {
  if (state.parts[part.name] && state.parts[part.name].kind !== part.kind) close(state, part.name)
  const known = (state.parts[part.name] ||= open(document.createElement('div'), part))
  known.cell.className = 'cnnviz-part'
  known.cell.style.minHeight = part.min_height ? `${part.min_height}px` : ''
  if (row.children[number] !== known.cell) row.insertBefore(known.cell, row.children[number] || null)
  return known
}

const drawRows = (root, state, rows) => {
  while (root.children.length < rows.length) make('div', 'cnnviz-row', root)
  rows.forEach((parts, i) => {
    const row = root.children[i]
    row.style.setProperty('--columns', parts.length)
    parts.forEach((part, number) => {
      const known = place(state, row, part, number)
      const { setStateValue } = state
      known.leave = kinds[part.kind].show({ data: part.data, name: part.name, root: known.root, setStateValue })
    })
  })
  const wanted = new Set(rows.flat().map((part) => part.name))
  Object.keys(state.parts).filter((name) => !wanted.has(name)).forEach((name) => close(state, name))
  while (root.children.length > rows.length) root.lastChild.remove() // empty, but with a gap
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector('.cnnviz-board')
  const state = boards.get(root) || { parts: {}, draw: () => drawRows(root, state, state.rows) }
  boards.set(root, state)
  Object.assign(state, { setStateValue, setTriggerValue })
  adopt(state, data.rows, data.looks ?? {})
  state.draw()
  beginLooking(state, data.looks)
  return () => {
    stopLooking(state)
    Object.values(state.parts).forEach(({ leave }) => leave?.())
  }
}
