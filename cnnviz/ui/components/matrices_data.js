// A panel of cells as it came from the server: values, and the tags by which cells belong together.

const unpack = (text, Kind) => (text ? new Kind(bytesOf(text).buffer) : null)

const readPanel = (data) => {
  const [blocks, rows, columns] = data.shape
  const panel = { ...data, blocks, rows, columns, names: data.blocks }
  panel.values = unpack(data.values, Float32Array)
  panel.tags = unpack(data.tags, Int32Array)
  panel.outside = unpack(data.outside, Uint8Array)
  panel.size = blocks * rows * columns
  panel.starts = panel.tags && startsOf(panel.tags)
  panel.ordered = panel.tags && orderedBy(panel.tags, panel.starts)
  return panel
}

// A panel of copies: each cell has the value of the cell with its tag on the other panel.
const copyFrom = (other, panel) => {
  const source = Int32Array.from(panel.tags, (tag) => other.ordered[other.starts[tag]])
  panel.values = Float32Array.from(source, (i) => other.values[i])
  panel.outside = Uint8Array.from(source, (i) => other.outside?.[i] || 0)
}

// Where the cells of each tag begin among all cells in the order of their tags; −1 is no tag.
const startsOf = (tags) => {
  const starts = new Int32Array(tags.reduce((most, tag) => Math.max(most, tag), 0) + 2)
  for (const tag of tags) if (tag >= 0) starts[tag + 1]++
  for (let tag = 1; tag < starts.length; tag++) starts[tag] += starts[tag - 1]
  return starts
}

const orderedBy = (tags, starts) => {
  const next = starts.slice()
  const cells = new Int32Array(starts.at(-1))
  tags.forEach((tag, i) => tag >= 0 && (cells[next[tag]++] = i))
  return cells
}

const cellsOf = ({ starts, ordered }, tag) =>
  starts && tag >= 0 && tag + 1 < starts.length
    ? ordered.subarray(starts[tag], starts[tag + 1])
    : []

// As it stands in a cell; pointing at the cell gives all digits.
const brief = (value) =>
  Number.isInteger(value) || !Number.isFinite(value) ? minus(value) : minus(value.toPrecision(2))

const place = ({ rows, columns }, index) => {
  const column = index % columns
  const row = Math.floor(index / columns) % rows
  return [Math.floor(index / columns / rows), row, column]
}

const nameOf = (panel, index) => {
  const [block, row, column] = place(panel, index)
  const words = [panel.names[block], panel.rowNames[row], panel.columnNames[column]]
  return words.filter(Boolean).join(', ') + (panel.outside?.[index] ? ' (padding)' : '')
}
