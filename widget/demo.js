/* The demo's page: what a shop's own script does with the widget. */
const widget = window.CustomerSureSurveyWidget
const all = [...document.querySelectorAll('[data-customersure-survey-widget]')].filter((element) => element instanceof HTMLElement)
const place = (/** @type {string} */ id) => {
  const element = document.getElementById(id)
  if (!element) throw new Error(`the page has no ${id}`)
  return element
}

widget.init()
place('own').addEventListener('click', () => widget.open(place('custom')))

const heard = place('heard')
for (const name of /** @type {const} */ (['open', 'close', 'submitted'])) widget.on(name, ({ element }) => {
  heard.querySelector('.none')?.remove()
  const line = document.createElement('p')
  const word = (/** @type {string} */ tag, /** @type {string} */ textContent) => Object.assign(document.createElement(tag), { textContent })
  line.append(word('time', new Date().toLocaleTimeString('en-GB')), word('code', name), word('b', element instanceof HTMLElement ? (element.dataset.name ?? '') : ''))
  heard.append(line)
  heard.scrollTop = heard.scrollHeight
})

place('passed').textContent = JSON.stringify(JSON.parse(all[0]?.dataset.surveyParams ?? '{}'), null, 2)

const snippet = place('snippet')
const template = snippet.textContent ?? ''
const [first] = all
const codeOf = (/** @type {HTMLElement | undefined} */ element) => String(JSON.parse(element?.dataset.widgetParams ?? '{}').survey)
for (const choice of document.querySelectorAll('input[name=which]')) choice.addEventListener('change', () => {
  if (choice instanceof HTMLInputElement) snippet.textContent = template.replaceAll(codeOf(first), codeOf(all.find(({ id }) => id === choice.value)))
  place('copied').textContent = ''
})
place('copy').addEventListener('click', async () => {
  await navigator.clipboard?.writeText(snippet.textContent ?? '').then(() => { place('copied').textContent = 'Copied' }).catch(() => getSelection()?.selectAllChildren(snippet))
})
