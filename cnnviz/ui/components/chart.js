// Plotly.react on one element; the colors of text and grid are those of the page.

const CONFIG = {
  displaylogo: false,
  modeBarButtons: [['toImage', 'zoom2d', 'pan2d', 'resetScale2d']],
}
const THEME = ['text-color', 'border-color', 'background-color', 'primary-color', 'font']

const themed = (text, scheme, [ink, line, ground, accent, family]) => {
  const onDark = JSON.parse(text).layout.meta?.on_dark || {}
  if (scheme === 'dark')
    for (const [light, dark] of Object.entries(onDark)) text = text.replaceAll(light, dark)
  const { data, layout } = JSON.parse(text)
  const small = { size: 12, family, color: ink }
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
    const axis = layout[name]
    const title = { ...axis.title, font: small }
    layout[name] = { gridcolor: line, linecolor: line, zerolinecolor: line, ...axis, title }
  }
  const hoverlabel = { bgcolor: ground, bordercolor: line, font: small }
  const modebar = { bgcolor: 'rgba(0,0,0,0)', color: line, activecolor: accent }
  return [data, { font: small, hoverlabel, modebar, ...layout }]
}

const forget = (el) => Object.assign(el, { drawn: '', still: '', stale: false })

// Before the first value a sentence stands here: it costs nothing, an empty chart half a second.
const clear = async (el) => {
  await el.drawing
  if (el.wanted.figure) return
  if (el.drawn) globalThis.Plotly.purge(el)
  forget(el)
  el.classList.add('empty')
  write(el, el.wanted.empty)
}

// Plotly covers the page while something is dragged.
const inHand = () => document.querySelector('.dragcover')

const draw = (el) => {
  if (!el.wanted.figure) return clear(el)
  const look = [getComputedStyle(el).colorScheme, THEME.map((name) => theme(el, name))]
  const drawn = JSON.stringify([el.wanted.figure, el.wanted.height, look])
  if (!el.isConnected || el.drawn === drawn) return
  if (inHand()) return void (el.stale = true)
  const [traces, layout] = themed(el.wanted.figure, ...look)
  const still = stillOf(traces, layout)
  const stale = !el.matches(':hover') && still === el.still && moveLines(el, traces)
  Object.assign(el, { drawn, stale, still })
  if (!stale) drawWhole(el, traces, layout)
}

const drawWhole = (el, traces, layout) => {
  if (el.classList.contains('empty')) el.replaceChildren()
  el.classList.remove('empty')
  el.drawing = globalThis.Plotly.react(el, traces, { ...layout, height: el.wanted.height }, CONFIG)
}

// Whoever points at a chart, or makes it wider, has to do with all of it, its newest points too.
const redraw = (el) => {
  if (!el.stale) return
  forget(el)
  draw(el)
}

// The column may become wider without the window doing so: a closed sidebar.
const follow = (el) => {
  if (el.observer) return
  el.observer = new ResizeObserver(async () => {
    await el.drawing
    if (!el.drawn || !el.clientWidth) return
    await globalThis.Plotly.Plots.resize(el)
    redraw(el)
  })
  el.observer.observe(el)
}

// Only what has really left the page is taken apart, and never in the middle of a drawing.
const leave = async (el) => {
  await el.drawing
  if (el.isConnected) return
  el.observer.disconnect()
  if (el.drawn) globalThis.Plotly.purge(el)
  forget(el)
}

const states = new WeakMap()

const begin = (root) => {
  const title = make('div', 'cnnviz-title', root)
  const el = make('div', 'cnnviz-live', root)
  const words = make('div', 'cnnviz-words', root)
  el.setAttribute('role', 'img')
  el.onpointerenter = () => redraw(el)
  return { title, el, words }
}

export default function ({ data, root }) {
  const state = states.get(root) || begin(root)
  states.set(root, state)
  const { el, title, words } = state
  el.wanted = data
  el.style.height = `${data.height}px`
  el.ariaLabel = data.alt
  write(title, data.title)
  write(words, data.words)
  follow(el)
  if (globalThis.Plotly || !data.figure) draw(el)
  else if (!el.waiting) {
    el.waiting = true
    globalThis.addEventListener('plotly-ready', () => draw(el), { once: true })
  }
  return () => leave(el)
}
