// Lines that have grown are moved by hand: to take a whole figure apart and put it together again
// costs Plotly many times as much. All else must be as it was, and the lines within the axes.

const isLine = ({ mode, x }) => mode?.startsWith('lines') && x.dtype === 'f4'

// Everything of a figure but the points of its lines.
const stillOf = (traces, layout) => {
  const still = (trace) => (isLine(trace) ? { ...trace, x: 0, y: 0, customdata: 0 } : trace)
  return JSON.stringify([traces.map(still), layout])
}

const pixels = (axis, { bdata }) =>
  Array.from(new Float32Array(bytesOf(bdata).buffer), (value) => axis.l2p(axis.d2l(value)))

const within = (axis, places) =>
  places.every((place) => !Number.isFinite(place) || (place > -0.5 && place < axis._length + 0.5))

// One stroke for each stretch without a gap, as Plotly has it: a point that is no number, or has no
// logarithm, is one.
const strokes = (points) => {
  const stretches = [[]]
  for (const [x, y] of points) {
    if (Number.isFinite(y)) stretches.at(-1).push(`${x.toFixed(2)},${y.toFixed(2)}`)
    else stretches.push([])
  }
  return stretches.filter(({ length }) => length > 1).map((stretch) => `M${stretch.join('L')}`)
}

// What is to be moved of a trace; nothing where it is none of our lines or does not fit.
const movesOf = (trace, group, { xaxis, yaxis }) => {
  if (!isLine(trace) || !group) return null
  const [xs, ys] = [pixels(xaxis, trace.x), pixels(yaxis, trace.y)]
  const points = xs.map((x, i) => [x, ys[i]])
  const [lines, paths] = [group.querySelectorAll('.js-line'), strokes(points)]
  const marks = trace.mode === 'lines' ? null : group.querySelector('.points')
  const drawable = !marks || (marks.childElementCount && ys.every(Number.isFinite))
  const fits = lines.length === paths.length && within(xaxis, xs) && within(yaxis, ys)
  return drawable && fits ? { lines, paths, marks, points } : null
}

const move = ({ lines, paths, marks, points }) => {
  lines.forEach((line, i) => line.setAttribute('d', paths[i]))
  if (!marks) return
  while (marks.childElementCount < points.length) marks.append(marks.lastChild.cloneNode())
  points.forEach(([x, y], i) => marks.children[i].setAttribute('transform', `translate(${x},${y})`))
}

// Whether the lines could be moved; where not, nothing has changed.
const moveLines = (el, traces) => {
  const groups = el.querySelectorAll('.scatterlayer > .trace')
  const moves = traces.map((trace, i) => movesOf(trace, groups[i], el._fullLayout))
  if (!moves.every(Boolean)) return false
  moves.forEach(move)
  return true
}
