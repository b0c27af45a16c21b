import { sql, type Selectable } from 'kysely'
import type { EmailTemplateRow, TextMessageTemplateRow } from '../storage/schema.ts'
import { checkEmail, checkText, checked } from './checks.ts'
import type { Context } from './context.ts'
import { NotFound, type Fault } from './errors.ts'

export type EmailTemplate = Selectable<EmailTemplateRow>
export type TextMessageTemplate = Selectable<TextMessageTemplateRow>

export interface EmailTemplateDraft {
  kind: EmailTemplate['kind']
  name: string
  from_name: string
  from_email: string
  subject: string
  /** Plain text with merge fields: `{{first_name/there}}`, `{{rating-buttons}}`, `{{link-to-survey}}` and any data key. */
  body: string
  locale?: string
}

export interface TextMessageTemplateDraft { name: string, body: string, locale?: string }

/** Makes an e-mail template. Throws Invalid. */
export async function createEmailTemplate(ctx: Context, draft: EmailTemplateDraft): Promise<EmailTemplate> {
  checked([checkText('name', draft.name, 200), checkText('from_name', draft.from_name, 200), checkEmail('from_email', draft.from_email),
    checkText('subject', draft.subject, 500), checkBody(draft.body, 50_000)])
  const now = ctx.now()
  return ctx.db.insertInto('email_templates')
    .values({ account_id: ctx.account.id, ...draft, locale: draft.locale ?? 'en', created_at: now, updated_at: now })
    .returningAll().executeTakeFirstOrThrow()
}

/** Makes a text message template. Throws Invalid. */
export async function createTextMessageTemplate(ctx: Context, draft: TextMessageTemplateDraft): Promise<TextMessageTemplate> {
  checked([checkText('name', draft.name, 200), checkBody(draft.body, 1000)])
  const now = ctx.now()
  return ctx.db.insertInto('text_message_templates')
    .values({ account_id: ctx.account.id, ...draft, locale: draft.locale ?? 'en', created_at: now, updated_at: now })
    .returningAll().executeTakeFirstOrThrow()
}

/** An e-mail template of the account, archived or not. Throws NotFound. */
export async function getEmailTemplate(ctx: Context, id: number): Promise<EmailTemplate> {
  const template = await ctx.db.selectFrom('email_templates').selectAll().where('account_id', '=', ctx.account.id).where('id', '=', id).executeTakeFirst()
  if (!template) throw new NotFound(`the account has no e-mail template ${id}`)
  return template
}

/** One page of the account's e-mail templates, archived ones too, by name (case-insensitive, by code point), and how many there are. */
export async function listEmailTemplates(ctx: Context, page: { offset: number, limit: number }): Promise<{ rows: EmailTemplate[], total: number }> {
  const own = ctx.db.selectFrom('email_templates').where('account_id', '=', ctx.account.id)
  const rows = await own.selectAll().orderBy(sql`lower(name) collate "C"`).orderBy('id').offset(page.offset).limit(page.limit).execute()
  const { total } = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows, total }
}

/** The templates that every new account begins with; answers the invitation, which is the account's default. */
export async function createDefaultTemplates(ctx: Context, from: { from_name: string, from_email: string }): Promise<EmailTemplate> {
  const invitation = await createEmailTemplate(ctx, { ...INVITATION, ...from })
  await createEmailTemplate(ctx, { ...REMINDER, ...from })
  await createTextMessageTemplate(ctx, TEXT_MESSAGE)
  return invitation
}

const INVITATION = {
  kind: 'invitation', name: 'Invitation', subject: 'How did we do?',
  body: `Hello {{first_name/there}},

thank you for being our customer. How did we do? Please choose:

{{rating-buttons}}

Or open the survey, where you can also tell us more:
{{link-to-survey}}

Thank you for your time.`,
} as const

const REMINDER = {
  kind: 'reminder', name: 'Reminder', subject: 'A short reminder: how did we do?',
  body: `Hello {{first_name/there}},

a few days ago we asked how we did. We would still like to hear from you. Please choose:

{{rating-buttons}}

Or open the survey here:
{{link-to-survey}}

This is about one minute of your time. Thank you.`,
} as const

const TEXT_MESSAGE = { name: 'Text message', body: 'Hello {{first_name/there}}, how did we do? Please tell us: {{link-to-survey}}' } as const

function checkBody(body: string, maximum: number): Fault | null {
  if (body.trim() === '') return { field: 'body', code: 'required', info: {} }
  return body.length > maximum ? { field: 'body', code: 'wrong_length', info: { maximum } } : null
}
