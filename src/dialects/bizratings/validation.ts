import type { FastifySchemaCompiler } from 'fastify'
import { Compile } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { Type, type TObject } from '@fastify/type-provider-typebox'
import { isStorable, UNSTORABLE } from '../../core/checks.ts'
import { Invalid, type Fault } from '../../core/errors.ts'
import { findFieldFaults, isRecord, type FaultWords } from '../../http/field-faults.ts'
import { sortNames } from './names.ts'

/** A text with something in it, of at most so many characters. */
export function RequiredText(maxLength: number) {
  return Type.Refine(Type.String({ maxLength }), (text) => isStorable(text) && text.trim() !== '', (text) => isStorable(text) ? 'is required' : UNSTORABLE)
}

/** A text of at most so many characters. */
export function OptionalText(maxLength: number) {
  return Type.Optional(Type.Refine(Type.String({ maxLength }), isStorable, () => UNSTORABLE))
}

/** A whole number that JSON carries exactly. A text of digits is none, as in ASP.NET Core. */
export function WholeNumber() {
  return Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })
}

/** Checks query arguments and bodies against their schema, names in any letter case; a handler sees them as the schema writes them. Fails with Invalid, all faults at once. */
export const compileRequest: FastifySchemaCompiler<TObject> = ({ schema, httpPart }) => {
  const compiled = Compile(schema)
  return (given: unknown) => {
    const { value, faults } = httpPart === 'querystring' ? readQuery(schema, given) : readBody(schema, given)
    if (!compiled.Check(value)) faults.push(...findFieldFaults(schema, value, WORDS))
    return faults.length > 0 ? { error: new Invalid(faults) } : { value }
  }
}

/** The fields of a body by the names of its schema, without the nulls, whether they are good or not. */
export function readFields(schema: TObject, given: Record<string, unknown>): Record<string, unknown> {
  const { known } = sortNames(given, Object.keys(schema.properties))
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null))
}

/** The query of an endpoint that takes no arguments. */
export const NoArguments = Type.Object({})

interface Read { value: unknown, faults: Fault[] }

/** An argument without a value counts as not given; an unknown one would be ignored silently, so it is refused. */
function readQuery(schema: TObject, given: unknown): Read {
  const names = Object.keys(schema.properties)
  const { known, unknown, repeated } = sortNames(isRecord(given) ? given : {}, names)
  const faults = [
    ...unknown.map((field) => fault(field, `is not an argument here; there are ${names.join(', ') || 'none'}`)),
    ...repeated.map((field) => fault(field, 'is given more than once')),
  ]
  const single = Object.entries(known).filter(([name, value]) => !(typeof value === 'string' && value.trim() === '') && !repeated.includes(name))
  return { value: Object.fromEntries(single.map(([name, value]) => [name, toNumber(schema, name, value)])), faults }
}

function toNumber(schema: TObject, name: string, value: unknown): unknown {
  return schema.properties[name] !== undefined && 'type' in schema.properties[name] && schema.properties[name].type === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
}

/** Null counts as not given. Fields that nobody asked for are ignored: PSAs send extra ones. */
function readBody(schema: TObject, given: unknown): Read {
  return { value: isRecord(given) ? readFields(schema, given) : given, faults: [] }
}

/** Names that nobody knows are told of, or ignored, where they are read. */
const WORDS: FaultWords = { missing: (field) => ({ field, code: 'required', info: {} }), wrong: toFault }

function toFault(field: string, { keyword, params, message }: TLocalizedValidationError): Fault {
  switch (keyword) {
    case 'maxLength': return { field, code: 'wrong_length', info: { maximum: Number(params.limit) } }
    case 'minimum': return fault(field, `must be at least ${params.limit}`)
    case 'maximum': return fault(field, `must be at most ${params.limit}`)
    case 'type': return fault(field, `must be ${TYPES[String(params.type)] ?? String(params.type)}`)
    default: return fault(field, message)
  }
}

const TYPES: Record<string, string> = { integer: 'a whole number', string: 'a text', object: 'a JSON object' }

function fault(field: string, message: string): Fault {
  return { field, code: 'custom', info: { message } }
}
