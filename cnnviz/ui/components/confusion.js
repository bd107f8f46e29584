// A table of buttons, kept from look to look; one sentence tells what the cell in question means.

const states = new WeakMap()
const HINT =
  'Point at a cell to read it, click it to see its images. The shade is the share of the row ' +
  '(its square root, so that rare mistakes show).'

const same = (a, b) => !!a && !!b && a[0] === b[0] && a[1] === b[1]

// "37 images of 4 were taken for 9 (3.8 % of the 4s)."
const sentence = ({ counts, classes }, [t, p]) => {
  const total = counts[t].reduce((a, b) => a + b, 0)
  if (!total) return `There is no image of ${classes[t]} here.`
  const count = counts[t][p]
  const images = `${count ? count.toLocaleString('en') : 'No'} ${count === 1 ? 'image' : 'images'} of ${classes[t]}`
  const verb = count === 1 ? 'was' : 'were'
  const what = t === p ? `${verb} recognized` : `${verb} taken for ${classes[p]}`
  const whole = /^\d+$/.test(classes[t]) ? `the ${classes[t]}s` : `all ${classes[t]} images`
  const share = count ? ` (${percentOf(count / total)} of ${whole})` : ''
  return `${images} ${what}${share}.`
}

// --- the table ----------------------------------------------------------------------------------

const build = (state, classes) => {
  const { root } = state
  root.replaceChildren()
  const table = make('table', '', root)
  table.setAttribute('role', 'grid')
  table.ariaLabel = 'Confusion matrix: a row for each true class, a column for each prediction'
  const columns = make('colgroup', '', table)
  make('col', 'names', columns)
  classes.forEach(() => make('col', '', columns))
  const head = make('thead', '', table)
  const axes = make('tr', '', head)
  make('td', '', axes)
  make('th', 'axis', axes, 'taken for').colSpan = classes.length
  const names = make('tr', '', head)
  make('th', 'axis true', names, 'true')
  const long = classes.some((name) => name.length > 3) ? 'name long' : 'name'
  state.columns = classes.map((name) => heading(names, long, name, 'col'))
  const body = make('tbody', '', table)
  const deeds = {
    look: (place) => look(state, place),
    choose: (place) => choose(state, place),
    walk: (event, place) => walk(state, event, place),
  }
  state.rows = []
  state.cells = classes.map((name, t) => {
    const row = make('tr', '', body)
    state.rows.push(heading(row, 'name', name, 'row'))
    return classes.map((_, p) => cellButton(row, [t, p], deeds))
  })
  const longest = Math.max(...classes.map((name) => name.length))
  root.style.setProperty('--names', `${Math.max(2.25, Math.min(6.5, 1 + 0.48 * longest))}rem`)
  root.style.setProperty('--classes', classes.length)
  state.line = make('div', 'sentence', root)
  state.line.ariaLive = 'polite'
  state.classes = classes
}

const heading = (row, className, name, scope) => {
  const th = make('th', className, row)
  th.scope = scope
  th.title = name
  make('span', '', th, name)
  return th
}

const draw = (state) => {
  const { data, cells } = state
  cells.forEach((row, t) => {
    const total = data.counts[t].reduce((a, b) => a + b, 0) || 1
    row.forEach((button, p) => {
      const count = data.counts[t][p]
      const shade = Math.sqrt(count / total)
      write(button, String(count))
      button.ariaLabel = sentence(data, [t, p])
      button.ariaPressed = String(same(state.chosen, [t, p]))
      button.tabIndex = same(state.home, [t, p]) ? 0 : -1
      button.classList.toggle('diagonal', t === p)
      button.classList.toggle('none', !count)
      button.classList.toggle('bold', shade > 0.6)
      button.style.setProperty('--shade', `${(100 * shade).toFixed(1)}%`)
    })
  })
  look(state, state.at)
}

// --- what the reader does -----------------------------------------------------------------------

const look = (state, place) => {
  state.at = place
  const shown = place || state.chosen
  write(state.line, shown ? sentence(state.data, shown) : HINT)
  state.line.classList.toggle('idle', !shown)
  state.rows.forEach((th, t) => th.classList.toggle('lit', !!shown && shown[0] === t))
  state.columns.forEach((th, p) => th.classList.toggle('lit', !!shown && shown[1] === p))
}

const choose = (state, place) => {
  state.touched = true
  state.home = place
  state.chosen = same(state.chosen, place) ? null : place
  draw(state)
  state.setStateValue('cell', state.chosen && { of: state.data.of, at: state.chosen })
}

const walk = (state, event, [t, p]) => {
  const count = state.classes.length
  const to = stepped(event, [t, p], [count, count])
  if (!to) return
  state.cells[t][p].tabIndex = -1
  state.home = to
  const button = state.cells[state.home[0]][state.home[1]]
  button.tabIndex = 0
  button.focus()
}

const begin = (root) => ({
  title: make('div', 'title', root),
  words: make('div', 'words', root),
  root: make('div', 'matrix', root),
})

export default function ({ data, root, setStateValue }) {
  const state = states.get(root) || { ...begin(root), home: [0, 0], at: null, chosen: null, touched: false }
  states.set(root, state)
  if (state.data?.of !== data.of) Object.assign(state, { at: null, touched: false })
  Object.assign(state, { data, setStateValue })
  if (JSON.stringify(state.classes) !== JSON.stringify(data.classes)) {
    Object.assign(state, { home: [0, 0], at: null, touched: false })
    build(state, data.classes)
  }
  entitle(state.title, data.title, data.help)
  write(state.words, data.words)
  if (!state.touched) state.chosen = data.selected
  const drawn = JSON.stringify([data, state.chosen])
  if (state.drawn === drawn) return
  state.drawn = drawn
  draw(state)
}
