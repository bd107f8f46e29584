// The linked picture: padded input, kernel, products and output of one filter. Hover and keys are
// answered here; the server only brings the numbers, and hears which output cell was pinned.

const states = new WeakMap()
const HINT =
  'Point at any cell, or walk with the arrow keys. Click or Space pins, Escape releases.'
const EDIT_HINT = ' Double-click or Enter changes a number.'

// --- what the reader points at ------------------------------------------------------------------

const current = (state) => state.pin || state.at || { part: 'output', channel: 0, cell: state.home }

const look = (state, focus) => {
  const before = current(state)
  state.at = focus
  if (!state.pin && focus?.part === 'output') state.home = focus.cell
  if (JSON.stringify(before) !== JSON.stringify(current(state))) show(state)
}

const pin = (state, focus) => {
  const same = JSON.stringify(state.pin) === JSON.stringify(focus)
  state.pin = same ? null : focus
  if (!same && focus.part === 'output') {
    state.home = focus.cell
    if (String(state.data.cell) !== String(focus.cell)) {
      state.data.cell = focus.cell
      state.setStateValue('cell', focus.cell)
    }
  }
  stop(state)
  show(state)
}

const release = (state) => {
  state.pin = null
  show(state)
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
    if (cell) pin(state, focusOf(panel, (panel.at = cell)))
  }
  base.ondblclick = (event) => {
    const cell = cellAt(panel, event)
    if (cell) edit(state, panel, cell)
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

// --- changing a number --------------------------------------------------------------------------

const isEditable = ({ data }, { part }, cell) =>
  data.editable.includes(part) && !(part === 'input' && isOutside(data, cell))

const edit = (state, panel, cell, typed = null) => {
  if (!isEditable(state, panel, cell)) return panel.part === 'output' && pin(state, focusOf(panel, cell))
  const now =
    panel.part === 'input'
      ? inputAt(state, panel.channel, cell)
      : weightAt(state, panel.channel, cell)
  const box = make('input', 'edit', panel.frame)
  const width = Math.max(panel.size, 64)
  const at = { left: (cell[1] + 0.5) * panel.size - width / 2, top: (cell[0] + 0.5) * panel.size - 14 }
  Object.assign(box.style, { left: `${at.left + MARGIN}px`, top: `${at.top + MARGIN}px`, width: `${width}px` })
  box.ariaLabel = `New number for ${nameOf(panel, state, cell)}`
  box.value = typed ?? exact(now).replaceAll('−', '-')
  const end = (text) => {
    box.onblur = null
    box.remove()
    panel.base.focus()
    if (text === null || text.trim() === '') return show(state)
    look(state, focusOf(panel, (panel.at = nextCell(state, panel, cell))))
    const place = panel.part === 'input' ? inImage(state.data, cell) : cell
    const { part, channel } = panel
    state.setTriggerValue('edit', { part, channel, cell: place, text })
  }
  box.onblur = () => end(box.value === exact(now).replaceAll('−', '-') ? null : box.value)
  box.onkeydown = (event) => {
    event.stopPropagation()
    if (event.key === 'Enter') end(box.value)
    if (event.key === 'Escape') end(null)
  }
  box.focus()
  if (typed === null) box.select()
}

// The next cell that can be changed, line by line: so a whole grid is typed number by number.
const nextCell = (state, panel, [row, column]) => {
  const cells = pairs(range(panel.rows), range(panel.columns))
  const behind = cells.slice(row * panel.columns + column + 1)
  return behind.find((cell) => isEditable(state, panel, cell)) || [row, column]
}

const nameOf = (panel, state, cell) =>
  `${panel.part} ${at(panel.part === 'input' ? inImage(state.data, cell) : cell)}`

// --- playing ------------------------------------------------------------------------------------

const CALM = matchMedia('(prefers-reduced-motion: reduce)')

const step = (state, by = 1) => {
  const [rows, columns] = state.data.output
  const places = rows * columns
  const next = (state.home[0] * columns + state.home[1] + by + places) % places
  state.home = [Math.floor(next / columns), next % columns]
  state.pin = null
  show(state)
}

const play = (state) => {
  state.playing = true
  state.at = null
  const beat = () => {
    if (!state.root.isConnected) return stop(state)
    if (!state.inside && !document.hidden) step(state)
    const perSecond = Number(state.speed.value)
    state.timer = setTimeout(beat, 1000 / (CALM.matches ? Math.min(perSecond, 1) : perSecond))
  }
  beat()
  showPlaying(state)
}

const stop = (state) => {
  clearTimeout(state.timer)
  state.playing = false
  showPlaying(state)
}

const showPlaying = (state) => {
  write(state.button, state.playing ? '⏸ Pause' : '▶ Play')
  state.button.ariaPressed = String(state.playing)
  state.line.ariaLive = state.playing ? 'off' : 'polite'
}

const showSpeed = ({ speed, pace }) =>
  write(pace, `${Number(speed.value)} ${Number(speed.value) === 1 ? 'cell' : 'cells'} a second`)

// --- what is drawn ------------------------------------------------------------------------------

const STEP_BACK = 0.6 // how much of what is not marked fades

const weightMark = (state, channel, cell, weight, text) => ({
  cell,
  weight: weightAt(state, channel, weight),
  text,
  below: `×${short2(weightAt(state, channel, weight))}`,
})

// For each part of the picture, what a focus marks in its panel.
const marksOf = (state, panel, focus) => {
  const { data, home } = state
  const mine = focus.channel === panel.channel
  const text = (cell) => panel.texts[cell[0] * panel.columns + cell[1]]
  if (panel.part === 'output') {
    if (focus.part !== 'input') return { rings: focus.part === 'kernel' ? [] : [home] }
    const cells = fedBy(data, focus.cell).map(({ output, weight }) =>
      weightMark(state, focus.channel, output, weight, text(output))
    )
    return { dim: STEP_BACK, cells }
  }
  if (panel.part === 'input') return inputMarks(state, panel, focus, mine, text)
  const weights = focus.part === 'input' ? fedBy(data, focus.cell).map(({ weight }) => weight) : []
  if (focus.part === 'input' && panel.part === 'kernel') return mine ? { rings: weights } : {}
  const pointed = focus.part === 'kernel' || focus.part === 'products'
  return pointed && mine ? { rings: [focus.cell] } : {}
}

const inputMarks = (state, panel, focus, mine, text) => {
  const { data, home } = state
  const inputText = (cell) => (isOutside(data, cell) ? '0' : text(cell))
  const mark = (cell, weight) => weightMark(state, panel.channel, cell, weight, inputText(cell))
  if (focus.part === 'input') return mine ? { rings: [focus.cell] } : {}
  if (focus.part === 'kernel') {
    if (!mine) return {}
    const cells = outputsOf(data).map((output) => mark(metIn(data, output, focus.cell), focus.cell))
    return { dim: STEP_BACK, cells }
  }
  const cells = weightsOf(data).map((weight) => mark(metIn(data, home, weight), weight))
  const frame = { cell: metIn(data, home, [0, 0]), extent: extentOf(data) }
  const ring = focus.part === 'products' && mine ? [metIn(data, home, focus.cell)] : []
  return { dim: STEP_BACK / 2, cells, frame, rings: ring }
}

const show = (state) => {
  const focus = current(state)
  computeSum(state)
  for (const panel of state.panels) {
    if (panel.part === 'products') {
      panel.values = state.products[panel.channel]
      const texts = weightsOf(state.data).map((cell) => productText(state, panel.channel, cell))
      drawPanel(state, panel, texts)
    }
    drawMarks(state, panel, marksOf(state, panel, focus))
  }
  drawTerms(state, focus)
  write(state.line, sentence(state, focus))
  state.root.classList.toggle('pinned', !!state.pin)
  write(state.pinned, state.pin ? 'Pinned: Escape or another click releases.' : state.hint)
  drawLegend(state, focus.part)
}

const drawLegend = (state, part) => {
  const scale = part === 'kernel' ? 'weight' : part
  const most = state.scales[scale]
  ;[-most, 0, most].forEach((number, i) => write(state.numbers[i], short(number)))
  write(state.legendName, state.data.words[scale])
}

const paintLegend = (state) => {
  const { bar } = state
  Object.assign(bar, { width: 256, height: 1 })
  const image = bar.getContext('2d').createImageData(256, 1)
  range(256).forEach((i) => image.data.set([...shade(state, i / 127.5 - 1, 1), 255], 4 * i))
  bar.getContext('2d').putImageData(image, 0, 0)
}

// --- sizes --------------------------------------------------------------------------------------

const BETWEEN = 34 // pixels that stand between two grids of a row
const LARGEST_CELL = 46
const TALLEST = 540
const NARROW = 900

const layout = (state) => {
  const { data, root } = state
  const width = root.clientWidth || 900
  const padded = data.padded
  const most = width < NARROW ? LARGEST_CELL - 6 : LARGEST_CELL
  const kernel = Math.max(24, clamp(Math.floor(200 / Math.max(...data.kernel)), most))
  const rest = width - 2 * kernel * data.kernel[1] - 3 * BETWEEN - 24
  const tall = Math.max(8, Math.floor(TALLEST / (data.shown.length * padded[0])))
  const beside = Math.floor(rest / (padded[1] + Math.max(data.output[1], 3)))
  const alone = Math.floor(rest / padded[1])
  const image = Math.max(6, Math.min(LARGEST_CELL, tall, beside >= 9 ? beside : alone))
  return { input: image, output: image, kernel, products: kernel }
}

const measure = (state) => {
  const { data } = state
  const sizes = layout(state)
  for (const panel of state.panels) {
    const { part, channel } = panel
    const [rows, columns] = { input: data.padded, output: data.output }[part] || data.kernel
    Object.assign(panel, { rows, columns, size: sizes[part], most: state.scales[part === 'kernel' ? 'weight' : part] })
    panel.at = panel.at.map((n, axis) => clamp(n, [rows, columns][axis] - 1))
    panel.values = valuesOf(state, part, channel)
    panel.isPadding = part === 'input' ? (cell) => isOutside(data, cell) : null
    name(state, panel)
    if (part !== 'products') drawPanel(state, panel)
  }
}

const valuesOf = (state, part, channel) => {
  const { data } = state
  if (part === 'output') return state.after
  if (part === 'input')
    return pairs(range(data.padded[0]), range(data.padded[1])).map((cell) => inputAt(state, channel, cell))
  return weightsOf(data).map((cell) => weightAt(state, channel, cell))
}

const name = (state, panel) => {
  const { data } = state
  const { part, channel } = panel
  const of = several(state) && part !== 'output' ? `, ${data.words.channel} ${data.names[channel]}` : ''
  const title = { input: data.words.input, kernel: data.words.kernel, products: data.words.products, output: data.words.output }[part]
  write(panel.name, title + of)
  const after = part === 'output' && data.activation ? ` after ${data.activation}` : ''
  const size = part === 'input' ? data.size : [panel.rows, panel.columns]
  const padded = part === 'input' && String(size) !== String(data.padded) ? `, padded to ${data.padded.join('×')}` : ''
  write(panel.span, `${size.join('×')}${padded}${after}`)
  panel.base.ariaLabel = `${title}${of}, ${panel.rows} rows and ${panel.columns} columns. Arrow keys walk.`
}

// --- the whole ----------------------------------------------------------------------------------

const begin = (root) => {
  const state = { root, panels: [], home: [0, 0], at: null, pin: null, playing: false }
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
  Object.assign(state.speed, { type: 'range', min: 0.5, max: 10, step: 0.5, value: 2, ariaLabel: 'Speed' })
  state.speed.oninput = () => showSpeed(state)
  state.button.type = one.type = 'button'
  one.title = 'The next output cell; with the Shift key the one before.'
  state.button.onclick = () => (state.playing ? stop(state) : play(state))
  one.onclick = (event) => {
    stop(state)
    step(state, event.shiftKey ? -1 : 1)
  }
  state.stage.onpointerenter = () => (state.inside = true)
  state.stage.onpointerleave = () => (state.inside = false)
  root.onkeydown = (event) => {
    if (event.key !== 'Escape') return
    stop(state)
    release(state)
  }
  new ResizeObserver(() => {
    const width = root.isConnected && root.clientWidth // none on the way out
    if (state.data && width && width !== state.width) redraw(state)
  }).observe(root)
  showSpeed(state)
  showPlaying(state)
  return state
}

const decode = (text, type) => {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  return new (type === 'float32' ? Float32Array : Float64Array)(bytes.buffer)
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
  for (const part of ['input', 'weight', 'before', 'after']) state[part] = decode(data[part], data.type)
  state.bias = data.bias === null ? null : decode(data.bias, data.type)[0]
  state.data = data
  state.unit = unitOf(state.input, state.weight, state.bias ?? 0)
  const [input, weight] = [largest(state.input), largest(state.weight)]
  state.scales = { input, weight, products: input * weight, output: largest(state.after) }
  const cell = String(data.cell)
  if (cell !== state.asked && data.cell) state.home = data.cell
  state.asked = cell
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
  const [paper, ink, line] = ['background-color', 'text-color', 'border-color'].map((key) => rgb(theme(root, key)))
  state.colors = { paper, ink, line }
  const inks = [paper, ink].sort((a, b) => a[0] + a[1] + a[2] - b[0] - b[1] - b[2])
  state.inks = { dark: css(inks[0]), light: css(inks[1]) }
  paintLegend(state)
  measure(state)
  show(state)
}

const NOTE = (places) =>
  `Products are rounded to ${places < 0 ? 'whole units' : count(places, 'decimal')} so that the printed terms add up to the printed ` +
  'total; the last digit of a few gives way for that. Point at a cell for its exact number.'

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector('.linked')
  const state = states.get(root) || begin(root)
  states.set(root, state)
  Object.assign(state, { setStateValue, setTriggerValue })
  const look = ['background-color', 'text-color'].map((key) => theme(root, key))
  const drawn = JSON.stringify([data, look])
  if (state.drawn === drawn) return
  state.drawn = drawn
  const { shown, names, kernel, output, padded } = data
  const shape = JSON.stringify([shown, names, kernel, output, padded])
  if (state.shape !== shape) Object.assign(state, { at: null, pin: null, shape })
  adopt(state, data)
  write(state.note, state.unit.exact ? '' : NOTE(state.unit.places))
  redraw(state)
}
