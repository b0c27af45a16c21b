import { sql } from 'kysely'
import { transaction, type Tx } from '../../storage/database.ts'
import type { Ground } from '../context.ts'
import { markAnswered } from '../invitations/invite.ts'
import { lockAnswerable } from '../responses/answerable.ts'
import { judge } from '../responses/record.ts'
import { recordEvents } from '../events.ts'
import { holdBack } from './held.ts'
import { clientHash, loadTouches } from './touches.ts'

/** What comes so long after an answer can still show that no person gave it. */
const RECHECK_MS = 120_000
const PIECE = 50

/**
 * Looks again at answers of the last two minutes that were sent off without a word, where their own client has followed other scores since: a machine that posts the form of each link in its turn is known by the
 * second one only. Answers how many were found to be no person's.
 */
export async function recheckAnswers(ground: Ground): Promise<number> {
  let found = 0
  for (let piece = await doubtfulAnswers(ground, 0); ; piece = await doubtfulAnswers(ground, piece.at(-1)?.id ?? 0)) {
    for (const row of piece) found += await transaction(ground.db, (tx) => recheck(tx, row, ground.now()))
    if (piece.length < PIECE) return found
  }
}

interface Doubtful { account_id: number, id: number, token: string, link: string }

/** The next of those at whose link several scores were followed. Links are named as in links.ts. */
async function doubtfulAnswers({ db, now }: Ground, after_id: number): Promise<Doubtful[]> {
  const since = new Date(now().getTime() - RECHECK_MS)
  const { rows } = await sql<Doubtful>`
    select r.account_id, r.id, v.token, n.link from responses r join invitations v on v.account_id = r.account_id and v.id = r.invitation_id
      cross join lateral (select case when v.dated_when_sent then 'ticket ' || translate(rtrim(encode(sha256(convert_to(v.reference || E'\n' || lower(v.email), 'UTF8')), 'base64'), '='), '+/', '-_')
        else 'invitation ' || encode(sha256(convert_to(v.token, 'UTF8')), 'hex') end as link) n
    where r.page_session is not null and r.answered_at > ${since} and r.comment is null and r.id > ${after_id}
      and (select count(distinct t.score) from touches t where t.account_id = r.account_id and t.link = n.link and t.at > ${since}) >= 2
    order by r.id limit ${PIECE}`.execute(db)
  return rows
}

async function recheck(tx: Tx, { account_id, id, token, link }: Doubtful, now: Date): Promise<number> {
  const answerable = (await lockAnswerable(tx, [token])).get(token)
  const response = await tx.selectFrom('responses').selectAll().where('account_id', '=', account_id).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!answerable || !response) return 0
  const { user_agent: agent, answered_at: at } = response
  const page = { link, page_session: response.page_session, issued_at: new Date(0), is_trapped: false, cookie_returned: false, accept_language: 'en', gesture: false, from_scanner_network: false }
  const [touched] = await loadTouches(tx, [{ account_id, link: page.link, page_session: page.page_session, client: clientHash(response.responder_ip, agent), at }])
  // Only what this client itself has done: whoever follows links after a person takes nothing from them. How the page looked at the time was judged then.
  const own = touched && { ...touched, touches: touched.touches.filter(({ is_same_client }) => is_same_client) }
  const verdict = own && judge({ ...answerable, invitation: { ...answerable.invitation, sent_at: null } }, page, own, { user_agent: agent, has_comment: false, at, is_sent: true })
  if (!verdict?.is_suspected) return 0
  await holdBack(tx, { ...response, state: 'suspected', reasons: verdict.reasons, received_at: at })
  await markAnswered(tx, [{ account_id, id: answerable.invitation.id, answered_at: null, provisional_at: null, updated_at: now }])
  await recordEvents(tx, [{ account_id, type: 'response.suspected', subject_id: id, actor: 'system', detail: {}, created_at: now }])
  return 1
}
