// Tiles on canvases that are kept from look to look; one line tells the value under the pointer.

const states = new WeakMap()
const HINT = 'Point at a pixel, or use the arrow keys, to read it.'
const CHOOSE = 'Point at a pixel, or use the arrow keys, to read it; click it, or press Enter, to look closer.'
let chosen = Date.now() // counts on from click to click, so that the same pixel can be chosen again
const SIGNS = { right: '✓', wrong: '✗' }

// --- pixels -------------------------------------------------------------------------------------

const decode = ({ pixels, type }) => {
  const bytes = bytesOf(pixels)
  return type === 'uint8' ? bytes : new Float32Array(bytes.buffer)
}

const paint = (canvas, values, width, height, color) => {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  const context = canvas.getContext('2d')
  const image = context.createImageData(width, height)
  const pixels = new Uint32Array(image.data.buffer)
  values.forEach((value, i) => {
    if (!Number.isNaN(value)) pixels[i] = color(value) // otherwise it stays transparent
  })
  context.putImageData(image, 0, 0)
}

// --- one tile -----------------------------------------------------------------------------------

const newTile = (state) => {
  const item = make('li', '', state.list)
  const frame = make('div', 'frame', item)
  const canvas = make('canvas', '', frame)
  const pick = make('div', 'pick', frame)
  const cursor = make('div', 'cursor', frame)
  const sign = make('span', 'sign', frame)
  const caption = make('div', 'caption', item)
  sign.ariaHidden = caption.ariaHidden = 'true' // both are in the name of the picture
  const tile = { item, frame, canvas, pick, cursor, sign, caption }
  const number = () => state.tiles.indexOf(tile)
  canvas.onpointermove = (event) => point(state, number(), ...cellAt(state, canvas, event))
  canvas.onpointerleave = () => point(state, null)
  canvas.onfocus = () => canvas.matches(':focus-visible') && point(state, number(), 0, 0)
  canvas.onblur = () => point(state, null)
  canvas.onkeydown = (event) => walk(state, event)
  canvas.onclick = (event) => choose(state, [number(), ...cellAt(state, canvas, event)])
  return tile
}

const cellAt = ({ data }, canvas, event) => {
  const [, height, width] = data.shape
  const box = canvas.getBoundingClientRect()
  const clamp = (value, end) => Math.max(0, Math.min(end - 1, Math.floor(value)))
  return [
    clamp(((event.clientY - box.top) / box.height) * height, height),
    clamp(((event.clientX - box.left) / box.width) * width, width),
  ]
}

// Lay a box over a pixel.
const lay = (box, { shape: [, height, width], size }, row, column) => {
  const zoom = size / Math.max(height, width)
  const place = { left: column * zoom, top: row * zoom, width: zoom, height: zoom }
  for (const [side, pixels] of Object.entries(place)) box.style[side] = `${pixels}px`
  box.style.display = 'block'
}

const drawTile = (state, tile, number) => {
  const { data, values, table } = state
  const [, height, width] = data.shape
  const [mark, title, caption] = ['marks', 'titles', 'captions'].map((k) => data[k][number] || '')
  const own = data.reaches?.[number]
  const [low, high] = own ? [data.palette === 'gray' ? 0 : -own, own] : [data.low, data.high]
  const scale = 255 / (high - low || 1)
  const part = values.subarray(number * height * width, (number + 1) * height * width)
  const color = (v) => table[Math.max(0, Math.min(255, Math.round((v - low) * scale)))]
  paint(tile.canvas, part, width, height, color)
  const zoom = data.size / Math.max(height, width)
  tile.canvas.style.width = `${zoom * width}px`
  tile.canvas.style.height = `${zoom * height}px`
  tile.item.className = [mark, number === data.chosen ? 'chosen' : ''].join(' ').trim()
  if (data.cell && number === data.chosen) lay(tile.pick, data, ...data.cell)
  else tile.pick.style.removeProperty('display')
  tile.canvas.ariaPressed = data.choosable ? String(number === data.chosen) : null
  tile.canvas.setAttribute('role', data.choosable ? 'button' : 'img')
  tile.frame.title = title
  const name = title || `Picture ${number + 1}`
  tile.canvas.ariaLabel = [name, caption.replaceAll('\n', ', '), mark].filter(Boolean).join('. ')
  tile.canvas.tabIndex = number === Math.min(state.home, data.shape[0] - 1) ? 0 : -1
  write(tile.sign, SIGNS[mark] || '')
  write(tile.caption, caption)
}

// --- the pixel that is read ---------------------------------------------------------------------

const point = (state, tile, row, column) => {
  if (state.at) state.tiles[state.at.tile]?.cursor.style.removeProperty('display')
  state.at = tile === null ? null : { tile, row, column }
  readOut(state)
}

const readOut = (state) => {
  const { at, data, values, tiles, value } = state
  value.classList.toggle('idle', !at)
  if (!at) return write(value, data.quiet ? '' : data.choosable ? CHOOSE : HINT)
  const [, height, width] = data.shape
  lay(tiles[at.tile].cursor, data, at.row, at.column)
  const name = data.titles[at.tile] ? `${data.titles[at.tile]} · ` : ''
  const number = exact(values[(at.tile * height + at.row) * width + at.column])
  write(value, `${name}row ${at.row}, column ${at.column}: ${number}`)
}

const choose = ({ data, name, setStateValue }, at) =>
  data.choosable && setStateValue('tile', { part: name, at, number: ++chosen })

// Arrows walk over pixels and on into the neighbor tile; Page keys go from tile to tile.
const walk = (state, event) => {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
  const jump = { PageUp: -1, PageDown: 1, Home: -Infinity, End: Infinity }
  const [count, height, width] = state.data.shape
  let { tile, row, column } = state.at || { tile: state.home, row: 0, column: 0 }
  if (state.data.choosable && (event.key === 'Enter' || event.key === ' ')) {
    event.preventDefault()
    return choose(state, [tile, row, column])
  }
  if (event.key in jump) tile += jump[event.key]
  else if (event.key in step) {
    row = Math.max(0, Math.min(height - 1, row + step[event.key][0]))
    column += step[event.key][1]
    if (column < 0) [tile, column] = tile > 0 ? [tile - 1, width - 1] : [tile, 0]
    if (column >= width) [tile, column] = tile < count - 1 ? [tile + 1, 0] : [tile, width - 1]
  } else return
  event.preventDefault()
  tile = Math.max(0, Math.min(count - 1, tile))
  if (tile !== state.home) {
    state.tiles[state.home].canvas.tabIndex = -1
    state.tiles[(state.home = tile)].canvas.tabIndex = 0
    state.tiles[tile].canvas.focus()
  }
  point(state, tile, row, column)
}

// --- the whole ----------------------------------------------------------------------------------

const begin = (root) => {
  const label = make('div', 'title', root)
  const list = make('ul', '', root)
  const foot = make('div', 'foot', root)
  const value = make('div', 'value', foot)
  const legend = make('div', 'legend', foot)
  const bar = make('canvas', '', legend)
  const numbers = [0, 1, 2].map(() => make('span', '', legend))
  value.ariaLive = 'polite'
  bar.ariaHidden = 'true'
  return { root, label, list, value, legend, bar, numbers, tiles: [], home: 0, at: null }
}

const drawLegend = ({ data, table, legend, bar, numbers }) => {
  const gray = data.palette === 'gray'
  legend.hidden = gray && !data.legend
  if (legend.hidden) return
  const own = data.reaches?.length
  legend.title = own ? 'Each picture has its own range.' : 'All these pictures share this range.'
  paint(bar, Float32Array.from({ length: 256 }, (_, i) => i), 256, 1, (i) => table[i])
  const ends = own ? ['−max', 'max'] : [short(data.low), short(data.high)]
  const told = gray ? [own ? '0' : ends[0], '', ends[1]] : [ends[0], '0', ends[1]]
  told.forEach((text, i) => write(numbers[i], text))
}

export default function ({ data, name, root, setStateValue }) {
  const state = states.get(root) || begin(root)
  states.set(root, state)
  Object.assign(state, { name, setStateValue })
  const drawn = JSON.stringify([data, theme(root, 'background-color'), theme(root, 'text-color')])
  if (state.drawn === drawn) return
  state.drawn = drawn
  const [count] = data.shape
  const cell = data.captions.length ? Math.max(data.size, 72) : data.size
  Object.assign(state, { data, values: decode(data) })
  state.table = Uint32Array.from(colorTable(data.palette, root), asPixel)
  entitle(state.label, data.label, data.help)
  state.label.classList.toggle('unseen', !data.showLabel)
  state.list.ariaLabel = data.label
  root.style.setProperty('--cell', `${cell}px`)
  state.list.classList.toggle('table', data.columns > 0)
  root.style.setProperty('--columns', data.columns)
  while (state.tiles.length < count) state.tiles.push(newTile(state))
  while (state.tiles.length > count) state.tiles.pop().item.remove()
  if (state.at && state.at.tile >= count) state.at = null
  state.home = Math.max(0, Math.min(state.home, count - 1))
  state.tiles.forEach((tile, number) => drawTile(state, tile, number))
  drawLegend(state)
  readOut(state)
}
