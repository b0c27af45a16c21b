/*
 * The website widget: shows a survey in a window over any page. One global, no cookie, no request before it is opened. It knows nothing of the server's code: `settings` are put in front of it by the server.
 * Sent without these comments and without indentation; no more than 3 kB packed.
 */
(() => {
  if (window.CustomerSureSurveyWidget) return void Object.assign(window.CustomerSureSurveyWidget.surveys, SETTINGS)
  /** What the server says of the survey that the script's address names. @type {Record<string, {trigger: string, label: string, close: string, lang: string, dir: string, color: string, ink: string}>} */
  const settings = SETTINGS
  const server = new URL(document.currentScript?.src ?? location.href).origin
  const plain = { trigger: 'tab', label: 'Feedback', close: 'Close', lang: 'en', dir: 'ltr', color: '#0b6b5c', ink: '#fff' }
  /** @type {Map<Element, ReturnType<typeof build>>} */
  const widgets = new Map()
  let waits = false
  /** @type {Record<string, Function[]>} */
  const listeners = {}

  const css = `:host{all:initial}
.t,.x{font:600 16px/1.25 system-ui,sans-serif;cursor:pointer;border:2px solid transparent}
.t{position:fixed;z-index:2147483000;background:var(--c);color:var(--k);box-shadow:0 2px 12px #0004;min-block-size:44px;padding:10px 18px}
.tab{top:50%;right:0;writing-mode:vertical-rl;border-radius:10px 0 0 10px;padding:18px 10px;transform:translateY(-50%)}
[dir=rtl] .tab{right:auto;left:0;border-radius:0 10px 10px 0}
.button{inset-block-end:20px;inset-inline-end:20px;border-radius:26px}
.t:hover{filter:brightness(1.1)}
:focus-visible{outline:3px solid #fff;outline-offset:0;box-shadow:0 0 0 6px #111}
dialog{box-sizing:border-box;inline-size:min(704px,100% - 32px);max-inline-size:none;max-block-size:calc(100dvh - 32px);padding:0;border:0;border-radius:16px;overflow:hidden;background:light-dark(#fff,#151d1c);color:CanvasText;color-scheme:light dark;box-shadow:0 16px 64px #0008}
dialog[open]{display:flex;flex-direction:column;animation:in .18s ease-out}
dialog::backdrop{background:#000a}
@keyframes in{from{opacity:0;transform:translateY(12px)}}
.b{display:flex;justify-content:end;flex:none}
.x{min-inline-size:44px;min-block-size:44px;padding:0 14px;margin:4px;border-radius:10px;background:none;color:inherit}
iframe{border:0;inline-size:100%;block-size:70dvh;min-block-size:0;flex:0 1 auto}
@media(max-width:640px){dialog{inline-size:100%;max-block-size:none;block-size:100dvh;margin:0;border-radius:0}iframe{flex:1}}
@media(prefers-reduced-motion:reduce){dialog[open]{animation:none}}
@media(forced-colors:active){.t,.x,dialog{border:2px solid ButtonText}}`

  /** @param {string} name @param {Element} element */
  const tell = (name, element) => (listeners[name] ?? []).forEach((listener) => listener({ element }))

  /** What an attribute holds as JSON; null, and a warning, where it is none. @param {string | null} text */
  const read = (text) => {
    try {
      return JSON.parse(text || '{}') || {}
    } catch {
      console.warn('CustomerSureSurveyWidget: an attribute holds no JSON, and is left out', text)
      return null
    }
  }

  /** @param {HTMLElement} element */
  const build = (element) => {
    const code = String(read(element.getAttribute('data-widget-params'))?.survey ?? '')
    const given = element.getAttribute('data-survey-params')
    const params = given && read(given) ? given : null
    const signature = element.getAttribute('data-survey-params-signature')
    if (!settings[code]) console.warn('CustomerSureSurveyWidget: the address of the script should end with ?survey= and the code of a widget; the look is a plain one for', code)
    const own = settings[code] ?? plain
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`${css}:host{--c:${own.color};--k:${own.ink}}`)
    root.adoptedStyleSheets = [sheet]
    const make = (/** @type {string} */ tag, /** @type {object} */ fields) => Object.assign(document.createElement(tag), fields)
    const box = make('div', { lang: own.lang, dir: own.dir })
    const dialog = make('dialog', { ariaLabel: own.label })
    const close = make('button', { type: 'button', className: 'x', textContent: own.close, onclick: () => dialog.close() })
    const bar = make('div', { className: 'b' })
    bar.append(close)
    dialog.append(bar)
    box.append(dialog)
    if (own.trigger !== 'custom') box.prepend(make('button', { type: 'button', className: `t ${own.trigger}`, textContent: own.label, onclick: () => open() }))
    root.replaceChildren(box)
    /** @type {HTMLIFrameElement | undefined} */
    let frame
    const size = new CSSStyleSheet()
    const lock = new CSSStyleSheet()
    const left = new MutationObserver(() => element.isConnected || (end(), widgets.delete(element)))

    const hear = (/** @type {MessageEvent} */ { source, origin, data }) => {
      if (!frame || source !== frame.contentWindow || origin !== server || data?.source !== 'earshot') return
      if (data.type === 'ready') frame.contentWindow.postMessage({ source: 'earshot', type: 'params', params, signature }, server)
      if (data.type === 'height' && data.height > 0) size.replaceSync(`@media(min-width:640.1px){iframe{block-size:${Math.min(4000, Math.ceil(data.height))}px}}`)
      if (data.type === 'submitted') tell('submitted', element)
      if (data.type === 'close') dialog.close()
    }
    const open = () => {
      if (dialog.open) return
      if (!frame) {
        frame = make('iframe', { src: `${server}/surveys/${encodeURIComponent(code)}?embed=1`, title: own.label })
        root.adoptedStyleSheets = [sheet, size]
        dialog.append(frame)
        addEventListener('message', hear)
      }
      // A scrollbar that is there keeps its place, so that nothing moves.
      if (!isLocked()) lock.replaceSync(`html{overflow:hidden!important;${innerWidth > document.documentElement.clientWidth ? 'scrollbar-gutter:stable' : ''}}`)
      dialog.showModal()
      if (!isLocked()) document.adoptedStyleSheets = [...document.adoptedStyleSheets, lock]
      left.observe(document, { childList: true, subtree: true })
      tell('open', element)
    }
    const isLocked = () => document.adoptedStyleSheets.includes(lock)
    const end = () => {
      removeEventListener('message', hear)
      dialog.close()
    }
    // The event comes a moment after: until then it may be open again.
    dialog.addEventListener('close', () => {
      if (!dialog.open) {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== lock)
        left.disconnect()
      }
      tell('close', element)
    })
    dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
    return { open, close: () => dialog.close(), isOpen: () => dialog.open, end }
  }

  const init = () => {
    if (document.readyState === 'loading' && !waits) { waits = true; document.addEventListener('DOMContentLoaded', init) }
    for (const [element, widget] of widgets) if (!element.isConnected) { widget.end(); widgets.delete(element) }
    for (const element of document.querySelectorAll('[data-customersure-survey-widget]')) if (!widgets.has(element)) widgets.set(element, build(element))
  }
  /** The widget of an element, or the first on the page. @param {Element} [element] */
  const find = (element) => {
    init()
    return element ? widgets.get(element) : widgets.values().next().value
  }

  window.CustomerSureSurveyWidget = {
    init, surveys: settings,
    toggleWidget: (element) => { const widget = find(element); if (widget?.isOpen()) widget.close(); else widget?.open() },
    open: (element) => find(element)?.open(),
    close: () => { for (const widget of widgets.values()) widget.close() },
    on: (name, listener) => { (listeners[name] ??= []).push(listener) },
  }
})()
