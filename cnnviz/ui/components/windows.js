// A padded image beside the output: a cell of one shows which cells of the other it meets.

const states = new WeakMap()
const LARGEST = 24
const HEIGHT = 430
const GAP = 48

// --- what meets what ----------------------------------------------------------------------------

const origin = ({ data }, panel) =>
  panel === 'image' ? data.border.map(([before]) => -before) : [0, 0]

const extent = ({ data }, panel) =>
  panel === 'image'
    ? data.image.map((size, axis) => size + data.border[axis][0] + data.border[axis][1])
    : data.output

// Along each axis the cells of the other panel that the pointed cell meets.
const partners = ({ data, at }) =>
  data.places.map((windows, axis) =>
    at.panel === 'image'
      ? windows.flatMap((cells, index) => (cells.includes(at.cell[axis]) ? [index] : []))
      : windows[at.cell[axis]]
  )

const outside = ({ data }, [row, column]) =>
  row < 0 || column < 0 || row >= data.image[0] || column >= data.image[1]

const range = (cells) =>
  cells.length > 3 && cells.every((cell, i) => !i || cell === cells[i - 1] + 1)
    ? minus(`${cells[0]}`) + ` to ${cells.at(-1)}`
    : cells.map((cell) => minus(`${cell}`)).join(', ')

const sentence = (state) => {
  const { data, at } = state
  const { words } = data
  const [rows, columns] = partners(state)
  const [row, column] = at.cell.map((n) => minus(`${n}`))
  if (at.panel === 'image') {
    const kind = outside(state, at.cell) ? words.border : words.image
    const met = rows.length * columns.length
    const name = `Row ${row}, column ${column} (${kind.toLowerCase()})`
    const other = words.cells.toLowerCase()
    if (!met) return `${name}: ${words.unseen}.`
    return `${name}: ${met === 1 ? '1 cell' : `${met} cells`} of the ${other} meet${met === 1 ? 's' : ''} it.`
  }
  const cells = rows.flatMap((r) => columns.map((c) => [r, c]))
  const beside = cells.filter((cell) => outside(state, cell)).length
  const more = beside ? ` ${beside} of these ${cells.length} cells: ${words.border}.` : ''
  const named = (name, cells) => `${name}${cells.length === 1 ? '' : 's'} ${range(cells)}`
  const where = `${named('row', rows)} and ${named('column', columns)}.`
  return `${words.cells} row ${row}, column ${column} ${words.acts} ${where}${more}`
}

// --- drawing ------------------------------------------------------------------------------------

const sizes = (state) => {
  const { root, data } = state
  const [R, C] = extent(state, 'image')
  const [OR, OC] = data.output
  const beside = Math.floor((root.clientWidth - GAP) / (C + OC))
  const cell = Math.min(LARGEST, Math.floor(HEIGHT / Math.max(R, OR)), beside)
  return cell >= 4 ? cell : Math.max(3, Math.min(LARGEST, Math.floor(root.clientWidth / Math.max(C, OC))))
}

const paint = (state, name) => {
  const { cell, look, at, data } = state
  const { canvas } = state.panels[name]
  const [rows, columns] = extent(state, name)
  const [top, left] = origin(state, name)
  const scale = globalThis.devicePixelRatio || 1
  Object.assign(canvas, { width: columns * cell * scale, height: rows * cell * scale })
  Object.assign(canvas.style, { width: `${columns * cell}px`, height: `${rows * cell}px` })
  const pen = canvas.getContext('2d')
  pen.scale(scale, scale)
  const gap = cell > 6 ? 1 : 0.5
  const lit = at && at.panel !== name ? partners(state).map((cells) => new Set(cells)) : null
  const lost = data.missed.map((cells) => new Set(cells))
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const place = [r + top, c + left]
      const beyond = name === 'image' && outside(state, place)
      const met = lit?.[0].has(place[0]) && lit[1].has(place[1])
      pen.fillStyle = met ? (beyond ? look.pale : look.accent) : beyond ? look.pad : look.plain
      pen.fillRect(c * cell, r * cell, cell - gap, cell - gap)
      if (name === 'image' && (lost[0].has(place[0]) || lost[1].has(place[1])))
        stripe(pen, c * cell, r * cell, cell - gap, look.lost)
    }
  if (at?.panel === name) {
    pen.strokeStyle = look.ink
    pen.lineWidth = 2
    const [y, x] = [(at.cell[0] - top) * cell, (at.cell[1] - left) * cell]
    pen.fillStyle = look.accent
    pen.fillRect(x, y, cell - gap, cell - gap)
    pen.strokeRect(x + 1, y + 1, cell - gap - 2, cell - gap - 2)
  }
}

const stripe = (pen, x, y, size, color) => {
  pen.strokeStyle = color
  pen.lineWidth = size > 8 ? 1.5 : 1
  pen.beginPath()
  pen.moveTo(x, y + size)
  pen.lineTo(x + size, y)
  if (size > 8) {
    pen.moveTo(x, y + size / 2)
    pen.lineTo(x + size / 2, y)
    pen.moveTo(x + size / 2, y + size)
    pen.lineTo(x + size, y + size / 2)
  }
  pen.stroke()
}

const refresh = (state) => {
  paint(state, 'image')
  paint(state, 'output')
  write(state.line, `${sentence(state)}${state.pinned ? ' Pinned: Escape lets go.' : ''}`)
}

// --- pointing -----------------------------------------------------------------------------------

const point = (state, panel, cell) => {
  state.at = { panel, cell }
  refresh(state)
}

const pin = (state, panel, cell) => {
  state.pinned = !state.pinned
  point(state, panel, cell)
  tellPin(state, state.pinned ? [panel, ...cell] : null)
}

const release = (state) => {
  state.pinned = false
  tellNone(state)
  if (state.data) refresh(state)
}

const clamp = (n, low, size) => Math.max(low, Math.min(low + size - 1, n))

const cellAt = (state, name, event) => {
  const box = state.panels[name].canvas.getBoundingClientRect()
  const place = [event.clientY - box.top, event.clientX - box.left]
  const [first, size] = [origin(state, name), extent(state, name)]
  return place.map((n, axis) =>
    clamp(Math.floor(n / state.cell) + first[axis], first[axis], size[axis])
  )
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

const listen = (state, name) => {
  const { canvas } = state.panels[name]
  canvas.onpointermove = (event) => !state.pinned && point(state, name, cellAt(state, name, event))
  canvas.onclick = (event) => pin(state, name, cellAt(state, name, event))
  canvas.onfocus = () =>
    canvas.matches(':focus-visible') &&
    state.at.panel !== name &&
    point(state, name, origin(state, name).map((n) => Math.max(n, 0)))
  canvas.onkeydown = (event) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      return pin(state, state.at.panel, state.at.cell)
    } else if (STEPS[event.key]) {
      event.preventDefault()
      const [first, size] = [origin(state, name), extent(state, name)]
      const from = state.at.panel === name ? state.at.cell : first
      const to = from.map((n, axis) => clamp(n + STEPS[event.key][axis], first[axis], size[axis]))
      state.pinned = false
      return point(state, name, to)
    }
    refresh(state)
  }
}

// --- the part -----------------------------------------------------------------------------------

const begin = (root) => {
  const grids = make('div', 'grids', root)
  const state = { root, panels: {}, pinned: false }
  for (const name of ['image', 'output']) {
    const box = make('div', name, grids)
    const title = make('div', 'title', box)
    const canvas = make('canvas', '', box)
    canvas.tabIndex = 0
    canvas.setAttribute('role', 'img')
    state.panels[name] = { title, canvas }
    listen(state, name)
  }
  state.line = make('div', 'value', root)
  state.line.ariaLive = 'polite'
  state.legend = make('div', 'legend', root)
  onEscape(root, () => release(state))
  new ResizeObserver(() => {
    if (!root.clientWidth || root.clientWidth === state.width) return
    state.width = root.clientWidth
    if (state.data) layOut(state)
  }).observe(root)
  return state
}

const layOut = (state) => {
  state.cell = sizes(state)
  refresh(state)
}

const lookOf = (root) => {
  const dark = getComputedStyle(root).colorScheme === 'dark'
  const mix = (color, share) => `color-mix(in srgb, ${color} ${share}%, ${theme(root, 'background-color')})`
  const accent = theme(root, 'primary-color')
  return {
    ink: theme(root, 'text-color'),
    plain: mix(theme(root, 'text-color'), dark ? 22 : 13),
    pad: mix(theme(root, 'text-color'), dark ? 58 : 48),
    accent,
    pale: `color-mix(in srgb, ${accent} 62%, ${theme(root, 'text-color')})`,
    lost: theme(root, 'chart-categorical-colors').split(/,(?![^(]*\))/)[1],
  }
}

const title = (state, name) => {
  const [rows, columns] = name === 'image' ? state.data.image : state.data.output
  const { words, border } = state.data
  if (name === 'output') return `${words.cells} · ${rows} × ${columns}`
  const around = border.flat().some((n) => n > 0) && extent(state, 'image').join(' × ')
  return `${words.image} · ${rows} × ${columns}${around ? `${words.around} ${around}` : ''}`
}

const showLegend = (state) => {
  const { data, look, legend } = state
  const padded = data.border.flat().some((n) => n > 0)
  const lost = data.missed.some((cells) => cells.length)
  legend.replaceChildren()
  const entries = [
    [padded, look.pad, data.words.border, ''],
    [lost, look.lost, data.words.unseen, 'striped'],
  ]
  for (const [wanted, color, text, kind] of entries.filter(([wanted]) => wanted)) {
    const entry = make('span', 'entry', legend)
    const sign = make('i', kind, entry)
    sign.style.setProperty('--color', color)
    make('span', '', entry, text)
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.windows')
  const state = states.get(root) || begin(root)
  states.set(root, state)
  const look = lookOf(root)
  state.setTriggerValue = setTriggerValue
  hearPin(state, data)
  const drawn = JSON.stringify([{ ...data, start: null, pinned: null }, look]) // where to begin only once
  if (state.drawn === drawn) return
  Object.assign(state, { drawn, data, look, width: root.clientWidth })
  const inside = (at) =>
    at && at.cell.every((n, axis) => {
      const first = origin(state, at.panel)[axis]
      return n >= first && n < first + extent(state, at.panel)[axis]
    })
  const [panel, ...cell] = data.start || []
  const usual = panel && inside({ panel, cell }) ? { panel, cell } : { panel: 'output', cell: [0, 0] }
  if (!inside(state.at)) Object.assign(state, { at: usual, pinned: false })
  arrive(state)
  for (const [name, { title: head, canvas }] of Object.entries(state.panels)) {
    write(head, title(state, name))
    canvas.ariaLabel = `${title(state, name)}. Arrow keys move, a click or Space pins, Escape lets go.`
  }
  showLegend(state)
  layOut(state)
}
