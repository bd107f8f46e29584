// The linked picture: padded input, kernel, products and output of one filter. Hover and keys are
// answered here; the server only brings the numbers, and hears what was pinned.

const states = new WeakMap()
const HINT =
  'Point at any cell, or walk with the arrow keys. Click or Space pins, Escape releases.'
const DOUBLE = 400 // milliseconds in which a second click may come, which changes a number
const EDIT_HINT = ' Double-click or Enter changes a number.'

// --- what the reader points at ------------------------------------------------------------------

const current = (state) => state.pin || state.at || { part: 'output', channel: 0, cell: state.home }

const look = (state, focus) => {
  const before = current(state)
  state.at = focus
  if (!state.pin) bringHome(state, focus)
  if (JSON.stringify(before) !== JSON.stringify(current(state))) show(state)
}

const pin = (state, focus) => {
  putPin(state, JSON.stringify(state.pin) === JSON.stringify(focus) ? null : focus)
  stop(state)
}

// Pins something, or nothing.
const putPin = (state, focus) => {
  state.pin = focus
  bringHome(state, focus)
  clearTimeout(state.telling)
  const tell = () => tellPin(state, [focus.part, focus.channel, ...focus.cell])
  if (!focus) tellNone(state)
  else if (focus.part === 'output') tell()
  else state.telling = setTimeout(tell, DOUBLE)
  show(state)
}

const release = (state) => putPin(state, null)

// Of an input cell the output is shown that it feeds, the first one where there are several.
const bringHome = (state, focus) => {
  if (focus?.part === 'output') state.home = focus.cell
  if (focus?.part !== 'input') return
  const fed = fedBy(state.data, focus.cell).map(({ output }) => output)
  if (fed.length && !fed.some((cell) => String(cell) === String(state.home))) state.home = fed[0]
}

const focusOf = ({ part, channel }, cell) => ({ part, channel, cell })

// What a panel does when the reader points, clicks or types.
const attend = (state, panel) => {
  const { base } = panel
  base.onpointermove = (event) => {
    const cell = cellAt(panel, event)
    look(state, cell && focusOf(panel, cell))
  }
  base.onpointerleave = () => look(state, null)
  base.onclick = (event) => {
    const cell = cellAt(panel, event)
    if (!cell || event.detail > 1) return // the second click of two that change a number
    state.pinBefore = state.pin
    pin(state, focusOf(panel, (panel.at = cell)))
  }
  base.ondblclick = (event) => {
    const cell = cellAt(panel, event)
    if (!cell) return
    if (panel.part !== 'output') {
      clearTimeout(state.telling)
      state.pin = state.pinBefore
    }
    edit(state, panel, cell)
  }
  if (panel.part === 'products') return
  base.tabIndex = 0
  base.onfocus = () => base.matches(':focus-visible') && look(state, focusOf(panel, panel.at))
  base.onblur = () => look(state, null)
  base.onkeydown = (event) => press(state, panel, event)
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

const press = (state, panel, event) => {
  const { key } = event
  const last = [panel.rows - 1, panel.columns - 1]
  const types = key === 'Enter' || /^[-.\d]$/.test(key)
  if (!(key in STEPS || ['Home', 'End', ' '].includes(key) || types)) return
  event.preventDefault()
  if (types) return edit(state, panel, panel.at, key === 'Enter' ? null : key)
  if (key === ' ') return pin(state, focusOf(panel, panel.at))
  if (key === 'Home') panel.at = [0, 0]
  else if (key === 'End') panel.at = last
  else panel.at = panel.at.map((n, axis) => clamp(n + STEPS[key][axis], last[axis]))
  state.pin = null
  stop(state)
  look(state, focusOf(panel, panel.at))
}

// --- the whole ----------------------------------------------------------------------------------

const begin = (root) => {
  const state = { root, panels: [], home: [0, 0], at: null, pin: null, playing: false }
  Object.assign(state, { edits: [], waiting: null })
  const tools = make('div', 'tools', root)
  state.button = make('button', 'play', tools, '▶ Play')
  const one = make('button', 'step', tools, 'Step')
  const label = make('label', 'speed', tools)
  state.speed = make('input', '', label)
  state.pace = make('span', '', label)
  const legend = make('div', 'legend', tools)
  state.legendName = make('span', 'name', legend)
  state.bar = make('canvas', '', legend)
  state.numbers = range(3).map(() => make('span', '', legend))
  state.pinned = make('div', 'hint', root)
  state.line = make('div', 'sentence', root)
  state.stage = make('div', 'stage', root)
  state.rows = make('div', 'rows', state.stage)
  state.result = make('div', 'result', state.stage)
  state.total = make('div', 'total', root)
  state.list = make('div', 'terms', root)
  state.note = make('div', 'note', root)
  state.line.setAttribute('role', 'status')
  Object.assign(state.speed, { type: 'range', min: 0.5, max: 10, step: 0.5, value: 2 })
  state.speed.ariaLabel = 'Speed'
  state.speed.oninput = () => showSpeed(state)
  state.button.type = one.type = 'button'
  one.title = 'The next output cell; with the Shift key the one before.'
  state.button.onclick = () => (state.playing ? stop(state) : play(state))
  one.onclick = (event) => {
    stop(state)
    step(state, event.shiftKey ? -1 : 1)
  }
  const inside = (whether) => () => {
    state.inside = whether
    if (state.playing) show(state)
  }
  state.stage.onpointerenter = inside(true)
  state.stage.onpointerleave = inside(false)
  onEscape(root, () => {
    stop(state)
    release(state)
  })
  new ResizeObserver(() => {
    const width = root.isConnected && root.clientWidth // none on the way out
    if (state.data && width && width !== state.width) redraw(state)
  }).observe(root)
  showSpeed(state)
  showPlaying(state)
  return state
}

const decode = (text, type) => {
  return new (type === 'float32' ? Float32Array : Float64Array)(bytesOf(text).buffer)
}

// Grids for the channels that are shown; kept where their number and place stay the same.
const buildPanels = (state) => {
  const { data, rows, result } = state
  rows.replaceChildren()
  result.replaceChildren()
  state.panels = data.shown.flatMap((channel) => {
    const row = make('div', 'row', rows)
    const input = newPanel(state, row, 'input', channel)
    make('span', 'sign', row, '×').ariaHidden = 'true'
    const kernel = newPanel(state, row, 'kernel', channel)
    make('span', 'sign', row, '=').ariaHidden = 'true'
    return [input, kernel, newPanel(state, row, 'products', channel)]
  })
  make('span', 'sign', result, '→').ariaHidden = 'true'
  state.panels.push(newPanel(state, result, 'output', 0))
}

const adopt = (state, data) => {
  for (const part of ['input', 'weight', 'before', 'after'])
    state[part] = decode(data[part], data.type)
  state.bias = data.bias === null ? null : decode(data.bias, data.type)[0]
  state.data = data
  state.unit = unitOf(state.input, state.weight, state.bias ?? 0)
  const [input, weight] = [largest(state.input), largest(state.weight)]
  state.scales = { input, weight, products: input * weight, output: largest(state.after) }
  if (isNews(state, data.pin)) {
    const [part, channel, ...cell] = data.pin || []
    Object.assign(state, { at: null, pin: part ? { part, channel, cell } : null })
    if (data.cell) state.home = data.cell
    bringHome(state, state.pin)
  }
  const cell = String(data.cell)
  const free = !state.pin && state.at?.part !== 'output'
  if (free && data.cell && cell !== state.began) state.home = data.cell
  state.began = cell
  state.home = state.home.map((n, axis) => clamp(n, data.output[axis] - 1))
  state.list.style.setProperty('--longest', longestFactors(state))
  state.hint = HINT + (data.editable.length ? EDIT_HINT : '')
  const built = JSON.stringify([data.shown, data.names, data.kernel])
  if (state.built === built) return
  state.built = built
  buildPanels(state)
  buildTerms(state)
}

const redraw = (state) => {
  const { root } = state
  state.width = root.clientWidth
  state.table = colorTable('diverging', root)
  const color = (name) => rgb(theme(root, `${name}-color`))
  const [paper, ink, line] = ['background', 'text', 'border'].map(color)
  state.colors = { paper, ink, line }
  const inks = [paper, ink].sort((a, b) => a[0] + a[1] + a[2] - b[0] - b[1] - b[2])
  state.inks = { dark: css(inks[0]), light: css(inks[1]) }
  paintLegend(state)
  measure(state)
  show(state)
}

const unitWords = (places) =>
  places < 0 ? `10 to the power of ${-places}` : count(places, 'decimal')

const NOTE = (places) =>
  `Products are rounded to ${unitWords(places)} so that the printed terms add up to the printed ` +
  'total; the last digit of a few gives way for that. Point at a cell for its exact number.'

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.linked')
  const state = states.get(root) || begin(root)
  states.set(root, state)
  state.setTriggerValue = setTriggerValue
  const look = ['background-color', 'text-color'].map((key) => theme(root, key))
  const drawn = JSON.stringify([data, look])
  if (state.drawn === drawn) return
  state.drawn = drawn
  const { shown, names, kernel, output, padded } = data
  const shape = JSON.stringify([shown, names, kernel, output, padded])
  if (state.shape !== shape) Object.assign(state, { at: null, pin: null, shape, asked: '' })
  adopt(state, data)
  write(state.note, state.unit.exact ? '' : NOTE(state.unit.places))
  redraw(state)
  hearBack(state)
}
