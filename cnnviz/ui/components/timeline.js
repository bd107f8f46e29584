// A slider over checkpoints, drawn over the curve of the loss at these checkpoints. The cursor
// follows the hand at once; the server is asked for the next checkpoint when it has answered.

const states = new WeakMap()
const WIDTH = 1000
const HEIGHT = 100
const PER_SECOND = { '½×': 2, '1×': 4, '2×': 8, '4×': 16, '8×': 32 }

const svg = (tag, parent, attributes = {}) => {
  const el = document.createElementNS('http://www.w3.org/2000/svg', tag)
  Object.entries(attributes).forEach(([name, value]) => el.setAttribute(name, value))
  parent.append(el)
  return el
}

const button = (parent, sign, label, onclick) => {
  const el = make('button', '', parent, sign)
  Object.assign(el, { type: 'button', ariaLabel: label, title: label, onclick })
  return el
}

// --- words --------------------------------------------------------------------------------------

const loss = (value) => (value ? value.toPrecision(4) : '0')
const count = (number) => number.toLocaleString('en-US')

const sentence = (data, place) => {
  const step = `step ${count(data.step[place])} of ${count(data.total)}`
  if (data.step[place] === 0) return `${step} · the initial weights, before any training`
  const parts = [step]
  if (data.epoch[place]) parts.push(`epoch ${data.epoch[place]}`)
  if (data.loss[place] !== null) parts.push(`loss of this batch ${loss(data.loss[place])}`)
  if (data.accuracy[place] !== null) parts.push(`${percentOf(data.accuracy[place])} of it right`)
  if (data.validation[place] !== null)
    parts.push(`validation after epoch ${data.judged[place]} ${percentOf(data.validation[place])}`)
  return parts.join(' · ')
}

// --- the curve ----------------------------------------------------------------------------------

const path = (values, highest) => {
  const last = Math.max(1, values.length - 1)
  let pen = 'M'
  return values
    .map((value, i) => {
      if (value === null) return (pen = 'M'), ''
      const y = HEIGHT - (HEIGHT - 6) * Math.min(1, value / highest) - 3
      const point = `${pen}${((i / last) * WIDTH).toFixed(1)} ${y.toFixed(1)}`
      pen = 'L'
      return point
    })
    .join('')
}

const drawCurve = ({ data, raw, trend }) => {
  const known = data.trend.filter((value) => value !== null)
  const highest = Math.max(...known, 1e-9) * 1.1
  raw.setAttribute('d', path(data.loss, highest))
  trend.setAttribute('d', path(data.trend, highest))
}

// --- where it stands ----------------------------------------------------------------------------

const last = (state) => state.data.step.length - 1

const show = (state) => {
  const { data, place } = state
  const share = last(state) ? place / last(state) : 1
  state.slider.max = last(state)
  state.slider.value = place
  state.field.style.setProperty('--at', share)
  const words = sentence(data, place)
  state.slider.ariaValueText = words
  write(state.words, words)
  const atEnd = place === last(state)
  state.end.ariaPressed = String(atEnd)
  write(state.end, data.active ? 'Live' : 'Latest')
  state.end.title = data.active ? 'Follow the training' : 'Go to the last checkpoint'
  state.end.classList.toggle('live', data.active && atEnd)
  state.back.disabled = place === 0
  state.forth.disabled = atEnd
  state.play.disabled = last(state) === 0
  write(state.play, state.playing ? '⏸' : '▶')
  state.play.ariaLabel = state.play.title = state.playing ? 'Pause' : 'Play the training'
}

const answered = (state) => state.sent <= state.data.heard

// Ask for the place under the cursor, or remember to do so when the last question is answered.
// The server is told whether the cursor has come to rest: then the place is worth an address.
const ask = (state) => {
  if (!answered(state)) return void (state.waiting = true)
  state.waiting = false
  const moving = state.playing || state.held
  if (state.place === state.asked && moving === state.moving) return
  Object.assign(state, { asked: state.place, moving, sent: state.data.heard + 1 })
  state.setStateValue('at', { run: state.data.run, place: state.place, number: state.sent, moving })
}

const go = (state, place) => {
  state.place = Math.max(0, Math.min(last(state), place))
  show(state)
  ask(state)
}

const byHand = (state, place) => {
  stop(state)
  go(state, place)
}

const release = (state) => {
  if (!state.held) return
  state.held = false
  ask(state)
}

// --- the player ---------------------------------------------------------------------------------

const play = (state) => {
  if (state.playing) return byHand(state, state.place)
  state.playing = true
  if (state.place === last(state)) go(state, 0)
  state.moved = performance.now()
  show(state)
  state.timer = setInterval(() => advance(state), 30)
}

const stop = (state) => {
  clearInterval(state.timer)
  state.playing = false
}

const advance = (state) => {
  const now = performance.now()
  const steps = Math.floor(((now - state.moved) / 1000) * PER_SECOND[state.speed.value])
  if (!steps || !answered(state)) return
  state.moved = now
  if (state.place + steps >= last(state)) stop(state)
  go(state, state.place + steps)
}

// --- the whole ----------------------------------------------------------------------------------

const begin = (root) => {
  const state = { root, place: 0, asked: 0, moving: false, held: false, playing: false, waiting: false }
  const row = make('div', 'row', root)
  state.play = button(row, '▶', 'Play the training', () => play(state))
  state.back = button(row, '‹', 'One checkpoint back', () => byHand(state, state.place - 1))
  state.forth = button(row, '›', 'One checkpoint on', () => byHand(state, state.place + 1))
  state.speed = make('select', '', row)
  state.speed.ariaLabel = state.speed.title = 'Speed of the player'
  Object.keys(PER_SECOND).forEach((name) => make('option', '', state.speed, name))
  state.speed.value = '1×'
  state.field = make('div', 'field', row)
  const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }
  const picture = svg('svg', state.field, box)
  state.raw = svg('path', picture, { class: 'raw' })
  state.trend = svg('path', picture, { class: 'trend' })
  make('div', 'cursor', state.field)
  state.slider = make('input', '', state.field)
  Object.assign(state.slider, { type: 'range', min: 0, step: 1, ariaLabel: 'Checkpoint of the run' })
  state.slider.title = 'The loss at each checkpoint: many at the start, ever fewer later.'
  state.slider.oninput = () => byHand(state, Number(state.slider.value))
  state.slider.onpointerdown = () => (state.held = true)
  for (const end of ['pointerup', 'pointercancel', 'blur']) {
    state.slider.addEventListener(end, () => release(state))
  }
  state.end = button(row, 'Latest', '', () => byHand(state, last(state)))
  state.words = make('div', 'sentence', root)
  return state
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.timeline')
  const state = states.get(root) || begin(root)
  const fresh = !states.has(root) || state.data.run !== data.run
  states.set(root, state)
  const followed = !fresh && state.place === last(state)
  Object.assign(state, { data, setStateValue })
  if (fresh) {
    stop(state)
    Object.assign(state, { sent: data.heard, waiting: false, moving: false, held: false })
  }
  if (fresh || (answered(state) && !state.waiting && !state.playing)) {
    state.place = state.asked = data.at
  } else if (followed && !state.playing && !state.waiting) state.place = last(state)
  state.place = Math.min(state.place, last(state))
  drawCurve(state)
  show(state)
  if (state.waiting && answered(state)) ask(state)
  return () => clearInterval(state.timer)
}
