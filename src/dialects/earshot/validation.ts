import type { FastifySchemaCompiler } from 'fastify'
import { Compile } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { Type, type TObject, type TSchema } from '@fastify/type-provider-typebox'
import { isEmail, isStorable, UNSTORABLE } from '../../core/checks.ts'
import { Invalid, type Fault, type FaultCode } from '../../core/errors.ts'
import { AMOUNT_FORM, parseCents } from '../../core/money.ts'
import { findFieldFaults, isRecord, type FaultWords } from '../../http/field-faults.ts'
import { isTime } from './times.ts'

/** A text with something in it, of at most so many characters. They are code points: what is one sign to the eye may be many, and more than an index takes. */
export function Text(maximum: number) {
  return Type.Refine(Type.String({ maxLength: maximum }), (text) => textFault(text, maximum) === null, (text) => textFault(text, maximum) ?? '')
}

/** The same, where nothing may be in it too. */
export function BlankText(maximum: number) {
  return Type.Refine(Type.String({ maxLength: maximum }), (text) => text.trim() === '' || textFault(text, maximum) === null, (text) => textFault(text, maximum) ?? '')
}

/** What a case is numbered by at home: a text, or a whole number, which is taken as its digits. */
export function CaseNumber() {
  return Type.Refine(Type.Unsafe<string | number>({ type: ['string', 'integer'] }), (number) => numberFault(number) === null, (number) => numberFault(number) ?? '')
}

/** Where a mail can be sent. */
export function EmailAddress(maximum: number) {
  return Type.Refine(Text(maximum), (text) => text.trim() === '' || isEmail(text.trim()), () => told('invalid_format', 'is not an e-mail address'))
}

/** A moment, or a day, which is its first moment. */
export function Time() {
  return Type.Refine(Type.String(), isTime, () => told('invalid_date', 'must be an ISO 8601 date-time such as 2026-03-15T15:45:00Z'))
}

/** An amount of money, exact as a text or as a number of at most two decimals. */
export function Amount() {
  return Type.Refine(Type.Unsafe<string | number>({ type: ['string', 'number'] }), (amount) => parseCents(String(amount)) !== null, () => told('invalid_value', AMOUNT_FORM))
}

/** An id: a whole number from 1. */
export function Id() {
  return Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
}

/** An object of these fields and no others. */
export function Fields<P extends Record<string, TSchema>>(properties: P) {
  return Type.Object(properties, { additionalProperties: false })
}

/** The query of an endpoint that takes no arguments. */
export const NoArguments = Fields({})

/** Checks query arguments and bodies against their schema; null in a body is the same as leaving out what may be left out. Fails with Invalid, all faults at once. */
export const compileRequest: FastifySchemaCompiler<TObject> = ({ schema, httpPart }) => {
  const compiled = Compile(schema)
  const is_query = httpPart === 'querystring'
  const words = wordsOf(is_query ? 'is not an argument here' : 'is not a field here')
  return (given: unknown) => {
    const value = is_query ? readQuery(schema, given) : withoutNulls(schema, given)
    return compiled.Check(value) ? { value } : { error: new Invalid(findFieldFaults(schema, value, words)) }
  }
}

function textFault(text: string, maximum: number): string | null {
  if (!isStorable(text)) return told('invalid_format', UNSTORABLE)
  if (text.trim() === '') return told('required', 'is required')
  return [...text].length > maximum ? told('wrong_length', `must have at most ${maximum} characters`) : null
}

function numberFault(number: string | number): string | null {
  if (typeof number === 'string') return textFault(number, 255)
  return Number.isSafeInteger(number) ? null : told('invalid_value', 'is larger than JSON carries exactly: send it as a text')
}

/** A refinement tells only a text: the fault's code goes in front of it. */
function told(code: FaultCode, message: string): string {
  return `${code}: ${message}`
}

/** Whole numbers out of their digits; what comes more than once is a list, which no argument is. */
function readQuery(schema: TObject, given: unknown): unknown {
  if (!isRecord(given)) return {}
  return Object.fromEntries(Object.entries(given).map(([name, value]) => {
    const property: object = schema.properties[name] ?? {}
    return [name, 'type' in property && property.type === 'integer' && typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value]
  }))
}

function withoutNulls(schema: TSchema, given: unknown): unknown {
  if (Type.IsArray(schema) && Array.isArray(given)) return given.map((item) => withoutNulls(schema.items, item))
  if (!Type.IsObject(schema) || !isRecord(given)) return given
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => {
    const property = schema.properties[name]
    if (property === undefined) return [[name, value]]
    return value === null && Type.IsOptional(property) ? [] : [[name, withoutNulls(property, value)]]
  }))
}

function wordsOf(unknown_text: string): FaultWords {
  return {
    missing: (field) => fault(field, 'required', 'is required'),
    wrong: toFault,
    unknown: (field, names) => fault(field, 'custom', `${unknown_text}; there are ${names.join(', ') || 'none'}`),
  }
}

function toFault(field: string, { keyword, params, message }: TLocalizedValidationError, value: unknown): Fault {
  switch (keyword) {
    case 'type': return fault(field, 'invalid_format', `must be ${kindOf(params.type)}${Array.isArray(value) ? ', and only one' : ''}`)
    case 'minimum': return fault(field, 'invalid_value', `must be at least ${params.limit}`)
    case 'maximum': return fault(field, 'invalid_value', `must be at most ${params.limit}`)
    case 'maxLength': return fault(field, 'wrong_length', `must have at most ${params.limit} characters`)
    case 'minItems': return fault(field, 'wrong_length', `must have at least ${params.limit} item`)
    case 'maxItems': return fault(field, 'wrong_length', `must have at most ${params.limit} items`)
    case 'enum': return fault(field, 'invalid_value', `must be one of ${params.allowedValues.join(', ')}`)
    default: return refined(field, message)
  }
}

function kindOf(type: string | string[]): string {
  return [type].flat().map((one) => KINDS[one] ?? one).join(' or ')
}

const KINDS: Record<string, string> = { integer: 'a whole number', number: 'a number', string: 'a text', object: 'a JSON object', array: 'a list' }

function refined(field: string, message: string): Fault {
  const code = CODES.find((one) => message.startsWith(`${one}: `))
  return code ? fault(field, code, message.slice(code.length + 2)) : fault(field, 'custom', message)
}

const CODES: readonly FaultCode[] = ['required', 'invalid_format', 'wrong_length', 'invalid_value', 'invalid_date']

function fault(field: string, code: FaultCode, message: string): Fault {
  return { field, code, info: { message } }
}
