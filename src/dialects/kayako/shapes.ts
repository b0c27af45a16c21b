import type { CaseRating } from '../../core/case-ratings.ts'
import type { CaseView } from '../../core/case-list.ts'
import type { Sentiment } from '../../core/scores.ts'

export type Score = 'GOOD' | 'BAD'
export const SCORES = ['GOOD', 'BAD'] as const

/** The buckets that each score stands for; the neutral one is neither. */
export const SENTIMENTS_OF: Readonly<Record<Score, readonly Sentiment[]>> = { GOOD: [3, 4], BAD: [0, 1] }

/** A rating, its keys in the vendor's order. The vendor's field table says `assignee_person`; all its samples and clients say `assignee_agent`. */
export function toRating(rating: CaseRating, public_url: string) {
  const [agent] = rating.staff
  return {
    id: rating.id,
    score: toScore(rating.score.sentiment),
    comment: rating.comment,
    case: { id: rating.case.id, resource_type: 'case' },
    creator: rating.contact && { id: rating.contact.id, resource_type: 'user_minimal' },
    assignee_agent: agent ? { id: agent.id, resource_type: 'user_minimal' } : null,
    assignee_team: toTeam(rating.team?.id ?? null),
    created_at: toTimestamp(rating.answered_at),
    updated_at: toTimestamp(rating.updated_at),
    resource_type: 'rating',
    resource_url: `${public_url}/api/v1/cases/ratings/${rating.id}`,
  }
}

/** The minimal case. The store knows of a case whether it is closed, no more. */
export function toCase(one: CaseView, public_url: string) {
  return {
    id: one.id,
    subject: one.title,
    requester: toUser(one.contact_id),
    creator: toUser(one.contact_id),
    assigned_agent: toUser(one.staff_id),
    assigned_team: toTeam(one.team_id),
    status: { id: one.closed_at ? CLOSED : OPEN, resource_type: 'case_status' },
    rating: toScore(one.sentiment),
    rating_status: one.sentiment !== null ? 'RECEIVED' : one.asked_at ? 'OFFERED' : 'UNOFFERED',
    created_at: toTimestamp(one.opened_at ?? one.created_at),
    updated_at: toTimestamp(one.updated_at),
    resource_type: 'case',
    resource_url: `${public_url}/api/v1/cases/${one.id}`,
  }
}

/** When what is shown of a case last changed: a rating or a sent invitation changes it too. */
export function caseModified(one: CaseView): Date {
  return new Date(Math.max(one.updated_at.getTime(), one.rated_at?.getTime() ?? 0, one.asked_at?.getTime() ?? 0))
}

/** The vendor's own ids of the two. */
const OPEN = 2
const CLOSED = 5

/** ISO-8601 with a numeric offset, in UTC: `2017-05-01T07:03:22+00:00`. */
function toTimestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}+00:00`
}

function toScore(sentiment: Sentiment | null): Score | null {
  return SCORES.find((score) => sentiment !== null && SENTIMENTS_OF[score].includes(sentiment)) ?? null
}

function toUser(id: number | null) {
  return id === null ? null : { id, resource_type: 'user' }
}

function toTeam(id: number | null) {
  return id === null ? null : { id, legacy_id: null, resource_type: 'team' }
}
