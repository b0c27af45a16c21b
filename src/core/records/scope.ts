import { sql } from 'kysely'
import type { Context } from '../context.ts'
import { containing, type ResponseFilter } from '../responses/filter.ts'

/** Whose sums: those of all records, or of some companies, boards or staff members. No ids: of each of them; none at all: of nobody. */
export type Subject = { readonly of: 'all' } | { readonly of: 'company' | 'staff', readonly ids: readonly number[] | null } | { readonly of: 'board', readonly pattern: string }

/** A filter of which the sums know everything. */
export interface Scope extends Pick<ResponseFilter, 'site_ids' | 'survey_ids' | 'headline_metric' | 'kind' | 'not_kind' | 'score' | 'from' | 'to'> {
  readonly subject: Subject
}

/** Filters that are read off the key of a sum. */
const KEYED = ['site_ids', 'survey_ids', 'headline_metric', 'kind', 'not_kind', 'score', 'from', 'to'] as const
/** Filters that choose whose sums are read: one of them. */
const CHOOSING = ['company_name', 'company_id', 'board_name', 'technician', 'assigned', 'staff_ids'] as const

/** The scope that a filter is, names looked up; null where the sums can't tell, and records have to be looked at one by one. What `has_comment` asks is for the caller to pick from the figures. */
export async function findScope(ctx: Context, { has_comment, survey_purpose, ...filter }: ResponseFilter): Promise<Scope | null> {
  const given = (Object.keys(filter) as (keyof typeof filter)[]).filter((key) => filter[key] !== undefined)
  if (has_comment === false) return null
  const choosing = CHOOSING.filter((key) => given.includes(key))
  if (choosing.length > 1 || given.some((key) => ![...KEYED, ...CHOOSING].some((known) => known === key))) return null
  const subject = await findSubject(ctx, filter)
  if (!subject) return null
  const { site_ids, survey_ids, headline_metric, kind, not_kind, score, from, to } = filter
  const purpose_ids = survey_purpose === undefined ? undefined : await surveysFor(ctx, survey_purpose)
  const ids = purpose_ids ?? survey_ids
  if (ids && ((purpose_ids && survey_ids) || subject.of !== 'all')) return null
  return { subject, site_ids, survey_ids: ids, headline_metric, kind, not_kind, score, from, to }
}

/** The same for each company or staff member; null where its sums are not told apart by those. */
export function scopeBy(scope: Scope, of: 'company' | 'staff'): Scope | null {
  if (scope.subject.of === of) return scope
  return scope.subject.of === 'all' && !scope.survey_ids ? { ...scope, subject: { of, ids: null } } : null
}

async function findSubject(ctx: Context, filter: Pick<ResponseFilter, typeof CHOOSING[number]>): Promise<Subject | null> {
  const { company_id, company_name, board_name, staff_ids } = filter
  if (company_id !== undefined) return { of: 'company', ids: [company_id] }
  if (company_name !== undefined) return { of: 'company', ids: await companiesLike(ctx, company_name) }
  if (board_name !== undefined) return { of: 'board', pattern: containing(board_name) }
  const name = filter.technician ?? filter.assigned
  const ids = name === undefined ? staff_ids : await staffCalled(ctx, name)
  if (!ids) return { of: 'all' }
  // A record of two of them would count twice.
  return ids.length > 1 ? null : { of: 'staff', ids }
}

async function companiesLike(ctx: Context, text: string): Promise<number[]> {
  const rows = await ctx.db.selectFrom('companies').select('id').where('account_id', '=', ctx.account.id).where('name', 'ilike', containing(text)).execute()
  return rows.map(({ id }) => id)
}

async function staffCalled(ctx: Context, name: string): Promise<number[]> {
  const rows = await ctx.db.selectFrom('staff').select('id').where('account_id', '=', ctx.account.id).where(sql<boolean>`(lower(code) = lower(${name}) or lower(name) = lower(${name}))`).execute()
  return rows.map(({ id }) => id)
}

async function surveysFor(ctx: Context, purpose: NonNullable<ResponseFilter['survey_purpose']>): Promise<number[]> {
  const rows = await ctx.db.selectFrom('surveys').select('id').where('account_id', '=', ctx.account.id).where('purpose', '=', purpose).execute()
  return rows.map(({ id }) => id)
}
