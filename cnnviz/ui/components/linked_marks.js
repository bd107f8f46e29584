// What a cell that is pointed at marks in each grid.

const PINNED = 'Pinned: Escape or another click releases.'
const WAITS = 'The player waits as long as the pointer is on the picture.'
const STEP_BACK = 0.6 // how much of what is not marked fades

const weightMark = (state, channel, cell, weight, text) => ({
  cell,
  weight: weightAt(state, channel, weight),
  text,
  below: `×${twoPlaces(weightAt(state, channel, weight), state.scales.weight)}`,
})

// For each part of the picture, what a focus marks in its panel.
const marksOf = (state, panel, focus) => {
  const { data, home } = state
  const mine = focus.channel === panel.channel
  const text = (cell) => panel.texts[cell[0] * panel.columns + cell[1]]
  if (panel.part === 'output') {
    if (focus.part !== 'input') return { rings: [home] }
    const cells = fedBy(data, focus.cell).map(({ output, weight }) =>
      weightMark(state, focus.channel, output, weight, text(output))
    )
    return { dim: STEP_BACK, cells, rings: cells.length ? [home] : [] }
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
  write(state.pinned, state.pin ? PINNED : state.playing && state.inside ? WAITS : state.hint)
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
