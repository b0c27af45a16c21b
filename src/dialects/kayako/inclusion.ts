import { createHash } from 'node:crypto'
import { findCases } from '../../core/case-list.ts'
import type { Context } from '../../core/context.ts'
import { findOrganizations, findPeople, findTeams } from '../../core/directory.ts'
import { fieldsOf, shownFields, type Fields } from './fields.ts'
import type { Json } from './names.ts'
import { caseStatus, role, toCase, toConversation, toEmail, toOrganization, toPhone, toTeam, toUser, toUserMinimal } from './shapes.ts'
import type { Style } from './style.ts'

type Names = { [name: string]: Json }
type Reference = Names & { id: number, resource_type: string }

/** What is shown of an answer's data, with the resources that it names where the caller wants those. */
export interface Shown {
  data: Json
  /** In flat mode: by type and id. */
  resources: { [type: string]: { [id: string]: Json } } | null
  /** Of all that was included, that it may be told whether that has changed; empty where nothing was. */
  tag: string
}

/** How the resources of a type are found by id. Those that are not there stay references. */
type Loader = (ctx: Context, ids: number[], public_url: string) => Promise<Names[]> | Names[]

const LOADERS: Readonly<Record<string, Loader>> = {
  case: async (ctx, ids, public_url) => (await findCases(ctx, ids)).map((one) => toCase(one, public_url)),
  conversation: async (ctx, ids, public_url) => (await findCases(ctx, ids)).map((one) => toConversation(one, public_url)),
  user: async (ctx, ids, public_url) => (await findPeople(ctx, ids)).map((one) => toUser(one, public_url)),
  user_minimal: async (ctx, ids, public_url) => (await findPeople(ctx, ids)).map((one) => toUserMinimal(one, public_url)),
  team: async (ctx, ids, public_url) => (await findTeams(ctx, ids)).map((one) => toTeam(one, public_url)),
  organization: async (ctx, ids, public_url) => (await findOrganizations(ctx, ids)).map((one) => toOrganization(one, public_url)),
  identity_email: async (ctx, ids) => present((await findPeople(ctx, ids)).map(toEmail)),
  identity_phone: async (ctx, ids) => present((await findPeople(ctx, ids)).map(toPhone)),
  case_status: (_, ids) => present(ids.map(caseStatus)),
  role: (_, ids) => present(ids.map(role)),
}

/** What a customer, or whoever has a hash, may see of others: their names. */
const FOR_CUSTOMERS = new Set(['case', 'conversation', 'user_minimal', 'team', 'case_status', 'role'])
/** And of themselves, if they logged in. */
const OF_ONESELF = new Set(['user', 'identity_email', 'identity_phone'])

/** Puts what `include` names into the data, or beside it, and takes out what `fields` leaves out. */
export async function showData(ctx: Context, public_url: string, style: Style, data: Json): Promise<Shown> {
  const found = await findIncluded(ctx, public_url, style, data)
  const resources: NonNullable<Shown['resources']> = {}
  const show = (value: Json, fields: Fields): Json => {
    if (Array.isArray(value)) return value.map((item) => show(item, fields))
    if (typeof value !== 'object' || value === null) return value
    const whole = isReference(value) ? found.get(keyOf(value)) : undefined
    if (!whole || !isReference(value) || !style.is_flat) return showNames(whole ?? value, fields)
    const ofType = resources[value.resource_type] ??= {}
    ofType[value.id] ??= showNames(whole, fields)
    return value
  }
  const showNames = (names: Names, fields: Fields): Names => Object.fromEntries(shownFields(names, fields).map(([name, value]) => [name, show(value, fieldsOf(fields, name))]))
  const shown = show(data, style.fields)
  return { data: shown, resources: style.is_flat ? resources : null, tag: found.size === 0 ? '' : createHash('md5').update(JSON.stringify([...found.values()])).digest('hex') }
}

/** All resources that are named and wanted, level by level: what was included names others. None leads back to one that led to it. */
async function findIncluded(ctx: Context, public_url: string, style: Style, data: Json): Promise<Map<string, Names>> {
  const found = new Map<string, Names>()
  const asked = new Set<string>()
  for (let level: Json[] = [data]; level.length > 0;) {
    const wanted = [...new Map(level.flatMap((value) => referencesIn(value)).map((one) => [keyOf(one), one]))].filter(([key, one]) => !asked.has(key) && isWanted(ctx, style, one))
    for (const [key] of wanted) asked.add(key)
    const byType = Map.groupBy(wanted, ([, one]) => one.resource_type)
    const loaded: Names[] = (await Promise.all([...byType].map(([type, ofType]) => LOADERS[type]?.(ctx, ofType.map(([, { id }]) => id), public_url) ?? []))).flat()
    for (const one of loaded) if (isResource(one)) found.set(keyOf(one), one)
    level = loaded
  }
  return found
}

/** Asking for users is asking for them in either form. */
function isWanted(ctx: Context, { include }: Style, reference: Reference): boolean {
  const type = reference.resource_type
  if (!(type in LOADERS) || !mayInclude(ctx, reference)) return false
  return include === 'all' || include.has(type) || (type === 'user_minimal' && include.has('user'))
}

function mayInclude({ actor }: Context, { id, resource_type }: Reference): boolean {
  if (actor.kind === 'customer' && actor.fingerprint_id === null && actor.contact_id === id && OF_ONESELF.has(resource_type)) return true
  return (actor.kind !== 'customer' && actor.kind !== 'respondent') || FOR_CUSTOMERS.has(resource_type)
}

function referencesIn(value: Json): Reference[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  return isReference(value) ? [value] : Object.values(value).flatMap(referencesIn)
}

/** Nothing but its type and what it is known by. */
function isReference(value: Names): value is Reference {
  return isResource(value) && Object.keys(value).every((name) => name === 'id' || name === 'legacy_id' || name === 'resource_type')
}

function isResource(value: Names): value is Reference {
  return typeof value.id === 'number' && typeof value.resource_type === 'string'
}

function keyOf({ resource_type, id }: Reference): string {
  return `${resource_type} ${id}`
}

function present(all: (Names | null)[]): Names[] {
  return all.filter((one) => one !== null)
}

