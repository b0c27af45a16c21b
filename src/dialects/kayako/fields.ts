import { refuse } from './errors.ts'
import { snakeCase, type Json } from './names.ts'

/** Which fields of a resource are shown: what `fields` asks for. */
export interface Fields {
  /** Named with a +, or with nothing where naming one leaves the others out. */
  readonly added: ReadonlySet<string>
  readonly bare: ReadonlySet<string>
  readonly removed: ReadonlySet<string>
  readonly all: boolean
  /** Of what is nested under a field; where nothing is said of it, `everywhere` says whether all of it is wanted. */
  readonly nested: ReadonlyMap<string, Fields>
  readonly everywhere: boolean
}

const NOTHING_SAID: Fields = { added: new Set(), bare: new Set(), removed: new Set(), all: false, nested: new Map(), everywhere: false }
const ALL: Fields = { ...NOTHING_SAID, all: true, everywhere: true }

/** Shown only where they are asked for. */
const SHOWN_WHEN_ASKED: Readonly<Record<string, readonly string[]>> = { case: ['contents'], conversation: ['contents'] }

const MOST_LEVELS = 10

/**
 * Reads `fields`: names divided by commas, each perhaps with a + or - before it, and with rules for what is nested in parentheses behind it; `*` for all.
 * In an address a + is a space. Refuses with PARAMETER_INVALID what has no such form.
 */
export function readFields(text: string): Fields {
  const { fields, end } = readLevel(text, 0, 0)
  if (end < text.length) throw malformed()
  return fields
}

/** The fields of an object that are shown. Its id is in any case. */
export function shownFields(names: { [name: string]: Json }, fields: Fields): [string, Json][] {
  const asked_for = SHOWN_WHEN_ASKED[String(names.resource_type)] ?? []
  const others_go = Object.keys(names).some((name) => fields.bare.has(name) && !asked_for.includes(name))
  return Object.entries(names).filter(([name]) => {
    if (name === 'id') return true
    if (fields.removed.has(name)) return false
    return fields.all || fields.added.has(name) || fields.bare.has(name) || (!others_go && !asked_for.includes(name))
  })
}

/** What is asked for of whatever is nested under a field. */
export function fieldsOf(fields: Fields, name: string): Fields {
  return fields.nested.get(name) ?? (fields.everywhere ? ALL : NOTHING_SAID)
}

function readLevel(text: string, start: number, level: number): { fields: Fields, end: number } {
  if (level > MOST_LEVELS) throw malformed()
  const [added, bare, removed, nested] = [new Set<string>(), new Set<string>(), new Set<string>(), new Map<string, Fields>()]
  let all = false
  let everywhere = false
  let at = start
  while (at < text.length && text[at] !== ')') {
    const [rule = '', sign = '', spelt = ''] = /^([+\s-]*)([^,()]*)/.exec(text.slice(at)) ?? []
    at += rule.length
    const name = snakeCase(spelt.trim())
    let inner: Fields | null = null
    if (text[at] === '(') {
      const read = readLevel(text, at + 1, level + 1)
      if (text[read.end] !== ')') throw malformed()
      inner = read.fields
      at = read.end + 1
    }
    if (text[at] === ',') at += 1
    else if (at < text.length && text[at] !== ')') throw malformed()
    if (name === '') continue
    if (name === '*') {
      all = true
      everywhere ||= inner?.all ?? false
      continue
    }
    if (inner) nested.set(name, inner)
    const set = sign.includes('-') ? removed : sign === '' ? bare : added
    set.add(name)
  }
  return { fields: { added, bare, removed, all, nested, everywhere }, end: at }
}

function malformed(): Error {
  return refuse('PARAMETER_INVALID', { parameter: 'fields', message: 'Must be names divided by commas, each perhaps with rules in parentheses behind it.' })
}
