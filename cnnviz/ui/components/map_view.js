// Which part of the map is in view: nearer and farther with wheel, two fingers, keys and buttons,
// moved by dragging. Points lie in a square from 0 to 1; `view` is what of it stands in the middle.

const MARGIN = 16
const MOST_ZOOM = 32
const NEARER = 1.5 // by a press of a button or key
const DRAGGED = 4 // pixels from which on a press is a drag and no click
const REST = 400 // milliseconds without a move, after which the server is told what is in view

const whole = () => ({ zoom: 1, x: 0.5, y: 0.5 })

const sizes = ({ field, view }) => {
  const [width, height] = [field.clientWidth, field.clientHeight]
  return { width, height, scale: (Math.min(width, height) - 2 * MARGIN) * view.zoom }
}

const placeOf = (state, x, y) => {
  const { width, height, scale } = sizes(state)
  return [width / 2 + scale * (x - state.view.x), height / 2 - scale * (y - state.view.y)]
}

// The square never leaves the middle of the field empty.
const showView = (state, { zoom, x, y }) => {
  zoom = Math.max(1, Math.min(MOST_ZOOM, zoom))
  const inside = (at) => Math.max(0.5 / zoom, Math.min(1 - 0.5 / zoom, at))
  state.view = { zoom, x: inside(x), y: inside(y) }
  const { nearer, farther, reset } = state.buttons
  nearer.disabled = zoom >= MOST_ZOOM
  farther.disabled = reset.disabled = zoom <= 1
  state.canvas.style.touchAction = zoom > 1 ? 'none' : 'manipulation'
  look(state, state.at)
}

const setView = (state, view) => {
  showView(state, view)
  tell(state)
}

// What lies under (left, top) stays there.
const zoomBy = (state, factor, left, top) => {
  const { width, height, scale } = sizes(state)
  const { zoom, x, y } = state.view
  const to = Math.max(1, Math.min(MOST_ZOOM, zoom * factor))
  const [across, up] = [(left - width / 2) / scale, (height / 2 - top) / scale]
  setView(state, { zoom: to, x: x + across * (1 - zoom / to), y: y + up * (1 - zoom / to) })
}

const zoomInMiddle = (state, factor) => {
  const { width, height } = sizes(state)
  const [left, top] = state.at === null ? [width / 2, height / 2] : state.places[state.at]
  zoomBy(state, factor, left, top)
}

const moveBy = (state, dx, dy) => {
  const { scale } = sizes(state)
  setView(state, { ...state.view, x: state.view.x - dx / scale, y: state.view.y + dy / scale })
}

// Brings a point into view that was walked to.
const reveal = (state, at) => {
  const [left, top] = state.places[at]
  const { width, height } = sizes(state)
  const over = (place, size) => Math.min(0, size - MARGIN - place) + Math.max(0, MARGIN - place)
  const [dx, dy] = [over(left, width), over(top, height)]
  if (dx || dy) moveBy(state, dx, dy)
}

// --- what the server knows of it: a link shows the same part and class --------------------------

const partOf = ({ view, only }) => {
  if (view.zoom === 1 && only === null) return ''
  const numbers = [view.zoom, view.x, view.y].map((value) => Number(value.toFixed(4)))
  return [...numbers, ...(only === null ? [] : [only])].join('_')
}

const tell = (state) => {
  clearTimeout(state.telling)
  state.telling = setTimeout(() => {
    const part = partOf(state)
    const said = JSON.stringify(part)
    if (!state.root.isConnected || said === (state.told.at(-1) ?? state.asked)) return
    state.told.push(said)
    state.setTriggerValue('part', part) // also where it is the one told before: Back lies between
  }, REST)
}

// Takes over what the server says, where that is news, and always of another map.
const adopt = (state, data) => {
  if (!isNews(state, data.part) && state.data?.of === data.of) return
  const [zoom, x, y, only] = data.part.split('_').map(Number)
  clearTimeout(state.telling)
  Object.assign(state, {
    at: null,
    view: data.part ? { zoom, x, y } : whole(),
    only: data.labels.includes(only) ? only : null,
  })
}

// --- what the reader does -----------------------------------------------------------------------

// A wheel that only passes by scrolls the page: it is heard with Ctrl, or where the map has focus.
const wheel = (state, event) => {
  const focused = state.canvas.getRootNode().activeElement === state.canvas
  const factor = Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : event.ctrlKey ? 0.01 : 0.002))
  if (!(event.ctrlKey || event.metaKey || focused) || (factor < 1 && state.view.zoom === 1)) return
  event.preventDefault()
  zoomBy(state, factor, event.offsetX, event.offsetY)
}

const press = (state, event) => {
  if (!state.fingers.size) state.dragged = 0
  state.fingers.set(event.pointerId, [event.offsetX, event.offsetY])
}

const middle = (points) => [0, 1].map((i) => points.reduce((sum, p) => sum + p[i], 0) / points.length)
const apart = (points) => (points.length < 2 ? 1 : Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1]))

// Returns whether the map was dragged or pinched.
const drag = (state, event) => {
  const { fingers } = state
  if (!event.buttons) fingers.delete(event.pointerId) // released where nobody heard it
  if (!fingers.has(event.pointerId)) return false
  const before = [...fingers.values()]
  fingers.set(event.pointerId, [event.offsetX, event.offsetY])
  const now = [...fingers.values()]
  const [[x0, y0], [x1, y1]] = [middle(before), middle(now)]
  state.dragged += Math.hypot(x1 - x0, y1 - y0) + (now.length > 1 ? DRAGGED : 0)
  if (state.dragged < DRAGGED) return false
  if (state.at !== null) look(state, null)
  event.target.setPointerCapture(event.pointerId)
  moveBy(state, x1 - x0, y1 - y0)
  if (now.length > 1) zoomBy(state, apart(now) / Math.max(apart(before), 1), x1, y1)
  return true
}

const release = (state, event) => state.fingers.delete(event.pointerId)

const zoomKey = (state, key) => {
  if (key === '+' || key === '=') zoomInMiddle(state, NEARER)
  else if (key === '-') zoomInMiddle(state, 1 / NEARER)
  else if (key === '0') setView(state, whole())
  else return false
  return true
}

const viewButtons = (state) => {
  const box = make('div', 'zoom', state.field)
  const button = (sign, label, action) => {
    const made = make('button', '', box, sign)
    Object.assign(made, { type: 'button', title: label, ariaLabel: label, onclick: action })
    return made
  }
  return {
    nearer: button('+', 'Nearer', () => zoomInMiddle(state, NEARER)),
    farther: button('−', 'Farther', () => zoomInMiddle(state, 1 / NEARER)),
    reset: button('⤢', 'The whole map', () => setView(state, whole())),
  }
}

const beginView = (state) => {
  const { canvas } = state
  Object.assign(state, { view: whole(), fingers: new Map(), dragged: 0, told: [] })
  state.buttons = viewButtons(state)
  canvas.addEventListener('wheel', (event) => wheel(state, event), { passive: false })
  canvas.addEventListener('touchmove', (e) => e.touches.length > 1 && e.preventDefault(), { passive: false })
  canvas.onpointerdown = (event) => press(state, event)
  canvas.onpointerup = canvas.onpointercancel = (event) => release(state, event)
}
