/** What a machine makes of a page or a mail: where its links lead, and what its forms would send. */
export interface ReadPage { links: string[], forms: Form[] }

/** A form with its controls in order, each as it stands. */
export interface Form { action: string, method: 'GET' | 'POST', controls: Control[] }

/** A control, or one radio button or checkbox of several. `is_set`: it would be sent. */
export interface Control { name: string, type: string, value: string, is_set: boolean }

/** Reads markup whose attributes stand in double quotes, as ours do. Addresses come out whole. */
export function readMarkup(markup: string, url: string): ReadPage {
  const links = [...markup.matchAll(/<a\b([^>]*)>/g)].flatMap(([, tag = '']) => attributesOf(tag).get('href') ?? [])
  return { links: links.flatMap((href) => wholeAddress(href, url)), forms: [...markup.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, tag = '', inside = '']) => readForm(attributesOf(tag), inside, url)) }
}

/** The links of a mail by which its survey is answered, in their order and each once. */
export function surveyLinks(mail: string): string[] {
  return [...new Set(readMarkup(mail, 'http://localhost').links.filter((link) => /^\/(surveys|rate)\//.test(new URL(link).pathname)))]
}

/** The score that a link of a mail stands for; null where it stands for none. */
export function scoreOf(link: string): number | null {
  const [, signed, plain, shared] = /\/r\/(\d+)\.[^/]*$|[?&]score=(\d+)|\/rate\/[^/]+\/(\d+)/.exec(link) ?? []
  const digits = signed ?? plain ?? shared
  return digits === undefined ? null : Number(digits)
}

/** A form as it would be sent now. */
export function fieldsOf({ controls }: Form): [string, string][] {
  return controls.filter(({ is_set, name }) => is_set && name !== '').map(({ name, value }) => [name, value])
}

function readForm(tag: Map<string, string>, inside: string, url: string): Form {
  const found = [...inside.matchAll(/<input\b([^>]*)>|<textarea\b([^>]*)>([\s\S]*?)<\/textarea>|<select\b([^>]*)>([\s\S]*?)<\/select>/g)]
  const controls = found.map(([, input, textarea, text = '', select, options = '']): Control => {
    if (input !== undefined) return readInput(attributesOf(input))
    if (textarea !== undefined) return { name: attributesOf(textarea).get('name') ?? '', type: 'textarea', value: decode(text.replace(/^\n/, '')), is_set: true }
    return { name: attributesOf(select ?? '').get('name') ?? '', type: 'select', value: chosenOption(options), is_set: true }
  })
  return { action: wholeAddress(tag.get('action') ?? url, url)[0] ?? url, method: tag.get('method')?.toLowerCase() === 'post' ? 'POST' : 'GET', controls }
}

function readInput(tag: Map<string, string>): Control {
  const type = tag.get('type') ?? 'text'
  const is_box = type === 'radio' || type === 'checkbox'
  return { name: tag.get('name') ?? '', type, value: tag.get('value') ?? (is_box ? 'on' : ''), is_set: !is_box || tag.has('checked') }
}

function chosenOption(options: string): string {
  const tags = [...options.matchAll(/<option\b([^>]*)>/g)].map(([, tag = '']) => attributesOf(tag))
  return (tags.find((tag) => tag.has('selected')) ?? tags[0])?.get('value') ?? ''
}

function attributesOf(tag: string): Map<string, string> {
  return new Map([...tag.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name = '', value = '']) => [name.toLowerCase(), decode(value)]))
}

/** None for what is no address of the web. */
function wholeAddress(href: string, url: string): string[] {
  const whole = URL.parse(href, url)
  return whole && /^https?:$/.test(whole.protocol) ? [whole.href] : []
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code, name) => code === undefined ? NAMED[name] ?? whole : String.fromCodePoint(Number(code)))
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0' }
