import { containing, type ResponseFilter } from '../responses/filter.ts'

/** Whose sums: those of all records, or of some companies, boards or staff members. No ids: of each of them; none at all: of nobody. */
export type Subject = { readonly of: 'all' } | { readonly of: 'company' | 'staff', readonly ids: readonly number[] | null } | { readonly of: 'board', readonly pattern: string }

/** A filter of which the sums know everything. */
export interface Scope extends Pick<ResponseFilter, 'site_ids' | 'survey_ids' | 'headline_metric' | 'kind' | 'not_kind' | 'score' | 'from' | 'to'> {
  readonly subject: Subject
}

/** What is read off the key of a sum. */
const KEYED = ['site_ids', 'survey_ids', 'headline_metric', 'kind', 'not_kind', 'score', 'from', 'to'] as const
/** What chooses whose sums are read; not two of these at once. */
const CHOOSING = ['company_id', 'company_ids', 'board_name', 'staff_ids'] as const
const KNOWN: readonly string[] = [...KEYED, ...CHOOSING]

/** The scope that a filter is; null where the sums can't tell, and records have to be looked at one by one. What `has_comment` asks is for the caller to pick from the figures. */
export function scopeOf({ has_comment, ...filter }: ResponseFilter): Scope | null {
  const given = Object.entries(filter).flatMap(([key, value]) => value === undefined ? [] : [key])
  const choosing = CHOOSING.filter((key) => given.includes(key))
  if (has_comment === false || choosing.length > 1 || given.some((key) => !KNOWN.includes(key))) return null
  const subject = subjectOf(filter)
  const { site_ids, survey_ids, headline_metric, kind, not_kind, score, from, to } = filter
  return subject && (!survey_ids || subject.of === 'all' || subject.of === 'staff') ? { subject, site_ids, survey_ids, headline_metric, kind, not_kind, score, from, to } : null
}

/** The same for the sums of several staff members, in which what two of them get the credit for is twice: for whoever takes the surplus away (surplusCredits). */
export function surplusScopeOf({ staff_ids = [], ...filter }: ResponseFilter): Scope | null {
  const scope = staff_ids.length > 1 ? scopeOf({ ...filter, staff_ids: staff_ids.slice(0, 1) }) : null
  return scope && { ...scope, subject: { of: 'staff', ids: staff_ids } }
}

/** The same for each company or staff member; null where its sums are not told apart by those. */
export function scopeBy(scope: Scope, of: 'company' | 'staff'): Scope | null {
  if (scope.subject.of === of) return scope
  return scope.subject.of === 'all' && (!scope.survey_ids || of === 'staff') ? { ...scope, subject: { of, ids: null } } : null
}

function subjectOf({ company_id, company_ids, board_name, staff_ids }: ResponseFilter): Subject | null {
  if (company_id !== undefined) return { of: 'company', ids: [company_id] }
  if (company_ids !== undefined) return { of: 'company', ids: company_ids }
  if (board_name !== undefined) return { of: 'board', pattern: containing(board_name) }
  if (!staff_ids) return { of: 'all' }
  // A record of two of them would count twice.
  return staff_ids.length > 1 ? null : { of: 'staff', ids: staff_ids }
}
