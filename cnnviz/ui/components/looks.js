// A board that asks the server itself how things stand, beside its page: the page runs only when
// there is another state. What nobody sees is not asked for.

// A tab keeps its name when it is loaded anew, and so counts once.
const TAB = 'cnnviz-tab'
const tabName = () => {
  if (!sessionStorage.getItem(TAB)) {
    const bytes = crypto.getRandomValues(new Uint8Array(8))
    const name = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    sessionStorage.setItem(TAB, name)
  }
  return sessionStorage.getItem(TAB)
}

// What a page says once more, or late, is older than what a look has brought; what was asked for in
// other words is not compared.
const adopt = (state, rows, { address, at }) => {
  if (address === state.address && at <= state.at) return
  Object.assign(state, { rows, address, at })
}

const lookLater = (state, seconds) => {
  clearTimeout(state.timer)
  if (seconds) state.timer = setTimeout(state.look, 1000 * seconds)
}

const look = async (state) => {
  clearTimeout(state.timer)
  const { looks } = state
  if (!looks?.every || document.hidden) return
  const answer = await fetch(`${looks.address}&watcher=${tabName()}`).catch(() => null)
  const found = answer?.ok ? await answer.json().catch(() => null) : null
  if (looks !== state.looks) return // meanwhile the page has drawn something newer, or it is gone
  lookLater(state, found ? found.every : looks.every)
  if (answer && found?.state !== looks.state) state.setTriggerValue('news', String(found?.state))
  if (!found) return
  adopt(state, found.rows, { address: looks.address, at: found.at })
  state.draw()
}

const beginLooking = (state, looks) => {
  state.looks = looks
  state.look ||= () => look(state)
  document.addEventListener('visibilitychange', state.look)
  lookLater(state, looks?.every)
}

const stopLooking = (state) => {
  clearTimeout(state.timer)
  document.removeEventListener('visibilitychange', state.look)
  state.looks = null
}
