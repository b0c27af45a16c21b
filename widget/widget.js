/*
 * The website widget: shows a survey in a window over any page. One global, no cookie, no request before it is opened. It knows nothing of the server's code: `settings` are put in front of it by the server.
 * Sent without these comments, indentation and the blanks around signs; no more than 3 kB packed, for a survey in all languages too.
 */
(() => {
  /** What the server says of the survey that the script's address names; `words` are label, word for closing and, from right to left, the direction, by the languages that the survey is in. @type {Record<string, {trigger: string, words: Record<string, string>, lang: string, said?: string, color: string, ink: string}>} */
  const settings = SETTINGS
  if (window.CustomerSureSurveyWidget) return void Object.assign(window.CustomerSureSurveyWidget.surveys, settings)
  const server = new URL(document.currentScript?.src ?? location.href).origin
  const plain = { trigger: 'tab', words: { en: 'Feedback\x7fClose' }, lang: 'en', color: '#0b6b5c', ink: '#fff' }
  /** @type {Map<Element, ReturnType<typeof build>>} */
  const widgets = new Map()
  const page = document.documentElement
  /** @type {Record<string, Function[]>} */
  const listeners = {}

  const css = `:host{all:initial}
.t,.x{font:600 16px/1.25 system-ui,sans-serif;cursor:pointer;border:2px solid transparent}
.t{position:fixed;z-index:2147483000;background:var(--c);color:var(--k);box-shadow:0 2px 12px #0004;min-block-size:44px;padding:10px 18px}
.tab{top:50%;right:0;writing-mode:vertical-rl;border-radius:10px 0 0 10px;padding:18px 10px;transform:translateY(-50%)}
[dir=rtl] .tab{right:auto;left:0;border-radius:0 10px 10px 0}
.button{inset-block-end:20px;inset-inline-end:20px;border-radius:26px}
.t:hover{filter:brightness(1.1)}
:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px #111}
dialog{box-sizing:border-box;inline-size:min(704px,100% - 32px);max-inline-size:none;max-block-size:calc(100% - 32px);padding:0;border:0;border-radius:16px;overflow:hidden;background:light-dark(#fff,#151d1c);color:CanvasText;color-scheme:light dark;box-shadow:0 16px 64px #0008}
dialog[open]{display:flex;flex-direction:column}
dialog::backdrop{background:#000a}
@keyframes in{from{opacity:0;transform:translateY(12px)}}
.b{text-align:end}
.x{min-inline-size:44px;min-block-size:44px;padding:0 14px;margin:4px;border-radius:10px;background:none;color:inherit}
iframe{border:0;inline-size:100%;block-size:70dvh;min-block-size:0}
@media(max-width:640px){dialog{inline-size:100%;max-block-size:none;block-size:100dvh;margin:0;border-radius:0}iframe{flex:1}}
@media(prefers-reduced-motion:no-preference){dialog{animation:in .18s ease-out}}
@media(forced-colors:active){dialog{border:2px solid}}`

  /** @param {string} name @param {Element} element */
  const tell = (name, element) => (listeners[name] ?? []).forEach((listener) => listener({ element }))

  /** What an attribute holds as JSON; null, and a warning, where it is none. @param {string | undefined} text */
  const read = (text) => {
    try {
      return JSON.parse(text || '{}') || {}
    } catch {
      console.warn('CustomerSureSurveyWidget: no JSON, left out', text)
      return null
    }
  }

  /** @param {HTMLElement} element */
  const build = (element) => {
    const code = String(read(element.dataset.widgetParams)?.survey ?? '')
    const given = element.dataset.surveyParams
    const params = given && read(given) ? given : null
    const signature = element.dataset.surveyParamsSignature
    if (!settings[code]) console.warn('CustomerSureSurveyWidget: the script has no ?survey=', code)
    const own = settings[code] ?? plain
    // The language of the page around, where the survey is in it.
    const tag = page.lang.replace(/^n[bn]/, 'no')
    const site = [tag, tag.split('-')[0]].find((one) => own.words[one])
    const lang = site ?? own.lang
    const [label, shut, dir] = own.words[lang].split('\x7f')
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`${css}:host{--c:${own.color};--k:${own.ink}}`)
    const size = new CSSStyleSheet()
    root.adoptedStyleSheets = [sheet, size]
    const make = (/** @type {string} */ tag, /** @type {object} */ fields) => Object.assign(document.createElement(tag), fields)
    const box = make('div', { lang, dir: dir ?? 'ltr' })
    const dialog = make('dialog', { ariaLabel: label })
    const bar = make('div', { className: 'b' })
    bar.append(make('button', { type: 'button', className: 'x', textContent: shut, onclick: () => dialog.close() }))
    dialog.append(bar)
    box.append(dialog)
    if (own.trigger !== 'custom') box.prepend(make('button', { type: 'button', className: `t ${own.trigger}`, lang: own.said ?? lang, textContent: label, onclick: () => open() }))
    root.replaceChildren(box)
    /** @type {HTMLIFrameElement | undefined} */
    let frame
    const lock = new CSSStyleSheet()

    const hear = (/** @type {MessageEvent} */ { source, origin, data }) => {
      if (source !== frame?.contentWindow || origin !== server || data?.source !== 'earshot') return
      if (data.type === 'ready') frame.contentWindow.postMessage({ source: 'earshot', type: 'params', params, signature }, server)
      if (data.type === 'height' && data.height > 0) size.replaceSync(`@media(min-width:640.1px){iframe{block-size:${Math.min(4000, data.height)}px}}`)
      if (data.type === 'submitted') tell('submitted', element)
      if (data.type === 'close') dialog.close()
    }
    const open = () => {
      if (dialog.open) return
      if (!frame) {
        frame = make('iframe', { src: `${server}/surveys/${encodeURIComponent(code)}?embed=1` + (site ? '&locale=' + site : ''), title: label })
        dialog.append(frame)
        addEventListener('message', hear)
      }
      dialog.showModal()
      // A scrollbar that is there keeps its place, so that nothing moves.
      if (!isLocked()) {
        lock.replaceSync('html{overflow:hidden!important;' + (innerWidth > page.clientWidth ? 'scrollbar-gutter:stable}' : '}'))
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, lock]
      }
      left.observe(document, { childList: true, subtree: true })
      tell('open', element)
    }
    const isLocked = () => document.adoptedStyleSheets.includes(lock)
    /** Lets go of it once its element is gone. */
    const drop = () => {
      if (element.isConnected) return
      removeEventListener('message', hear)
      dialog.close()
      widgets.delete(element)
    }
    const left = new MutationObserver(drop)
    // The event comes a moment after: until then it may be open again.
    dialog.addEventListener('close', () => {
      if (!dialog.open) {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== lock)
        left.disconnect()
      }
      tell('close', element)
    })
    dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
    return { open, close: () => dialog.close(), isOpen: () => dialog.open, drop }
  }

  const init = () => {
    // The same listener twice is one.
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', init)
    for (const widget of widgets.values()) widget.drop()
    for (const element of document.querySelectorAll('[data-customersure-survey-widget]')) if (!widgets.has(element)) widgets.set(element, build(element))
  }
  /** The widget of an element, or the first on the page. @param {Element} [element] */
  const find = (element) => {
    init()
    return element ? widgets.get(element) : widgets.values().next().value
  }

  window.CustomerSureSurveyWidget = {
    init, surveys: settings,
    toggleWidget: (element) => { const widget = find(element); widget?.isOpen() ? widget.close() : widget?.open() },
    open: (element) => find(element)?.open(),
    close: () => { for (const widget of widgets.values()) widget.close() },
    on: (name, listener) => { (listeners[name] ??= []).push(listener) },
  }
})()
