// A pad: a base, what Python has put there, and strokes upon it. Every change is a new entry of the
// history; what the server hears is either the base's own name or the pixels of a small raster.

const states = new WeakMap()
const SIDE = 56
const REACH = 2 // pixels that an arrow key moves the pen
const HINT =
  'Draw with mouse, pen or finger. With keys: arrows move the pen, Space puts it down and lifts it.'

// --- history ------------------------------------------------------------------------------------

const now = (state) => state.history[state.place]

const change = (state, entry) => {
  state.history.splice(state.place + 1, Infinity, entry)
  if (state.history.length > 200) state.history.shift()
  state.place = state.history.length - 1
}

const go = (state, steps) => {
  const place = state.place + steps
  if (place < 0 || place >= state.history.length) return
  state.place = place
  state.stroke = null
  refresh(state)
  tell(state)
}

const clear = (state) => {
  if (isBlank(now(state))) return
  change(state, { base: blank(), strokes: [] })
  refresh(state)
  tell(state)
}

const blank = () => ({ text: '', side: SIDE, pixels: new Uint8Array(SIDE * SIDE) })

const isBlank = ({ base, strokes }) => !strokes.length && !base.text

// --- drawing ------------------------------------------------------------------------------------

// The base as a small picture in one color, its ink being opaque.
const picture = ({ pixels, side }, [r, g, b]) => {
  const canvas = new OffscreenCanvas(side, side)
  const context = canvas.getContext('2d')
  const image = context.createImageData(side, side)
  pixels.forEach((value, i) => image.data.set([r, g, b, value], 4 * i))
  context.putImageData(image, 0, 0)
  return canvas
}

const draw = (context, { base, strokes }, stroke, size, color) => {
  const scale = size / SIDE
  context.imageSmoothingEnabled = base.side === SIDE && size > SIDE // a sample shows its pixels
  context.drawImage(picture(base, color), 0, 0, size, size)
  context.strokeStyle = context.fillStyle = `rgb(${color})`
  context.lineCap = context.lineJoin = 'round'
  for (const { width, points } of stroke ? [...strokes, stroke] : strokes) {
    context.lineWidth = width * scale
    context.beginPath()
    points.forEach(([x, y]) => context.lineTo(x * scale, y * scale))
    if (points.length === 1) context.lineTo(points[0][0] * scale + 0.01, points[0][1] * scale)
    context.stroke()
  }
}

const refresh = (state) => {
  const { canvas, colors, undo, redo, clearing } = state
  const size = Math.round(canvas.clientWidth * (globalThis.devicePixelRatio || 1))
  if (!size) return
  if (canvas.width !== size) Object.assign(canvas, { width: size, height: size })
  const context = canvas.getContext('2d')
  context.clearRect(0, 0, size, size)
  draw(context, now(state), state.stroke, size, colors.ink)
  if (state.pen) mark(context, state, size)
  undo.disabled = !state.place
  redo.disabled = state.place === state.history.length - 1
  clearing.disabled = isBlank(now(state)) && !state.stroke
}

// Where the keyboard's pen is: a ring of the brush's width.
const mark = (context, { pen, colors, stroke, brush }, size) => {
  const scale = size / SIDE
  const radius = Math.max((brush.valueAsNumber / 2) * scale, 3)
  context.strokeStyle = colors.accent
  context.lineWidth = (stroke ? 3 : 1.5) * (globalThis.devicePixelRatio || 1)
  context.beginPath()
  context.arc(pen[0] * scale, pen[1] * scale, radius, 0, 2 * Math.PI)
  context.stroke()
}

// --- what the server hears ----------------------------------------------------------------------

const packed = (state) => {
  const raster = new OffscreenCanvas(SIDE, SIDE)
  const context = raster.getContext('2d', { willReadFrequently: true })
  context.fillRect(0, 0, SIDE, SIDE)
  draw(context, now(state), null, SIDE, [255, 255, 255])
  const { data } = context.getImageData(0, 0, SIDE, SIDE)
  const level = (i) => Math.round(data[4 * i] / 17)
  const bytes = Array.from({ length: (SIDE * SIDE) / 2 }, (_, i) => (level(2 * i) << 4) | level(2 * i + 1))
  return btoa(String.fromCharCode(...bytes))
}

const tell = (state) => {
  const { base, strokes } = now(state)
  const known = !strokes.length
  state.setStateValue('drawing', {
    revision: state.revision,
    number: (state.number += 1), // no two are the same: each is heard
    text: known ? base.text : null,
    ink: known ? null : packed(state),
    brush: state.brush.valueAsNumber,
  })
}

// --- pointer and keys ---------------------------------------------------------------------------

const placeOf = (canvas, event) => {
  const box = canvas.getBoundingClientRect()
  return [
    ((event.clientX - box.left) / box.width) * SIDE,
    ((event.clientY - box.top) / box.height) * SIDE,
  ]
}

const begin = (state, point) => {
  state.stroke = { width: state.brush.valueAsNumber, points: [point] }
  refresh(state)
}

const end = (state) => {
  if (!state.stroke) return
  const { base, strokes } = now(state)
  change(state, { base, strokes: [...strokes, state.stroke] })
  state.stroke = null
  refresh(state)
  tell(state)
}

const listen = (state) => {
  const { canvas } = state
  canvas.onpointerdown = (event) => {
    if (event.button || !event.isPrimary) return
    canvas.setPointerCapture(event.pointerId)
    state.pen = null
    begin(state, placeOf(canvas, event))
  }
  canvas.onpointermove = (event) => {
    if (!state.stroke || state.pen || !event.isPrimary) return
    const moves = event.getCoalescedEvents?.() || []
    for (const move of moves.length ? moves : [event]) state.stroke.points.push(placeOf(canvas, move))
    refresh(state)
  }
  canvas.onpointerup = canvas.onpointercancel = () => !state.pen && end(state)
  canvas.onfocus = () => {
    if (!canvas.matches(':focus-visible')) return
    state.pen = [SIDE / 2, SIDE / 2]
    refresh(state)
  }
  canvas.onblur = () => {
    end(state)
    state.pen = null
    refresh(state)
  }
  canvas.onkeydown = (event) => key(state, event)
}

const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }

const key = (state, event) => {
  if ((event.ctrlKey || event.metaKey) && ['z', 'y'].includes(event.key.toLowerCase())) {
    go(state, event.key.toLowerCase() === 'y' || event.shiftKey ? 1 : -1)
  } else if (event.key === ' ') {
    state.pen ||= [SIDE / 2, SIDE / 2]
    state.stroke ? end(state) : begin(state, state.pen)
  } else if (event.key === 'Escape' && state.stroke) {
    end(state)
  } else if (STEPS[event.key]) {
    const from = state.pen || [SIDE / 2, SIDE / 2]
    state.pen = from.map((at, i) => Math.max(0, Math.min(SIDE, at + REACH * STEPS[event.key][i])))
    state.stroke?.points.push(state.pen)
    refresh(state)
  } else return
  event.preventDefault()
}

// --- the part -----------------------------------------------------------------------------------

const button = (parent, sign, label, action) => {
  const made = make('button', '', parent)
  made.type = 'button'
  make('span', 'sign', made, sign).ariaHidden = 'true'
  make('span', '', made, label)
  made.onclick = action
  return made
}

const build = (root) => {
  const state = { root, history: [], place: -1, number: 0, stroke: null, pen: null }
  state.canvas = make('canvas', '', root)
  state.canvas.tabIndex = 0
  state.canvas.setAttribute('role', 'application')
  const tools = make('div', 'tools', root)
  state.undo = button(tools, '↶', 'Undo', () => go(state, -1))
  state.redo = button(tools, '↷', 'Redo', () => go(state, 1))
  state.clearing = button(tools, '×', 'Clear', () => clear(state))
  const label = make('label', '', tools)
  make('span', '', label, 'Brush')
  state.brush = make('input', '', label)
  state.brush.type = 'range'
  state.dot = make('i', 'dot', make('span', 'dots', label))
  state.brush.oninput = () => showBrush(state)
  make('div', 'hint', root, HINT)
  listen(state)
  new ResizeObserver(() => state.history.length && refresh(state)).observe(state.canvas)
  return state
}

const showBrush = ({ brush, dot, canvas }) => {
  const size = (brush.valueAsNumber / SIDE) * (canvas.clientWidth || 320)
  dot.style.width = dot.style.height = `${size}px`
  brush.ariaValueText = `${brush.value} of ${SIDE} pixels`
}

const adopt = (state, data) => {
  const base = { text: data.text, side: data.side, pixels: bytesOf(data.pixels) }
  state.stroke = null
  change(state, { base, strokes: [] })
  state.revision = data.revision
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.pad')
  const state = states.get(root) || build(root)
  states.set(root, state)
  Object.assign(state, { setStateValue, colors: colorsOf(root) })
  root.style.maxWidth = `${data.width}px`
  state.canvas.ariaLabel = `${data.label}. ${HINT} Control Z takes back.`
  if (state.wanted !== data.brush) {
    const [min, max] = data.brushes
    Object.assign(state.brush, { min, max, value: (state.wanted = data.brush) })
    showBrush(state)
  }
  if (state.revision !== data.revision) adopt(state, data)
  const undo = state.undos !== undefined && data.undos > state.undos
  state.undos = data.undos
  undo ? setTimeout(() => go(state, -1)) : refresh(state)
}

const colorsOf = (root) => ({
  ink: rgb(theme(root, 'text-color')),
  accent: theme(root, 'primary-color'),
})
