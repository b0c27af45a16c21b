import { sql } from 'kysely'
import { transaction, type Tx } from '../../storage/database.ts'
import { itemAt } from '../../storage/recordset.ts'
import { onlySite, type Context } from '../context.ts'
import { Invalid, NotFound } from '../errors.ts'
import { splitName } from '../people/names.ts'
import { getSurveyFor } from '../surveys.ts'
import { inviteMany, type Invited } from './invite.ts'

/**
 * Asks the person behind a case, by e-mail, whether it went well: an invitation to the good-or-bad survey. Each call asks anew; one that may not be sent is
 * stored as not sent, with its reason. Throws NotFound (no such case), Invalid (fault `contact.email`: nobody to ask, or no address).
 */
export function askRequester(ctx: Context, case_id: number): Promise<Invited> {
  return transaction(ctx.db, async (tx) => {
    const asked = await lockCase(tx, ctx, case_id)
    if (asked.contact_id === null || asked.email === null) throw new Invalid([{ field: 'contact.email', code: 'required', info: { message: 'is not known, so nobody can be asked' } }])
    const survey = await getSurveyFor({ ...ctx, db: tx }, 'good_or_bad')
    const now = ctx.now()
    const { account_id, id, number, contact_name, first_name, surname, staff_ids, ...snapshot } = asked
    const invited = await inviteMany(tx, [{
      ...snapshot, account_id, case_id: id, reference: number, staff_ids, ...(first_name || surname ? { first_name, surname } : splitName(contact_name)),
      occasion: null, channel: 'email', survey_id: survey.id, email_template_id: ctx.account.default_email_template_id, text_message_template_id: null,
      send_at: now, ignore_throttle: false, telephone_number: null, machine_id: null,
    }], now)
    return itemAt(invited, 0)
  })
}

/** The case with its snapshot. Locked, so that it does not change between here and the invitation, which would then miss the change. */
async function lockCase(tx: Tx, ctx: Context, case_id: number) {
  const site = onlySite(ctx)
  const cases = tx.selectFrom('cases as c').leftJoin('contacts as p', (join) => join.onRef('p.account_id', '=', 'c.account_id').onRef('p.id', '=', 'c.contact_id'))
    .where('c.account_id', '=', ctx.account.id).where('c.id', '=', case_id)
  const row = await (site === null ? cases : cases.where('c.site_id', '=', site))
    .select(['c.account_id', 'c.id', 'c.number', 'c.site_id', 'c.team_id', 'c.company_id', 'c.staff_ids', 'c.contact_id', 'c.title as case_title', 'c.board_name', 'c.opened_at as case_opened_at',
      'c.closed_at as case_closed_at', 'c.source_updated_at as case_updated_at', 'p.email', 'p.name as contact_name', 'p.first_name', 'p.surname'])
    .modifyEnd(sql`for share of c`).executeTakeFirst()
  if (!row) throw new NotFound('no such case')
  return row
}
