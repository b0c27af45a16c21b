import { sql } from 'kysely'
import type { Context } from './context.ts'
import { NotFound } from './errors.ts'
import type { Invitation } from './invitations/invite.ts'
import { filteredResponses } from './responses/filter.ts'
import { viewResponses, type ResponseView } from './responses/view.ts'

/** What is known of one asking about a case: the response, or the invitation that nobody has answered, which has no id, score, comment and answered_at of its own. */
export interface CaseRecord extends Pick<ResponseView,
  'score' | 'comment' | 'email' | 'responder_ip' | 'user_agent' | 'provisional_since' | 'case' | 'site' | 'company' | 'contact' | 'staff' | 'invitation'> {
  id: number | null
  answered_at: Date | null
}

/**
 * The newest record about satisfaction with the case of a number (a ticket or a conversation, not a project) at a site, by the date on which it was answered,
 * else sent, else made. Throws NotFound.
 */
export async function findCaseRecord(ctx: Context, { number, site_id }: { number: string, site_id: number }): Promise<CaseRecord> {
  const case_ids = await caseIds(ctx, number)
  if (case_ids.length === 0) throw new NotFound(`there is no ticket ${number}`)
  // In this order: an invitation that is answered between the two is then found as its response.
  const invitation = await newestUnanswered(ctx, case_ids, site_id)
  const response = await newestResponse(ctx, case_ids, site_id)
  if (invitation && !(response && response.dated_at >= invitation.date)) return viewUnanswered(ctx, invitation.id)
  const [view] = response ? await viewResponses(ctx, [response.id], {}) : []
  if (!view) throw new NotFound(`there is no ticket ${number}`)
  return view
}

/** Cases of all sites: who is asked on behalf of another site than the case's has a record of that other site. */
async function caseIds(ctx: Context, number: string): Promise<number[]> {
  const rows = await ctx.db.selectFrom('cases').select('id').where('account_id', '=', ctx.account.id).where('number', '=', number).where('kind', '!=', 'project').execute()
  return rows.map(({ id }) => id)
}

function newestResponse(ctx: Context, case_ids: number[], site_id: number): Promise<{ id: number, dated_at: Date } | undefined> {
  return filteredResponses(ctx, { site_ids: [site_id] }).where('r.case_id', 'in', case_ids)
    // Where the rating was left blank, by what the survey asks first.
    .where(sql<boolean>`coalesce(r.score_metric, (select y.headline_metric from surveys y where y.account_id = r.account_id and y.id = r.survey_id)) = 'csat'`)
    .select(['r.id', 'r.dated_at']).orderBy('r.dated_at', 'desc').orderBy('r.id', 'desc').limit(1).executeTakeFirst()
}

function newestUnanswered(ctx: Context, case_ids: number[], site_id: number): Promise<{ id: number, date: Date } | undefined> {
  const date = sql<Date>`coalesce(v.sent_at, v.created_at)`
  return ctx.db.selectFrom('invitations as v').where('v.account_id', '=', ctx.account.id).where('v.case_id', 'in', case_ids)
    .where('v.site_id', '=', site_id).where('v.answered_at', 'is', null).where('v.headline_metric', '=', 'csat')
    .select(['v.id', date.as('date')]).orderBy(date, 'desc').orderBy('v.id', 'desc').limit(1).executeTakeFirst()
}

async function viewUnanswered(ctx: Context, id: number): Promise<CaseRecord> {
  const row = await loadInvitation(ctx, id)
  const staff = await loadStaff(ctx, row.invitation.staff_ids)
  const { invitation } = row
  return {
    id: null, score: null, comment: null, email: invitation.email ?? row.contact?.email ?? null, responder_ip: null, user_agent: null, answered_at: null, provisional_since: null, invitation, staff,
    case: row.case && { ...row.case, title: invitation.case_title, board_name: invitation.board_name, opened_at: invitation.case_opened_at, closed_at: invitation.case_closed_at, source_updated_at: invitation.case_updated_at },
    site: row.site, company: row.company, contact: row.contact,
  }
}

async function loadInvitation(ctx: Context, id: number) {
  const invitation: Invitation = await ctx.db.selectFrom('invitations').selectAll().where('account_id', '=', ctx.account.id).where('id', '=', id).executeTakeFirstOrThrow()
  const { case_id, company_id, contact_id, site_id } = invitation
  const [site, ofCase, company, contact] = await Promise.all([
    ctx.db.selectFrom('sites').select(['id', 'code', 'name']).where('account_id', '=', ctx.account.id).where('id', '=', site_id).executeTakeFirstOrThrow(),
    ctx.db.selectFrom('cases').select(['id', 'kind', 'number']).where('account_id', '=', ctx.account.id).where('id', '=', case_id).executeTakeFirst(),
    ctx.db.selectFrom('companies').select(['id', 'external_id', 'name']).where('account_id', '=', ctx.account.id).where('id', '=', company_id).executeTakeFirst(),
    ctx.db.selectFrom('contacts').select(['id', 'external_id', 'name', 'email', 'first_name', 'surname', 'telephone_number', 'postcode'])
      .where('account_id', '=', ctx.account.id).where('id', '=', contact_id).executeTakeFirst(),
  ])
  return { invitation, site, case: ofCase ?? null, company: company ?? null, contact: contact ?? null }
}

async function loadStaff(ctx: Context, ids: readonly number[]): Promise<ResponseView['staff']> {
  if (ids.length === 0) return []
  const rows = await ctx.db.selectFrom('staff').select(['id', 'code', 'name', 'email']).where('account_id', '=', ctx.account.id).where('id', 'in', ids).execute()
  return ids.flatMap((id) => rows.find((row) => row.id === id) ?? [])
}
