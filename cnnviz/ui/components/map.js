// A scatter of points on a canvas; the nearest one tells what it is and shows its image.

const states = new WeakMap()
const HINT = 'Point at the map, or use the arrow keys, to see an image; a class in the legend to see its images alone.'
const OPEN = ' Click, or press Enter, to follow it through the network.'
const ZOOM = ' Nearer with Ctrl and the wheel, two fingers or the + key; drag to move.'
const NEAR = 18 // how far from a point it still answers, in pixels
let pressed = Date.now() // counts on from click to click, so that the same image can be chosen again

// --- shapes: each class has one of its own ------------------------------------------------------

const polygon = (corners, turn, inner = 1) => (c, r) => {
  const count = inner === 1 ? corners : 2 * corners
  for (let i = 0; i < count; i++) {
    const angle = turn + (2 * Math.PI * i) / count
    const radius = i % 2 && inner !== 1 ? r * inner : r
    c[i ? 'lineTo' : 'moveTo'](radius * Math.cos(angle), radius * Math.sin(angle))
  }
  c.closePath()
}
const cross = (turn) => (c, r) => {
  const [a, b] = [r, r * 0.36]
  const corners = [[-b, -a], [b, -a], [b, -b], [a, -b], [a, b], [b, b], [b, a], [-b, a], [-b, b], [-a, b], [-a, -b], [-b, -b]]
  corners.forEach(([x, y], i) => {
    const place = [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)]
    c[i ? 'lineTo' : 'moveTo'](...place)
  })
  c.closePath()
}
const QUARTER = Math.PI / 2
const SHAPES = [
  (c, r) => c.arc(0, 0, r * 0.9, 0, 7),
  polygon(4, QUARTER / 2),
  polygon(3, -QUARTER),
  polygon(3, QUARTER),
  polygon(4, 0),
  cross(0),
  cross(QUARTER / 2),
  polygon(5, -QUARTER, 0.42),
  polygon(6, 0),
  (c, r) => (c.arc(0, 0, r * 0.9, 0, 7), c.moveTo(r * 0.4, 0), c.arc(0, 0, r * 0.4, 0, 7, true)),
]

const shape = (context, kind, x, y, radius, color) => {
  context.save()
  context.translate(x, y)
  context.beginPath()
  SHAPES[kind % SHAPES.length](context, radius)
  context.fillStyle = color
  context.fill('evenodd')
  context.restore()
}

const ring = (context, x, y, radius, color, width) => {
  context.beginPath()
  context.arc(x, y, radius, 0, 7)
  context.lineWidth = width
  context.strokeStyle = color
  context.stroke()
}

// --- drawing ------------------------------------------------------------------------------------

const isDark = (el) => rgb(theme(el, 'background-color')).reduce((a, b) => a + b) < 384

const draw = (state) => {
  const { canvas, field, data, points, only } = state
  const [width, height] = [field.clientWidth, field.clientHeight]
  if (!width || !height) return
  const ratio = devicePixelRatio || 1
  Object.assign(canvas, { width: width * ratio, height: height * ratio })
  const context = canvas.getContext('2d')
  context.scale(ratio, ratio)
  const [ink, accent] = [theme(state.root, 'text-color'), theme(state.root, 'primary-color')]
  const colors = data.colors[isDark(state.root) ? 'dark' : 'light']
  const radius = data.labels.length > 800 ? 3.5 : 4.5
  state.places = data.labels.map((_, i) => placeOf(state, points[2 * i], points[2 * i + 1]))
  const faint = (i) => only !== null && data.labels[i] !== only
  const order = data.labels.map((_, i) => i).sort((a, b) => faint(b) - faint(a) || a - b)
  for (const i of order) {
    context.globalAlpha = faint(i) ? 0.12 : 0.85
    shape(context, data.labels[i], ...state.places[i], radius, colors[data.labels[i] % colors.length])
    if (state.wrong.has(i)) ring(context, ...state.places[i], radius + 2.5, ink, 1)
  }
  context.globalAlpha = 1
  if (state.at !== null) ring(context, ...state.places[state.at], radius + 6, accent, 2.5)
}

const drawLegend = (state) => {
  const { data, legend } = state
  const colors = data.colors[isDark(state.root) ? 'dark' : 'light']
  if (legend.children.length !== data.classes.length + 1) {
    legend.replaceChildren()
    state.entries = data.classes.map((_, k) => newEntry(state, k))
    state.key = make('span', 'key', legend)
  }
  state.entries.forEach(({ button, sign, name }, k) => {
    const there = data.labels.includes(k)
    write(name, data.classes[k])
    Object.assign(sign, { width: 28, height: 28 })
    shape(sign.getContext('2d'), k, 14, 14, 10, colors[k % colors.length])
    button.disabled = !there
    button.ariaPressed = String(state.only === k)
  })
  const count = (n) => n.toLocaleString('en')
  const wrong = `◯ got wrong: ${count(state.wrong.size)} of ${count(data.labels.length)}`
  write(state.key, state.wrong.size ? wrong : '')
}

const newEntry = (state, k) => {
  const button = make('button', '', state.legend)
  button.type = 'button'
  const sign = make('canvas', '', button)
  sign.ariaHidden = 'true'
  button.onclick = () => {
    state.only = state.only === k ? null : k
    state.at = null
    drawLegend(state)
    look(state, null)
    tell(state)
  }
  return { button, sign, name: make('span', '', button) }
}

// --- the image that is looked at ----------------------------------------------------------------

const shown = (state, i) => state.only === null || state.data.labels[i] === state.only

const nearest = (state, x, y) => {
  let [best, found] = [NEAR * NEAR, null]
  state.places.forEach(([px, py], i) => {
    const far = (px - x) ** 2 + (py - y) ** 2
    if (far < best && shown(state, i)) [best, found] = [far, i]
  })
  return found
}

const look = (state, at) => {
  const { data, card, picture, caption, line } = state
  state.at = at
  draw(state)
  card.hidden = at === null
  state.field.classList.toggle('pointing', at !== null && data.choosable)
  const mark = at !== null && state.wrong.has(at) ? ' ✗' : ''
  write(line, at === null ? HINT + (data.choosable ? OPEN : '') + ZOOM : data.titles[at] + mark)
  line.classList.toggle('idle', at === null)
  if (at !== null) {
    const [, height, width] = data.shape
    paintImage(state, picture, at, height, width)
    write(caption, data.titles[at].replaceAll(' %', '\u00a0%') + mark)
    const [x, y] = state.places[at]
    const { clientWidth, clientHeight } = state.field
    card.style.left = `${x > clientWidth / 2 ? x - 16 - card.offsetWidth : x + 16}px`
    card.style.top = `${Math.max(0, Math.min(clientHeight - card.offsetHeight, y - card.offsetHeight / 2))}px`
  }
}

const paintImage = ({ bytes, table }, picture, at, height, width) => {
  Object.assign(picture, { width, height })
  const context = picture.getContext('2d')
  const image = context.createImageData(width, height)
  const start = at * height * width
  for (let i = 0; i < height * width; i++) {
    image.data.set(table[bytes[start + i]], 4 * i)
    image.data[4 * i + 3] = 255
  }
  context.putImageData(image, 0, 0)
}

const choose = (state) => {
  if (state.at !== null && state.data.choosable)
    state.setStateValue('image', { place: state.at, number: ++pressed })
}

// To the nearest image in the direction of the arrow; what lies straight ahead counts as nearer.
const step = (state, dx, dy) => {
  const all = state.places.map((_, i) => i).filter((i) => shown(state, i))
  if (state.at === null || !all.length) return look(state, all.length ? all[0] : null)
  const [x, y] = state.places[state.at]
  let [best, found] = [Infinity, state.at]
  for (const i of all) {
    const [px, py] = [state.places[i][0] - x, state.places[i][1] - y]
    const ahead = px * dx + py * dy
    const aside = Math.abs(px * dy) + Math.abs(py * dx)
    if (i !== state.at && ahead > 0 && ahead + 2 * aside < best) [best, found] = [ahead + 2 * aside, i]
  }
  look(state, found)
  reveal(state, found)
}

const walk = (state, event) => {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
  if (way) step(state, ...way)
  else if (event.key === 'Enter' || event.key === ' ') choose(state)
  else if (event.key === 'Escape') look(state, null)
  else if (event.ctrlKey || event.metaKey || !zoomKey(state, event.key)) return
  event.preventDefault()
}

// --- the whole ----------------------------------------------------------------------------------

const begin = (root) => {
  const field = make('div', 'field', root)
  const canvas = make('canvas', 'points', field)
  const card = make('div', 'card', field)
  const state = { root, field, canvas, card, only: null, at: null, places: [] }
  Object.assign(state, {
    picture: make('canvas', '', card),
    caption: make('div', '', card),
    line: make('div', 'line', root),
    legend: make('div', 'legend', root),
  })
  card.hidden = true
  card.ariaHidden = 'true'
  state.line.ariaLive = 'polite'
  state.legend.setAttribute('role', 'group')
  state.legend.ariaLabel = 'Classes: choose one to see its images alone'
  canvas.tabIndex = 0
  canvas.setAttribute('role', 'application')
  beginView(state)
  canvas.onpointermove = (event) => {
    if (drag(state, event)) return
    const at = nearest(state, event.offsetX, event.offsetY)
    if (at !== state.at) look(state, at)
  }
  canvas.onpointerleave = () => look(state, null)
  canvas.onblur = () => look(state, null)
  canvas.onclick = ({ offsetX, offsetY }) => {
    if (state.dragged >= DRAGGED) return
    look(state, nearest(state, offsetX, offsetY)) // a finger comes without having pointed before
    choose(state)
  }
  canvas.onkeydown = (event) => walk(state, event)
  state.observer = new ResizeObserver(() => draw(state))
  state.observer.observe(field)
  return state
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector('.map')
  const state = states.get(root) || begin(root)
  states.set(root, state)
  Object.assign(state, { setStateValue, setTriggerValue })
  const drawn = JSON.stringify([theme(root, 'background-color'), theme(root, 'text-color')])
  if (state.data && state.drawn === drawn && JSON.stringify(state.data) === JSON.stringify(data)) return
  adopt(state, data)
  const points = new Float32Array(bytesOf(data.points).buffer)
  Object.assign(state, { data, drawn, bytes: bytesOf(data.images), points })
  Object.assign(state, { wrong: new Set(data.wrong), table: colorTable('gray', root) })
  state.canvas.ariaLabel = data.label
  drawLegend(state)
  showView(state, state.view)
}
