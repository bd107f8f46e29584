// How large cells are, and where each of them stands.

const GAP = 28 // between panels, in pixels
const SPLIT = 10 // between the blocks of a panel
const LARGE = 32 // the largest cell

const lines = (panel) => Math.ceil(panel.blocks / panel.across)
const cellsAcross = (panel) => Math.min(panel.across, panel.blocks) * panel.columns
const splits = (count) => SPLIT * (count - 1)
const wide = (panel, cell) => cellsAcross(panel) * cell + splits(Math.min(panel.across, panel.blocks))
const high = (panel, cell) => lines(panel) * panel.rows * cell + splits(lines(panel))

const fitting = (panel, width, height) => {
  const across = (width - splits(Math.min(panel.across, panel.blocks))) / cellsAcross(panel)
  const down = (height - splits(lines(panel))) / (lines(panel) * panel.rows)
  return Math.max(3, Math.min(LARGE, Math.floor(Math.min(across, down))))
}

// Left and right stand in columns; the cells of a product are of one size, so that rows meet rows.
const sizes = (state) => {
  const { panels, product, data, width } = state
  const cell = {}
  if (!product) {
    for (const row of data.rows)
      for (const name of row)
        cell[name] = fitting(panels[name], (width - GAP * (row.length - 1)) / row.length, 260)
    return cell
  }
  const [left, right, result] = product
  const besides = data.rows.map(([name]) => panels[name]).filter((panel) => panel !== left)
  besides.forEach((panel) => (cell[panel.name] = fitting(panel, 280, 320)))
  const broad = Math.max(...besides.map((panel) => wide(panel, cell[panel.name])), 0)
  let size = LARGE
  const room = () => width - GAP - Math.max(broad, left.columns * size) - right.columns * size
  while (size > 5 && (room() < 0 || right.rows * size > 440)) size--
  for (const panel of product) cell[panel.name] = size
  const start = Math.max(broad, left.columns * size) + GAP
  for (const name of data.rows.map((row) => row[1]).filter(Boolean))
    cell[name] ??= fitting(panels[name], Math.max(width - start, 200), 220)
  return cell
}

const corner = (panel, index) => {
  const [block, row, column] = place(panel, index)
  const [line, at] = [Math.floor(block / panel.across), block % panel.across]
  return [
    (at * panel.columns + column) * panel.cell + at * SPLIT,
    (line * panel.rows + row) * panel.cell + line * SPLIT,
  ]
}

const cellUnder = (panel, event) => {
  const box = panel.canvas.getBoundingClientRect()
  const part = (position, cells) => {
    const block = Math.floor(position / (cells * panel.cell + SPLIT))
    const cell = Math.floor((position - block * (cells * panel.cell + SPLIT)) / panel.cell)
    return cell < cells && position >= 0 ? [block, cell] : null
  }
  const across = part(event.clientX - box.left, panel.columns)
  const down = part(event.clientY - box.top, panel.rows)
  if (!across || !down) return null
  const block = down[0] * panel.across + across[0]
  if (across[0] >= panel.across || block >= panel.blocks) return null
  return (block * panel.rows + down[1]) * panel.columns + across[1]
}
