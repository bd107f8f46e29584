// One grid of cells on two canvases: the numbers below, what belongs together above.

const GAP = 6 // cells from this size on stand apart by a pixel
const HATCHED = 16 // padding from this size on is hatched
const MARGIN = 3 // around the cells, for outlines
const STRONGEST = 0.85 // of the palette: its ends are too dark for large areas
const SMALLEST_TEXT = 8.5
const LARGEST_TEXT = 14

const newPanel = (state, parent, part, channel) => {
  const figure = make('figure', part, parent)
  const caption = make('figcaption', '', figure)
  const name = make('span', 'name', caption)
  const span = make('span', 'span', caption)
  const frame = make('div', 'frame', figure)
  const base = make('canvas', 'base', frame)
  const marks = make('canvas', 'marks', frame)
  base.setAttribute('role', 'img')
  marks.ariaHidden = 'true'
  const panel = { part, channel, figure, name, span, frame, base, marks, at: [0, 0] }
  attend(state, panel)
  return panel
}

// The row and column under the pointer; null in the gap beside the cells.
const cellAt = ({ base, rows, columns, size }, event) => {
  const box = base.getBoundingClientRect()
  const row = Math.floor((event.clientY - box.top - MARGIN) / size)
  const column = Math.floor((event.clientX - box.left - MARGIN) / size)
  return row < 0 || column < 0 || row >= rows || column >= columns ? null : [row, column]
}

const fit = (canvas, { rows, columns, size }) => {
  const ratio = globalThis.devicePixelRatio || 1
  const [width, height] = [columns * size + 2 * MARGIN, rows * size + 2 * MARGIN]
  const pixels = { width: Math.round(width * ratio), height: Math.round(height * ratio) }
  const fits = canvas.width === pixels.width && canvas.height === pixels.height
  if (!fits) Object.assign(canvas, pixels)
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const context = canvas.getContext('2d')
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  context.translate(MARGIN, MARGIN)
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  return context
}

const css = ([r, g, b], alpha = 1) => `rgb(${r} ${g} ${b} / ${alpha})`

const shade = ({ table }, value, most) =>
  table[clamp(Math.round(127.5 * (1 + (value / (most || 1)) * STRONGEST)), 255)]

// Dark or light, whichever can be read on this color.
const inkOn = ({ inks }, [r, g, b]) =>
  0.299 * r + 0.587 * g + 0.114 * b > 140 ? inks.dark : inks.light

const fillCell = (context, size, [row, column], color) => {
  const side = size >= GAP ? size - 1 : size
  context.fillStyle = css(color)
  context.fillRect(column * size, row * size, side, side)
}

// Padding is darker, and hatched where there is room: it is there, but no part of the image.
const hatchCell = (context, { size }, { colors }, [row, column]) => {
  const [x, y] = [column * size, row * size]
  const side = size >= GAP ? size - 1 : size
  fillCell(context, size, [row, column], colors.line)
  if (size < HATCHED) return
  context.save()
  context.beginPath()
  context.rect(x, y, side, side)
  context.clip()
  context.strokeStyle = css(colors.paper)
  context.lineWidth = 1
  context.beginPath()
  for (let d = -side; d < 2 * side; d += size / 5) {
    context.moveTo(x + d, y + side)
    context.lineTo(x + d + side, y)
  }
  context.stroke()
  context.restore()
}

const font = (pixels, weight = 400) => `${weight} ${pixels}px ${FONT}`
const FONT = 'system-ui, sans-serif'

// The size of text in which the longest of these fits into a cell; 0 where it would be too small.
const textSize = (texts, size) => {
  const longest = texts.reduce((most, text) => Math.max(most, text.length), 1)
  const pixels = Math.min(LARGEST_TEXT, (size - 6) / (0.64 * longest), 0.5 * size)
  return pixels < SMALLEST_TEXT ? 0 : pixels
}

const writeCell = (context, state, size, [row, column], text, color, pixels) => {
  context.font = font(pixels)
  context.fillStyle = inkOn(state, color)
  context.fillText(text, (column + 0.5) * size - 0.5, (row + 0.5) * size)
}

// Two decimals; what is smaller never looks like zero: 1e−4 where all is small, ≈0 elsewhere.
const twoPlaces = (value, most) => {
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return '?'
  if (size && size < 0.005) return most < 0.1 ? value.toExponential(0).replaceAll('-', '−') : '≈0'
  return minus(size < 1e4 ? value.toFixed(2) : value.toPrecision(3))
}

// Draw the numbers. `texts` may bring them as they are to be written.
const drawPanel = (state, panel, texts = null) => {
  const { rows, columns, size, values, most } = panel
  const context = fit(panel.base, panel)
  panel.texts = texts || Array.from(values, (value) => twoPlaces(value, most))
  panel.text = textSize(panel.texts, size)
  for (const cell of pairs(range(rows), range(columns))) {
    if (panel.isPadding?.(cell)) {
      hatchCell(context, panel, state, cell)
      continue
    }
    const place = cell[0] * columns + cell[1]
    const color = shade(state, values[place], most)
    fillCell(context, size, cell, Number.isNaN(values[place]) ? state.colors.line : color)
    if (panel.text) writeCell(context, state, size, cell, panel.texts[place], color, panel.text)
  }
}

const outline = (context, size, [row, column], [height, width], color, thickness) => {
  context.strokeStyle = css(color)
  context.lineWidth = thickness
  const inset = size >= GAP ? 0.5 : 0
  context.strokeRect(
    column * size - inset,
    row * size - inset,
    width * size,
    height * size
  )
}

// A cell in the color of the weight it meets, with its number and "× weight" where both fit.
const markCell = (context, state, panel, { cell, weight, text, below }) => {
  const { size } = panel
  const color = shade(state, weight, state.scales.weight)
  fillCell(context, size, cell, color)
  if (size >= 8) outline(context, size, cell, [1, 1], state.colors.ink, 0.75)
  if (!panel.text || size < 26) return
  const two = below && size >= 34
  context.fillStyle = inkOn(state, color)
  context.font = font(panel.text)
  const x = (cell[1] + 0.5) * size - 0.5
  context.fillText(text, x, (cell[0] + (two ? 0.36 : 0.5)) * size)
  if (!two) return
  context.font = font(Math.min(10, (size - 4) / (0.56 * below.length)))
  context.fillText(below, x, (cell[0] + 0.75) * size)
}

// Draw what belongs together: the rest steps back, marked cells, rings, the frame of a window.
const drawMarks = (state, panel, { dim = 0, cells = [], rings = [], frame = null }) => {
  const context = fit(panel.marks, panel)
  const { colors } = state
  if (dim) {
    context.fillStyle = css(colors.paper, dim)
    context.fillRect(0, 0, panel.columns * panel.size, panel.rows * panel.size)
  }
  cells.forEach((mark) => markCell(context, state, panel, mark))
  if (frame) {
    outline(context, panel.size, frame.cell, frame.extent, colors.paper, 4)
    outline(context, panel.size, frame.cell, frame.extent, colors.ink, 2)
  }
  rings.forEach((cell) => {
    outline(context, panel.size, cell, [1, 1], colors.paper, 4)
    outline(context, panel.size, cell, [1, 1], colors.ink, 2)
  })
}
