// One entry in the browser's history for each page that is opened. Streamlit makes two or three: it
// takes the parameters off the old page's address, or gives it those of the new one, goes to the bare
// new page, and the page then puts into its address what it shows. Back would lead from one to the
// other, that is, nowhere. Nor does a map leave an entry for each turn of the wheel.

let touched = false // whether the reader has done anything on this page
const touch = () => (touched = true)

const withoutPart = ({ search }) => {
  const params = new URLSearchParams(search)
  params.delete('data_at')
  return params.toString()
}

const enter = (push, state, to) => {
  const same = to.pathname === location.pathname
  const completes = same && (!location.search || (to.search && !touched))
  const corrects = !same && to.search && to.search === location.search
  const leaves = same && !to.search
  const shifts = same && withoutPart(to) === withoutPart(location)
  const replace = shifts || completes || corrects || (!same && history.state?.leaves)
  ;(replace ? history.replaceState : push).call(history, { ...state, leaves }, '', to.href)
  if (!same) touched = false
}

const once = () => {
  if (globalThis.cnnvizHistory) return
  globalThis.cnnvizHistory = true
  for (const deed of ['pointerdown', 'keydown', 'click']) addEventListener(deed, touch, true)
  const push = history.pushState
  history.pushState = (state, unused, url) => enter(push, state, new URL(url ?? location.href, location.href))
}

export default once
