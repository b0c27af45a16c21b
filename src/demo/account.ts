import { createAccount, listAccounts } from '../core/accounts.ts'
import { contextOf, type Context, type Ground } from '../core/context.ts'
import { Forbidden } from '../core/errors.ts'
import { getInvitation } from '../core/invitations/list.ts'
import { createKey, listKeys, revokeKey } from '../core/keys.ts'
import { createLoginLink } from '../core/login-links.ts'
import { listResponses } from '../core/responses/list.ts'
import { listUsers } from '../core/users.ts'
import { fillYear, siteIds, submitDemoTicket, type Progress } from './fill.ts'
import { PLOT_DAYS, plotFreshTicket } from './plot.ts'
import { openShop, type ShopCodes } from './shop.ts'

/** What somebody needs to look around in the demo. */
export interface OpenDemo {
  /** Good until the next start: keys are kept as hashes, so an earlier one cannot be shown again. */
  api_key: string
  /** Ends the owner's log-in link; works once, for a day. */
  login_token: string
  /** Ends the link of a survey that is open. */
  survey_token: string
  /** The survey that tickets are followed by. */
  survey_id: number
  /** A ticket that was closed just now. */
  ticket: { case_id: number, number: string }
  /** A case that somebody clearly liked, or clearly did not. */
  rated_case_id: number
  /** The codes of the surveys that a made-up shop shows. */
  shop: ShopCodes
}

const NAME = 'Demo'
const KEY_NAME = 'demo'

/**
 * Finds the demo account, or makes it and its year of data, which takes some seconds. Each start closes a new ticket (the first one five), so that there is a survey to answer and a mail
 * to read. Throws Forbidden where the database has other accounts: what they have to send would count as sent.
 */
export async function openDemo(ground: Ground, onProgress: Progress): Promise<OpenDemo> {
  const known = await findDemo(ground)
  const ctx = known ?? await makeDemo(ground, onProgress)
  const ticket = await closeTickets(ctx, known ? 1 : 5)
  const { token, survey_id } = await getInvitation(ctx, ticket.invitation_id)
  return { api_key: await renewKey(ctx), login_token: await createOwnerLink(ctx), survey_token: token, survey_id, ticket, rated_case_id: await findRatedCase(ctx), shop: await openShop(ctx) }
}

/** The key is made last: a demo without one was interrupted while it was filled. */
async function findDemo(ground: Ground): Promise<Context | null> {
  const accounts = await listAccounts(ground)
  for (const account of accounts.toReversed()) {
    if (account.name !== NAME) throw new Forbidden(`The database has the account ${account.name}. The demo needs a database of its own: give it an empty data directory.`)
    const ctx = contextOf(ground, account, { kind: 'system' })
    if ((await listKeys(ctx)).some(({ name }) => name === KEY_NAME)) return ctx
  }
  return null
}

/** The year ends with the last midnight, or with now where that is earlier in the day than the last answers. */
async function makeDemo(ground: Ground, onProgress: Progress): Promise<Context> {
  const end = ground.now()
  const midnight = Math.floor(end.getTime() / 86_400_000) * 86_400_000
  const start = new Date(midnight - PLOT_DAYS * 86_400_000)
  const { account } = await createAccount({ ...ground, now: () => start }, { name: NAME, from_email: 'support@demo.example' })
  const ctx = contextOf(ground, account, { kind: 'system' })
  await fillYear(ctx, { start, end, onProgress })
  return ctx
}

async function closeTickets(ctx: Context, count: number): Promise<{ invitation_id: number, case_id: number, number: string }> {
  const sites = await siteIds(ctx)
  const tickets = Array.from({ length: count }, (_, place) => plotFreshTicket(ctx.now(), place))
  const submitted = await Promise.all(tickets.map(async (ticket) => ({ number: ticket.number, ...(await submitDemoTicket(ctx, ticket, sites)) })))
  const [first] = submitted
  if (!first) throw new RangeError('no ticket was closed')
  return first
}

async function renewKey(ctx: Context): Promise<string> {
  const earlier = (await listKeys(ctx)).filter((key) => key.name === KEY_NAME && key.revoked_at === null)
  const { api_key } = await createKey(ctx, { name: KEY_NAME })
  for (const key of earlier) await revokeKey(ctx, key.id)
  return api_key
}

async function createOwnerLink(ctx: Context): Promise<string> {
  const owner = (await listUsers(ctx)).find((user) => user.role === 'owner')
  if (!owner) throw new Error('the demo account has no owner')
  return (await createLoginLink(ctx, owner.id)).token
}

async function findRatedCase(ctx: Context): Promise<number> {
  const { rows } = await listResponses(ctx, { has_case: true, clear: true }, { offset: 0, limit: 1 })
  if (!rows[0]?.case) throw new Error('the demo account has no rated case')
  return rows[0].case.id
}
