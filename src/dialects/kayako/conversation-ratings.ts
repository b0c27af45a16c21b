import { getCase } from '../../core/case-list.ts'
import { changeOwnRating, listCaseRatings, rateOwnCase, type CaseRating } from '../../core/case-ratings.ts'
import type { Call } from './call.ts'
import { checkUnmodified, type Answer } from './envelope.ts'
import { Refused, refuse } from './errors.ts'
import { pathId } from './ids.ts'
import { readPage } from './paging.ts'
import { evidenceOf, readRating, requireChange, requireFields } from './ratings.ts'
import { toConversationRating } from './shapes.ts'

/** GET /conversations/:id/ratings: without the filters of the agents' surface, which this one is not documented to have. */
export async function listOfConversation({ ctx, params, query, public_url }: Call): Promise<Answer> {
  const page = readPage(query)
  const { rows, total } = await listCaseRatings(ctx, pathId(params.id ?? ''), {}, page)
  const modified = rows.length === 0 ? null : new Date(Math.max(...rows.map((rating) => rating.updated_at.getTime())))
  return { kind: 'many', resource: 'conversation_rating', data: rows.map((rating) => toConversationRating(rating, public_url)), page, total, modified }
}

/** POST /conversations/:id/ratings: each one is a new rating. Whether the conversation is to be seen is said before what is wrong with the fields. */
export async function addOne(call: Call): Promise<Answer> {
  const { ctx, params, fields, public_url } = call
  const { id } = await getCase(ctx, pathId(params.id ?? ''))
  const problems = requireFields(fields, ['score'])
  const { verdict, comment } = readRating(fields, problems)
  if (problems.length > 0) throw new Refused(problems)
  if (!verdict) throw refuse('FIELD_REQUIRED', { parameter: 'score' })
  return one(await rateOwnCase(ctx, id, { verdict, comment }, evidenceOf(call)), public_url, 201)
}

/** PUT /conversations/:id/ratings/:ratingId */
export async function changeOne(call: Call): Promise<Answer> {
  const { ctx, request, params, fields, public_url } = call
  const { id } = await getCase(ctx, pathId(params.id ?? ''))
  const problems = requireChange(fields)
  const change = readRating(fields, problems)
  if (problems.length > 0) throw new Refused(problems)
  const check = (rating: CaseRating): void => checkUnmodified(request, toConversationRating(rating, public_url), rating.updated_at)
  return one(await changeOwnRating(ctx, id, pathId(params.ratingId ?? ''), change, evidenceOf(call), check), public_url)
}

function one(rating: CaseRating, public_url: string, status: 200 | 201 = 200): Answer {
  return { kind: 'one', status, resource: 'conversation_rating', data: toConversationRating(rating, public_url), modified: rating.updated_at }
}
