// Tables of output sizes side by side, one for each padding; one sentence tells what a cell means.

const states = new WeakMap()
const HINT = 'Point at a cell to read it; click it to see that layer.'
let pressed = Date.now() // counts on from click to click, so that the same cell can be chosen again

const sentence = ({ kernels, strides, paddings, sizes }, [p, k, s]) => {
  const [height, width] = sizes[p][k][s]
  const found = height ? `${height} × ${width}` : 'impossible'
  return `kernel ${kernels[k]}, stride ${strides[s]}, padding ${paddings[p]}: ${found}`
}

// --- the tables ---------------------------------------------------------------------------------

const build = (state, { paddings, kernels, strides }) => {
  const { root } = state
  root.replaceChildren()
  const blocks = make('div', 'blocks', root)
  const deeds = {
    look: (place) => look(state, place),
    choose: (at) => state.setStateValue('tile', { part: state.name, at, number: ++pressed }),
    walk: (event, place) => walk(state, event, place),
  }
  state.cells = paddings.map((padding, p) => {
    const table = make('table', '', blocks)
    table.setAttribute('role', 'grid')
    make('caption', '', table, `padding ${padding}`)
    const head = make('tr', '', make('thead', '', table))
    make('th', 'corner', head, 'kernel \\ stride')
    for (const stride of strides) make('th', '', head, stride).scope = 'col'
    const body = make('tbody', '', table)
    return kernels.map((kernel, k) => {
      const row = make('tr', '', body)
      make('th', '', row, kernel).scope = 'row'
      return strides.map((_, s) => cellButton(row, [p, k, s], deeds))
    })
  })
  state.line = make('div', 'sentence', root)
  state.line.ariaLive = 'polite'
}

const each = (state, act) =>
  state.cells.forEach((rows, p) =>
    rows.forEach((row, k) => row.forEach((button, s) => act(button, [p, k, s], state.data.sizes[p][k][s])))
  )

const draw = (state) => {
  const all = state.data.sizes.flat(2)
  const side = ([height, width]) => Math.sqrt(height * width) // of a square with as many cells
  const largest = Math.max(1, ...all.map(side))
  const both = all.some(([height, width]) => height !== width)
  state.root.classList.toggle('both', both)
  state.root.classList.toggle('long', Math.max(...all.flat()) > 999)
  each(state, (button, place, size) => {
    write(button, !size[0] ? '×' : both ? size.join('\n') : String(size[0]))
    button.ariaLabel = sentence(state.data, place)
    button.tabIndex = String(place) === String(state.home) ? 0 : -1
    button.classList.toggle('none', !size[0])
    button.style.setProperty('--shade', `${((100 * side(size)) / largest).toFixed(1)}%`)
  })
  look(state, state.at)
}

// --- what the reader does -----------------------------------------------------------------------

const look = (state, place) => {
  state.at = place
  write(state.line, place ? sentence(state.data, place) : HINT)
  state.line.classList.toggle('idle', !place)
}

// The tables are one wide table to the arrows.
const walk = (state, event, [p, k, s]) => {
  const [tables, rows, columns] = state.data.shape
  const to = stepped(event, [k, p * columns + s], [rows, tables * columns])
  if (!to) return
  state.home = [Math.floor(to[1] / columns), to[0], to[1] % columns]
  each(state, (button, place) => (button.tabIndex = String(place) === String(state.home) ? 0 : -1))
  state.cells[state.home[0]][state.home[1]][state.home[2]].focus()
}

export default function ({ data, name, root, setStateValue }) {
  const state = states.get(root) || { root, home: [0, 0, 0], at: null }
  states.set(root, state)
  Object.assign(state, { data, name, setStateValue })
  const axes = JSON.stringify([data.paddings, data.kernels, data.strides])
  if (state.axes !== axes) {
    Object.assign(state, { axes, home: [0, 0, 0], at: null })
    build(state, data)
  }
  draw(state)
}
