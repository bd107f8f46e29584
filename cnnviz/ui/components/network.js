// A network seen from the side, to scale; the cone of a unit goes through it down to the pixels.

const states = new WeakMap()
const FACE = 168 // height of the largest map
const GAP = 30
const LABEL = [64, 110] // the least and the most room for a layer's name
const NS = 'http://www.w3.org/2000/svg'

const svg = (tag, attributes, parent, text = '') => {
  const el = document.createElementNS(NS, tag)
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value)
  el.textContent = text
  parent.append(el)
  return el
}

// --- what a unit sees ---------------------------------------------------------------------------

const isImage = (shape) => shape.length === 3

const all = (count) => Array.from({ length: count }, (_, i) => i)

// The rows or columns of the layer before that these ones of a layer see.
const back = (layer, count, axis, cells) => {
  if (layer.everything) return all(count)
  const met = axis ? layer.columns : layer.rows
  if (!met) return cells
  return [...new Set(cells.flatMap((cell) => met[cell]))].sort((a, b) => a - b)
}

const shapesOf = ({ data }) => [data.input, ...data.layers.map((layer) => layer.shape)]

// For the input and each layer up to this one the rows and columns that a unit sees; for lines of
// numbers null, all of them.
const cone = (state, index, unit) => {
  const shapes = shapesOf(state)
  const found = Array(index + 2).fill(null)
  let seen = isImage(shapes[index + 1]) ? unit.map((cell) => [cell]) : null
  found[index + 1] = seen
  for (let i = index; i >= 0; i--) {
    const [, ...counts] = shapes[i]
    if (!isImage(shapes[i])) seen = null
    else if (!seen) seen = counts.map(all)
    else seen = seen.map((cells, axis) => back(state.data.layers[i], counts[axis], axis, cells))
    found[i] = seen
  }
  return found
}

const span = (name, cells) => {
  const [first, last] = [cells[0], cells.at(-1)]
  const gaps = last - first + 1 > cells.length ? ` (${cells.length} of them)` : ''
  return first === last ? `${name} ${first}` : `${name}s ${first} to ${last}${gaps}`
}

const thousands = (n) => n.toLocaleString('en')

const sentence = ({ data, at }, [pixels]) => {
  const layer = data.layers[at.layer]
  const number = `layer ${at.layer + 1}, ${layer.name}`
  if (layer.name === 'Flatten')
    return `Layer ${at.layer + 1}, Flatten, writes the maps as one line of ${thousands(layer.shape[0])} numbers; each sees what its cell saw, all together what is lit.`
  const who = isImage(layer.shape)
    ? `Row ${at.unit[0]}, column ${at.unit[1]} of ${number},`
    : `Each number of ${number},`
  const [rows, columns] = pixels
  const count = rows.length * columns.length
  if (!count) return `${who} sees nothing of the image.`
  const field = layer.field ? ` Receptive field ${layer.field.join(' × ')}.` : ''
  return (
    `${who} sees ${span('row', rows)} and ${span('column', columns)} of the image: ` +
    `${rows.length} × ${columns.length} = ${thousands(count)} pixels.${field}`
  )
}

// --- drawing ------------------------------------------------------------------------------------

const plan = ({ data, root }) => {
  const shapes = data.layers.map((layer) => layer.shape)
  const tallest = Math.max(data.input[1], ...shapes.filter(isImage).map((shape) => shape[1]))
  const rowsPer = FACE / tallest
  const most = Math.max(...[data.input, ...shapes].filter(isImage).map((shape) => shape[0]))
  const thick = (shape) => Math.max(5, Math.min(34, (34 * shape[0]) / most))
  const input = { x: 0, width: data.input[2] * rowsPer, height: data.input[1] * rowsPer }
  let x = input.width + GAP
  const share = (root.clientWidth - x - 4) / data.layers.length - 8
  const label = Math.max(LABEL[0], Math.min(LABEL[1], share))
  const boxes = data.layers.map((layer) => {
    const image = isImage(layer.shape)
    const width = image ? thick(layer.shape) : 7
    const height = image ? layer.shape[1] * rowsPer : Math.min(FACE, 24 + 18 * Math.log2(layer.shape[0]))
    const room = Math.max(width, label)
    const box = { x: x + (room - width) / 2, width, height: Math.max(height, 3), image, room: x, wide: room }
    x += room + 8
    return box
  })
  return { input, boxes, width: x, rowsPer }
}

const top = (box) => (FACE - box.height) / 2

// Where the seen rows of a box begin and end.
const band = (box, shape, seen) => {
  if (!seen || !box.image) return [top(box), top(box) + box.height]
  const per = box.height / shape[1]
  return [top(box) + seen[0][0] * per, top(box) + (seen[0].at(-1) + 1) * per]
}

const NAMES = { ConvTranspose2d: 'ConvTransp2d', LocalResponseNorm: 'LocalNorm', GlobalAvgPool2d: 'GlobalAvg' }

const build = (state) => {
  const { data, scroll } = state
  const drawn = (state.plan = plan(state))
  scroll.replaceChildren()
  const el = (state.svg = svg(
    'svg',
    { width: drawn.width, height: FACE + 62, viewBox: `0 -4 ${drawn.width} ${FACE + 62}`, tabindex: 0, role: 'img' },
    scroll
  ))
  el.ariaLabel = `The network from the input of ${data.input.join(' × ')} through ${data.layers.length} layers. Arrow keys move from layer to layer and from row to row, a click or Space pins, Escape lets go.`
  const { input } = drawn
  svg('rect', { class: 'map', x: 0, y: top(input), width: input.width, height: input.height }, el)
  const foot = (x, lines) =>
    lines.forEach((line, i) =>
      svg('text', { x, y: FACE + 16 + 14 * i, class: i ? 'small' : 'name' }, el, line)
    )
  foot(input.width / 2, ['Input', data.input.join('×')])
  state.cones = svg('g', { class: 'cones' }, el)
  drawn.boxes.forEach((box, i) => {
    const { name, shape, field } = data.layers[i]
    const covers = field && field[0] >= data.input[1] && field[1] >= data.input[2]
    svg(
      'rect',
      { class: box.image ? 'map' : 'line', x: box.x, y: top(box), width: box.width, height: box.height },
      el
    )
    foot(box.room + box.wide / 2, [`${i + 1} ${NAMES[name] || name}`, shape.join('×'), covers ? '● sees all' : ''])
    const hit = svg('rect', { class: 'hit', x: box.room - 4, y: -4, width: box.wide + 8, height: FACE + 62 }, el)
    hit.onpointermove = (event) => !state.pinned && point(state, i, rowAt(state, i, event))
    hit.onclick = (event) => pin(state, i, rowAt(state, i, event))
  })
  state.marks = svg('g', { class: 'marks' }, el)
  el.onkeydown = (event) => walk(state, event)
}

// The unit in the middle of its row's place: a row down the diagonal of the map.
const unitAt = ({ data }, index, row) => {
  const [, rows, columns] = data.layers[index].shape
  if (!rows) return [0, 0]
  const kept = Math.max(0, Math.min(rows - 1, row))
  return [kept, rows > 1 ? Math.round((kept * (columns - 1)) / (rows - 1)) : columns >> 1]
}

const rowAt = (state, index, event) => {
  const box = state.plan.boxes[index]
  const rows = state.data.layers[index].shape[1] || 1
  const y = event.clientY - state.svg.getBoundingClientRect().top - 4 - top(box)
  return Math.floor((y / box.height) * rows)
}

const some = (seen) => !seen || seen.every((cells) => cells.length)

const refresh = (state) => {
  const { data, at, plan: drawn, cones, marks } = state
  const seen = cone(state, at.layer, at.unit)
  const shapes = shapesOf(state)
  const boxes = [{ ...drawn.input, image: true }, ...drawn.boxes]
  cones.replaceChildren()
  marks.replaceChildren()
  for (let i = at.layer + 1; i > 0 && some(seen[i]); i--) {
    const [first, last] = band(boxes[i], shapes[i], seen[i])
    const { x, width } = boxes[i]
    svg('rect', { x, y: first, width, height: Math.max(last - first, 2) }, marks)
    if (!some(seen[i - 1])) break
    const [from, to] = band(boxes[i - 1], shapes[i - 1], seen[i - 1])
    const edge = boxes[i - 1].x + boxes[i - 1].width
    svg('polygon', { points: `${edge},${from} ${x},${first} ${x},${last} ${edge},${to}` }, cones)
  }
  const per = drawn.rowsPer
  for (const row of seen[0][0])
    for (const [first, last] of runs(seen[0][1])) {
      const place = { x: first * per, y: top(drawn.input) + row * per }
      svg('rect', { ...place, width: (last - first + 1) * per, height: per + 0.5 }, marks)
    }
  write(state.line, `${sentence(state, seen)}${state.pinned ? ' Pinned: Escape lets go.' : ''}`)
}

// Neighboring columns as one piece.
const runs = (cells) =>
  cells.reduce((found, cell) => {
    if (found.length && found.at(-1)[1] === cell - 1) found.at(-1)[1] = cell
    else found.push([cell, cell])
    return found
  }, [])

const point = (state, layer, row) => {
  state.at = { layer, unit: unitAt(state, layer, row) }
  refresh(state)
}

const pin = (state, layer, row) => {
  state.pinned = !state.pinned
  point(state, layer, row)
  tellPin(state, state.pinned ? [layer, state.at.unit[0]] : null)
}

const release = (state) => {
  state.pinned = false
  tellNone(state)
  if (state.data) refresh(state)
}

const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }

const walk = (state, event) => {
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault()
    return pin(state, state.at.layer, state.at.unit[0])
  }
  const step = STEPS[event.key]
  if (!step) return refresh(state)
  event.preventDefault()
  state.pinned = false
  const { at, data } = state
  const layer = Math.max(0, Math.min(data.layers.length - 1, at.layer + step[0]))
  const share = at.unit[0] / Math.max(1, (data.layers[at.layer].shape[1] || 1) - 1)
  const rows = data.layers[layer].shape[1] || 1
  point(state, layer, step[0] ? Math.round(share * (rows - 1)) : at.unit[0] + step[1])
}

// --- the part -----------------------------------------------------------------------------------

const begin = (root) => {
  const scroll = make('div', 'scroll', root)
  const line = make('div', 'value', root)
  line.ariaLive = 'polite'
  const state = { root, scroll, line, pinned: false }
  onEscape(root, () => release(state))
  new ResizeObserver(() => {
    if (!root.clientWidth || root.clientWidth === state.width) return
    state.width = root.clientWidth
    build(state)
    refresh(state)
  }).observe(root)
  return state
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.network')
  const state = states.get(root) || begin(root)
  states.set(root, state)
  state.setTriggerValue = setTriggerValue
  hearPin(state, data)
  const drawn = JSON.stringify({ ...data, start: null, pinned: null }) // where to begin only once
  if (state.drawn === drawn) return
  Object.assign(state, { drawn, data, width: root.clientWidth })
  build(state)
  const images = data.layers.map((layer, i) => (isImage(layer.shape) ? i : -1))
  const [first, row] = state.at ? [state.at.layer, state.at.unit[0]] : data.start || []
  const layer = Math.max(0, Math.min(first ?? Math.max(...images), data.layers.length - 1))
  state.at = { layer, unit: unitAt(state, layer, row ?? Math.floor((data.layers[layer].shape[1] || 1) / 2)) }
  arrive(state)
  refresh(state)
}
