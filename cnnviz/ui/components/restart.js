// A server that was started again knows nothing of a page that is open, and the parts of the page would
// ask in vain: the page is loaded anew, once for each start.

const EVERY = 3_000 // milliseconds
const RELOADED = 'cnnviz-reloaded-for'

const ask = async (data) => {
  if (document.hidden) return
  const answer = await fetch('started').catch(() => null)
  const { started } = (await answer?.json().catch(() => null)) || {}
  if (!started || started === data.started || started === sessionStorage.getItem(RELOADED)) return
  sessionStorage.setItem(RELOADED, started)
  location.reload()
}

export default function ({ data }) {
  const timer = setInterval(() => ask(data), EVERY)
  return () => clearInterval(timer)
}
