// How large the cells are, and what the grids are called.

const BETWEEN = 40 // pixels that stand between two grids of a row
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
    const most = state.scales[part === 'kernel' ? 'weight' : part]
    Object.assign(panel, { rows, columns, most, size: sizes[part] })
    panel.at = panel.at.map((n, axis) => clamp(n, [rows, columns][axis] - 1))
    panel.values = valuesOf(state, part, channel)
    panel.isPadding = part === 'input' ? (cell) => isOutside(data, cell) : null
    namePanel(state, panel)
    if (part !== 'products') drawPanel(state, panel)
  }
}

const valuesOf = (state, part, channel) => {
  const { data } = state
  if (part === 'output') return state.after
  if (part !== 'input') return weightsOf(data).map((cell) => weightAt(state, channel, cell))
  const cells = pairs(range(data.padded[0]), range(data.padded[1]))
  return cells.map((cell) => inputAt(state, channel, cell))
}

const namePanel = (state, panel) => {
  const { data } = state
  const { part, channel, rows, columns } = panel
  const of = part === 'output' || !several(state) ? '' : `, ${channelName(state, channel)}`
  const title = data.words[part] + of
  const size = part === 'input' ? data.size.join('×') : `${rows}×${columns}`
  const padded = size === `${rows}×${columns}` ? '' : `, padded to ${rows}×${columns}`
  const after = part === 'output' && data.activation ? ` after ${data.activation}` : ''
  write(panel.name, title)
  write(panel.span, size + padded + after)
  const keys = part === 'products' ? '' : ' Arrow keys walk.'
  panel.base.ariaLabel = `${title}, ${rows} rows and ${columns} columns.${keys}`
}
