// Plotly.react on one element; the colors of text and grid are those of the page.

const config = {
  displaylogo: false,
  responsive: true,
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'zoomIn2d', 'zoomOut2d', 'autoScale2d'],
}

const isDark = (color) => {
  const dot = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  dot.fillStyle = color
  dot.fillRect(0, 0, 1, 1)
  const [r, g, b] = dot.getImageData(0, 0, 1, 1).data
  return 0.299 * r + 0.587 * g + 0.114 * b < 128
}

const themed = (text, el) => {
  const style = getComputedStyle(el)
  const css = (name) => style.getPropertyValue(`--st-${name}`).trim()
  const { meta } = JSON.parse(text).layout
  if (meta && meta.on_dark && isDark(css('background-color')))
    for (const [light, dark] of Object.entries(meta.on_dark)) text = text.replaceAll(light, dark)
  const figure = JSON.parse(text)
  const { layout } = figure
  const [ink, line, ground] = ['text-color', 'border-color', 'secondary-background-color'].map(css)
  layout.font = { ...layout.font, color: ink, family: css('font'), size: 13 }
  layout.hoverlabel = { bgcolor: ground, bordercolor: line, font: { color: ink } }
  layout.modebar = { bgcolor: 'rgba(0,0,0,0)', color: line, activecolor: css('primary-color') }
  for (const name of Object.keys(layout))
    if (/^[xy]axis/.test(name)) layout[name] = { ...layout[name], gridcolor: line, linecolor: line }
  return figure
}

export default function ({ data, parentElement }) {
  const el = parentElement.querySelector('.cnnviz-live')
  el.style.height = `${data.height}px`
  el.setAttribute('aria-label', data.alt)
  el.draw = () => {
    if (!el.isConnected) return
    const { data: traces, layout } = themed(data.figure, el)
    globalThis.Plotly.react(el, traces, { ...layout, height: data.height }, config)
  }
  if (globalThis.Plotly) el.draw()
  else if (!el.waiting) {
    el.waiting = true
    globalThis.addEventListener('plotly-ready', () => el.draw(), { once: true })
  }
  return () => globalThis.Plotly && globalThis.Plotly.purge(el)
}
