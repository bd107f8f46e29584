// Panels of cells on canvases: what the reader points at lights up on all of them.

const states = new WeakMap()
const OWN_RANGE = 'The middle is 0; each panel has a range of its own: ± beside its title.'
const ONE_RANGE = 'The middle is 0; all panels have this range.'
const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

// --- what the reader does -----------------------------------------------------------------------

const look = (state, at) => {
  const same = at && state.at && at.panel === state.at.panel && at.index === state.at.index
  if (same || (!at && !state.at)) return
  Object.assign(state, { at, own: true })
  refresh(state)
}

const refresh = (state) => {
  const { at } = state
  const found = at ? light(state, at) : { lit: null, framed: new Map() }
  Object.assign(state, found)
  Object.values(state.panels).forEach((panel) => show(state, panel))
  write(state.line, at ? sentence(state, at) : state.data.hint)
  state.line.classList.toggle('idle', !at)
  writeTerms(state, at && terms(state, at))
  state.root.classList.toggle('pinned', state.pinned)
}

const pin = (state, at) => {
  const again = state.pinned && at.panel === state.at?.panel && at.index === state.at?.index
  state.pinned = !again
  Object.assign(state, { at, own: true })
  tellPin(state, again ? null : [at.panel.name, at.index])
  refresh(state)
}

const release = (state) => {
  state.pinned = false
  tellNone(state)
  refresh(state)
}

const walk = (state, panel, event) => {
  const here = state.at?.panel === panel ? state.at.index : 0
  if (event.key === 'Escape') return release(state)
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault()
    return pin(state, { panel, index: here })
  }
  if (!(event.key in KEYS)) return
  event.preventDefault()
  const [down, across] = KEYS[event.key]
  const [block, r, c] = place(panel, here)
  let [b, i, j] = [block, r + down, c + across]
  if (j >= panel.columns && b < panel.blocks - 1) [b, j] = [b + 1, 0]
  if (j < 0 && b > 0) [b, j] = [b - 1, panel.columns - 1]
  i = Math.max(0, Math.min(panel.rows - 1, i))
  j = Math.max(0, Math.min(panel.columns - 1, j))
  state.pinned = false
  look(state, { panel, index: (b * panel.rows + i) * panel.columns + j })
}

// --- the whole ----------------------------------------------------------------------------------

const build = (state, data) => {
  state.panels = Object.fromEntries(data.panels.map((panel) => [panel.name, readPanel(panel)]))
  for (const panel of Object.values(state.panels))
    if (panel.copiedFrom) copyFrom(state.panels[panel.copiedFrom], panel)
  state.product = data.product && data.product.map((name) => state.panels[name])
  state.unit = state.product && unitOf(distinct(state.product[1]), distinct(state.product[0]), 0)
  const arranged = JSON.stringify([data.rows, !data.product])
  if (state.arranged !== arranged) arrange(state, data)
  state.arranged = arranged
  const reaches = distinct({ values: Object.values(state.panels).map((panel) => panel.limit) })
  state.reach = reaches.length === 1 ? reaches[0] : null // where all panels have the same
  for (const panel of Object.values(state.panels)) {
    const { title, reach, canvas, base, faint } = state.places[panel.name]
    Object.assign(panel, { canvas, base, faint })
    entitle(title, panel.title, panel.help)
    write(reach, state.reach === null ? `±${short(panel.limit)}` : '')
    canvas.ariaLabel = `${panel.title}. Use the arrow keys to read its cells.`
  }
}

const distinct = ({ values }) => Float32Array.from(new Set(values))

// Places for panels, kept from one setting to the next: new ones make the browser lay out the page.
const arrange = (state, data) => {
  const { grid } = state
  grid.replaceChildren()
  grid.className = data.product ? 'grid product' : 'grid'
  state.places = {}
  for (const names of data.rows) {
    const line = make('div', 'line', grid)
    for (const name of names) state.places[name] = newPlace(state, make('div', 'panel', line), name)
  }
}

const newPlace = (state, cell, name) => {
  const head = make('div', 'head', cell)
  const title = make('span', 'title', head)
  const reach = make('span', 'reach', head)
  reach.title = 'The values that have the strongest colors here.'
  const canvas = make('canvas', '', cell)
  canvas.tabIndex = 0
  canvas.setAttribute('role', 'img')
  const panel = () => state.panels[name]
  const point = (index) =>
    !state.pinned && index !== null && look(state, { panel: panel(), index })
  canvas.onpointermove = (event) => point(cellUnder(panel(), event))
  canvas.onclick = (event) => {
    const index = cellUnder(panel(), event)
    if (index !== null) pin(state, { panel: panel(), index })
  }
  canvas.onfocus = () =>
    canvas.matches(':focus-visible') && state.at?.panel !== panel() && point(0)
  canvas.onkeydown = (event) => walk(state, panel(), event)
  return { title, reach, canvas, base: new OffscreenCanvas(1, 1), faint: new OffscreenCanvas(1, 1) }
}

const layOut = (state) => {
  state.width = state.root.clientWidth
  const cell = sizes(state)
  for (const panel of Object.values(state.panels)) {
    panel.cell = cell[panel.name]
    paintPanel(state, panel)
  }
  refresh(state)
}

const newLegend = (root) => {
  const legend = make('div', 'legend', root)
  const [low, bar, high] = [make('span', '', legend), make('canvas', '', legend), make('span', '', legend)]
  bar.ariaHidden = 'true'
  return { bar, low, high, note: make('span', 'note', legend) }
}

const drawLegend = ({ legend, table, reach }) => {
  const { bar, low, high, note } = legend
  Object.assign(bar, { width: 256, height: 1 })
  const image = new ImageData(256, 1)
  new Uint32Array(image.data.buffer).set(table.map(asPixel))
  bar.getContext('2d').putImageData(image, 0, 0)
  write(low, reach === null ? '−' : short(-reach))
  write(high, reach === null ? '+' : short(reach))
  write(note, reach === null ? OWN_RANGE : ONE_RANGE)
}

const lookOf = (root) => ({
  ink: rgb(theme(root, 'text-color')),
  ground: rgb(theme(root, 'background-color')),
  secondary: rgb(theme(root, 'secondary-background-color')),
  hatched: theme(root, 'secondary-background-color'),
  line: theme(root, 'border-color'),
  font: theme(root, 'font'),
})

const begin = (root) => {
  const line = make('div', 'value', root)
  const sum = make('div', 'sum', root)
  const grid = make('div', 'grid', root)
  const legend = newLegend(root)
  line.ariaLive = 'polite'
  const state = { root, grid, line, sum, legend, at: null, pinned: false, panels: {} }
  onEscape(root, () => release(state))
  state.observer = new ResizeObserver(() => {
    if (root.clientWidth && root.clientWidth !== state.width) layOut(state)
  })
  state.observer.observe(root)
  return state
}

// The cell that the reader pointed at, on the new panels, or the one to begin with.
const kept = ({ at, own, panels }, data) => {
  const [name, index] = (own && [at.panel.name, at.index]) || data.start || []
  const panel = panels[name]
  return panel && index < panel.size ? { panel, index } : null
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.matrices')
  const state = states.get(root) || begin(root)
  states.set(root, state)
  const appearance = lookOf(root)
  state.setTriggerValue = setTriggerValue
  hearPin(state, data)
  const drawn = JSON.stringify([{ ...data, start: null, pinned: null }, appearance]) // where to begin only once
  if (state.drawn === drawn) return
  const table = colorTable('diverging', root)
  Object.assign(state, { drawn, data, look: appearance, table })
  state.tints = tintsOf(table, appearance, 1)
  state.faintTints = tintsOf(table, appearance, FAINT)
  root.setAttribute('role', 'group')
  root.ariaLabel = data.label
  build(state, data)
  drawLegend(state)
  state.at = state.at || !state.own ? kept(state, data) : null
  arrive(state)
  layOut(state)
}
