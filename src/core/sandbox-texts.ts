import { sql, type Selectable } from 'kysely'
import type { Tx } from '../storage/database.ts'
import { groupCommit, type Settled } from '../storage/group-commit.ts'
import { recordset } from '../storage/recordset.ts'
import type { SandboxTextRow } from '../storage/schema.ts'
import type { Context, Ground } from './context.ts'

/** `token` ends the link of the invitation that the text message is about. */
export type SandboxText = Selectable<SandboxTextRow> & { token: string | null }

/** A text message that is kept instead of sent. */
export interface SandboxTextDraft {
  account_id: number
  invitation_id: number
  message_id: string
  /** In E.164. */
  to_number: string
  body: string
  characters: number
  segments: number
}

/** Keeps a text message. One of a message id that is there already is the same, tried again: it is kept once. */
export function keepSandboxText(ground: Ground, text: SandboxTextDraft): Promise<void> {
  return groupCommit(ground.db, insertTexts, { ...text, created_at: ground.now() })
}

/** One page of the account's kept text messages, newest first, and how many there are. */
export async function listSandboxTexts(ctx: Context, page: { offset: number, limit: number }): Promise<{ rows: SandboxText[], total: number }> {
  const rows = await ctx.db.selectFrom('sandbox_texts as t').leftJoin('invitations as v', (join) => join.onRef('v.account_id', '=', 't.account_id').onRef('v.id', '=', 't.invitation_id'))
    .where('t.account_id', '=', ctx.account.id).selectAll('t').select('v.token').orderBy('t.id', 'desc').offset(page.offset).limit(page.limit).execute()
  const { total } = await ctx.db.selectFrom('sandbox_texts').where('account_id', '=', ctx.account.id).select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows, total }
}

/** Takes away what is kept of these invitations and their reminders, by the message ids of their deliveries. */
export async function deleteSandboxTextsOf(tx: Tx, account_id: number, invitation_ids: number[]): Promise<void> {
  await sql`delete from sandbox_texts t using deliveries d where d.account_id = ${account_id} and d.invitation_id = any(${invitation_ids}::bigint[])
    and t.account_id = d.account_id and t.message_id = d.message_id`.execute(tx)
}

async function insertTexts(tx: Tx, texts: (SandboxTextDraft & { created_at: Date })[]): Promise<Settled<void>[]> {
  await sql`insert into sandbox_texts (account_id, invitation_id, message_id, to_number, body, characters, segments, created_at)
    select account_id, invitation_id, message_id, to_number, body, characters, segments, created_at
    from jsonb_to_recordset(${recordset(texts)}::jsonb) as i(position integer, account_id bigint, invitation_id bigint, message_id text, to_number text, body text, characters integer, segments smallint, created_at timestamptz)
    order by i.position
    on conflict (account_id, message_id) do nothing`.execute(tx)
  return texts.map(() => ({ value: undefined }))
}
