// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TextMessage } from '../core/invitations/messages.ts'
import { writeText } from './text-message.ts'

const LINK = 'https://earshot.test/surveys/TOKEN'

function write(body: string, changes: Partial<TextMessage> = {}): string {
  return text(body, changes).body
}

function text(body: string, changes: Partial<TextMessage> = {}) {
  const at = new Date('2026-03-16T10:00:00Z')
  return writeText({
    channel: 'sms', account_id: 1, delivery_id: 1, invitation_id: 7, reminder_id: null, message_id: '<i1.7@earshot.test>', token: 'TOKEN', telephone_number: '+447700900123', email: null,
    first_name: 'Jo', surname: null, reference: 'R-1', company_name: null, staff_name: 'Ann', data: [{ key: 'plan', value: 'gold' }],
    template: { account_id: 1, id: 1, name: 'Text', body, locale: 'en', archived_at: null, created_at: at, updated_at: at }, ...changes,
  }, 'https://earshot.test')
}

test('merge fields are those of mails; what is blank falls back', () => {
  assert.equal(write('{{first_name/there}} {{surname/friend}} {{reference}} {{staff_name}} {{plan}} {{email}}{{nothing}}: {{link-to-survey}}'), `Jo friend R-1 Ann gold : ${LINK}`)
  assert.equal(write('Hello {{first_name/there}}, {{link-to-survey}}', { first_name: null }), `Hello there, ${LINK}`)
})

test('a template without the survey\'s link has it at its end', () => {
  assert.equal(write('How did we do? \n'), `How did we do? ${LINK}`)
  assert.equal(write('How did we do? {{link}}', { data: [{ key: 'link', value: 'https://else.test' }] }), `How did we do? https://else.test ${LINK}`)
  assert.equal(write('{{rating-buttons}} please'), `${LINK} please`)
})

test('the link to opt out is there where the template wants it', () => {
  assert.equal(write('{{link-to-survey}} No more: {{unsubscribe-link}}'), `${LINK} No more: https://earshot.test/unsubscribe/TOKEN`)
})

test('line ends stay, other control characters do not, and what is merged is not merged again', () => {
  assert.equal(write('Hello {{first_name}},\r\n\r\nhow\tare  we? \n{{link-to-survey}}\n', { first_name: 'J\u0000o\u001b{{reference}}' }), `Hello J o {{reference}},\n\nhow are  we?\n${LINK}`)
})

test('it says how long it is, and in how many segments it goes', () => {
  const { to, message_id, characters, segments, encoding } = text('Grüße! {{link-to-survey}}')
  assert.deepEqual({ to, message_id, characters, segments, encoding }, { to: '+447700900123', message_id: '<i1.7@earshot.test>', characters: 41, segments: 1, encoding: 'GSM-7' })
  assert.deepEqual([text('Дякуємо за те, що ви наш клієнт! {{link-to-survey}}').encoding, text('Дякуємо за те, що ви наш клієнт, і будемо раді! {{link-to-survey}}').segments], ['UCS-2', 2])
})
