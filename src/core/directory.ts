import { sql, type RawBuilder } from 'kysely'
import { onlySite, type Context, type UserRole } from './context.ts'
import { NotFound } from './errors.ts'

/** Anybody with an id of their own: contacts, staff members and users draw them from one sequence. */
export interface Person {
  id: number
  role: UserRole
  name: string | null
  email: string | null
  telephone_number: string | null
  time_zone: string | null
  company_id: number | null
  team_id: number | null
  is_enabled: boolean
  /** Of a user, and of a contact who logs in. */
  has_second_factor: boolean
  created_at: Date
  updated_at: Date
}

export interface TeamView { id: number, name: string, member_count: number, created_at: Date, updated_at: Date }

export interface Organization { id: number, name: string, created_at: Date, updated_at: Date }

/** The people of these ids, in no order; those of other accounts are nobody, and so are contacts who are not there for this actor. */
export async function findPeople(ctx: Context, ids: readonly number[]): Promise<Person[]> {
  const { rows } = await sql<Person>`
    select id, 'customer' as role, name, email, telephone_number, null as time_zone, company_id, null::bigint as team_id, true as is_enabled,
      exists (select from users u join second_factors f on f.account_id = u.account_id and f.user_id = u.id where u.account_id = contacts.account_id and u.contact_id = contacts.id) as has_second_factor, created_at, updated_at
    from contacts where account_id = ${ctx.account.id} and id = any(${ids}::bigint[]) ${contactsHere(ctx)}
    union all
    select id, 'agent', name, email, null, time_zone, null, team_id, deactivated_at is null, false, created_at, updated_at from staff where account_id = ${ctx.account.id} and id = any(${ids}::bigint[])
    union all
    select u.id, u.role, u.name, u.email, null, s.time_zone, null, s.team_id, u.disabled_at is null, exists (select from second_factors f where f.account_id = u.account_id and f.user_id = u.id), u.created_at, u.updated_at
    from users u left join staff s on s.account_id = u.account_id and s.id = u.staff_id where u.account_id = ${ctx.account.id} and u.id = any(${ids}::bigint[])`.execute(ctx.db)
  return rows
}

/** One of them. Throws NotFound; to a key that is limited to a site, a contact is there who has a case of that site. */
export async function getPerson(ctx: Context, id: number): Promise<Person> {
  const [person] = await findPeople(ctx, [id])
  if (!person || (person.role === 'customer' && !(await isContactHere(ctx, id)))) throw new NotFound('no such person')
  return person
}

/** Whether a contact of the account is there for this actor: to a key that is limited to a site, who has a case of that site. */
export async function isContactHere(ctx: Context, contact_id: number): Promise<boolean> {
  const site = onlySite(ctx)
  if (site === null) return true
  return (await ctx.db.selectFrom('cases').select('id').where('account_id', '=', ctx.account.id).where('contact_id', '=', contact_id).where('site_id', '=', site).limit(1).executeTakeFirst()) !== undefined
}

/** The teams of these ids, in no order. */
export function findTeams(ctx: Context, ids: readonly number[]): Promise<TeamView[]> {
  return teams(ctx).where('t.id', '=', sql<number>`any(${ids}::bigint[])`).execute()
}

/** One team. Throws NotFound. */
export async function getTeam(ctx: Context, id: number): Promise<TeamView> {
  const [team] = await findTeams(ctx, [id])
  if (!team) throw new NotFound('no such team')
  return team
}

/** All teams by name (case-insensitive, by code point): one page, and how many there are. */
export async function listTeamViews(ctx: Context, page: { offset: number, limit: number }): Promise<{ rows: TeamView[], total: number }> {
  const { total } = await ctx.db.selectFrom('teams').where('account_id', '=', ctx.account.id).select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows: await teams(ctx).orderBy(sql`lower(t.name) collate "C"`).orderBy('t.id').offset(page.offset).limit(page.limit).execute(), total }
}

/** The customers' companies of these ids, in no order. To a key that is limited to a site, a company is there of which that site has a record: a response, or an invitation that was sent. */
export async function findOrganizations(ctx: Context, ids: readonly number[]): Promise<Organization[]> {
  const { rows } = await sql<Organization>`select id, name, created_at, updated_at from companies c where account_id = ${ctx.account.id} and id = any(${ids}::bigint[]) ${companiesHere(ctx)}`.execute(ctx.db)
  return rows
}

/** One of them. Throws NotFound. */
export async function getOrganization(ctx: Context, id: number): Promise<Organization> {
  const [organization] = await findOrganizations(ctx, [id])
  if (!organization) throw new NotFound('no such company')
  return organization
}

/** Visitors may name anybody, and are told nothing of whom they named. */
function contactsHere(ctx: Context): RawBuilder<unknown> {
  if (ctx.actor.kind === 'customer' && ctx.actor.fingerprint_id !== null) return sql`and false`
  const site = onlySite(ctx)
  return site === null ? sql`` : sql`and exists (select from cases c where c.account_id = contacts.account_id and c.contact_id = contacts.id and c.site_id = ${site})`
}

/** Who left is no member. */
function teams(ctx: Context) {
  return ctx.db.selectFrom('teams as t').where('t.account_id', '=', ctx.account.id).select(['t.id', 't.name', 't.created_at', 't.updated_at'])
    .select((eb) => eb.selectFrom('staff as s').whereRef('s.account_id', '=', 't.account_id').whereRef('s.team_id', '=', 't.id').where('s.deactivated_at', 'is', null)
      .select((of) => of.fn.countAll<number>().as('count')).$asScalar().$notNull().as('member_count'))
}

function companiesHere(ctx: Context): RawBuilder<unknown> {
  const site = onlySite(ctx)
  return site === null ? sql`` : sql`and (exists (select from responses r where r.account_id = c.account_id and r.company_id = c.id and r.site_id = ${site})
    or exists (select from invitations v where v.account_id = c.account_id and v.company_id = c.id and v.sent_at is not null and v.answered_at is null and v.site_id = ${site}))`
}
