// Behind plotly.js: says that it is there, and draws once where nobody sees it. A browser's first
// drawing takes several times as long as all later ones; now it is over before Train is pressed.

const practice = async () => {
  const el = document.createElement('div')
  el.style.cssText = 'position: absolute; visibility: hidden; width: 600px; height: 300px'
  document.body.append(el)
  const line = { x: [1, 2], y: [1, 2] }
  try {
    await globalThis.Plotly.newPlot(el, [line, line], { legend: { orientation: 'h' } })
    globalThis.Plotly.purge(el)
  } finally {
    el.remove()
  }
}

export default () => {
  globalThis.dispatchEvent(new Event('plotly-ready'))
  if (globalThis.plotlyPracticed) return
  globalThis.plotlyPracticed = true
  const whenIdle = globalThis.requestIdleCallback || setTimeout // Safari knows no idle moment
  whenIdle(practice)
}
