import { sql, type Selectable } from 'kysely'
import { randomBytes } from 'node:crypto'
import type { Db, Tx } from '../../storage/database.ts'
import { itemAt, unnested } from '../../storage/recordset.ts'
import type { InvitationRow, ReminderRow } from '../../storage/schema.ts'
import type { InvitationData } from './data.ts'
import { claimedAddresses, refusals, type Refusable } from './refusals.ts'
import type { NotSentReason } from './reasons.ts'
import type { ReminderRequest } from './request.ts'

export type Invitation = Selectable<InvitationRow>

/** All of them, by name: a prepared statement with a `*` fails once a newer version adds a column. */
export const INVITATION_COLUMNS = [
  'account_id', 'id', 'token', 'occasion', 'channel', 'state', 'survey_id', 'email_template_id', 'text_message_template_id', 'send_at', 'due_at', 'attempts', 'changed_attempt', 'sent_at', 'answered_at', 'bounced_at', 'not_sent_reason',
  'delivery_failure', 'ignore_throttle', 'email', 'telephone_number', 'first_name', 'surname', 'reference', 'machine_id', 'contact_id', 'case_id', 'site_id', 'team_id', 'company_id', 'staff_ids', 'data', 'case_title', 'board_name',
  'case_opened_at', 'case_closed_at', 'case_updated_at', 'case_kind', 'headline_metric', 'dated_when_sent', 'segment_option_ids', 'provisional_at', 'deletion_requested_at', 'erasure_id', 'created_at', 'updated_at',
] as const satisfies readonly (keyof Invitation)[]

/** An invitation as it is accepted, with the snapshot that says who gets the credit. */
export interface InvitationDraft extends Partial<InvitationData>, Pick<Invitation,
  'account_id' | 'channel' | 'survey_id' | 'email_template_id' | 'text_message_template_id' | 'send_at' | 'ignore_throttle' | 'email' | 'telephone_number' | 'first_name' | 'surname' |
  'reference' | 'machine_id' | 'contact_id' | 'case_id' | 'site_id' | 'team_id' | 'company_id' | 'staff_ids' | 'case_title' | 'board_name' | 'case_opened_at' | 'case_closed_at' | 'case_updated_at'> {
  /** Its record is dated by when it was sent, answered or not. */
  dated_when_sent?: boolean
  /** What it is about, so that the same happening invites once; null where each request is a new one. */
  occasion: string | null
  reminders?: ReminderRequest[]
}

/** What became of a draft, with its reminders as they were written. `repeated`: the occasion had its invitation already, which this is, and nothing was written. */
export interface Invited extends Written { reminders: WrittenReminder[], repeated: boolean }
export type WrittenReminder = Pick<Selectable<ReminderRow>, 'id' | 'invitation_id' | 'email_template_id' | 'text_message_template_id' | 'send_at' | 'not_sent_reason'>
interface Written extends Pick<Invitation, 'id' | 'token' | 'state' | 'not_sent_reason' | 'sent_at'> {}

/**
 * The one home of inviting: checks each draft against what forbids it (a refusal is stored as not sent, with its reason), writes the invitations with their
 * snapshots, and thereby queues them: a worker claims what is pending and due. A link is handed out by someone else and therefore sent at once.
 * `known` is what `refusals` said of them in this transaction, where it was asked beside other questions.
 */
export async function inviteMany(tx: Tx, drafts: InvitationDraft[], now: Date, known: (NotSentReason | null)[] | null = null): Promise<Invited[]> {
  if (drafts.length === 0) return []
  const reasons = known ?? await refusals(tx, drafts.map(toRefusable), now)
  const tokens = newTokens(drafts.length)
  const rows = drafts.map((draft, index) => invitationRow(draft, itemAt(tokens, index), reasons[index] ?? null, now))
  const inserted = new Map((await insertInvitations(tx, rows, now)).map((row) => [row.token, row]))
  const fresh = drafts.flatMap((draft, index) => {
    const row = inserted.get(itemAt(rows, index).token)
    return row ? [{ draft, id: row.id, row }] : []
  })
  const [reminders] = await Promise.all([
    insertReminders(tx, fresh.map(({ draft, row }) => ({ account_id: draft.account_id, invited: row, reminders: draft.reminders ?? [] }))), countLinks(tx, fresh, now),
  ])
  const remindersOf = Map.groupBy(reminders, ({ invitation_id }) => invitation_id)
  return Promise.all(rows.map(async (row, index) => {
    const own = inserted.get(row.token)
    return own ? { ...own, reminders: remindersOf.get(own.id) ?? [], repeated: false } : getByOccasion(tx, itemAt(drafts, index))
  }))
}

/** The occasion of asking a contact about a case, where they have been asked about it so many times before: whoever asks, and however, asks once. */
export function caseOccasion({ case_id, contact_id, earlier }: { case_id: number, contact_id: number, earlier: number }): string {
  return `case ${case_id} contact ${contact_id} #${earlier + 1}`
}

/** The last invitation of each case and contact, and how many there were. */
export async function latestInvitations(db: Db, pairs: { account_id: number, case_id: number, contact_id: number }[]): Promise<EarlierInvitation[]> {
  const rows = await sql<EarlierInvitation>`
    select distinct on (v.account_id, v.case_id, v.contact_id) v.account_id, v.case_id, v.contact_id, v.id, v.answered_at, v.case_closed_at,
      count(*) over (partition by v.account_id, v.case_id, v.contact_id)::integer as count
    from ${unnested(pairs, 'account_id bigint, case_id bigint, contact_id bigint')} i
    join invitations v on v.account_id = i.account_id and v.case_id = i.case_id and v.contact_id = i.contact_id
    where v.occasion is not null
    order by v.account_id, v.case_id, v.contact_id, v.id desc`.execute(db)
  return rows.rows
}
export interface EarlierInvitation { account_id: number, case_id: number, contact_id: number, id: number, answered_at: Date | null, case_closed_at: Date | null, count: number }

/**
 * Until it is sent, an invitation's snapshot follows its case: title, board, dates, company, team and staff. `survey_id`, of a case without staff, is what such a
 * case is asked about with: it takes the place of a survey about employees that has lost them all, as that would ask nothing.
 */
export async function followCase(tx: Tx, cases: { account_id: number, case_id: number, survey_id: number | null }[], now: Date): Promise<void> {
  const lost_staff = sql`i.survey_id is not null and cardinality(v.staff_ids) > 0 and exists (select from surveys s where s.account_id = v.account_id and s.id = v.survey_id and s.purpose = 'employee')`
  await sql`
    update invitations v set staff_ids = c.staff_ids, case_title = c.title, board_name = c.board_name, company_id = c.company_id, team_id = c.team_id,
      case_opened_at = c.opened_at, case_closed_at = c.closed_at, case_updated_at = c.source_updated_at, updated_at = ${now}, survey_id = case when ${lost_staff} then i.survey_id else v.survey_id end,
      headline_metric = case when ${lost_staff} then (select s.headline_metric from surveys s where s.account_id = i.account_id and s.id = i.survey_id) else v.headline_metric end
    from ${unnested(cases, 'account_id bigint, case_id bigint, survey_id bigint')} i
    join cases c on c.account_id = i.account_id and c.id = i.case_id
    where v.account_id = i.account_id and v.case_id = i.case_id and v.state = 'pending'`.execute(tx)
}

/** An invitation's response as the invitation knows it: `provisional_at` while nobody has sent it off, null times where there is none (any more). */
export interface AnswerMark { account_id: number, id: number, answered_at: Date | null, provisional_at?: Date | null, updated_at: Date }

/** Notes whether invitations have their response. Reminders look at it before they go. */
export async function markAnswered(tx: Tx, invitations: AnswerMark[]): Promise<void> {
  if (invitations.length === 0) return
  await sql`update invitations v set answered_at = i.answered_at, provisional_at = i.provisional_at, updated_at = i.updated_at
    from ${unnested(invitations, 'account_id bigint, id bigint, answered_at timestamptz, provisional_at timestamptz, updated_at timestamptz')} i
    where v.account_id = i.account_id and v.id = i.id`.execute(tx)
}

/** What has to be known of a draft to say whether it may be sent. */
export function toRefusable(draft: Omit<Refusable, 'at'> & { send_at: Date }): Refusable {
  return {
    account_id: draft.account_id, channel: draft.channel, email: draft.email, telephone_number: draft.telephone_number, survey_id: draft.survey_id,
    email_template_id: draft.email_template_id, text_message_template_id: draft.text_message_template_id, ignore_throttle: draft.ignore_throttle, at: draft.send_at,
  }
}

/** What a draft begins as, where this forbids it, or nothing does. */
export function beginning({ channel }: InvitationDraft, reason: NotSentReason | null, now: Date): Pick<Invitation, 'state' | 'not_sent_reason' | 'sent_at'> {
  const state = reason ? 'not_sent' : channel === 'link' ? 'sent' : 'pending'
  return { state, not_sent_reason: reason, sent_at: state === 'sent' ? now : null }
}

/** 128 random bits each: the link's only protection. Asked for at once, which costs no more than for one. */
function newTokens(count: number): string[] {
  const bytes = randomBytes(16 * count)
  return Array.from({ length: count }, (_, index) => bytes.toString('base64url', 16 * index, 16 * (index + 1)))
}

function invitationRow(draft: InvitationDraft, token: string, reason: NotSentReason | null, now: Date) {
  const { reminders: _, ...row } = draft
  return { ...row, token, ...beginning(draft, reason, now) }
}

async function insertInvitations(tx: Tx, rows: ReturnType<typeof invitationRow>[], now: Date): Promise<Written[]> {
  const result = await sql<Written>`
    insert into invitations (account_id, token, occasion, channel, state, survey_id, email_template_id, text_message_template_id, send_at, due_at, sent_at, not_sent_reason, ignore_throttle,
      email, telephone_number, first_name, surname, reference, machine_id, contact_id, case_id, site_id, team_id, company_id, staff_ids, data, segment_option_ids, case_title, board_name, case_opened_at, case_closed_at, case_updated_at,
      case_kind, headline_metric, dated_when_sent, created_at, updated_at)
    select account_id, token, occasion, channel, state, survey_id, email_template_id, text_message_template_id, send_at, send_at, sent_at, not_sent_reason, ignore_throttle,
      email, telephone_number, first_name, surname, reference, machine_id, contact_id, case_id, site_id, team_id, company_id, staff_ids, coalesce(data, '[]'), coalesce(segment_option_ids, '{}'), case_title, board_name, case_opened_at, case_closed_at, case_updated_at,
      (select c.kind from cases c where c.account_id = i.account_id and c.id = i.case_id), (select s.headline_metric from surveys s where s.account_id = i.account_id and s.id = i.survey_id), coalesce(dated_when_sent, false), ${now}, ${now}
    from ${unnested(rows, `position integer, account_id bigint, token text, occasion text, channel text, state text, survey_id bigint, email_template_id bigint, text_message_template_id bigint,
      send_at timestamptz, sent_at timestamptz, not_sent_reason text, ignore_throttle boolean, email text, telephone_number text, first_name text, surname text, reference text,
      machine_id text, contact_id bigint, case_id bigint, site_id bigint, team_id bigint, company_id bigint, staff_ids bigint[], data jsonb, segment_option_ids bigint[], case_title text, board_name text, case_opened_at timestamptz,
      case_closed_at timestamptz, case_updated_at timestamptz, dated_when_sent boolean`)} i
    order by i.position
    on conflict (account_id, occasion) where occasion is not null do nothing
    returning id, token, state, not_sent_reason, sent_at`.execute(tx)
  return result.rows
}

interface Fresh { draft: InvitationDraft, id: number }

/** The reminders that one invitation is to have. */
export interface Reminding { account_id: number, invited: Pick<Written, 'id' | 'state' | 'not_sent_reason'>, reminders: ReminderRequest[] }

/** The reminders of what is not sent are not sent either, and for the same reason. As they were written, in the order of their times. */
export async function insertReminders(tx: Tx, wanted: Reminding[]): Promise<WrittenReminder[]> {
  const rows = wanted.flatMap(({ account_id, invited: { id, state, not_sent_reason }, reminders }) => reminders.flatMap(({ send_at, email_template_id, text_message_template_id }) => (send_at === null ? [] : [{
    account_id, invitation_id: id, state: state === 'not_sent' ? 'not_sent' : 'pending', not_sent_reason, email_template_id, text_message_template_id, send_at,
  }])))
  if (rows.length === 0) return []
  const written = await sql<WrittenReminder>`insert into reminders (account_id, invitation_id, state, not_sent_reason, email_template_id, text_message_template_id, send_at, due_at)
    select account_id, invitation_id, state, not_sent_reason, email_template_id, text_message_template_id, send_at, send_at
    from ${unnested(rows, 'position integer, account_id bigint, invitation_id bigint, state text, not_sent_reason text, email_template_id bigint, text_message_template_id bigint, send_at timestamptz')} i order by i.position
    returning id, invitation_id, email_template_id, text_message_template_id, send_at, not_sent_reason`.execute(tx)
  return written.rows.toSorted((a, b) => a.send_at.getTime() - b.send_at.getTime() || a.id - b.id)
}

/** A link that someone else hands out counts against later invitations of that address and that number, unless its survey is exempt from over-survey protection. */
export async function countLinks(tx: Tx, fresh: Fresh[], now: Date): Promise<void> {
  for (const { draft, id } of fresh) {
    if (draft.channel !== 'link') continue
    await sql`insert into invited_addresses (account_id, address, last_invited_at, invitation_id)
      select s.account_id, a.address, ${now}, ${id} from surveys s, unnest(${claimedAddresses(draft)}::text[]) as a(address) where s.account_id = ${draft.account_id} and s.id = ${draft.survey_id} and not s.throttle_exempt
      order by a.address
      on conflict (account_id, address) do update set previous_invited_at = invited_addresses.last_invited_at, last_invited_at = excluded.last_invited_at, invitation_id = excluded.invitation_id`.execute(tx)
  }
}

async function getByOccasion(tx: Tx, draft: InvitationDraft): Promise<Invited> {
  const row = await tx.selectFrom('invitations').select(['id', 'token', 'state', 'not_sent_reason', 'sent_at'])
    .where('account_id', '=', draft.account_id).where('occasion', '=', draft.occasion).executeTakeFirstOrThrow()
  return { ...row, reminders: [], repeated: true }
}
