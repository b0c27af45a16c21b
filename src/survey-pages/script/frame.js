/*
 * What a survey's page does inside a widget on another site: it takes what that site passed on, says how tall it is, and when it was answered. Only the window around it is heard, and only from a site that the survey
 * allows; without JavaScript the survey works without what was passed on. Sent as it stands here.
 */

const form = document.querySelector('form')
const main = document.querySelector('main')
const origins = (main?.dataset.origins ?? '').split(' ').filter((origin) => origin !== '')

/** The site around; known once it has spoken. */
let site = ''

addEventListener('message', ({ source, origin, data }) => {
  if (source !== parent || parent === window || data?.source !== 'earshot' || data.type !== 'params' || site !== '' || (origins.length > 0 && !origins.includes(origin))) return
  site = origin
  if (typeof data.params === 'string') pass(data.params, typeof data.signature === 'string' ? data.signature : '')
  tellHeight()
})
addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') tell('close')
})
if (main) new ResizeObserver(tellHeight).observe(main)
// Whoever is around may know that a survey is here: it says nothing else.
parent.postMessage({ source: 'earshot', type: 'ready' }, '*')

/** @param {string} params @param {string} signature */
function pass(params, signature) {
  if (main?.dataset.answered !== undefined) return tell('submitted')
  // A page that shows what was wrong has it already, and what the visitor made of it.
  if (form?.querySelector('input[name="params"][value]:not([value=""])')) return
  for (const [name, value] of Object.entries({ params, signature })) {
    const input = form?.querySelector(`input[name="${name}"]`)
    if (input instanceof HTMLInputElement && input.value === '') input.value = value
  }
  for (const [key, value] of Object.entries(readObject(params))) {
    const field = [...document.querySelectorAll('[data-field]')].find((one) => one instanceof HTMLInputElement && one.dataset.field === key)
    if (field instanceof HTMLInputElement && field.value === '') field.value = String(value)
    for (const one of document.querySelectorAll('[data-segment]')) if (one instanceof HTMLElement && one.dataset.segment === key) choose(one, String(value))
  }
}

/** Chooses what a question offers of a segment, by the survey's own word for it or by what is shown; where something was chosen already, that stays. @param {HTMLElement} question @param {string} value */
function choose(question, value) {
  if (question instanceof HTMLSelectElement) {
    const option = [...question.options].find((one) => one.value === value || one.text === value)
    if (option && question.value === '') question.value = option.value
    return
  }
  const boxes = [...question.querySelectorAll('input')]
  const box = boxes.find((one) => one.value === value || one.labels?.[0]?.textContent?.trim() === value)
  if (box && !boxes.some(({ checked }) => checked)) box.checked = true
}

/** @param {string} text @returns {object} */
function readObject(text) {
  try {
    const parsed = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    return {}
  }
}

function tellHeight() {
  tell('height', { height: document.body.offsetHeight })
}

/** @param {string} type @param {object} more */
function tell(type, more = {}) {
  if (site !== '') parent.postMessage({ source: 'earshot', type, ...more }, site)
}
