import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { unnested } from '../../storage/recordset.ts'
import type { CustomerField } from '../../storage/schema.ts'
import { canonicalEmail, isEmail, isStorable } from '../checks.ts'
import type { Fault } from '../errors.ts'
import type { Invitation } from '../invitations/invite.ts'
import { fillContacts, type ContactWords } from '../people/people.ts'
import { speakSurvey } from '../survey-texts.ts'
import type { Survey, SurveyWithQuestions } from '../surveys.ts'
import type { FilledIn } from './answers.ts'

/** A field as it is stored beside a response; `consent` has the text that was consented to. */
export interface CheckedField { key: string, value: string }

type Key = CustomerField['key']

/** The most characters of each field. */
const MAX_FIELD: Record<Key, number> = { name: 200, email: 254, telephone_number: 50, company_name: 200, postcode: 20 }

/**
 * Checks what a page asks about the customer; faults are named `fields.email` and `consent`. Blanks around are left out, and so is what the survey does not ask for. Of the consent the value is the language that it was read in, until
 * storeFields puts the text there.
 */
export function checkFields({ fields: asked, consent }: Pick<Survey, 'fields' | 'consent'>, given: Pick<FilledIn, 'fields' | 'consented_in'>): { fields: CheckedField[], faults: Fault[] } {
  const fields: CheckedField[] = []
  const faults: Fault[] = []
  for (const { key, required } of asked) {
    const value = given.fields.findLast((field) => field.key === key)?.value.trim() ?? ''
    const fault = value === '' ? (required ? missing(`fields.${key}`) : null) : checkField(key, value)
    if (fault) faults.push(fault)
    else if (value !== '') fields.push({ key, value: key === 'email' ? canonicalEmail(value) : value })
  }
  if (consent?.required && given.consented_in === null) faults.push(missing('consent'))
  if (consent && given.consented_in !== null) fields.push({ key: CONSENT, value: given.consented_in })
  return { fields, faults }
}

/** With what a page around the survey passed on of the customer. What the survey's page asks itself is answered there alone, and nobody consents in another's name. */
export function withPassed({ fields: asked }: Pick<Survey, 'fields'>, written: readonly CheckedField[], passed: readonly CheckedField[]): CheckedField[] {
  return [...passed.filter(({ key }) => key !== CONSENT && !asked.some((field) => field.key === key)), ...written]
}

/** Fields of one response, with the contact whom they are about. */
export interface FieldSet {
  account_id: number
  response_id: number
  survey: SurveyWithQuestions
  fields: readonly CheckedField[]
  /** Whom the link was sent to by name; null where anybody can have written it. */
  contact_id: number | null
  channel: Invitation['channel'] | undefined
  now: Date
}

/** Writes what was said of customers beside their responses, and gives it to their contacts as the data of an invitation are: the address and the number that the link went to stay. */
export async function storeFields(tx: Tx, sets: FieldSet[]): Promise<void> {
  const given = sets.filter(({ fields }) => fields.length > 0)
  const [first] = given
  if (!first) return
  const rows: (CheckedField & { account_id: number, response_id: number })[] = []
  for (const { account_id, response_id, survey, fields } of given) {
    for (const { key, value } of fields) rows.push({ account_id, response_id, key, value: key === CONSENT ? await consentText(tx, survey, value) : value })
  }
  await sql`insert into response_fields (account_id, response_id, key, value)
    select account_id, response_id, key, value from ${unnested(rows, 'position integer, account_id bigint, response_id bigint, key text, value text')} i order by i.position`.execute(tx)
  await fillContacts(tx, given.flatMap(wordsOf), first.now)
}

/** Takes away what a page asks about the customer, to be written anew. Whatever else is there stays. */
export async function deleteFields(tx: Tx, response: { account_id: number, id: number }): Promise<void> {
  await tx.deleteFrom('response_fields').where('account_id', '=', response.account_id).where('response_id', '=', response.id).where('key', 'in', PAGE_KEYS).execute()
}

/** Whether a response has these fields already. A consent is the same whatever language it was read in. */
export async function isSameFields(tx: Tx, response: { account_id: number, id: number }, fields: readonly CheckedField[]): Promise<boolean> {
  const known = await tx.selectFrom('response_fields').select(['key', 'value']).where('account_id', '=', response.account_id).where('response_id', '=', response.id).where('key', 'in', PAGE_KEYS).execute()
  return known.length === fields.length && known.every(({ key, value }) => fields.some((field) => field.key === key && (key === CONSENT || field.value === value)))
}

const CONSENT = 'consent'

/** What a page can ask about the customer. */
const PAGE_KEYS = [...Object.keys(MAX_FIELD), CONSENT]

function missing(field: string): Fault {
  return { field, code: 'required', info: {} }
}

function checkField(key: Key, value: string): Fault | null {
  const field = `fields.${key}`
  if (value.length > MAX_FIELD[key]) return { field, code: 'wrong_length', info: { maximum: MAX_FIELD[key] } }
  if (!isStorable(value) || /\p{Cc}/u.test(value)) return { field, code: 'invalid_format', info: { message: 'must be one line of text' } }
  if (key === 'email' && !isEmail(value)) return { field, code: 'invalid_format', info: { message: 'is not an e-mail address' } }
  if (key === 'telephone_number' && !isTelephone(value)) return { field, code: 'invalid_format', info: { message: 'is not a telephone number' } }
  return null
}

/** However people write one: five to twenty digits with what stands between them, and an extension. */
function isTelephone(value: string): boolean {
  const digits = value.match(/\d/g)?.length ?? 0
  return /^[+\d][\d\s()./–-]*(?:(?:x|ext\.?)\s*\d{1,6})?$/i.test(value.replace(/^\(/, '+')) && digits >= 5 && digits <= 20
}

/** What was read in that language. */
async function consentText(tx: Tx, survey: SurveyWithQuestions, locale: string): Promise<string> {
  const { consent } = await speakSurvey(tx, survey, { named: locale, template: null, accepted: [] })
  return consent?.text ?? ''
}

function wordsOf({ account_id, contact_id, channel, fields }: FieldSet): ContactWords[] {
  const said = (key: Key): string | null => fields.find((field) => field.key === key)?.value ?? null
  return contact_id === null ? [] : [{
    account_id, id: contact_id, name: said('name'), company_name: said('company_name'), postcode: said('postcode'), telephone_number: channel === 'sms' ? null : said('telephone_number'),
  }]
}
