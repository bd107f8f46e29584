// A title with a sentence.

export default function ({ data, root }) {
  const state = (root.state ||= { title: make('div', 'title', root), words: make('div', 'words', root) })
  entitle(state.title, data.title, data.help)
  write(state.words, data.words)
}
