// Which cells light up with the one that is pointed at.

const row = (panel, i) => Array.from({ length: panel.columns }, (_, j) => i * panel.columns + j)
const column = (panel, j) => Array.from({ length: panel.rows }, (_, i) => i * panel.columns + j)

const collect = () => {
  const found = new Map()
  const add = (panel, cells) => {
    if (!found.has(panel.name)) found.set(panel.name, new Set())
    cells.forEach((cell) => found.get(panel.name).add(cell))
  }
  return { found, add }
}

// A picture's cell that stands once in the matrices is that cell; as often a kernel's or a map's.
const twin = (state, panel, index) => {
  if (!state.product || state.product.includes(panel) || !panel.tags) return null
  const [left, , result] = state.product
  for (const matrix of [result, left]) {
    const cells = cellsOf(matrix, panel.tags[index])
    if (cells.length === 1) return { panel: matrix, index: cells[0] }
  }
  return null
}

const light = (state, at) => {
  const { panels, product } = state
  const { found, add } = collect()
  const framed = collect()
  const { panel, index } = twin(state, at.panel, at.index) || at
  add(at.panel, [at.index])
  add(panel, [index])
  framed.add(at.panel, [at.index])
  framed.add(panel, [index])
  if (product) lightProduct(product, panel, index, add, framed.add)
  const whole = product && panel === product[2]
  const seeds = whole ? product : [panel]
  const tags = new Set(seeds.flatMap((one) => [...found.get(one.name)].map((i) => one.tags?.[i])))
  for (const other of Object.values(panels)) {
    if (whole && product.includes(other)) continue
    for (const tag of tags) add(other, cellsOf(other, tag))
  }
  if (product && !product.includes(panel))
    for (const cell of found.get(product[1].name) || [])
      add(product[2], column(product[2], cell % product[1].columns))
  return { lit: found, framed: framed.found }
}

const lightProduct = ([left, right, result], panel, index, add, mark) => {
  const [, i, j] = place(panel, index)
  if (panel === result) {
    add(left, row(left, i))
    add(right, column(right, j))
    mark(result, [index])
  } else if (panel === right) {
    add(left, column(left, i))
    add(result, column(result, j))
  } else if (panel === left) {
    add(right, row(right, j))
    add(result, row(result, i))
  }
}
