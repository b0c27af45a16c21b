import { sql } from 'kysely'
import { createHash } from 'node:crypto'
import { atEase, type Db, type Tx } from '../../storage/database.ts'
import { groupStatement, type Settled } from '../../storage/group-commit.ts'
import { unnested } from '../../storage/recordset.ts'
import type { Ground } from '../context.ts'
import type { Touch } from './evidence.ts'

/** That somebody, or something, followed a link. */
export interface TouchInput {
  account_id: number
  link: string
  method: string
  score: number | null
  is_trap: boolean
  address: string
  user_agent: string | null
  accept_language: string | null
  fetch_headers: string | null
  page_session: string | null
}

/** So many are kept of one client at one link within a quiet window: more of them say nothing more. */
const MAX_OF_CLIENT = 50
/** So many of one link in all, whatever comes; and so many links of one client are looked for. */
const MAX_OF_LINK = 1000
const MAX_LINKS = 100
const KEPT_DAYS = 60
/** Touches so long before and after an answer speak of it: the quiet window. */
export const QUIET_MS = 600_000
const MINUTE_MS = 60_000

/** Notes a touch. A page is shown whatever becomes of it: a failure is logged, and nobody's. A server that crashes forgets those of its last half second, but none that came before an answer that it has stored. */
export async function noteTouch(ground: Ground, touch: TouchInput): Promise<void> {
  try {
    await groupStatement(ground.db, insertTouches, { ...touch, at: ground.now() })
  } catch (error) {
    ground.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'a touch of a link was not noted')
  }
}

/** A client, as far as it can be told from others: by address and browser. */
export function clientHash(address: string | null, user_agent: string | null): Buffer {
  return createHash('sha256').update(`${address?.slice(0, 45) ?? ''}\n${user_agent?.slice(0, 512) ?? ''}`).digest().subarray(0, 16)
}

/** What the touches say of an answer that came from this page. */
export interface TouchQuestion { account_id: number, link: string, client: Buffer, page_session: string | null, at: Date }

export interface TouchAnswer { touches: Touch[], other_links: number }

/** The touches of each link within the quiet window around the answer, and how many other links its client followed within a minute: one statement for all of them, in their order. */
export async function loadTouches(db: Db, questions: TouchQuestion[]): Promise<TouchAnswer[]> {
  if (questions.length === 0) return []
  const rows = questions.map(({ client, at, ...question }) => ({ ...question, client: client.toString('hex'), since: new Date(at.getTime() - QUIET_MS), until: new Date(at.getTime() + QUIET_MS), minute_before: new Date(at.getTime() - MINUTE_MS), minute_after: new Date(at.getTime() + MINUTE_MS) }))
  const { rows: found } = await sql<{ touches: (Omit<Touch, 'at'> & { at: number })[] | null, other_links: number }>`
    select (select jsonb_agg(jsonb_build_object('at', (extract(epoch from t.at) * 1000)::bigint, 'method', t.method, 'score', t.score, 'is_trap', t.is_trap,
        'is_same_client', t.client = decode(i.client, 'hex') or coalesce(t.page_session = i.page_session, false)))
      from touches t where t.account_id = i.account_id and t.link = i.link and t.at between i.since and i.until) as touches,
      (select count(distinct t.link)::integer from (select o.link from touches o where o.account_id = i.account_id and o.client = decode(i.client, 'hex') and o.at between i.minute_before and i.minute_after limit ${MAX_LINKS}) t where t.link <> i.link) as other_links
    from ${unnested(rows, 'position integer, account_id bigint, link text, client text, page_session text, since timestamptz, until timestamptz, minute_before timestamptz, minute_after timestamptz')} i
    order by i.position`.execute(db)
  return found.map(({ touches, other_links }) => ({ touches: (touches ?? []).map((touch) => ({ ...touch, at: new Date(touch.at) })), other_links }))
}

/** Takes away what was noted of these links. */
export async function eraseTouches(tx: Tx, account_id: number, links: string[]): Promise<void> {
  await tx.deleteFrom('touches').where('account_id', '=', account_id).where('link', '=', sql<string>`any(${links}::text[])`).execute()
}

/** Removes touches that are old. Answers how many, where more may be left. */
export async function sweepTouches(ground: Ground): Promise<number> {
  const before = new Date(ground.now().getTime() - KEPT_DAYS * 86_400_000)
  const { numAffectedRows = 0n } = await sql`delete from touches where (account_id, id) in (select account_id, id from touches where at < ${before} limit 5000)`.execute(ground.db)
  return Number(numAffectedRows)
}

async function insertTouches(db: Db, touches: (TouchInput & { at: Date })[]): Promise<Settled<void>[]> {
  const rows = touches.map(({ address, user_agent, accept_language, fetch_headers, ...touch }) => ({
    ...touch, since: new Date(touch.at.getTime() - QUIET_MS), client: clientHash(address, user_agent).toString('hex'), address: address.slice(0, 45), user_agent: user_agent?.slice(0, 512) ?? null,
    accept_language: accept_language?.slice(0, 100) ?? null, fetch_headers: fetch_headers?.slice(0, 200) ?? null,
  }))
  await sql`
    insert into touches (account_id, link, at, method, score, is_trap, client, address, user_agent, accept_language, fetch_headers, page_session)
    select i.account_id, i.link, i.at, i.method, i.score, i.is_trap, decode(i.client, 'hex'), i.address, i.user_agent, i.accept_language, i.fetch_headers, i.page_session
    from ${unnested(rows, 'position integer, account_id bigint, link text, at timestamptz, method text, score smallint, is_trap boolean, client text, address text, user_agent text, accept_language text, fetch_headers text, page_session text, since timestamptz')} i
    where ${atEase(db)} and (select count(*) from (select from touches t where t.account_id = i.account_id and t.link = i.link and t.at > i.since and t.client = decode(i.client, 'hex') limit ${MAX_OF_CLIENT}) k) < ${MAX_OF_CLIENT}::integer
      and (select count(*) from (select from touches t where t.account_id = i.account_id and t.link = i.link limit ${MAX_OF_LINK}) k) < ${MAX_OF_LINK}::integer
    order by i.position`.execute(db)
  return touches.map(() => ({ value: undefined }))
}
