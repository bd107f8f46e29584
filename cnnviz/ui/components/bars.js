// Bars on one canvas; one line tells the number under the pointer.

const states = new WeakMap()
const LEFT = 52 // for the numbers of the axis
const FEW = 16 // up to so many bars have their numbers on them
const SMALL = '11px system-ui, sans-serif'
let chosen = Date.now() // counts on from click to click, so that the same bar can be chosen again

const written = ({ data }, value) => {
  if (!Number.isFinite(value)) return ''
  return data.percent ? percentOf(value) : short(value)
}

// Where there is little room; nothing where that would be 0 or 100 and is not.
const rounded = (share) => {
  const whole = Math.round(100 * share)
  return whole === 100 * share || (whole > 0 && whole < 100) ? `${whole} %` : ''
}

const named = ({ data }, number) => data.titles[number] || `unit ${number}`

// Where things stand: the inner width, and the height of a value.
const place = ({ data, width }) => {
  const few = data.shape[2] <= FEW
  const [top, bottom] = [few ? 18 : 6, data.names.length || few ? 20 : 16]
  const room = data.height - top - bottom - (few && data.low < 0 ? 14 : 0)
  const y = (value) => top + (room * (data.high - value)) / (data.high - data.low)
  return { width: width - LEFT, y, few }
}

const scaled = (state) => {
  const { canvas, data, width } = state
  const ratio = globalThis.devicePixelRatio || 1
  Object.assign(canvas, { width: width * ratio, height: data.height * ratio })
  const context = canvas.getContext('2d')
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  Object.assign(context, { font: SMALL, textBaseline: 'middle', textAlign: 'center' })
  return context
}

const drawAxis = (context, state, { width, y }) => {
  const { data, colors } = state
  context.textAlign = 'right'
  for (const value of new Set([data.low, 0, data.high])) {
    context.fillStyle = value ? colors.line : colors.ink
    context.globalAlpha = value ? 1 : 0.5
    context.fillRect(LEFT, Math.round(y(value)), width, 1)
    context.globalAlpha = 0.75
    context.fillStyle = colors.ink
    const near = value === 0 && [data.low, data.high].some((end) => end && Math.abs(y(end) - y(0)) < 12)
    if (!near) context.fillText(written(state, value) || '0', LEFT - 6, y(value))
  }
  context.globalAlpha = 1
  context.textAlign = 'center'
}

const fitted = (context, text, width) => {
  if (context.measureText(text).width <= width) return text
  let end = text.length
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > width) end--
  return width < 12 ? '' : `${text.slice(0, end)}…`
}

const drawBars = (context, state, { width, y, few }) => {
  const { data, values, colors, at } = state
  const step = width / values.length
  const gap = step > 4 ? Math.max(1, 0.15 * step) : 0
  values.forEach((value, i) => {
    const x = LEFT + i * step
    if (i === at) {
      context.fillStyle = colors.hover
      context.fillRect(x, 0, step, data.height - 18)
    }
    if (!Number.isFinite(value)) return
    const [start, end] = [y(Math.max(value, 0)), y(Math.min(value, 0))]
    context.globalAlpha = data.chosen === null || data.chosen === i ? 1 : 0.55
    context.fillStyle = value > 0 ? colors.above : colors.below
    context.fillRect(x + gap / 2, start, Math.max(step - gap, 1), Math.max(end - start, 0))
    context.globalAlpha = 1
    if (data.chosen === i) {
      context.fillStyle = colors.ink
      context.fillRect(x + gap / 2, y(0) + (value > 0 ? 1 : -3), Math.max(step - gap, 2), 3)
    }
    if (!few) return
    context.fillStyle = colors.ink
    const texts = [written(state, value), data.percent ? rounded(value) : '']
    const text = texts.find((one) => context.measureText(one).width <= step) || ''
    context.fillText(text, x + step / 2, value < 0 ? end + 9 : start - 9)
  })
}

const drawNames = (context, state, { width }) => {
  const { data, values, colors } = state
  const step = width / values.length
  const every = data.names.length ? 1 : [1, 2, 5, 10, 20, 50, 100, 200, 500].find((n) => n * step > 34) || 1000
  context.fillStyle = colors.ink
  context.globalAlpha = 0.75
  for (let i = 0; i < values.length; i += every) {
    const text = data.names.length ? fitted(context, data.names[i], step - 2) : String(i)
    context.fillText(text, LEFT + (i + 0.5) * step, data.height - 8)
  }
  context.globalAlpha = 1
}

const draw = (state) => {
  state.width ||= state.canvas.clientWidth
  if (!state.width) return
  const context = scaled(state)
  const where = place(state)
  drawAxis(context, state, where)
  drawBars(context, state, where)
  drawNames(context, state, where)
}

// --- what the reader does -----------------------------------------------------------------------

const look = (state, number) => {
  if (state.at === number) return
  state.at = number
  draw(state)
  const value = number === null ? null : state.values[number]
  write(state.value, value === null ? '' : `${named(state, number)}: ${exact(value)}`)
}

const barAt = ({ canvas, values }, event) => {
  const box = canvas.getBoundingClientRect()
  const number = Math.floor(((event.clientX - box.left - LEFT) / (box.width - LEFT)) * values.length)
  return number >= 0 && number < values.length ? number : null
}

const choose = ({ data, name, setStateValue }, number) => {
  if (data.choosable && number !== null)
    setStateValue('tile', { part: name, at: [0, 0, number], number: ++chosen })
}

const walk = (state, event) => {
  const last = state.values.length - 1
  const at = state.at ?? state.data.chosen ?? 0
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key]
  if (to !== undefined) look(state, Math.max(0, Math.min(last, to)))
  else if (event.key === 'Enter' || event.key === ' ') choose(state, at)
  else return
  event.preventDefault()
}

const begin = (root) => {
  const title = make('div', 'title', root)
  const canvas = make('canvas', '', root)
  const value = make('div', 'value', root)
  const state = { title, canvas, value, at: null }
  value.ariaLive = 'polite'
  canvas.tabIndex = 0
  canvas.onpointermove = (event) => look(state, barAt(state, event))
  canvas.onpointerleave = () => look(state, null)
  canvas.onfocus = () => canvas.matches(':focus-visible') && look(state, state.data.chosen ?? 0)
  canvas.onblur = () => look(state, null)
  canvas.onclick = (event) => choose(state, barAt(state, event))
  canvas.onkeydown = (event) => walk(state, event)
  new ResizeObserver(() => {
    state.width = canvas.clientWidth
    if (state.data) draw(state)
  }).observe(canvas)
  return state
}

const spoken = (state) => {
  const { data, values } = state
  const best = values.reduce((most, value, i) => (value > values[most] ? i : most), 0)
  return `${data.label}: ${values.length} bars; the largest is ${named(state, best)}, ${exact(values[best])}.`
}

export default function ({ data, name, root, setStateValue }) {
  const state = states.get(root) || begin(root)
  states.set(root, state)
  Object.assign(state, { name, setStateValue })
  const drawn = JSON.stringify([data, theme(root, 'background-color'), theme(root, 'text-color')])
  if (state.drawn === drawn) return
  const table = colorTable('diverging', root)
  const css = (color) => `rgb(${color.map(Math.round).join(' ')})`
  const colors = {
    ink: theme(root, 'text-color'),
    line: theme(root, 'border-color'),
    hover: theme(root, 'secondary-background-color'),
    above: css(table[222]),
    below: css(table[33]),
  }
  Object.assign(state, { drawn, data, colors, values: new Float32Array(bytesOf(data.values).buffer) })
  entitle(state.title, data.label, '')
  state.title.classList.toggle('unseen', !data.showLabel)
  state.canvas.style.height = `${data.height}px`
  state.canvas.setAttribute('role', data.choosable ? 'button' : 'img')
  state.canvas.ariaLabel = spoken(state)
  if (state.at !== null && state.at >= state.values.length) state.at = null
  draw(state)
}
