import { sql, type Selectable } from 'kysely'
import { transaction, type Tx } from '../storage/database.ts'
import type { EmailTemplateRow, TextMessageTemplateRow } from '../storage/schema.ts'
import { textsOf } from '../texts/catalogue.ts'
import { findLocale, type Locale } from '../texts/locales.ts'
import { checkEmail, checkText, checked, given, isStorable, UNSTORABLE } from './checks.ts'
import type { Context } from './context.ts'
import { Invalid, NotFound, type Fault } from './errors.ts'
import { checkLocale } from './locales.ts'

export type EmailTemplate = Selectable<EmailTemplateRow>
export type TextMessageTemplate = Selectable<TextMessageTemplateRow>

export interface EmailTemplateDraft {
  kind: EmailTemplate['kind']
  /** For people; two templates may have the same. */
  name: string
  from_name: string
  from_email: string
  /** One line, with merge fields. */
  subject: string
  /** Plain text with merge fields: `{{first_name/there}}`, `{{rating-buttons}}`, `{{link-to-survey}}` and any data key. */
  body: string
  /** English where it is not given. */
  locale?: string
}

export interface TextMessageTemplateDraft { name: string, body: string, locale?: string }

/** Fields that are left out stay as they are. An archived template is not offered any more, and what is pending with it is not sent. */
export type TemplateChange<Draft> = Partial<Draft> & { archived?: boolean }

/** The most characters. What a text message costs grows with its length, so that a slip should not get far. */
export const TEMPLATE_LIMITS = { name: 200, from_name: 200, subject: 255, email_body: 20_000, text_body: 1000 } as const

/** Makes an e-mail template. Throws Invalid. */
export async function createEmailTemplate(ctx: Context, draft: EmailTemplateDraft): Promise<EmailTemplate> {
  checked(emailFaults(draft))
  const now = ctx.now()
  return ctx.db.insertInto('email_templates')
    .values({ account_id: ctx.account.id, ...draft, locale: draft.locale ?? 'en', created_at: now, updated_at: now })
    .returningAll().executeTakeFirstOrThrow()
}

/** Makes a text message template. Throws Invalid. */
export async function createTextMessageTemplate(ctx: Context, draft: TextMessageTemplateDraft): Promise<TextMessageTemplate> {
  checked(textFaults(draft))
  const now = ctx.now()
  return ctx.db.insertInto('text_message_templates')
    .values({ account_id: ctx.account.id, ...draft, locale: draft.locale ?? 'en', created_at: now, updated_at: now })
    .returningAll().executeTakeFirstOrThrow()
}

/** Changes an e-mail template, also for what is pending with it. Throws NotFound; Invalid, also where the account's default template would be archived, or become a reminder. */
export async function changeEmailTemplate(ctx: Context, id: number, { archived, ...fields }: TemplateChange<EmailTemplateDraft>): Promise<EmailTemplate> {
  checked(emailFaults(fields))
  return transaction(ctx.db, async (tx) => {
    const unfit = [...archived ? ['archived'] : [], ...fields.kind === 'reminder' ? ['kind'] : []]
    if (unfit.length > 0) await refuseDefault(tx, ctx.account.id, id, unfit)
    const template = await tx.updateTable('email_templates').set({ ...fields, ...archival(archived, ctx.now()), updated_at: ctx.now() })
      .where('account_id', '=', ctx.account.id).where('id', '=', id).returningAll().executeTakeFirst()
    if (!template) throw new NotFound(`the account has no e-mail template ${id}`)
    return template
  })
}

/** Changes a text message template, also for what is pending with it. Throws NotFound and Invalid. */
export async function changeTextMessageTemplate(ctx: Context, id: number, { archived, ...fields }: TemplateChange<TextMessageTemplateDraft>): Promise<TextMessageTemplate> {
  checked(textFaults(fields))
  const template = await ctx.db.updateTable('text_message_templates').set({ ...fields, ...archival(archived, ctx.now()), updated_at: ctx.now() })
    .where('account_id', '=', ctx.account.id).where('id', '=', id).returningAll().executeTakeFirst()
  if (!template) throw new NotFound(`the account has no text message template ${id}`)
  return template
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

/** The same of its text message templates. */
export async function listTextMessageTemplates(ctx: Context, page: { offset: number, limit: number }): Promise<{ rows: TextMessageTemplate[], total: number }> {
  const own = ctx.db.selectFrom('text_message_templates').where('account_id', '=', ctx.account.id)
  const rows = await own.selectAll().orderBy(sql`lower(name) collate "C"`).orderBy('id').offset(page.offset).limit(page.limit).execute()
  const { total } = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows, total }
}

/** The templates that every new account begins with, in its language; answers the invitation, which is the account's default. Their names are for the account's people, and the same in every language. */
export async function createDefaultTemplates(ctx: Context, from: TemplateSender, locale: Locale = 'en'): Promise<EmailTemplate> {
  const [invitation, reminder] = defaultEmails(locale)
  const template = await createEmailTemplate(ctx, { ...invitation, ...from })
  await createEmailTemplate(ctx, { ...reminder, ...from })
  await createTextMessageTemplate(ctx, defaultTextMessage(locale))
  return template
}

/** Adds the invitation and the reminder of a language, as an account of it would begin with them, from whom its default template is. Throws Invalid; NotFound where it has no default template. */
export async function addDefaultEmailTemplates(ctx: Context, locale: string): Promise<EmailTemplate[]> {
  const known = checkedLocale(locale)
  const { from_name, from_email } = await getDefaultSender(ctx)
  return transaction(ctx.db, async (tx) => {
    const made: EmailTemplate[] = []
    for (const draft of defaultEmails(known)) made.push(await createEmailTemplate({ ...ctx, db: tx }, { ...draft, name: `${draft.name} (${known})`, from_name, from_email }))
    return made
  })
}

/** The same with the text message. Throws Invalid. */
export async function addDefaultTextMessageTemplate(ctx: Context, locale: string): Promise<TextMessageTemplate> {
  const known = checkedLocale(locale)
  const draft = defaultTextMessage(known)
  return createTextMessageTemplate(ctx, { ...draft, name: `${draft.name} (${known})` })
}

type TemplateSender = Pick<EmailTemplateDraft, 'from_name' | 'from_email'>
type SenderlessDraft = Omit<EmailTemplateDraft, keyof TemplateSender>

/** The invitation and the reminder that an account of a language begins with, but for whom they come from. */
export function defaultEmails(locale: Locale): [SenderlessDraft, SenderlessDraft] {
  const { invitation, reminder } = textsOf(locale).templates
  return [{ kind: 'invitation', name: 'Invitation', locale, ...invitation }, { kind: 'reminder', name: 'Reminder', locale, ...reminder }]
}

/** The text message that it begins with. */
export function defaultTextMessage(locale: Locale): TextMessageTemplateDraft {
  return { name: 'Text message', body: textsOf(locale).templates.text_message, locale }
}

function checkedLocale(text: string): Locale {
  const locale = findLocale(text)
  if (!locale) throw new Invalid([checkLocale('locale', text)].filter((fault) => fault !== null))
  return locale
}

/** The account's default template as it is now: that of the context may be older. */
async function getDefaultSender(ctx: Context): Promise<TemplateSender> {
  const sender = await ctx.db.selectFrom('email_templates as t').innerJoin('accounts as a', (join) => join.onRef('a.id', '=', 't.account_id').onRef('a.default_email_template_id', '=', 't.id'))
    .select(['t.from_name', 't.from_email']).where('t.account_id', '=', ctx.account.id).executeTakeFirst()
  if (!sender) throw new NotFound('the account has no default template to take the sender from')
  return sender
}

function emailFaults(fields: Partial<EmailTemplateDraft>): (Fault | null)[] {
  return [
    given(fields.name, (name) => checkText('name', name, TEMPLATE_LIMITS.name)),
    given(fields.from_name, (name) => checkText('from_name', name, TEMPLATE_LIMITS.from_name)),
    given(fields.from_email, (email) => checkEmail('from_email', email)),
    given(fields.subject, (subject) => checkText('subject', subject, TEMPLATE_LIMITS.subject)),
    given(fields.body, (body) => checkBody(body, TEMPLATE_LIMITS.email_body)),
    given(fields.locale, (locale) => checkLocale('locale', locale)),
  ]
}

function textFaults(fields: Partial<TextMessageTemplateDraft>): (Fault | null)[] {
  return [
    given(fields.name, (name) => checkText('name', name, TEMPLATE_LIMITS.name)),
    given(fields.body, (body) => checkBody(body, TEMPLATE_LIMITS.text_body)),
    given(fields.locale, (locale) => checkLocale('locale', locale)),
  ]
}

/** Requests that name no template go with the default one. The account is locked, lest it choose this one meanwhile. */
async function refuseDefault(tx: Tx, account_id: number, id: number, unfit: string[]): Promise<void> {
  const account = await tx.selectFrom('accounts').select('default_email_template_id').where('id', '=', account_id).forShare().executeTakeFirstOrThrow()
  if (account.default_email_template_id !== id) return
  const message = 'is not possible for the account\'s default template: make another one the default first'
  throw new Invalid(unfit.map((field) => ({ field, code: 'forbidden_value', info: { message: field === 'kind' ? `reminder ${message}` : message } })))
}

/** Archiving again keeps the first time. */
function archival(archived: boolean | undefined, now: Date) {
  if (archived === undefined) return {}
  return { archived_at: archived ? sql<Date>`coalesce(archived_at, ${now})` : null }
}

function checkBody(body: string, maximum: number): Fault | null {
  if (body.trim() === '') return { field: 'body', code: 'required', info: {} }
  if (!isStorable(body)) return { field: 'body', code: 'invalid_format', info: { message: UNSTORABLE } }
  return [...body].length > maximum ? { field: 'body', code: 'wrong_length', info: { maximum } } : null
}
