// Stands before every component's own script: what they all need to touch the page.

const make = (tag, className, parent, text = '') => {
  const el = document.createElement(tag)
  el.className = className
  el.textContent = text
  parent.append(el)
  return el
}

// Touches the page only where something has changed, so that nothing flickers.
const write = (el, text) => el.textContent !== text && (el.textContent = text)

const theme = (el, name) => getComputedStyle(el).getPropertyValue(`--st-${name}`).trim()

// A title; what there is to know about it shows where the pointer rests.
const entitle = (el, text, help) => {
  write(el, text)
  if (!help) el.removeAttribute('title')
  else if (el.title !== help) el.title = help
}
