// The window steps from output to output by itself, until the pointer comes.

const CALM = matchMedia('(prefers-reduced-motion: reduce)')

const step = (state, by = 1) => {
  const [rows, columns] = state.data.output
  const places = rows * columns
  const next = (state.home[0] * columns + state.home[1] + by + places) % places
  state.home = [Math.floor(next / columns), next % columns]
  state.pin = null
  show(state)
}

const play = (state) => {
  state.playing = true
  state.at = null
  const beat = () => {
    if (!state.root.isConnected) return stop(state)
    if (!state.inside && !document.hidden) step(state)
    state.timer = setTimeout(beat, 1000 / perSecond(state))
  }
  beat()
  showPlaying(state)
}

const stop = (state) => {
  clearTimeout(state.timer)
  state.playing = false
  showPlaying(state)
}

const showPlaying = (state) => {
  write(state.button, state.playing ? '⏸ Pause' : '▶ Play')
  state.button.ariaPressed = String(state.playing)
  state.line.ariaLive = state.playing ? 'off' : 'polite'
}

const perSecond = ({ speed }) => Math.min(Number(speed.value), CALM.matches ? 1 : Infinity)

const showSpeed = (state) => {
  const cells = `${perSecond(state)} ${perSecond(state) === 1 ? 'cell' : 'cells'} a second`
  write(state.pace, CALM.matches ? `${cells}: reduced motion` : cells)
}
