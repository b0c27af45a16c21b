/** How a caller wants names spelt: `_case`. */
export type Spelling = 'snake' | 'camel' | 'pascal'

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** Names come in snake, camel or Pascal case; inside they are snake. A leading underscore stays. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
}

/** An answer with its names spelt as the caller wants: keys, and the type names that are the values of `resource` and `resource_type` (the vendor's own tests show both). */
export function spell(value: Json, spelling: Spelling): Json {
  if (spelling === 'snake' || value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => spell(item, spelling))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [spellName(name, spelling), isTypeName(name, item) ? spellName(item, spelling) : spell(item, spelling)]))
}

/** Without nulls and empty lists, at any depth; a list itself stays, and so does what it holds. */
export function withoutEmpty(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(withoutEmpty)
  return Object.fromEntries(Object.entries(value).filter(([, item]) => !isEmpty(item)).map(([name, item]) => [name, withoutEmpty(item)]))
}

function isTypeName(name: string, value: Json): value is string {
  return (name === 'resource' || name === 'resource_type') && typeof value === 'string'
}

function spellName(name: string, spelling: Spelling): string {
  const camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return spelling === 'pascal' ? camel.charAt(0).toUpperCase() + camel.slice(1) : camel
}

function isEmpty(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.length === 0)
}
