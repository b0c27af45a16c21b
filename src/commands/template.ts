import { Type } from 'typebox'
import type { Context } from '../core/context.ts'
import {
  addDefaultEmailTemplates, addDefaultTextMessageTemplate, changeEmailTemplate, changeTextMessageTemplate, createEmailTemplate, createTextMessageTemplate, listEmailTemplates, listTextMessageTemplates, type EmailTemplate, type TextMessageTemplate,
} from '../core/templates.ts'
import { unknownFields } from '../delivery/fields.ts'
import { ACCOUNT_FLAG, need, needNumber, readYesNo, UsageError, type Call, type Command } from './command.ts'
import { FROM_FLAG, oneOrList, readDrafts, writeAll } from './drafts.ts'
import { ALL_ROWS } from './rows.ts'

const TextDraft = Type.Object({ name: Type.String(), body: Type.String(), locale: Type.Optional(Type.String()) }, { additionalProperties: false })
const EmailDraft = Type.Object({
  kind: Type.Union([Type.Literal('invitation'), Type.Literal('reminder')]), from_name: Type.String(), from_email: Type.String(), subject: Type.String(), ...TextDraft.properties,
}, { additionalProperties: false })
const archived = { archived: Type.Optional(Type.Boolean()) }
const TextChange = Type.Object({ ...Type.Partial(TextDraft).properties, ...archived }, { additionalProperties: false })
const EmailChange = Type.Object({ ...Type.Partial(EmailDraft).properties, ...archived }, { additionalProperties: false })

const KIND_FLAG = { kind: { value: 'email|text', meaning: 'Whether it is of mails or of text messages.' } } as const
const FLAGS = {
  ...ACCOUNT_FLAG,
  ...KIND_FLAG,
  name: { value: 'NAME', meaning: 'What it is called; two may have the same name.' },
  locale: { value: 'LOCALE', meaning: 'Its language, such as en or zh-CN.' },
  ...FROM_FLAG,
} as const

export const createTemplateCommand: Command = {
  summary: 'Makes a template of mails or of text messages; its text comes by --from. With --locale alone: those that an account of that language begins with.',
  flags: FLAGS,
  async run(call) {
    const create = isOfMails(call) ? createEmails : createTexts
    const templates = await call.withAccount(defaultsOf(call) ?? create(call))
    print(call, oneOrList(templates.map(toShown)), templates)
  },
}

export const listTemplatesCommand: Command = {
  summary: 'Lists the account\'s templates, archived ones too.',
  flags: { ...ACCOUNT_FLAG, ...KIND_FLAG },
  async run(call) {
    const list = isOfMails(call) ? listEmailTemplates : listTextMessageTemplates
    const { rows } = await call.withAccount((ctx): Promise<{ rows: Template[] }> => list(ctx, ALL_ROWS))
    call.print(rows.map(toShown), rows.map(lineOf))
  },
}

export const changeTemplateCommand: Command = {
  summary: 'Changes a template; fields that are left out stay.',
  positionals: ['ID'],
  flags: { ...FLAGS, archived: { value: 'yes|no', meaning: 'Whether it is put away: not to be chosen any more, and what waits with it is not sent.' } },
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
    const template = await call.withAccount(isOfMails(call) ? changeEmail(call, id) : changeText(call, id))
    print(call, toShown(template), [template])
  },
}

type Template = EmailTemplate | TextMessageTemplate

function isOfMails(call: Call): boolean {
  const kind = need(call, 'kind')
  if (kind !== 'email' && kind !== 'text') throw new UsageError('--kind must be email or text')
  return kind === 'email'
}

/** What is to be made where only a language is given; null where more is. */
function defaultsOf(call: Call): ((ctx: Context) => Promise<Template[]>) | null {
  const locale = call.text('locale')
  if (locale === undefined || call.text('from') !== undefined || call.text('name') !== undefined) return null
  return isOfMails(call) ? (ctx) => addDefaultEmailTemplates(ctx, locale) : async (ctx) => [await addDefaultTextMessageTemplate(ctx, locale)]
}

function createEmails(call: Call) {
  const drafts = readDrafts(call, EmailDraft, fieldsOf(call))
  return (ctx: Context): Promise<Template[]> => writeAll(ctx, drafts, createEmailTemplate)
}

function createTexts(call: Call) {
  const drafts = readDrafts(call, TextDraft, fieldsOf(call))
  return (ctx: Context): Promise<Template[]> => writeAll(ctx, drafts, createTextMessageTemplate)
}

function changeEmail(call: Call, id: number) {
  const change = onlyOne(readDrafts(call, EmailChange, { ...fieldsOf(call), archived: readYesNo(call, 'archived') }))
  return (ctx: Context): Promise<Template> => changeEmailTemplate(ctx, id, change)
}

function changeText(call: Call, id: number) {
  const change = onlyOne(readDrafts(call, TextChange, { ...fieldsOf(call), archived: readYesNo(call, 'archived') }))
  return (ctx: Context): Promise<Template> => changeTextMessageTemplate(ctx, id, change)
}

function onlyOne<T>([one, ...more]: T[]): T {
  if (one === undefined || more.length > 0) throw new UsageError('--from must hold one object here')
  return one
}

function fieldsOf(call: Call): Record<string, unknown> {
  return { name: call.text('name'), locale: call.text('locale') }
}

function print(call: Call, json: unknown, templates: Template[]): void {
  call.print(json, templates.flatMap((template) => [lineOf(template), ...warningsOf(template).map((warning) => `  warning: ${warning}`)]))
}

function toShown(template: Template) {
  const { account_id: _, ...shown } = template
  return { ...shown, warnings: warningsOf(template) }
}

function warningsOf(template: Template): string[] {
  const fields = unknownFields('subject' in template ? template.subject : '', template.body)
  return fields.map((field) => `{{${field}}} is no field: it is blank where a request has no data of that key. {{${field}/…}} says what stands there then.`)
}

function lineOf(template: Template): string {
  return `${template.id}  ${template.name}${'kind' in template ? `  ${template.kind}` : ''}  ${template.locale}${template.archived_at ? '  archived' : ''}`
}
