import { changeRating, getRating, getRatingBySecret, listCaseRatings, listRatings, rateCase, type CaseRating, type Rated, type RatingSecret, type Verdict } from '../../core/case-ratings.ts'
import { askRequester } from '../../core/invitations/ask-requester.ts'
import type { Evidence } from '../../core/responses/answerable.ts'
import { clientAddress } from '../../http/address.ts'
import { booleanArgument, consistent, integerArgument, optionArgument, optionField, textField, type Arguments } from './arguments.ts'
import type { Call, PublicAnswer, PublicCall } from './call.ts'
import { checkUnmodified, type Answer } from './envelope.ts'
import { Refused, refuse, type Problem } from './errors.ts'
import { pathId } from './ids.ts'
import { readLimit, readPage, type Page } from './paging.ts'
import { SCORES, SENTIMENTS_OF, toRating, type Score } from './shapes.ts'

/** GET /cases/:id/ratings */
export async function listOfCase({ ctx, params, query, public_url }: Call): Promise<Answer> {
  const score = optionArgument(query, 'score', SCORES)
  const has_comment = booleanArgument(query, 'comment')
  const page = readPage(query)
  const filter = { ...(score ? { sentiments: SENTIMENTS_OF[score] } : {}), ...(has_comment === undefined ? {} : { has_comment }) }
  return many(await listCaseRatings(ctx, idOf(params), filter, page), page, public_url)
}

const SOURCES = ['user_id', 'organization_id', 'case_id'] as const
const FILTERS = { user_id: 'contact_id', organization_id: 'company_id', case_id: 'case_id' } as const

/** GET /cases/ratings/recent: of one customer, one organization or one case. An id that is not there has no ratings. */
export async function listRecent({ ctx, query, public_url }: Call): Promise<Answer> {
  const [source, ...others] = SOURCES.filter((name) => query.has(name))
  if (!source) throw refuse('ANY_FIELD_REQUIRED', { parameters: [...SOURCES] })
  if (others.length > 0) throw refuse('ONE_FIELD_EXPECTED', { parameters: [...SOURCES] })
  const page = { offset: 0, limit: readLimit(query, 3) }
  return many(await listRatings(ctx, { [FILTERS[source]]: integerArgument(query, source, 1) }, page), null, public_url)
}

/** GET /cases/:id/ratings/:ratingId, and GET /cases/ratings/:ratingId, to which the resource's own address leads. */
export async function getOne({ ctx, params, public_url }: Call): Promise<Answer> {
  return one(await getRating(ctx, pathId(params.ratingId ?? ''), params.id === undefined ? null : idOf(params)), public_url)
}

/** GET /cases/:id/ratings/:hash */
export async function getByHash({ ground, request, params, public_url }: PublicCall): Promise<PublicAnswer> {
  return rated(await getRatingBySecret(ground, secretOf(params, params.hash ?? null), clientAddress(request)), public_url)
}

/** POST /cases/:id/ratings */
export async function addOne(call: PublicCall): Promise<PublicAnswer> {
  const { ground, params, public_url } = call
  const { hash, verdict, comment } = readHashFields(call, (fields) => requireFields(fields, ['hash', 'score']))
  if (!verdict) throw refuse('FIELD_REQUIRED', { parameter: 'score' })
  return rated(await rateCase(ground, secretOf(params, hash), { verdict, comment }, evidenceOf(call)), public_url, 201)
}

/** PUT /cases/:id/ratings/:ratingId */
export async function changeOne(call: PublicCall): Promise<PublicAnswer> {
  const { ground, request, params, public_url } = call
  const { hash, ...change } = readHashFields(call, (fields) => [...requireFields(fields, ['hash']), ...requireChange(fields)])
  const check = (rating: CaseRating): void => checkUnmodified(request, toRating(rating, public_url), rating.updated_at)
  return rated(await changeRating(ground, secretOf(params, hash), pathId(params.ratingId ?? ''), change, evidenceOf(call), check), public_url)
}

/** POST /cases/:id/ratings/trigger: nothing but that it was done, and why no mail will go where none will. */
export async function askForRating({ ctx, params }: Call): Promise<Answer> {
  const { not_sent_reason } = await askRequester(ctx, idOf(params))
  return { kind: 'done', status: 201, notifications: not_sent_reason === null ? [] : [`The request was not sent: ${not_sent_reason}.`] }
}

function rated({ ctx, rating }: Rated, public_url: string, status: 200 | 201 = 200): PublicAnswer {
  return { ctx, answer: one(rating, public_url, status) }
}

function one(rating: CaseRating, public_url: string, status: 200 | 201 = 200): Answer {
  return { kind: 'one', status, resource: 'rating', data: toRating(rating, public_url), modified: rating.updated_at }
}

function many({ rows, total }: { rows: CaseRating[], total: number }, page: Page | null, public_url: string): Answer {
  const modified = rows.length === 0 ? null : new Date(Math.max(...rows.map((rating) => rating.updated_at.getTime())))
  return { kind: 'many', resource: 'rating', data: rows.map((rating) => toRating(rating, public_url)), page, total, modified }
}

function idOf(params: PublicCall['params']): number {
  return pathId(params.id ?? '')
}

/** Anything in a rating's place that is not all digits is a hash: the token of the invitation's link. */
function secretOf(params: PublicCall['params'], hash: string | null): RatingSecret {
  return { case_id: Number(params.id), token: hash ?? '' }
}

/** What is said of a rating; everything that is wrong with it goes to `problems`. */
export function readRating(fields: Arguments, problems: Problem[]): { verdict?: Verdict, comment?: string | null } {
  const score = optionField(fields, 'score', SCORES, problems)
  const comment = textField(fields, 'comment', problems)
  return { ...(score ? { verdict: VERDICTS[score] } : {}), ...(comment === undefined ? {} : { comment }) }
}

const VERDICTS: Readonly<Record<Score, Verdict>> = { GOOD: 'good', BAD: 'bad' }

export function requireFields(fields: Arguments, names: string[]): Problem[] {
  return names.filter((name) => !fields.has(name)).map((name) => ({ code: 'FIELD_REQUIRED', parameter: name }))
}

export function requireChange(fields: Arguments): Problem[] {
  return fields.has('score') || fields.has('comment') ? [] : [{ code: 'REQUEST_FIELDS_EMPTY' }]
}

export function evidenceOf({ request }: PublicCall): Evidence {
  return { responder_ip: clientAddress(request), user_agent: request.headers['user-agent'] ?? null }
}

/** The same with the hash, which may stand in the address too, as it does in mails. */
function readHashFields({ fields, query }: PublicCall, required: (fields: Arguments) => Problem[]): ReturnType<typeof readRating> & { hash: string | null } {
  const all: Arguments = query.has('hash') ? new Map([['hash', query.get('hash')], ...fields]) : fields
  const problems = required(all)
  const hash = consistent('hash', [readHash(all, problems), query.get('hash')])
  const rating = readRating(all, problems)
  if (problems.length > 0) throw new Refused(problems)
  return { hash, ...rating }
}

function readHash(fields: Arguments, problems: Problem[]): string | undefined {
  const hash = textField(fields, 'hash', problems)
  if (hash === null || hash === '') problems.push({ code: 'FIELD_EMPTY', parameter: 'hash' })
  return hash ?? undefined
}
