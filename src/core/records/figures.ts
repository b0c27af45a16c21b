import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Context } from '../context.ts'
import { unansweredInvitations } from '../invitations/unanswered.ts'
import { allOf, filteredResponses, shownScore, type ResponseFilter } from '../responses/filter.ts'
import type { Scope, Subject } from './scope.ts'
import { spanOf, type Piece } from './span.ts'

/** What is added up. `waiting`: invitations without a response; `invited`: responses with an invitation; `credit_…`: ratings about a staff member themselves; `answer_count`: answers to single questions. */
export type Figure = 'waiting' | 'responses' | 'invited' | 'comments' | 'invited_comments' | 'answer_count' | 'score_sum' | 'score_count' | 'credit_sum' | 'credit_count'

interface Options {
  /** Each row is of one day. */
  by_day?: boolean
  /** A by_score as in the sums, beside the figures; what is in it counts by the `sign` next to it. */
  scores?: boolean
}

/**
 * The sums and notes of a scope as a table expression with the columns subject_id, site_id, first_day and the figures: to be grouped and added up, never to be shown as it is.
 * Of a scope with a score everything but `waiting` and by_score is about the responses with that score.
 */
export function recordFigures(ctx: Context, scope: Scope, figures: readonly Figure[], { by_day = false, scores = false }: Options = {}): RawBuilder<unknown> {
  const span = spanOf(scope, ctx.account.time_zone, by_day)
  const sums = ({ grain, sign, first, end }: Piece) => sql`
    select f.subject_id, f.site_id, f.first_day, ${columnsOf(figures, (figure) => sign === 1 ? sumOf(figure, scope.score) : sql`-${sumOf(figure, scope.score)}`)}${scores ? sql`, f.by_score, ${sql.lit(sign)} as sign` : sql``}, null::timestamptz[] as answered from record_rollups f
    where f.account_id = ${ctx.account.id} and f.subject = ${scope.subject.of} and f.grain = ${grain} and f.first_day >= ${first}::date and f.first_day < ${end}::date
      and ${allOf([...keyConditions(scope, 'f'), ...subjectConditions(scope.subject, { id: 'f.subject_id', board: 'f.subject_name' })])}`
  const facts = [
    ...span.whole ? [sql`select n.change, null::timestamptz[] as answered, ${FACTS} from record_changes n where n.account_id = ${ctx.account.id} and n.day >= ${span.whole.first}::date and n.day < ${span.whole.end}::date and ${allOf(keyConditions(scope, 'n'))}`] : [],
    ...span.edges.flatMap(({ from, to }) => ['response_facts', ...figures.includes('waiting') ? ['waiting_facts'] : []].map((view) => sql`
      select 1 as change, null::timestamptz[] as answered, ${FACTS} from ${sql.table(view)} n where n.account_id = ${ctx.account.id} and n.dated_at >= ${from} and n.dated_at < ${to} and ${allOf(keyConditions(scope, 'n'))}`)),
  ]
  return sql`(${sql.join([...span.pieces.map(sums), factFigures(scope, facts.length > 0 ? facts : [NO_FACTS], figures, scores)], sql` union all `)})`
}

/**
 * The same of records that have to be found one by one, for filters that no sum knows: of the responses that pass, and of the invitations without one that pass the same filter. `subject` says what
 * subject_id is to be. `answered` comes too: a response's date and when it was answered, null for an invitation.
 */
export function foundFigures(ctx: Context, filter: ResponseFilter, subject: Exclude<Subject['of'], 'board'>, figures: readonly Figure[], { scores = false }: Options = {}): RawBuilder<unknown> {
  const responses = sql`${filteredResponses(ctx, filter).select(sql`1`.as('change')).select([sql`array[r.dated_at, r.answered_at]`.as('answered'), sql`null::date`.as('day'), 'r.site_id', sql`coalesce(r.company_id, 0)`.as('company_id'),
    sql`coalesce(r.board_name, '')`.as('board_name'), 'r.staff_ids', (subject === 'staff' ? sql`staff_scores(r.staff_ids, r.credits, ${shownScore(ctx.account.score_scale_max)}, ${ctx.account.score_scale_max}::integer)` : sql`null::integer[]`).as('staff_scores'),
    sql`true`.as('is_answered'), sql`r.invitation_id is not null`.as('has_invitation'), sql`r.comment is not null`.as('has_comment'), 'r.answer_count', shownScore(ctx.account.score_scale_max).as('score')])}`
  const waiting = sql`${unansweredInvitations(ctx, filter).select(sql`1`.as('change')).select([sql`null::timestamptz[]`.as('answered'), sql`null::date`.as('day'), 'v.site_id', sql`coalesce(v.company_id, 0)`.as('company_id'),
    sql`coalesce(v.board_name, '')`.as('board_name'), 'v.staff_ids', sql`null::integer[]`.as('staff_scores'), sql`false`.as('is_answered'), sql`true`.as('has_invitation'), sql`false`.as('has_comment'), sql`0`.as('answer_count'), sql`null::integer`.as('score')])}`
  return sql`(${factFigures({ subject: subject === 'all' ? { of: subject } : { of: subject, ids: null } }, figures.includes('waiting') ? [responses, waiting] : [responses], figures, scores)})`
}

/** Facts as rows of figures, one for each subject that a fact is about. */
function factFigures({ subject, score }: Pick<Scope, 'subject' | 'score'>, facts: RawBuilder<unknown>[], figures: readonly Figure[], scores: boolean): RawBuilder<unknown> {
  const { id, join, credit } = FACT_SUBJECTS[subject.of]
  return sql`
    select ${sql.ref(id)} as subject_id, n.site_id, n.day as first_day, ${columnsOf(figures, (figure) => factOf(figure, credit))}${scores ? sql`, score_counts(n.score, n.has_comment, n.has_invitation, n.change) as by_score, 1 as sign` : sql``}, n.answered
    from (${sql.join(facts, sql` union all `)}) n ${join}
    where ${allOf([...subjectConditions(subject, { id, board: 'n.board_name' }), ...score === undefined ? [] : [sql<SqlBool>`(not n.is_answered or n.score = ${score})`]])}`
}

function columnsOf(figures: readonly Figure[], read: (figure: Figure) => RawBuilder<unknown>): RawBuilder<unknown> {
  return sql.join(figures.map((figure) => sql`${read(figure)} as ${sql.ref(figure)}`))
}

const FACTS = sql.raw('n.day, n.site_id, n.company_id, n.board_name, n.staff_ids, n.staff_scores, n.is_answered, n.has_invitation, n.has_comment, n.answer_count, n.score')
const NO_FACTS = sql`select n.change, null::timestamptz[] as answered, ${FACTS} from record_changes n where false`

const NOBODY = sql`cross join (select 0::bigint as nobody) o`

const FACT_SUBJECTS = {
  all: { id: 'o.nobody', join: NOBODY, credit: sql`null::integer` },
  company: { id: 'n.company_id', join: sql``, credit: sql`null::integer` },
  board: { id: 'o.nobody', join: NOBODY, credit: sql`null::integer` },
  staff: { id: 'u.staff_id', join: sql`cross join lateral unnest(n.staff_ids, n.staff_scores) as u(staff_id, credit)`, credit: sql`u.credit` },
}

/** Where a count of the responses with one score stands in by_score: the highest score first, four counts for each. */
export function placeOf(score: number, count: 1 | 2 | 3 | 4): number {
  return 4 * (10 - score) + count
}

const PLACES: Partial<Record<Figure, 1 | 2 | 3 | 4>> = { responses: 1, comments: 2, invited: 3, invited_comments: 4 }

function sumOf(figure: Figure, score: number | undefined): RawBuilder<unknown> {
  if (score === undefined || figure === 'waiting') return sql.ref(`f.${figure}`)
  const count = (place: 1 | 2 | 3 | 4) => sql`coalesce(f.by_score[${sql.lit(placeOf(score, place))}], 0)`
  if (figure === 'score_sum') return sql`${count(1)} * ${sql.lit(score)}`
  if (figure === 'score_count') return count(1)
  const place = PLACES[figure]
  if (place === undefined) throw new TypeError(`${figure} is not counted by score`)
  return count(place)
}

function factOf(figure: Figure, credit: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (figure) {
    case 'waiting': return sql`case when n.is_answered then 0 else n.change end`
    case 'responses': return sql`case when n.is_answered then n.change else 0 end`
    case 'invited': return sql`case when n.is_answered and n.has_invitation then n.change else 0 end`
    case 'comments': return sql`case when n.has_comment then n.change else 0 end`
    case 'invited_comments': return sql`case when n.has_comment and n.has_invitation then n.change else 0 end`
    case 'answer_count': return sql`n.change * n.answer_count`
    case 'score_sum': return sql`coalesce(n.change * n.score, 0)`
    case 'score_count': return sql`case when n.score is null then 0 else n.change end`
    case 'credit_sum': return sql`coalesce(n.change * ${credit}, 0)`
    case 'credit_count': return sql`case when ${credit} is null then 0 else n.change end`
    default: return figure satisfies never
  }
}

function keyConditions({ site_ids, survey_ids, headline_metric, kind, not_kind }: Scope, table: 'f' | 'n'): RawBuilder<SqlBool>[] {
  const column = (name: string) => sql.ref(`${table}.${name}`)
  return [
    ...site_ids ? [sql<SqlBool>`${column('site_id')} = any(${site_ids}::bigint[])`] : [],
    ...survey_ids ? [sql<SqlBool>`${column('survey_id')} = any(${survey_ids}::bigint[])`] : [],
    ...headline_metric ? [sql<SqlBool>`${column('metric')} = ${headline_metric}`] : [],
    ...kind ? [sql<SqlBool>`${column('kind')} = ${kind}`] : [],
    ...not_kind ? [sql<SqlBool>`${column('kind')} <> ${not_kind}`] : [],
  ]
}

function subjectConditions(subject: Subject, columns: { id: string, board: string }): RawBuilder<SqlBool>[] {
  if (subject.of === 'board') return [sql<SqlBool>`${sql.ref(columns.board)} <> ''`, sql<SqlBool>`${sql.ref(columns.board)} ilike ${subject.pattern}`]
  return subject.of === 'all' || subject.ids === null ? [] : [sql<SqlBool>`${sql.ref(columns.id)} = any(${subject.ids}::bigint[])`]
}
