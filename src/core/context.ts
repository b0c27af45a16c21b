import type { Logger } from 'pino'
import type { Db } from '../storage/database.ts'

/** What there is before it is known whose data are concerned: start-up, log-ins, secret links, the worker. */
export interface Ground {
  readonly db: Db
  readonly now: () => Date
  readonly log: Logger
}

/** All that a use case may touch. */
export interface Context extends Ground {
  readonly account: Account
  readonly actor: Actor
}

/** The tenant, with the settings that rules need. */
export interface Account {
  readonly id: number
  readonly name: string
  readonly subdomain: string
  readonly time_zone: string
  readonly first_weekday: number
  readonly score_scale_max: number
  readonly throttle_days: number
  readonly text_messages_enabled_at: Date | null
  readonly default_site_id: number
  readonly default_email_template_id: number | null
  /** ISO 3166, such as GB: what telephone numbers without a prefix belong to. */
  readonly country: string | null
  /** How long personal data are kept; null: for ever. */
  readonly retention_months: number | null
  /** Whether deleting a person takes their scores too. */
  readonly full_removal: boolean
}

/** The account's own people, by what they may do. */
export type Role = 'owner' | 'admin' | 'agent' | 'collaborator'
/** A customer logs in as a user, too, but acts as none of the account's own. */
export type UserRole = Role | 'customer'

/**
 * Who acts. A key acts as the owner, within its site if it is limited to one. A customer is a contact who logged in, or a visitor who is known by a fingerprint only (and whose
 * contact is known once they said who they are): they see and rate what is theirs. A respondent is whoever holds an invitation's secret link: the contact who was asked, if one is known.
 */
export type Actor =
  | { readonly kind: 'key', readonly key_id: number, readonly site_id: number | null }
  | { readonly kind: 'user', readonly user_id: number, readonly role: Role, readonly staff_id: number | null }
  | { readonly kind: 'customer', readonly contact_id: number | null, readonly fingerprint_id: number | null }
  | { readonly kind: 'respondent', readonly contact_id: number | null }
  | { readonly kind: 'system' }

/** The actor that a user's row stands for. */
export function userActor(row: { user_id: number, role: UserRole, staff_id: number | null, contact_id: number | null }): Actor {
  if (row.role === 'customer') return { kind: 'customer', contact_id: row.contact_id, fingerprint_id: null }
  return { kind: 'user', user_id: row.user_id, role: row.role, staff_id: row.staff_id }
}

/** Who a request comes from. */
export interface Principal {
  readonly account: Account
  readonly actor: Actor
}

/** The context of an account's use case, from what there is. */
export function contextOf(ground: Ground, account: Account, actor: Actor): Context {
  return { db: ground.db, now: ground.now, log: ground.log, account, actor }
}

/** The actor as the events name it. */
export function actorName(actor: Actor): string {
  if (actor.kind === 'key') return `key:${actor.key_id}`
  if (actor.kind === 'user') return `user:${actor.user_id}`
  // Of visitors it is not said which contact they are: anybody can say so.
  if (actor.kind === 'customer') return actor.fingerprint_id === null ? `contact:${actor.contact_id}` : `visitor:${actor.fingerprint_id}`
  return actor.kind
}

/** The one site that the actor is limited to, or null. */
export function onlySite(ctx: Context): number | null {
  return ctx.actor.kind === 'key' ? ctx.actor.site_id : null
}

/** Where new things of this actor belong: the site that it is limited to, else the one named, else the account's default site. */
export function writeSite(ctx: Context, named: number | null): number {
  return onlySite(ctx) ?? named ?? ctx.account.default_site_id
}
