import type { CaseRating } from '../../core/case-ratings.ts'
import type { CaseView } from '../../core/case-list.ts'
import type { UserRole } from '../../core/context.ts'
import type { Organization, Person, TeamView } from '../../core/directory.ts'
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
    creator: refMinimal(rating.contact?.id ?? null),
    assignee_agent: refMinimal(agent?.id ?? null),
    assignee_team: refTeam(rating.team?.id ?? null),
    created_at: toTimestamp(rating.answered_at),
    updated_at: toTimestamp(rating.updated_at),
    resource_type: 'rating',
    resource_url: `${public_url}/api/v1/cases/ratings/${rating.id}`,
  }
}

/** The same as customers see it: no assignee. Its address is the other surface's, as the vendor documents it. */
export function toConversationRating(rating: CaseRating, public_url: string) {
  return {
    id: rating.id,
    score: toScore(rating.score.sentiment),
    comment: rating.comment,
    conversation: { id: rating.case.id, resource_type: 'conversation' },
    creator: refMinimal(rating.contact?.id ?? null),
    created_at: toTimestamp(rating.answered_at),
    updated_at: toTimestamp(rating.updated_at),
    resource_type: 'conversation_rating',
    resource_url: `${public_url}/api/v1/cases/ratings/${rating.id}`,
  }
}

/** The minimal case. The store knows of a case whether it is closed, no more. */
export function toCase(one: CaseView, public_url: string) {
  return {
    id: one.id,
    subject: one.title,
    requester: refUser(one.contact_id),
    creator: refUser(one.contact_id),
    assigned_agent: refUser(one.staff_id),
    assigned_team: refTeam(one.team_id),
    status: refStatus(one),
    rating: toScore(one.sentiment),
    rating_status: one.sentiment !== null ? 'RECEIVED' : one.asked_at ? 'OFFERED' : 'UNOFFERED',
    contents: one.contents,
    created_at: toTimestamp(one.opened_at ?? one.created_at),
    updated_at: toTimestamp(one.updated_at),
    resource_type: 'case',
    resource_url: `${public_url}/api/v1/cases/${one.id}`,
  }
}

/** A case as its requester sees it: nothing of its ratings. */
export function toConversation(one: CaseView, public_url: string) {
  return {
    id: one.id,
    subject: one.title,
    requester: refMinimal(one.contact_id),
    creator: refMinimal(one.contact_id),
    assigned_agent: refMinimal(one.staff_id),
    assigned_team: refTeam(one.team_id),
    status: refStatus(one),
    is_closed: one.closed_at !== null,
    last_message_preview: one.contents?.slice(0, PREVIEW).toWellFormed() ?? null,
    contents: one.contents,
    created_at: toTimestamp(one.opened_at ?? one.created_at),
    updated_at: toTimestamp(one.updated_at),
    resource_type: 'conversation',
    resource_url: `${public_url}/api/v1/conversations/${one.id}`,
  }
}

/** Contacts, staff members and users alike. What the store does not know of them is null or an empty list. */
export function toUser(person: Person, public_url: string) {
  return {
    id: person.id,
    full_name: person.name,
    legacy_id: null,
    is_enabled: person.is_enabled,
    is_mfa_enabled: person.has_second_factor,
    role: { id: ROLE_IDS[person.role], resource_type: 'role' },
    avatar: null,
    organization: person.company_id === null ? null : { id: person.company_id, resource_type: 'organization' },
    teams: person.team_id === null ? [] : [refTeam(person.team_id)],
    emails: person.email === null ? [] : [{ id: person.id, resource_type: 'identity_email' }],
    phones: person.telephone_number === null ? [] : [{ id: person.id, resource_type: 'identity_phone' }],
    time_zone: person.time_zone,
    created_at: toTimestamp(person.created_at),
    updated_at: toTimestamp(person.updated_at),
    resource_type: 'user',
    resource_url: `${public_url}/api/v1/users/${person.id}`,
  }
}

/** What everybody may know of a person. */
export function toUserMinimal(person: Person, public_url: string) {
  return { id: person.id, full_name: person.name, avatar: null, last_active_at: null, last_seen_at: null, resource_type: 'user_minimal', resource_url: `${public_url}/api/v1/users/${person.id}` }
}

/** A person has at most one address, which has their id. */
export function toEmail({ id, email }: Person) {
  return email === null ? null : { id, is_primary: true, email, resource_type: 'identity_email' }
}

export function toPhone({ id, telephone_number }: Person) {
  return telephone_number === null ? null : { id, is_primary: true, number: telephone_number, resource_type: 'identity_phone' }
}

export function toTeam(team: TeamView, public_url: string) {
  return {
    id: team.id, legacy_id: null, title: team.name, businesshour: null, member_count: team.member_count, created_at: toTimestamp(team.created_at), updated_at: toTimestamp(team.updated_at),
    resource_type: 'team', resource_url: `${public_url}/api/v1/teams/${team.id}`,
  }
}

export function toOrganization(organization: Organization, public_url: string) {
  return {
    id: organization.id, name: organization.name, legacy_id: null, is_shared: null, domains: [], phone: [], addresses: [], websites: [], custom_fields: [],
    created_at: toTimestamp(organization.created_at), updated_at: toTimestamp(organization.updated_at), resource_type: 'organization', resource_url: `${public_url}/api/v1/organizations/${organization.id}`,
  }
}

/** A role by the id that references to it have; null for none of ours. */
export function role(id: number) {
  const type = ROLES.find((one) => ROLE_IDS[one] === id)
  return type === undefined ? null : { id, title: type.charAt(0).toUpperCase() + type.slice(1), type: type.toUpperCase(), resource_type: 'role' }
}

/** A status by its id; null for one that no case has here. */
export function caseStatus(id: number) {
  const type = { [OPEN]: 'OPEN', [CLOSED]: 'CLOSED' }[id]
  return type === undefined ? null : { id, label: type.charAt(0) + type.slice(1).toLowerCase(), type, resource_type: 'case_status' }
}

const PREVIEW = 200

const ROLES: readonly UserRole[] = ['admin', 'agent', 'collaborator', 'customer', 'owner']
const ROLE_IDS: Readonly<Record<UserRole, number>> = { admin: 1, agent: 2, collaborator: 3, customer: 4, owner: 5 }

/** When what is shown of a case last changed: a rating or a sent invitation changes it too. */
export function caseModified(one: CaseView): Date {
  return new Date(Math.max(one.updated_at.getTime(), one.rated_at?.getTime() ?? 0, one.asked_at?.getTime() ?? 0))
}

/** The vendor's own ids of the two. */
export const OPEN = 2
export const CLOSED = 5

/** ISO-8601 with a numeric offset, in UTC: `2017-05-01T07:03:22+00:00`. */
export function toTimestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}+00:00`
}

function toScore(sentiment: Sentiment | null): Score | null {
  return SCORES.find((score) => sentiment !== null && SENTIMENTS_OF[score].includes(sentiment)) ?? null
}

function refUser(id: number | null) {
  return id === null ? null : { id, resource_type: 'user' }
}

function refMinimal(id: number | null) {
  return id === null ? null : { id, resource_type: 'user_minimal' }
}

function refTeam(id: number | null) {
  return id === null ? null : { id, legacy_id: null, resource_type: 'team' }
}

function refStatus({ closed_at }: CaseView) {
  return { id: closed_at ? CLOSED : OPEN, resource_type: 'case_status' }
}
