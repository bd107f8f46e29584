// Stands before every component's own script: what they all need to touch the page.

const make = (tag, className, parent, text = '') => {
  const el = document.createElement(tag)
  el.className = className
  el.textContent = text
  parent.append(el)
  return el
}

// Touches the page only where something has changed, so that nothing flickers.
const write = (el, text) => el.textContent !== text && (el.textContent = text)

// A look at the theme has a browser settle all that was changed before it: one is enough for all that
// is drawn in one go.
const themeSeen = new Map()
const theme = (el, name) => {
  if (!themeSeen.size) queueMicrotask(() => themeSeen.clear())
  if (!themeSeen.get(name))
    themeSeen.set(name, getComputedStyle(el).getPropertyValue(`--st-${name}`).trim())
  return themeSeen.get(name)
}

// Where a key leads in a table of so many rows and columns, or nothing; the page does not scroll then.
const stepped = (event, [row, column], [rows, columns]) => {
  const to = {
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    Home: [row, 0],
    End: [row, columns - 1],
  }[event.key]
  if (!to) return null
  event.preventDefault()
  const within = (i, count) => Math.max(0, Math.min(count - 1, i))
  return [within(to[0], rows), within(to[1], columns)]
}

// Escape is heard wherever the reader is on the page, for as long as `root` is on it.
const onEscape = (root, release) => {
  const heard = (event) => {
    if (!root.isConnected) removeEventListener('keydown', heard)
    else if (event.key === 'Escape') release()
  }
  addEventListener('keydown', heard)
}

// A cell of a table as a button that is pointed at, chosen and walked from.
const cellButton = (row, place, { look, choose, walk }) => {
  const td = make('td', '', row)
  td.setAttribute('role', 'gridcell')
  const button = make('button', '', td)
  button.type = 'button'
  button.onpointerenter = button.onfocus = () => look(place)
  button.onpointerleave = button.onblur = () => look(null)
  button.onclick = () => choose(place)
  button.onkeydown = (event) => walk(event, place)
  return button
}

// A title; what there is to know about it shows where the pointer rests.
const entitle = (el, text, help) => {
  write(el, text)
  if (!help) el.removeAttribute('title')
  else if (el.title !== help) el.title = help
}

// --- what is pinned: it stands in the address -----------------------------------------------------

const tellPin = (state, pin) => {
  if (state.data.hears === false) return
  if (state.waiting != null) return void (state.unsaid = [pin]) // a number is on its way: see linked_edit
  ;(state.told ||= []).push(JSON.stringify(pin))
  state.setTriggerValue('cell', pin ?? [])
}

// Who lets go of a cell lets go of it in the address, too; who only walks on from it does not.
const tellNone = (state) => {
  state.unsaid = null
  const known = state.told?.at(-1) ?? state.asked
  if (known && known !== 'null') tellPin(state, null)
}

// Whether the address has another pin, or part in view, than before, or none any more: after a link,
// or on the way back. What the server says because it was told so here is no news, however late.
const isNews = (state, said) => {
  const [told, asked] = [(state.told ||= []), JSON.stringify(said)]
  const echo = told.indexOf(asked)
  const news = echo < 0 && asked !== state.asked
  told.splice(0, echo + 1)
  state.asked = asked
  return news
}

// `start` is the cell that the page begins with, `pinned` whether somebody has pinned it.
const hearPin = (state, { start, pinned }) => {
  if (!isNews(state, pinned ? start : null)) return
  Object.assign(state, { at: null, own: false, pinned: false, drawn: '', arriving: pinned })
}

const arrive = (state) => {
  if (state.arriving) Object.assign(state, { pinned: !!state.at, arriving: false })
}

// --- numbers and colors -------------------------------------------------------------------------

// What was packed in base64; older browsers have no word of their own for it.
const bytesOf = (text) =>
  Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (c) => c.charCodeAt(0))

// A share in percent, never rounded to 0 or 100.
const percentOf = (share) => {
  if (share > 0 && share < 0.0005) return '< 0.1 %'
  return share >= 0.9995 && share < 1 ? '> 99.9 %' : `${(100 * share).toFixed(1)} %`
}

// The shortest decimal that is this float32 and no other.
const exact = (value) => {
  if (!Number.isFinite(value)) return String(value)
  for (let digits = 1; digits < 9; digits++)
    if (Math.fround(value.toPrecision(digits)) === value) return minus(value.toPrecision(digits))
  return minus(value.toPrecision(9))
}
const minus = (text) => String(Number(text)).replaceAll('-', '−')
const short = (value) =>
  Math.abs(value) < 1e5 ? minus(value.toPrecision(3)) : value.toExponential(1).replaceAll('-', '−')

const colorsRead = new Map() // by their names
const rgb = (color) => {
  if (!colorsRead.has(color)) colorsRead.set(color, readColor(color))
  return colorsRead.get(color)
}
const swatch = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
const readColor = (color) => {
  swatch.clearRect(0, 0, 1, 1)
  swatch.fillStyle = 'black' // stays where the color is none
  swatch.fillStyle = color
  swatch.fillRect(0, 0, 1, 1)
  return [...swatch.getImageData(0, 0, 1, 1).data].slice(0, 3)
}

// 256 colors from lowest to highest: paper to ink, or the theme's diverging scale around zero.
const colorTable = (palette, host) => {
  const colors =
    palette === 'gray'
      ? [theme(host, 'background-color'), theme(host, 'text-color')]
      : theme(host, 'chart-diverging-colors').split(/,(?![^(]*\))/)
  const name = colors.join()
  if (!tables.has(name)) tables.set(name, mixed(colors.map(rgb)))
  return tables.get(name)
}
const tables = new Map() // by their colors: all pictures of a page have the same ones
const mixed = (stops) =>
  Array.from({ length: 256 }, (_, i) => {
    const place = (i / 255) * (stops.length - 1)
    const k = Math.min(Math.floor(place), stops.length - 2)
    return stops[k].map((c, j) => c + (stops[k + 1][j] - c) * (place - k))
  })

// A color as one number, as it lies in an image's memory.
const asPixel = (color) => {
  const [r, g, b] = color.map(Math.round)
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0
}
