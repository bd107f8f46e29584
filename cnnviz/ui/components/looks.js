// A board of a run under way looks at it again and again, beside the page: the page runs only when
// the run is in another state. What nobody sees is not looked at.

// What a page says once more, or late, is older than what a look has brought.
const adopt = (state, rows, at) => at <= state.at || Object.assign(state, { rows, at })

const lookLater = (state, seconds) => {
  clearTimeout(state.timer)
  if (seconds) state.timer = setTimeout(() => look(state), 1000 * seconds)
}

const whenSeen = (state) =>
  document.addEventListener('visibilitychange', () => look(state), { once: true })

const look = async (state) => {
  const { looks } = state
  if (!looks) return
  if (document.hidden) return whenSeen(state)
  const answer = await fetch(looks.address).catch(() => null)
  const found = answer?.ok ? await answer.json().catch(() => null) : null
  if (looks !== state.looks) return // meanwhile the page has drawn something newer, or it is gone
  lookLater(state, found ? found.every : looks.every)
  if (answer && found?.state !== looks.state) state.setTriggerValue('news', String(found?.state))
  if (!found) return
  adopt(state, found.rows, found.at)
  state.draw()
}

const stopLooking = (state) => {
  clearTimeout(state.timer)
  state.looks = null
}
