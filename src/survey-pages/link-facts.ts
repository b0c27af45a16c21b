import type { Fault } from '../core/errors.ts'
import { checkTemplateFacts, type TemplateFacts } from '../core/invitations/template-signal.ts'

/** What a snippet's address says, and what is wrong with it. */
export interface LinkFacts {
  facts: TemplateFacts
  faults: Fault[]
  /** The same as a query that every program reads alike. */
  query: string
}

/**
 * Reads the address of a snippet, into which a PSA pasted its texts as they are: a stray % and a + are themselves, and a & that no known name follows belongs to the value before it.
 * So does a name that was there already. An optional field whose placeholder was not replaced counts as not given.
 */
export function readLink(url: string): LinkFacts {
  const given = splitQuery(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '')
  const optional = (name: Name): string | null => {
    const value = given.get(name) ?? ''
    return value === '' || isPlaceholder(value) ? null : value
  }
  const [contact_id, company_id] = [optional('contactid'), optional('companyid')]
  const facts: TemplateFacts = {
    ticket: (given.get('ticket') ?? '').replace(/^#\s*/, ''), email: given.get('email') ?? '', title: optional('title'), board: optional('board'),
    contact: { external_id: knownId(contact_id), name: optional('contact') }, company: { external_id: knownId(company_id), name: optional('company') },
    staff: [...new Set((optional('staff') ?? '').split(',').map((code) => code.trim()).filter((code) => code !== ''))],
  }
  const faults = [...checkTemplateFacts(facts), ...checkId('contactid', contact_id), ...checkId('companyid', company_id)]
  return { facts, faults, query: NAMES.flatMap((name) => given.get(name) ? [`${name}=${encodeURIComponent(given.get(name) ?? '')}`] : []).join('&') }
}

/** The title comes last: a raw # in it cuts off what follows. The locale is the page's, and no fact. */
const NAMES = ['locale', 'ticket', 'email', 'contact', 'contactid', 'company', 'companyid', 'board', 'staff', 'title'] as const
type Name = typeof NAMES[number]

/** A & in a page that was escaped once too often is still one. */
const START = new RegExp(`^(?:amp;)?(${NAMES.join('|')})=`, 'i')

function splitQuery(query: string): Map<Name, string> {
  const raw = new Map<Name, string>()
  let open: Name | null = null
  for (const piece of query.split('&')) {
    const [start = '', word] = START.exec(piece) ?? []
    const name = NAMES.find((known) => known === word?.toLowerCase())
    if (name && !raw.has(name)) raw.set(open = name, piece.slice(start.length))
    else if (open) raw.set(open, `${raw.get(open) ?? ''}&${piece}`)
  }
  return new Map([...raw].map(([name, value]) => [name, isPlaceholder(value) ? value : oneLine(decode(value))]))
}

/** Bytes that are no UTF-8, and a % before no digits, are left as they are. */
function decode(value: string): string {
  return value.replace(/(?:%[0-9a-f]{2}|[\x80-\xff])+/gi, (run) => {
    const bytes = Buffer.from(run.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))), 'latin1')
    const text = bytes.toString('utf8')
    return Buffer.from(text).equals(bytes) ? text : run
  })
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
}

/** `$NAME`, `{{name}}`, `[Thing: Name]` or `%NAME%`, alone or several of them, as the mail templates of PSAs have them. */
function isPlaceholder(value: string): boolean {
  return /^(?:(?:\$[a-z_]\w*|\{\{[^{}]*\}\}|\[[^[\]]*\]|%[a-z_]\w*%)(?:\s|%20)*)+$/i.test(value)
}

/** PSAs send 0 where they have no record: it must not make one person of all who have none. */
function knownId(text: string | null): number | null {
  const id = Number(text)
  return text === null || id === 0 || !WHOLE.test(text) ? null : id
}

function checkId(field: string, text: string | null): Fault[] {
  return text === null || WHOLE.test(text) ? [] : [{ field, code: 'invalid_format', info: { message: 'must be a whole number' } }]
}

/** As many digits as a number holds exactly. */
const WHOLE = /^-?\d{1,15}$/
