// once
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { changeAccountSettings } from './account-settings.ts'
import { claimDue } from './invitations/claim.ts'
import { recordOutcome } from './invitations/outcome.ts'
import { Invalid } from './errors.ts'
import {
  changeEmailTemplate, changeTextMessageTemplate, createEmailTemplate, createTextMessageTemplate, listEmailTemplates, listTextMessageTemplates, type EmailTemplateDraft, type TextMessageTemplateDraft,
} from './templates.ts'
import { LOCALES } from '../texts/locales.ts'
import { invite, remind } from '../../test/support/invitations.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'

let world: World
let acme: TestAccount
before(async () => { world = await openWorld() })
beforeEach(async () => {
  await send() // what an earlier test left behind
  acme = await world.account()
})
after(() => world?.close())

const EMAIL: EmailTemplateDraft = { kind: 'invitation', name: 'After the sale', from_name: 'Kate', from_email: 'kate@acme.example', subject: 'How did we do?', body: 'Hi {{name/there}},\r\n\r\n{{rating-buttons}}' }
const TEXT: TextMessageTemplateDraft = { name: 'After the sale', body: 'Hi {{name/there}}: {{link-to-survey}}' }
const PAGE = { offset: 0, limit: 100 }

async function defaultId(): Promise<number> {
  return (await world.ground.db.selectFrom('accounts').select('default_email_template_id').where('id', '=', acme.account.id).executeTakeFirstOrThrow()).default_email_template_id ?? 0
}

async function reasonOf(invitation_id: number): Promise<string | null> {
  return (await world.ground.db.selectFrom('invitations').select('not_sent_reason').where('id', '=', invitation_id).executeTakeFirstOrThrow()).not_sent_reason
}

async function send(): Promise<string[]> {
  const { messages } = await claimDue(world.ground, { limit: 100, host: 'earshot.test' })
  for (const message of messages) await recordOutcome(world.ground, message, { kind: 'sent', detail: null })
  return messages.map(({ template }) => template.subject)
}

test('templates of both kinds are kept as they were written, and two may have one name', async () => {
  const email = await createEmailTemplate(acme.ctx, { ...EMAIL, locale: 'es-MX' })
  assert.partialDeepStrictEqual(email, { ...EMAIL, locale: 'es-MX', archived_at: null, created_at: world.clock.now() })
  const text = await createTextMessageTemplate(acme.ctx, TEXT)
  assert.partialDeepStrictEqual(text, { ...TEXT, locale: 'en', archived_at: null })
  assert.notEqual((await createEmailTemplate(acme.ctx, EMAIL)).id, email.id)
  assert.notEqual((await createTextMessageTemplate(acme.ctx, TEXT)).id, text.id)
})

const LONG = 'é😀'
const EMAIL_FAULTS: [Partial<EmailTemplateDraft>, string, string][] = [
  [{ name: ' ' }, 'name', 'required'], [{ name: 'x'.repeat(201) }, 'name', 'wrong_length'], [{ from_name: '' }, 'from_name', 'required'], [{ from_name: 'A\nBcc: all' }, 'from_name', 'invalid_format'],
  [{ from_email: 'nobody' }, 'from_email', 'invalid_format'], [{ subject: '' }, 'subject', 'required'], [{ subject: 'a\nb' }, 'subject', 'invalid_format'], [{ subject: 'x'.repeat(256) }, 'subject', 'wrong_length'],
  [{ body: '\r\n' }, 'body', 'required'], [{ body: 'x'.repeat(20_001) }, 'body', 'wrong_length'], [{ body: 'a\0b' }, 'body', 'invalid_format'], [{ locale: 'xx' }, 'locale', 'invalid_value'], [{ locale: 'EN' }, 'locale', 'invalid_value'],
]
const TEXT_FAULTS: [Partial<TextMessageTemplateDraft>, string, string][] = [
  [{ name: '' }, 'name', 'required'], [{ body: ' ' }, 'body', 'required'], [{ body: 'x'.repeat(1001) }, 'body', 'wrong_length'], [{ locale: 'pt' }, 'locale', 'invalid_value'],
]

test('what no template can be is refused, in making and in changing', async () => {
  const codes = async (work: Promise<unknown>) => work.then(() => [], (error: unknown) => (error instanceof Invalid ? error.faults.map(({ field, code }) => [field, code]) : [error]))
  const [email, text] = [await createEmailTemplate(acme.ctx, EMAIL), await createTextMessageTemplate(acme.ctx, TEXT)]
  for (const [fields, field, code] of EMAIL_FAULTS) {
    for (const work of [createEmailTemplate(acme.ctx, { ...EMAIL, ...fields }), changeEmailTemplate(acme.ctx, email.id, fields)]) assert.deepEqual(await codes(work), [[field, code]], JSON.stringify(fields).slice(0, 60))
  }
  for (const [fields, field, code] of TEXT_FAULTS) {
    for (const work of [createTextMessageTemplate(acme.ctx, { ...TEXT, ...fields }), changeTextMessageTemplate(acme.ctx, text.id, fields)]) assert.deepEqual(await codes(work), [[field, code]], JSON.stringify(fields).slice(0, 60))
  }
  assert.deepEqual(await codes(createEmailTemplate(acme.ctx, { ...EMAIL, name: '', subject: '', locale: 'x' })), [['name', 'required'], ['subject', 'required'], ['locale', 'invalid_value']])
})

test('the longest texts fit, counted in characters, and so does every locale', async () => {
  const email = await createEmailTemplate(acme.ctx, { ...EMAIL, name: LONG.repeat(100), subject: `${LONG.repeat(127)}x`, body: LONG.repeat(10_000) })
  assert.equal([...email.body].length, 20_000)
  assert.equal([...(await createTextMessageTemplate(acme.ctx, { ...TEXT, body: LONG.repeat(500) })).body].length, 1000)
  for (const locale of LOCALES) assert.equal((await changeEmailTemplate(acme.ctx, email.id, { locale })).locale, locale)
  assert.equal(LOCALES.length, 18)
})

test('a change leaves alone what it does not name, and holds for what is pending', async () => {
  const { id } = await createEmailTemplate(acme.ctx, EMAIL)
  await invite(acme.ctx, { email_template_id: id })
  world.clock.advance({ minutes: 1 })
  const changed = await changeEmailTemplate(acme.ctx, id, { subject: 'Better so?', kind: 'reminder' })
  assert.partialDeepStrictEqual(changed, { ...EMAIL, kind: 'reminder', subject: 'Better so?', updated_at: world.clock.now() })
  assert.deepEqual(await send(), ['Better so?'])
  const text = await createTextMessageTemplate(acme.ctx, TEXT)
  assert.partialDeepStrictEqual(await changeTextMessageTemplate(acme.ctx, text.id, { body: 'Hi' }), { ...TEXT, body: 'Hi' })
})

test('an unknown template, and another account\'s, are not found', async () => {
  const other = await world.account({ name: 'Other' })
  const [email, text] = [await createEmailTemplate(acme.ctx, EMAIL), await createTextMessageTemplate(acme.ctx, TEXT)]
  for (const id of [email.id, 999_999]) await assert.rejects(changeEmailTemplate(other.ctx, id, { archived: true }), { name: 'NotFound', message: `the account has no e-mail template ${id}` })
  for (const id of [text.id, 999_999]) await assert.rejects(changeTextMessageTemplate(other.ctx, id, { name: 'Mine' }), { name: 'NotFound', message: `the account has no text message template ${id}` })
  const emails = await listEmailTemplates(acme.ctx, PAGE)
  assert.deepEqual(emails.rows.map(({ name, archived_at }) => [name, archived_at]), [['After the sale', null], ['Invitation', null], ['Reminder', null]])
  const texts = await listTextMessageTemplates(acme.ctx, { offset: 1, limit: 1 })
  assert.deepEqual([texts.rows.map(({ name }) => name), texts.total], [['Text message'], 2])
})

test('the account\'s default template cannot be archived, until another one is', async () => {
  const id = await defaultId()
  const refusal = 'archived is not possible for the account\'s default template: make another one the default first'
  await assert.rejects(changeEmailTemplate(acme.ctx, id, { archived: true, name: 'Gone' }), { name: 'Invalid', message: refusal })
  assert.equal((await changeEmailTemplate(acme.ctx, id, { archived: false })).name, 'Invitation')
  const other = await createEmailTemplate(acme.ctx, EMAIL)
  await world.ground.db.updateTable('accounts').set({ default_email_template_id: other.id }).where('id', '=', acme.account.id).execute()
  assert.notEqual((await changeEmailTemplate(acme.ctx, id, { archived: true })).archived_at, null)
  await assert.rejects(changeEmailTemplate(acme.ctx, other.id, { archived: true }), Invalid)
})

test('the account\'s default template stays an invitation, until another one is the default', async () => {
  const id = await defaultId()
  const refusal = 'kind reminder is not possible for the account\'s default template: make another one the default first'
  await assert.rejects(changeEmailTemplate(acme.ctx, id, { kind: 'reminder', name: 'Gone' }), { name: 'Invalid', message: refusal })
  const both = (error: unknown) => error instanceof Invalid && error.faults.map(({ field }) => field).join() === 'archived,kind'
  await assert.rejects(changeEmailTemplate(acme.ctx, id, { kind: 'reminder', archived: true }), both)
  assert.partialDeepStrictEqual(await changeEmailTemplate(acme.ctx, id, { kind: 'invitation' }), { name: 'Invitation', kind: 'invitation' })
  const other = await createEmailTemplate(acme.ctx, EMAIL)
  await changeAccountSettings(acme.ctx, { default_email_template_id: other.id })
  assert.equal((await changeEmailTemplate(acme.ctx, id, { kind: 'reminder' })).kind, 'reminder')
})

test('archiving again keeps the first time, and taking it up again forgets it', async () => {
  const email = await createEmailTemplate(acme.ctx, EMAIL)
  const at = world.clock.now()
  await changeEmailTemplate(acme.ctx, email.id, { archived: true })
  world.clock.advance({ days: 1 })
  assert.deepEqual((await changeEmailTemplate(acme.ctx, email.id, { archived: true })).archived_at, at)
  assert.equal((await changeEmailTemplate(acme.ctx, email.id, { archived: false })).archived_at, null)
  const text = await createTextMessageTemplate(acme.ctx, TEXT)
  assert.deepEqual((await changeTextMessageTemplate(acme.ctx, text.id, { archived: true })).archived_at, world.clock.now())
})

test('what waits with a template that was archived is not sent, reminders too; what has it back in time is', async () => {
  const { id } = await createEmailTemplate(acme.ctx, EMAIL)
  const waiting = await invite(acme.ctx, { email_template_id: id })
  await changeEmailTemplate(acme.ctx, id, { archived: true })
  assert.deepEqual(await send(), [])
  assert.equal(await reasonOf(waiting.id), 'template archived')
  const asked = await invite(acme.ctx)
  const reminder = await remind(acme.ctx, asked.id, world.clock.now())
  await send()
  const { email_template_id } = await world.ground.db.selectFrom('reminders').select('email_template_id').where('id', '=', reminder).executeTakeFirstOrThrow()
  await changeEmailTemplate(acme.ctx, email_template_id ?? 0, { archived: true })
  await send()
  assert.equal((await world.ground.db.selectFrom('reminders').select('not_sent_reason').where('id', '=', reminder).executeTakeFirstOrThrow()).not_sent_reason, 'template archived')
  const lucky = await invite(acme.ctx, { email_template_id: id, send_at: new Date(world.clock.now().getTime() + 1000) })
  assert.equal(lucky.not_sent_reason, 'template archived', 'when it is accepted, too')
  await changeEmailTemplate(acme.ctx, id, { archived: false })
  await invite(acme.ctx, { email_template_id: id })
  assert.deepEqual(await send(), [EMAIL.subject])
})

test('a text message whose template is archived is refused for that, and a mail is not by a text message\'s', async () => {
  await world.ground.db.updateTable('accounts').set({ text_messages_enabled_at: world.clock.now() }).where('id', '=', acme.account.id).execute()
  const [used, archived] = [await createTextMessageTemplate(acme.ctx, TEXT), await createTextMessageTemplate(acme.ctx, TEXT)]
  await changeTextMessageTemplate(acme.ctx, archived.id, { archived: true })
  const text = async (text_message_template_id: number) => (await invite(acme.ctx, { channel: 'sms', email: null, telephone_number: '+447700900100', email_template_id: null, text_message_template_id })).not_sent_reason
  assert.deepEqual([await text(archived.id), await text(used.id)], ['template archived', null])
  assert.equal((await invite(acme.ctx)).not_sent_reason, null)
})
