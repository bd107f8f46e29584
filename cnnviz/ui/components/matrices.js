// Panels of cells on canvases. Each is painted once; what is pointed at decides which cells of it
// stay in full color, and the rest recedes.

const states = new WeakMap()
const GAP = 28 // between panels, in pixels
const SPLIT = 10 // between the blocks of a panel
const LARGE = 32 // the largest cell
const MANY = 30 // products, above which those that are zero are only counted
const DENSE = 7 // cells up to this size touch each other
const NUMBERS = 8 // the smallest font, below which a color alone stands in a cell
const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

// --- what came from the server ------------------------------------------------------------------

const unpack = (text, Kind) => {
  if (!text) return null
  const letters = atob(text)
  const bytes = new Uint8Array(letters.length)
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i)
  return new Kind(bytes.buffer)
}

const readPanel = (data) => {
  const [blocks, rows, columns] = data.shape
  const panel = { ...data, blocks, rows, columns, names: data.blocks }
  panel.values = unpack(data.values, Float32Array)
  panel.tags = unpack(data.tags, Int32Array)
  panel.outside = unpack(data.outside, Uint8Array)
  panel.size = blocks * rows * columns
  panel.starts = panel.tags && startsOf(panel.tags)
  panel.ordered = panel.tags && orderedBy(panel.tags, panel.starts)
  return panel
}

// A panel of copies: each cell has the value of the cell with its tag on the other panel.
const copyFrom = (other, panel) => {
  const source = Int32Array.from(panel.tags, (tag) => other.ordered[other.starts[tag]])
  panel.values = Float32Array.from(source, (i) => other.values[i])
  panel.outside = Uint8Array.from(source, (i) => other.outside?.[i] || 0)
}

// Where the cells of each tag begin among all cells in the order of their tags; −1 is no tag.
const startsOf = (tags) => {
  const starts = new Int32Array(tags.reduce((most, tag) => Math.max(most, tag), 0) + 2)
  for (const tag of tags) if (tag >= 0) starts[tag + 1]++
  for (let tag = 1; tag < starts.length; tag++) starts[tag] += starts[tag - 1]
  return starts
}

const orderedBy = (tags, starts) => {
  const next = starts.slice()
  const cells = new Int32Array(starts.at(-1))
  tags.forEach((tag, i) => tag >= 0 && (cells[next[tag]++] = i))
  return cells
}

const cellsOf = ({ starts, ordered }, tag) =>
  starts && tag >= 0 && tag + 1 < starts.length
    ? ordered.subarray(starts[tag], starts[tag + 1])
    : []

// As it stands in a cell; pointing at the cell gives all digits.
const brief = (value) =>
  Number.isInteger(value) || !Number.isFinite(value) ? minus(value) : minus(value.toPrecision(2))

const place = ({ rows, columns }, index) => {
  const column = index % columns
  const row = Math.floor(index / columns) % rows
  return [Math.floor(index / columns / rows), row, column]
}

const nameOf = (panel, index) => {
  const [block, row, column] = place(panel, index)
  const words = [panel.names[block], panel.rowNames[row], panel.columnNames[column]]
  return words.filter(Boolean).join(', ') + (panel.outside?.[index] ? ' (padding)' : '')
}

// --- how large everything is --------------------------------------------------------------------

const lines = (panel) => Math.ceil(panel.blocks / panel.across)
const cellsAcross = (panel) => Math.min(panel.across, panel.blocks) * panel.columns
const splits = (count) => SPLIT * (count - 1)
const wide = (panel, cell) => cellsAcross(panel) * cell + splits(Math.min(panel.across, panel.blocks))
const high = (panel, cell) => lines(panel) * panel.rows * cell + splits(lines(panel))

const fitting = (panel, width, height) => {
  const across = (width - splits(Math.min(panel.across, panel.blocks))) / cellsAcross(panel)
  const down = (height - splits(lines(panel))) / (lines(panel) * panel.rows)
  return Math.max(3, Math.min(LARGE, Math.floor(Math.min(across, down))))
}

// Left and right stand in columns; the cells of a product are of one size, so that rows meet rows.
const sizes = (state) => {
  const { panels, product, data, width } = state
  const cell = {}
  if (!product) {
    for (const row of data.rows)
      for (const name of row)
        cell[name] = fitting(panels[name], (width - GAP * (row.length - 1)) / row.length, 260)
    return cell
  }
  const [left, right, result] = product
  const besides = data.rows.map(([name]) => panels[name]).filter((panel) => panel !== left)
  besides.forEach((panel) => (cell[panel.name] = fitting(panel, 280, 320)))
  const broad = Math.max(...besides.map((panel) => wide(panel, cell[panel.name])), 0)
  let size = LARGE
  const room = () => width - GAP - Math.max(broad, left.columns * size) - right.columns * size
  while (size > 5 && (room() < 0 || right.rows * size > 440)) size--
  for (const panel of product) cell[panel.name] = size
  const start = Math.max(broad, left.columns * size) + GAP
  for (const name of data.rows.map((row) => row[1]).filter(Boolean))
    cell[name] ??= fitting(panels[name], Math.max(width - start, 200), 220)
  return cell
}

const corner = (panel, index) => {
  const [block, row, column] = place(panel, index)
  const [line, at] = [Math.floor(block / panel.across), block % panel.across]
  return [
    (at * panel.columns + column) * panel.cell + at * SPLIT,
    (line * panel.rows + row) * panel.cell + line * SPLIT,
  ]
}

const cellUnder = (panel, event) => {
  const box = panel.canvas.getBoundingClientRect()
  const part = (position, cells) => {
    const block = Math.floor(position / (cells * panel.cell + SPLIT))
    const cell = Math.floor((position - block * (cells * panel.cell + SPLIT)) / panel.cell)
    return cell < cells && position >= 0 ? [block, cell] : null
  }
  const across = part(event.clientX - box.left, panel.columns)
  const down = part(event.clientY - box.top, panel.rows)
  if (!across || !down) return null
  const block = down[0] * panel.across + across[0]
  if (across[0] >= panel.across || block >= panel.blocks) return null
  return (block * panel.rows + down[1]) * panel.columns + across[1]
}

// --- painting -----------------------------------------------------------------------------------

const fontSize = (panel, context, family) => {
  if (panel.cell < 13) return 0
  panel.texts ||= Array.from(panel.values, brief)
  context.font = `100px ${family}`
  const widest = Math.max(...new Set(panel.texts.map((text) => text.length)))
  const longest = panel.texts.filter((text) => text.length >= widest - 1)
  const broad = Math.max(...[...new Set(longest)].map((text) => context.measureText(text).width))
  const size = Math.min(13, (panel.cell - 4) / (broad / 100))
  return size < NUMBERS ? 0 : size
}

const brightness = ([r, g, b]) => 0.299 * r + 0.587 * g + 0.114 * b

const paintPanel = (state, panel) => {
  const [width, height] = [wide(panel, panel.cell), high(panel, panel.cell)]
  const ratio = globalThis.devicePixelRatio || 1
  panel.base = new OffscreenCanvas(width * ratio, height * ratio)
  Object.assign(panel.canvas, { width: width * ratio, height: height * ratio })
  panel.canvas.style.width = `${width}px`
  panel.canvas.style.height = `${height}px`
  panel.ratio = ratio
  const context = panel.base.getContext('2d')
  context.scale(ratio, ratio)
  if (panel.cell > DENSE) paintCells(state, panel, context)
  else paintDense(state, panel, context)
}

const shadeOf = (panel, i) => {
  const share = Math.max(-1, Math.min(1, panel.values[i] / panel.limit || 0))
  return Math.round(127.5 * (share + 1))
}

// Cells without room for gaps or numbers: a pixel each, enlarged.
const paintDense = ({ table, look }, panel, context) => {
  const { blocks, rows, columns, outside, cell } = panel
  context.imageSmoothingEnabled = false
  for (let block = 0; block < blocks; block++) {
    const first = block * rows * columns
    const small = new OffscreenCanvas(columns, rows)
    const image = new ImageData(columns, rows)
    for (let i = 0; i < rows * columns; i++) {
      const color = outside?.[first + i] ? look.secondary : table[shadeOf(panel, first + i)]
      image.data.set([...color, 255], 4 * i)
    }
    small.getContext('2d').putImageData(image, 0, 0)
    context.drawImage(small, ...corner(panel, first), columns * cell, rows * cell)
  }
}

const paintCells = ({ table, shades, look }, panel, context) => {
  const side = panel.cell - 1
  const font = fontSize(panel, context, look.font)
  context.font = `${font}px ${look.font}`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  for (let i = 0; i < panel.size; i++) {
    const [x, y] = corner(panel, i)
    const shade = shadeOf(panel, i)
    const padding = panel.outside?.[i]
    context.fillStyle = padding ? look.hatched : shades[shade]
    context.fillRect(x, y, side, side)
    if (padding) hatch(context, x, y, side, look.line)
    if (!font) continue
    const ink = padding ? look.ink : [look.ink, look.ground].toSorted(contrastTo(table[shade]))[0]
    context.fillStyle = `rgb(${ink})`
    context.globalAlpha = padding ? 0.55 : 1
    context.fillText(panel.texts[i], x + side / 2, y + side / 2 + 0.5)
    context.globalAlpha = 1
  }
}

const contrastTo = (color) => (a, b) =>
  Math.abs(brightness(b) - brightness(color)) - Math.abs(brightness(a) - brightness(color))

const hatch = (context, x, y, side, color) => {
  context.strokeStyle = color
  context.beginPath()
  context.moveTo(x, y + side)
  context.lineTo(x + side, y)
  context.stroke()
}

// What is not lit recedes; a frame is around the cell in question.
const show = (state, panel) => {
  const context = panel.canvas.getContext('2d')
  const { base, ratio, cell } = panel
  const lit = state.lit?.get(panel.name)
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, base.width, base.height)
  context.globalAlpha = state.lit ? 0.3 : 1
  context.drawImage(base, 0, 0)
  context.globalAlpha = 1
  if (!lit) return
  for (const index of lit) {
    const [x, y] = corner(panel, index).map((value) => Math.round(value * ratio))
    const side = Math.ceil(cell * ratio)
    context.clearRect(x, y, side, side)
    context.drawImage(base, x, y, side, side, x, y, side, side)
  }
  context.scale(ratio, ratio)
  for (const index of state.framed.get(panel.name) || []) frame(context, panel, index, state.look)
}

const frame = (context, panel, index, { ink, ground }) => {
  const [x, y] = corner(panel, index)
  const side = panel.cell - (panel.cell > DENSE ? 1 : 0)
  for (const [inset, color] of [[1, ink], [2.5, ground]]) {
    context.strokeStyle = `rgb(${color})`
    context.lineWidth = inset === 1 ? 2 : 1
    context.strokeRect(x + inset, y + inset, side - 2 * inset, side - 2 * inset)
  }
}

// --- what belongs to what -----------------------------------------------------------------------

const row = (panel, i) => Array.from({ length: panel.columns }, (_, j) => i * panel.columns + j)
const column = (panel, j) => Array.from({ length: panel.rows }, (_, i) => i * panel.columns + j)

const collect = () => {
  const found = new Map()
  const add = (panel, cells) => {
    if (!found.has(panel.name)) found.set(panel.name, new Set())
    cells.forEach((cell) => found.get(panel.name).add(cell))
  }
  return { found, add }
}

// A picture's cell that stands once in the matrices is that cell; as often a kernel's or a map's.
const twin = (state, panel, index) => {
  if (!state.product || state.product.includes(panel) || !panel.tags) return null
  const [left, , result] = state.product
  for (const matrix of [result, left]) {
    const cells = cellsOf(matrix, panel.tags[index])
    if (cells.length === 1) return { panel: matrix, index: cells[0] }
  }
  return null
}

const light = (state, at) => {
  const { panels, product } = state
  const { found, add } = collect()
  const framed = collect()
  const { panel, index } = twin(state, at.panel, at.index) || at
  add(at.panel, [at.index])
  add(panel, [index])
  framed.add(at.panel, [at.index])
  framed.add(panel, [index])
  if (product) lightProduct(product, panel, index, add, framed.add)
  const whole = product && panel === product[2]
  const seeds = whole ? product : [panel]
  const tags = new Set(seeds.flatMap((one) => [...found.get(one.name)].map((i) => one.tags?.[i])))
  for (const other of Object.values(panels)) {
    if (whole && product.includes(other)) continue
    for (const tag of tags) add(other, cellsOf(other, tag))
  }
  if (product && !product.includes(panel))
    for (const cell of found.get(product[1].name) || [])
      add(product[2], column(product[2], cell % product[1].columns))
  return { lit: found, framed: framed.found }
}

const lightProduct = ([left, right, result], panel, index, add, mark) => {
  const [, i, j] = place(panel, index)
  if (panel === result) {
    add(left, row(left, i))
    add(right, column(right, j))
    mark(result, [index])
  } else if (panel === right) {
    add(left, column(left, i))
    add(result, column(result, j))
  } else if (panel === left) {
    add(right, row(right, j))
    add(result, row(result, i))
  }
}

// --- words --------------------------------------------------------------------------------------

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

// --- what the reader does -----------------------------------------------------------------------

const look = (state, at) => {
  const same = at && state.at && at.panel === state.at.panel && at.index === state.at.index
  if (same || (!at && !state.at)) return
  state.at = at
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
  state.at = at
  refresh(state)
}

const release = (state) => {
  state.pinned = false
  state.at = null
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
  const { grid } = state
  grid.replaceChildren()
  grid.className = data.product ? 'grid product' : 'grid'
  state.panels = Object.fromEntries(data.panels.map((panel) => [panel.name, readPanel(panel)]))
  for (const panel of Object.values(state.panels))
    if (panel.copiedFrom) copyFrom(state.panels[panel.copiedFrom], panel)
  state.product = data.product && data.product.map((name) => state.panels[name])
  state.unit = state.product && unitOf(distinct(state.product[1]), distinct(state.product[0]), 0)
  for (const names of data.rows) {
    const line = make('div', 'line', grid)
    for (const name of names) buildPanel(state, make('div', 'panel', line), state.panels[name])
  }
}

const distinct = ({ values }) => Float32Array.from(new Set(values))

const buildPanel = (state, cell, panel) => {
  const title = make('div', 'title', cell)
  entitle(title, panel.title, panel.help)
  const canvas = make('canvas', '', cell)
  canvas.tabIndex = 0
  canvas.setAttribute('role', 'img')
  canvas.ariaLabel = `${panel.title}. Use the arrow keys to read its cells.`
  panel.canvas = canvas
  const point = (index) => !state.pinned && index !== null && look(state, { panel, index })
  canvas.onpointermove = (event) => point(cellUnder(panel, event))
  canvas.onclick = (event) => {
    const index = cellUnder(panel, event)
    if (index !== null) pin(state, { panel, index })
  }
  canvas.onfocus = () => canvas.matches(':focus-visible') && state.at?.panel !== panel && point(0)
  canvas.onkeydown = (event) => walk(state, panel, event)
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
  line.ariaLive = 'polite'
  const state = { root, grid, line, sum, at: null, pinned: false, panels: {} }
  root.onkeydown = (event) => event.key === 'Escape' && release(state)
  state.observer = new ResizeObserver(() => {
    if (root.clientWidth && root.clientWidth !== state.width) layOut(state)
  })
  state.observer.observe(root)
  return state
}

// The cell that was pointed at, on the new panels, or the one to begin with.
const kept = (state, data) => {
  const [name, index] = (state.at && [state.at.panel.name, state.at.index]) || data.start || []
  const panel = state.panels[name]
  return panel && index < panel.size ? { panel, index } : null
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.matrices')
  const state = states.get(root) || begin(root)
  const first = !states.has(root)
  states.set(root, state)
  const appearance = lookOf(root)
  const drawn = JSON.stringify([data, appearance])
  if (state.drawn === drawn) return
  const table = colorTable('diverging', root)
  const shades = table.map((color) => `rgb(${color})`)
  Object.assign(state, { drawn, data, look: appearance, table, shades })
  root.setAttribute('role', 'group')
  root.ariaLabel = data.label
  build(state, data)
  state.at = first || state.at ? kept(state, data) : null
  layOut(state)
}
