// A server that was started again knows nothing of a page that is open, and the parts of the page would
// ask in vain: once the page is connected again it is loaded anew, once for each start.

const RELOADED = 'cnnviz-reloaded-for'
const CONNECTION = 'data-test-connection-state'

const ask = async (data) => {
  const answer = await fetch('started').catch(() => null)
  const { started } = (await answer?.json().catch(() => null)) || {}
  if (!started || started === data.started || started === sessionStorage.getItem(RELOADED)) return
  sessionStorage.setItem(RELOADED, started)
  location.reload()
}

export default function ({ data }) {
  const app = document.querySelector('[data-testid=stApp]')
  const heard = () => app.getAttribute(CONNECTION) === 'CONNECTED' && ask(data)
  const observer = new MutationObserver(heard)
  observer.observe(app, { attributeFilter: [CONNECTION] })
  return () => observer.disconnect()
}
