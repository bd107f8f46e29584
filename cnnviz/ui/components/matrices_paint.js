// Each panel is painted once; what is pointed at decides which of its cells stay in full color.

const DENSE = 7 // cells up to this size touch each other
const NUMBERS = 8 // the smallest font, below which a color alone stands in a cell
const FAINT = 0.3 // how much of its color a cell keeps that is not lit; its number stays readable

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
  const size = { width: width * ratio, height: height * ratio }
  for (const canvas of [panel.base, panel.faint, panel.canvas]) Object.assign(canvas, size)
  panel.canvas.style.width = `${width}px`
  panel.canvas.style.height = `${height}px`
  panel.ratio = ratio
  const [full, faint] = [panel.base, panel.faint].map((canvas) => canvas.getContext('2d'))
  for (const context of [full, faint]) context.scale(ratio, ratio)
  if (panel.cell <= DENSE) {
    paintDense(state, panel, full)
    faint.globalAlpha = FAINT
    faint.drawImage(panel.base, 0, 0, width, height)
    return
  }
  const font = fontSize(panel, full, state.look.font)
  paintCells(state, panel, full, font, state.tints, 1)
  paintCells(state, panel, faint, font, state.faintTints, 0.75)
}

// The colors of cells that keep so much of theirs, each with the color of a number on it.
const tintsOf = (table, { ink, ground }, share) =>
  table.map((color) => {
    const mixed = color.map((c, i) => share * c + (1 - share) * ground[i])
    const number = [ink, ground].toSorted(contrastTo(mixed))[0]
    return { fill: `rgb(${mixed})`, ink: `rgb(${number})` }
  })

const shadeOf = (panel, i) => {
  const share = Math.max(-1, Math.min(1, panel.values[i] / panel.limit || 0))
  return Math.round(127.5 * (share + 1))
}

// Cells without room for gaps or numbers: a pixel each, enlarged.
const paintDense = ({ table, look }, panel, context) => {
  const { blocks, rows, columns, outside, cell } = panel
  const colors = Uint32Array.from(table, asPixel)
  const around = asPixel(look.secondary)
  const image = new ImageData(columns, rows)
  const pixels = new Uint32Array(image.data.buffer)
  Object.assign(small, { width: columns, height: rows })
  context.imageSmoothingEnabled = false
  for (let block = 0; block < blocks; block++) {
    const first = block * rows * columns
    for (let i = 0; i < pixels.length; i++)
      pixels[i] = outside?.[first + i] ? around : colors[shadeOf(panel, first + i)]
    small.getContext('2d').putImageData(image, 0, 0)
    context.drawImage(small, ...corner(panel, first), columns * cell, rows * cell)
  }
}
const small = new OffscreenCanvas(1, 1) // one for all: each would cost every frame something

const paintCells = ({ look }, panel, context, font, tints, strength) => {
  const side = panel.cell - 1
  context.font = `${font}px ${look.font}`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  for (let i = 0; i < panel.size; i++) {
    const [x, y] = corner(panel, i)
    const tint = tints[shadeOf(panel, i)]
    const padding = panel.outside?.[i]
    context.fillStyle = padding ? look.hatched : tint.fill
    context.fillRect(x, y, side, side)
    if (padding) hatch(context, x, y, side, look.line)
    if (!font) continue
    context.fillStyle = padding ? `rgb(${look.ink})` : tint.ink
    context.globalAlpha = padding ? 0.55 : strength
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
  const { base, faint, ratio, cell } = panel
  const lit = state.lit?.get(panel.name)
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, base.width, base.height)
  context.drawImage(state.lit ? faint : base, 0, 0)
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
