import { sql, type Selectable } from 'kysely'
import type { Tx } from '../storage/database.ts'
import { groupCommit, type Settled } from '../storage/group-commit.ts'
import { recordset } from '../storage/recordset.ts'
import type { SandboxMailRow } from '../storage/schema.ts'
import type { Context, Ground } from './context.ts'
import { NotFound } from './errors.ts'

/** `token` ends the link of the invitation that the mail is about. */
export type SandboxMail = Selectable<SandboxMailRow> & { token: string | null }

/** A mail that is kept instead of sent. */
export interface SandboxMailDraft {
  account_id: number
  invitation_id: number
  message_id: string
  from_header: string
  to_header: string
  subject: string
  headers: Record<string, string>
  html: string
  text: string
}

/** Keeps a mail. One of a Message-ID that is there already is the same mail, tried again: it is kept once. */
export function keepSandboxMail(ground: Ground, mail: SandboxMailDraft): Promise<void> {
  return groupCommit(ground.db, insertMails, { ...mail, created_at: ground.now() })
}

/** One page of the account's kept mails, newest first, without their contents, and how many there are. */
export async function listSandboxMails(ctx: Context, page: { offset: number, limit: number }) {
  const own = ctx.db.selectFrom('sandbox_mails').where('account_id', '=', ctx.account.id)
  const rows = await own.select(['id', 'from_header', 'to_header', 'subject', 'created_at']).orderBy('id', 'desc').offset(page.offset).limit(page.limit).execute()
  const { total } = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows, total }
}

/** One kept mail with its contents. Throws NotFound. */
export async function getSandboxMail(ctx: Context, id: number): Promise<SandboxMail> {
  const mail = await ctx.db.selectFrom('sandbox_mails as m')
    .leftJoin('invitations as v', (join) => join.onRef('v.account_id', '=', 'm.account_id').onRef('v.id', '=', 'm.invitation_id'))
    .where('m.account_id', '=', ctx.account.id).where('m.id', '=', id).selectAll('m').select('v.token').executeTakeFirst()
  if (!mail) throw new NotFound(`the account has no kept mail ${id}`)
  return mail
}

/** Takes away what is kept of these invitations and their reminders, by the Message-IDs of their deliveries. */
export async function deleteSandboxMailsOf(tx: Tx, account_id: number, invitation_ids: number[]): Promise<void> {
  await sql`delete from sandbox_mails m using deliveries d where d.account_id = ${account_id} and d.invitation_id = any(${invitation_ids}::bigint[])
    and m.account_id = d.account_id and m.message_id = d.message_id`.execute(tx)
}

async function insertMails(tx: Tx, mails: (SandboxMailDraft & { created_at: Date })[]): Promise<Settled<void>[]> {
  await sql`insert into sandbox_mails (account_id, invitation_id, message_id, from_header, to_header, subject, headers, html, text, created_at)
    select account_id, invitation_id, message_id, from_header, to_header, subject, headers, html, text, created_at
    from jsonb_to_recordset(${recordset(mails)}::jsonb) as i(position integer, account_id bigint, invitation_id bigint, message_id text, from_header text, to_header text, subject text,
      headers jsonb, html text, text text, created_at timestamptz)
    order by i.position
    on conflict (account_id, message_id) do nothing`.execute(tx)
  return mails.map(() => ({ value: undefined }))
}
