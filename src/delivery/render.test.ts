// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processorSeconds } from '../../test/support/processor.ts'
import { DEFAULT_SURVEYS } from '../core/default-surveys.ts'
import type { EmailMessage } from '../core/invitations/messages.ts'
import type { Question } from '../core/surveys.ts'
import { MERGE_FIELDS, unknownFields } from './fields.ts'
import { renderMail, type MailMessage } from './render.ts'

const BASE = 'https://earshot.test'
/** The end of a mail's text whose template has no link of its own to unsubscribe. */
const FOOTER = `\nUnsubscribe: ${BASE}/unsubscribe/TOKEN\n`

function messageOf(changes: Partial<EmailMessage> = {}, template: Partial<EmailMessage['template']> = {}): EmailMessage {
  const at = new Date('2026-03-16T10:00:00Z')
  return {
    channel: 'email', account_id: 1, delivery_id: 1, invitation_id: 7, reminder_id: null, message_id: '<i1.7@earshot.test>', token: 'TOKEN', email: 'jo@client.test', first_name: 'Jo', surname: 'Doe',
    reference: 'R-1', company_name: 'Client', staff_name: 'Ann', data: [], question: ratingQuestion(1, 10), theme: null,
    template: {
      account_id: 1, id: 1, kind: 'invitation', name: 'Invitation', from_name: 'Acme', from_email: 'feedback@acme.test', subject: 'How was it?', body: 'Hello {{first_name/there}}',
      locale: 'en', archived_at: null, created_at: at, updated_at: at, ...template,
    },
    ...changes,
  }
}

function ratingQuestion(min: number, max: number, labels: Question['scale_labels'] = null): Question {
  return { account_id: 1, id: 1, type: 'rating', text: 'How was it?', required: true, per_staff: false, metric: 'csat', scale_min: min, scale_max: max, scale_labels: labels, options: null, appearance: 'numbers', max_choices: null, max_length: null, shown_if: null, segment: null }
}

/** What is read of a mail, with entities as they are. */
function bodyOf(html: string): string {
  return html.slice(html.indexOf('<td class="card'))
}

test('a field that is never closed costs no more time than any other text', async () => {
  const message = messageOf({}, { body: `Hello {{${' '.repeat(40_000)}there` })
  assert.ok(await processorSeconds(() => assert.match(renderMail(message, BASE).text, /^Hello \{\{ +there\n\nUnsubscribe/)) < 1)
})

test('every field is merged into subject, text and HTML', () => {
  const line = '{{name}}|{{first_name}}|{{surname}}|{{email}}|{{reference}}|{{company_name}}|{{staff_name}}|{{plan}}|{{link-to-survey}}|{{unsubscribe-link}}|{{unknown}}|'
  const merged = `Jo|Jo|Doe|jo@client.test|R-1|Client|Ann|gold|${BASE}/surveys/TOKEN|${BASE}/unsubscribe/TOKEN||`
  const mail = renderMail(messageOf({ data: [{ key: 'plan', value: 'gold' }] }, { subject: line, body: line }), BASE)
  assert.equal(mail.subject, merged)
  assert.equal(mail.text, `${merged}\n`)
  assert.equal(bodyOf(mail.html).replace(/<[^>]+>/g, '').trim(), merged)
})

test('a blank field takes what follows its slash; an unknown one without that is blank', () => {
  const blank = messageOf({ first_name: ' ', surname: null, company_name: null, data: [{ key: 'plan', value: '' }] }, { body: '{{first_name/there}},{{ name/you }},{{company_name/}},{{plan/free}},{{none}}.' })
  assert.equal(renderMail(blank, BASE).text, `there,you,,free,.\n${FOOTER}`)
})

test('data of a field\'s name stands in where the invitation has none', () => {
  const data = [{ key: 'company_name', value: 'From data' }, { key: 'name', value: 'Data Name' }]
  const body = '{{company_name}} {{name}}'
  assert.equal(renderMail(messageOf({ company_name: null, first_name: null, surname: null, data }, { body }), BASE).text, `From data Data Name\n${FOOTER}`)
  assert.equal(renderMail(messageOf({ data }, { body }), BASE).text, `Client Jo\n${FOOTER}`)
})

test('names that every object has are no fields', () => {
  assert.equal(renderMail(messageOf({}, { body: '[{{constructor/none}}][{{__proto__}}][{{toString}}]' }), BASE).text, `[none][][]\n${FOOTER}`)
})

const NASTY = `<script>alert(1)</script>"'&<img src=x onerror=1>`
for (const [field, changes] of Object.entries({
  first_name: { first_name: NASTY }, surname: { surname: NASTY }, name: { first_name: NASTY }, email: { email: NASTY }, reference: { reference: NASTY }, company_name: { company_name: NASTY },
  staff_name: { staff_name: NASTY }, plan: { data: [{ key: 'plan', value: NASTY }] }, 'link-to-survey': { token: NASTY }, 'rating-buttons': { token: NASTY, question: { ...ratingQuestion(1, 2, { min: NASTY, max: NASTY }), text: NASTY } },
})) {
  test(`what {{${field}}} brings is escaped in the HTML part`, () => {
    const { html } = renderMail(messageOf(changes, { body: `Hello {{${field}}}` }), BASE)
    assert.ok(html.includes('&lt;script&gt;'), 'it is not there at all')
    assert.doesNotMatch(html, /<script|<img|"'/)
  })
}

test('the template\'s own words are text too', () => {
  const { html } = renderMail(messageOf({}, { subject: NASTY, body: NASTY }), BASE)
  assert.doesNotMatch(html, /<script|<img/)
})

test('what is merged is not merged again', () => {
  const mail = renderMail(messageOf({ first_name: '{{email}}' }, { subject: '{{first_name}}', body: '{{first_name}}' }), BASE)
  assert.deepEqual([mail.subject, mail.text], ['{{email}}', `{{email}}\n${FOOTER}`])
})

test('no header can be added or ended by what is merged into one', () => {
  const evil = 'Jo\r\nBcc: all@victim.test\n\n<b>body</b>\u2028x\u0000'
  const mail = renderMail(messageOf({ first_name: evil, surname: evil }, { subject: `{{first_name}} ${'x'.repeat(600)}`, from_name: evil }), BASE)
  for (const header of [mail.subject, mail.from.name, mail.to.name]) {
    assert.doesNotMatch(header, /[\p{Cc}\u2028\u2029]/u)
    assert.ok(header.startsWith('Jo Bcc: all@victim.test'))
  }
  assert.ok(mail.subject.length <= 500)
})

for (const { name, questions } of DEFAULT_SURVEYS) {
  test(`the survey ${name} brings a button for each point of its first rating question`, () => {
    const draft = questions.find(({ type }) => type === 'rating')
    const { min, max } = draft?.scale ?? { min: 0, max: 0 }
    const question = { ...ratingQuestion(min, max, draft?.scale_labels ?? null), text: draft?.text ?? '' }
    const { html, text } = renderMail(messageOf({ question }, { body: 'Hello\n\n{{rating-buttons}}\n\nBye' }), BASE)
    const scores = Array.from({ length: max - min + 1 }, (_, index) => min + index)
    assert.deepEqual([...html.matchAll(/<a class="point[^>]* href="https:\/\/earshot\.test\/surveys\/TOKEN\/r\/(\d+)\.[\w-]{7}"/g)].map((match) => Number(match[1])), scores)
    assert.deepEqual([...text.matchAll(/https:\/\/earshot\.test\/surveys\/TOKEN\/r\/(\d+)\.[\w-]{7}$/gm)].map((match) => Number(match[1])), scores)
    assert.ok(html.includes(question.text))
    for (const word of [draft?.scale_labels?.min, draft?.scale_labels?.max]) assert.ok(word && html.includes(word) && text.includes(word))
  })
}

test('a scale of two points has words on its buttons, a longer one says what its ends mean', () => {
  const two = renderMail(messageOf({ question: ratingQuestion(1, 2, { min: 'Bad', max: 'Good' }) }, { body: '{{rating-buttons}}' }), BASE)
  assert.match(two.text, /^How was it\?\n\nBad: .*\/r\/1\..*\nGood: .*\/r\/2\..*\n\nUnsubscribe/)
  assert.doesNotMatch(two.html, /1 = Bad/)
  const ten = renderMail(messageOf({ question: ratingQuestion(0, 10, { min: 'Never', max: 'Always' }) }, { body: '{{rating-buttons}}' }), BASE)
  assert.match(ten.html, />0 = Never<[^]*>10 = Always</)
  assert.match(ten.text, /^How was it\?\n0 = Never, 10 = Always\n\n0: .*\/r\/0\..*\n1: /)
})

test('each button says to whom can\'t see the others which of how many it is, and what it means', () => {
  const labels = (changes: object) => [...renderMail(messageOf({ question: { ...ratingQuestion(1, 5, { min: 'Poor', max: 'Great' }), ...changes } }, { body: '{{rating-buttons}}' }), BASE).html.matchAll(/aria-label="([^"]+)"/g)].map((match) => match[1])
  assert.deepEqual(labels({}), ['1 of 5: Poor', '2 of 5', '3 of 5', '4 of 5', '5 of 5: Great'])
  assert.deepEqual(labels({ appearance: 'stars' }), labels({}))
  assert.deepEqual(labels({ appearance: 'faces', scale_labels: null }), ['1 of 5: Bad', '2 of 5', '3 of 5: So-so', '4 of 5', '5 of 5: Good'])
  assert.deepEqual(labels({ scale_max: 2 }), [], 'words need no other name')
})

test('faces and stars have words: on three buttons each, under more of them at the ends', () => {
  const mail = (changes: object) => renderMail(messageOf({ question: { ...ratingQuestion(1, 3), ...changes } }, { body: '{{rating-buttons}}' }), BASE)
  const three = mail({ appearance: 'faces' })
  assert.match(three.html, /🙁<[^]*>Bad<[^]*😐<[^]*>So-so<[^]*🙂<[^]*>Good</)
  assert.match(three.text, /^How was it\?\n\nBad: .*\nSo-so: .*\nGood: /)
  const five = mail({ appearance: 'faces', scale_max: 5 })
  assert.match(five.html, /😠[^]*🙁[^]*😐[^]*🙂[^]*😀[^]*>1 = Bad<[^]*>5 = Good</)
  assert.match(five.text, /^How was it\?\n1 = Bad, 5 = Good\n\n1: /)
  const stars = mail({ appearance: 'stars', scale_max: 5, scale_labels: { min: 'Poor', max: 'Great' } })
  assert.equal(stars.html.match(/>★<\/span><br>\d</g)?.length, 5)
  assert.match(stars.html, />1 = Poor<[^]*>5 = Great</)
})

test('Outlook on Windows gets each button as a shape with the same link, and hides the other one', () => {
  const { html } = renderMail(messageOf({ question: ratingQuestion(0, 10) }, { body: '{{rating-buttons}}' }), BASE)
  const shapes = [...html.matchAll(/<!--\[if mso\]><v:roundrect href="([^"]+)" style="width:44px;height:44px;[^>]*>/g)].map((match) => match[1])
  const links = [...html.matchAll(/<!--\[if !mso\]><!--><a class="point[^>]* href="([^"]+)"/g)].map((match) => match[1])
  assert.deepEqual([shapes.length, shapes], [11, links])
})

test('the preview is the question, or what the mail says first, in one line', () => {
  const previews = ['Hello Jo\n\n{{rating-buttons}}', 'Hello {{name}},\nhow was it?\n\n{{link-to-survey}} Bye'].map((body) => /mso-hide:all[^>]*>([^<&]*) &#847;/.exec(renderMail(messageOf({}, { body }), BASE).html)?.[1])
  assert.deepEqual(previews, ['How was it?', 'Hello Jo, how was it? Bye'])
})

test('a survey\'s theme colours the buttons and puts its logo on a plate; what is no colour and no https address is left out', () => {
  const mail = (theme: MailMessage['theme']) => renderMail({ ...messageOf({}, { body: '{{rating-buttons}}' }), theme }, BASE).html
  const themed = mail({ brand_color: '#7a1fa2', logo_url: 'https://acme.test/a.png?b=1&c=2', logo_alt: 'Acme "Ltd"' })
  assert.match(themed, /<a class="point one"[^>]*border:1px solid #7a1fa2/)
  assert.match(themed, /<img src="https:\/\/acme\.test\/a\.png\?b=1&amp;c=2" alt="Acme &quot;Ltd&quot;"/)
  assert.equal(themed.match(/<img/g)?.length, 1)
  assert.equal(mail({ brand_color: 'red;}</style><script>', logo_url: 'http://acme.test/a.png', logo_alt: 'Acme' }), mail(null))
  for (const logo_url of ['javascript:alert(1)', 'https://acme.test/"><script>', '//acme.test/a.png']) assert.doesNotMatch(mail({ logo_url }), /<img|<script/)
})

test('a survey without a rating has its link where the buttons would be', () => {
  const { html, text } = renderMail(messageOf({ question: null }, { body: 'Click:\n\n{{rating-buttons}}' }), BASE)
  assert.match(html, /<a class="link" href="https:\/\/earshot\.test\/surveys\/TOKEN"/)
  assert.equal(text, `Click:\n\n${BASE}/surveys/TOKEN\n${FOOTER}`)
})

test('buttons inside a paragraph part it; paragraphs without words are left out; line ends are kept', () => {
  const { html } = renderMail(messageOf({}, { body: 'one\r\ntwo {{rating-buttons}} three\r\n\r\n{{none}}\r\n\r\nfour' }), BASE)
  const paragraphs = [...html.matchAll(/<p style="margin:0 0 16px">(.*?)<\/p>/gs)].map((match) => match[1]?.trim())
  assert.deepEqual(paragraphs, ['one<br>two', 'three', 'four'])
  assert.ok(html.indexOf('two') < html.indexOf('/r/1.') && html.indexOf('/r/1.') < html.indexOf('three'))
})

test('language and direction are the template\'s', () => {
  assert.match(renderMail(messageOf({}, { locale: 'ar' }), BASE).html, /<html lang="ar" dir="rtl" /)
  assert.match(renderMail(messageOf({}, { locale: 'he-IL' }), BASE).html, /dir="rtl"/)
  assert.match(renderMail(messageOf({}, { locale: 'de' }), BASE).html, /<html lang="de" dir="ltr" /)
  assert.match(renderMail(messageOf({}, { locale: 'not a locale' }), BASE).html, /dir="ltr"/)
})

test('it is small, brings nothing from elsewhere, and knows dark mode', () => {
  const { html } = renderMail(messageOf({ question: ratingQuestion(0, 10, { min: 'Never', max: 'Always' }) }, { body: 'Hello\n\n{{rating-buttons}}\n\n{{link-to-survey}}' }), BASE)
  assert.ok(Buffer.byteLength(html) <= 30_000, `${Buffer.byteLength(html)} bytes`)
  assert.doesNotMatch(html, /<img|url\(|<link|<script|@import/)
  assert.match(html, /prefers-color-scheme: dark[^]*\[data-ogsc\] \.point[^]*\[data-ogsb\] \.point/)
  assert.doesNotMatch(html, /#(fff|ffffff|000|000000)\b/)
})

test('{{name}} greets by the first name, also as the vendor\'s own template has it; who has none is greeted by what follows the slash', () => {
  const template = { subject: '{{name/Hi}}, how did we do?', body: 'Hi {{name/there}},\r\n\r\n We would be grateful.' }
  const known = renderMail(messageOf({}, template), BASE)
  assert.deepEqual([known.subject, known.text], ['Jo, how did we do?', `Hi Jo,\n\nWe would be grateful.\n${FOOTER}`])
  const unknown = renderMail(messageOf({ first_name: null }, template), BASE)
  assert.deepEqual([unknown.subject, unknown.text], ['Hi, how did we do?', `Hi there,\n\nWe would be grateful.\n${FOOTER}`])
  assert.deepEqual([known.to.name, unknown.to.name], ['Jo Doe', 'Doe'])
})

test('what follows the slash may be anything but braces', () => {
  const body = '{{first_name/dear "friend" <you> & co./all of\nthem}} | {{surname/größer als 5 %}} | {{company_name/ a/b }}'
  const mail = renderMail(messageOf({ first_name: null, surname: null, company_name: null }, { body }), BASE)
  assert.equal(mail.text, `dear "friend" <you> & co./all of\nthem | größer als 5 % | a/b\n${FOOTER}`)
  assert.match(mail.html, /dear &quot;friend&quot; &lt;you&gt; &amp; co\.\/all of<br>them/)
})

test('braces that make no field are what they are', () => {
  const body = '{{}} {name} {{na{me}} {{/x}} {{name}'
  assert.equal(renderMail(messageOf({}, { body }), BASE).text, `${body}\n${FOOTER}`)
})

test('every mail says how to unsubscribe from it, at one click, and in its text', () => {
  for (const template of [{}, { kind: 'reminder' as const }, { body: 'Stop: {{ unsubscribe-link }}' }]) {
    const { headers, html, text } = renderMail(messageOf({}, template), BASE)
    const url = `${BASE}/unsubscribe/TOKEN`
    assert.deepEqual([headers['List-Unsubscribe'], headers['List-Unsubscribe-Post']], [`<${url}>`, 'List-Unsubscribe=One-Click'])
    assert.deepEqual([html.split(`href="${url}"`).length, text.split(url).length], [2, 2], 'once in each part')
  }
})

test('a template that says itself how to unsubscribe gets no footer; one that says so only in its subject, or to a blank field, does', () => {
  const own = renderMail(messageOf({}, { body: 'Hello\n\nStop: {{unsubscribe-link}} or not' }), BASE)
  assert.equal(own.text, `Hello\n\nStop: ${BASE}/unsubscribe/TOKEN or not\n`)
  assert.match(own.html, /Stop: <a class="link" href="https:\/\/earshot\.test\/unsubscribe\/TOKEN"/)
  assert.doesNotMatch(own.html, />Unsubscribe</)
  for (const template of [{ subject: '{{unsubscribe-link}}' }, { body: '{{unsubscribe_link}}' }, { body: 'unsubscribe-link' }]) assert.ok(renderMail(messageOf({}, template), BASE).text.endsWith(FOOTER.trimStart()))
})

test('no data of a request can take the place of the links, nor of what the invitation knows', () => {
  const data = [{ key: 'unsubscribe-link', value: 'https://elsewhere.test' }, { key: 'link-to-survey', value: 'https://elsewhere.test' }, { key: 'email', value: 'other@client.test' }, { key: 'rating-buttons', value: 'Nobody' }]
  const { html, text } = renderMail(messageOf({ data }, { body: '{{unsubscribe-link}} {{link-to-survey}} {{email}} {{rating-buttons}}' }), BASE)
  assert.doesNotMatch(html + text, /elsewhere|other@|Nobody/)
})

test('fields that no message has are named, once each, unless something stands in for them', () => {
  assert.deepEqual(unknownFields('{{frist_name}}, {{ Name }}', 'Hi {{frist_name}} {{plan/free}} {{order/}} {{constructor}} {{first_name}}'), ['frist_name', 'Name', 'constructor'])
  assert.deepEqual(unknownFields(MERGE_FIELDS.map((field) => `{{${field}}}`).join(''), 'no field at all', ''), [])
})
