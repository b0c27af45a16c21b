/*
 * What a survey's page does where JavaScript runs; without it all of it works as well. It notices that a person is there, says so to the server with the form, and, where a score came by the link from the mail, saves that
 * score before it is sent. Below a long text it counts what may still be written. No more than 3 kB packed; sent as it stands here.
 */

/** Nobody has read anything before. */
const READ_MS = 1500
const GESTURES = ['pointermove', 'pointerdown', 'touchmove', 'wheel', 'keydown']

const form = document.querySelector('form')
const place = document.querySelector('[data-click]')
const shown = whenVisible().then(() => pause(READ_MS))
const moved = whenMoved()

void moved.then(() => form?.append(hidden('gesture', '1')))
void Promise.all([shown, moved]).then(whenVisible).then(saveScore)
for (const hint of document.querySelectorAll('[data-left]')) countDown(hint)

/** The score of the page's own address counts without Send, after a while, if the server thinks so too. A failure is told nobody: Send is still there. */
async function saveScore() {
  if (!(place instanceof HTMLElement) || !form) return
  const fields = new URLSearchParams({ gesture: '1' })
  for (const name of ['page', 'website']) fields.set(name, String(new FormData(form).get(name) ?? ''))
  const reply = await fetch(place.dataset.click ?? '', { method: 'POST', body: fields, keepalive: true }).catch(() => null)
  if (reply?.ok && (await reply.json()).saved) place.textContent = place.dataset.saved ?? ''
}

/** Says below a text how much may still be written once that is worth knowing: to the eye with each character, to a screen reader when the writer pauses. @param {Element} hint */
function countDown(hint) {
  const text = hint.parentElement?.querySelector('textarea')
  if (!text || !(hint instanceof HTMLElement)) return
  const { lang } = document.documentElement
  const [forms, rules, format, told] = [JSON.parse(hint.dataset.left ?? '{}'), new Intl.PluralRules(lang), new Intl.NumberFormat(lang), hint.textContent]
  const status = Object.assign(document.createElement('p'), { className: 'vh', role: 'status' })
  hint.after(status)
  let pausing = 0
  text.addEventListener('input', () => {
    const left = text.maxLength - text.value.length
    const sentence = left <= Math.max(50, text.maxLength / 5) ? (forms[rules.select(left)] ?? forms.other).replace('{n}', format.format(left)) : ''
    hint.textContent = sentence || told
    clearTimeout(pausing)
    pausing = setTimeout(() => { status.textContent = sentence }, 1000)
  })
}

/** Not by scrolling: pages can be scrolled by programs, and browsers do so by themselves when one comes back. Nor by a pointer that stands still while a page appears below it. */
function whenMoved() {
  return new Promise((resolve) => {
    const watch = (/** @type {Event} */ event) => {
      if (!event.isTrusted || (event instanceof PointerEvent && event.type === 'pointermove' && event.movementX === 0 && event.movementY === 0)) return
      for (const type of GESTURES) removeEventListener(type, watch)
      resolve(null)
    }
    for (const type of GESTURES) addEventListener(type, watch, { passive: true })
  })
}

/** A page that was opened in the background has been seen by nobody yet. */
function whenVisible() {
  return new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState !== 'visible') return
      document.removeEventListener('visibilitychange', look)
      resolve(null)
    }
    document.addEventListener('visibilitychange', look)
    look()
  })
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => { setTimeout(resolve, ms) })
}

/** @param {string} name @param {string} value */
function hidden(name, value) {
  return Object.assign(document.createElement('input'), { type: 'hidden', name, value })
}
