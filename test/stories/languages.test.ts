// once
/** Customers are invited, asked and thanked in their own language, from the mail to the last page; what they chose is stored in the survey's. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createSnippetKey } from '../../src/core/snippet-keys.ts'
import { setSurveyTexts } from '../../src/core/survey-texts.ts'
import { createSurvey } from '../../src/core/surveys.ts'
import { addDefaultEmailTemplates } from '../../src/core/templates.ts'
import { invite, remind } from '../support/invitations.ts'
import { makeSurveyLink } from '../support/survey-link.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account({ name: 'Acme Ltd.' })
})
after(() => world?.close())

async function lastMail(): Promise<{ subject: string, html: string, text: string }> {
  return world.ground.db.selectFrom('sandbox_mails').select(['subject', 'html', 'text']).orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
}

function get(url: string, accept?: string) {
  return world.app.inject({ url, headers: accept ? { 'accept-language': accept } : {} })
}

function post(url: string, fields: [string, string][]) {
  return world.app.inject({ method: 'POST', url, payload: new URLSearchParams(fields).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': '*' } })
}

const STORIES = [
  { locale: 'ar', dir: 'rtl', greeting: /مرحبًا <bdi>Jo<\/bdi>،/, question: 'ما مدى رضاك عن المساعدة التي تلقيتها؟', again: 'يُرجى الإجابة عن هذا السؤال.', thanks: 'شكرًا لك', out: 'تم إلغاء الاشتراك' },
  { locale: 'ja', dir: 'ltr', greeting: /Jo様/, question: '今回のサポートにどの程度ご満足いただけましたか？', again: 'この質問にお答えください。', thanks: 'ありがとうございました', out: '配信を停止しました' },
]

for (const { locale, dir, greeting, question, again, thanks, out } of STORIES) {
  test(`a customer who is written to in ${locale} meets no other language on their way`, async () => {
    const [template] = await addDefaultEmailTemplates(acme.ctx, locale)
    assert.equal(template?.name, `Invitation (${locale})`)
    await invite(acme.ctx, { email: `${locale}@client.test`, email_template_id: template.id })
    await world.work()
    const mail = await lastMail()
    assert.equal(mail.subject, template.subject)
    assert.match(mail.html, new RegExp(`<html lang="${locale}" dir="${dir}"`))
    assert.match(mail.html, greeting)
    assert.ok(mail.html.includes(`<bdi>${question}</bdi>`) && !/ lang="en"|Unsubscribe|Excellent/.test(mail.html + mail.text))

    const [, url = ''] = /href="http:\/\/earshot\.test(\/surveys\/[^"]+\/r\/9\.[\w-]+)"/.exec(mail.html) ?? []
    const page = await get(url, 'en-GB,en;q=0.8')
    assert.match(page.body, new RegExp(`<html lang="${locale}" dir="${dir}">`))
    assert.ok(page.body.includes(`<bdi>${question}</bdi>`))
    assert.doesNotMatch(page.body.slice(page.body.indexOf('<body')), / lang=/)
    const path = url.replace(/\/r\/.*/, '')
    const [, name = ''] = /type="radio" name="([^"]+)"/.exec(page.body) ?? []
    assert.ok((await post(path, [])).body.includes(again))
    const sent = await post(path, [[name, '9']])
    assert.equal(sent.statusCode, 303)
    assert.match((await get(String(sent.headers.location))).body, new RegExp(`<html lang="${locale}"[\\s\\S]*<h1>${thanks}</h1>`))
    const [, leave = ''] = /http:\/\/earshot\.test(\/unsubscribe\/[\w-]+)/.exec(mail.text) ?? []
    assert.ok((await post(leave, [])).body.includes(`<h1>${out}</h1>`))
  })
}

test('a reminder asks in its own template\'s language', async () => {
  const { id } = await invite(acme.ctx, { email: 'later@client.test' })
  await world.work()
  assert.match((await lastMail()).html, /How satisfied are you/)
  const reminder = await remind(acme.ctx, id, world.clock.now())
  const [, danish] = await addDefaultEmailTemplates(acme.ctx, 'da')
  await world.ground.db.updateTable('reminders').set({ email_template_id: danish?.id ?? 0 }).where('id', '=', reminder).execute()
  await world.work()
  assert.match((await lastMail()).html, /Hvor tilfreds er du med den hjælp, du fik\?/)
})

test('the link\'s own language is kept through faults and thanks, and what was chosen is stored in the survey\'s words', async () => {
  const survey = await createSurvey(acme.ctx.db, acme.account.id, { name: 'Where', purpose: 'other', questions: [{ type: 'radio', text: 'Where?', options: ['Here', 'There'], required: true }, { type: 'dropdown', text: 'When?', options: ['Now'] }] }, world.clock.now())
  const evil = '"><b>täällä</b>'
  await setSurveyTexts(acme.ctx, survey.id, [{ locale: 'fi', questions: [{ text: 'Missä?', options: [evil, 'Tuolla'] }, { text: 'Milloin?', options: ['Nyt'] }] }])
  const { token, id } = await invite(acme.ctx, { survey_id: survey.id, channel: 'link', email_template_id: null })
  const page = await get(`/surveys/${token}?locale=fi`)
  assert.match(page.body, /<html lang="fi" dir="ltr">/)
  assert.ok(page.body.includes('value="There"') && page.body.includes('>Tuolla</span>') && page.body.includes('&quot;&gt;&lt;b&gt;täällä') && !page.body.includes('<b>'))
  assert.match(page.body, /<option value="Now">Nyt<\/option>/)
  const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(page.body) ?? []
  assert.equal(action, `/surveys/${token}?locale=fi`)
  assert.match((await post(action, [])).body, /<html lang="fi"[\s\S]*Tarkista vastauksesi[\s\S]*Vastaa tähän kysymykseen/)
  const [, name = ''] = /type="radio" name="([^"]+)"/.exec(page.body) ?? []
  const sent = await post(action, [[name, 'There']])
  assert.equal(sent.headers.location, `/surveys/${token}/thanks?locale=fi`)
  assert.match((await get(String(sent.headers.location))).body, /<h1>Kiitos<\/h1>/)
  const answer = await world.ground.db.selectFrom('answers as a').innerJoin('responses as r', 'r.id', 'a.response_id').where('r.invitation_id', '=', id).select('a.choices').executeTakeFirstOrThrow()
  assert.deepEqual(answer.choices, ['There'])
})

test('a page in another language than its questions says which they are in', async () => {
  const { token } = await makeSurveyLink(acme.ctx, { questions: [{ type: 'rating', text: 'How?', scale: { min: 1, max: 2 }, scale_labels: { min: 'Bad', max: 'Good' } }, { type: 'dropdown', text: 'Where?', options: ['Here'] }] })
  const { body } = await get(`/surveys/${token}?locale=he`)
  assert.match(body, /<html lang="he" dir="rtl">/)
  assert.match(body, /<bdi lang="en">How\?<\/bdi>/)
  assert.match(body, /<span lang="en">Bad<\/span>/)
  assert.match(body, /<option value="Here" lang="en">/)
})

test('a link without a template goes by the browser where the survey is in its language, and by the survey where it is not', async () => {
  const { token } = await makeSurveyLink(acme.ctx)
  const own = await makeSurveyLink(acme.ctx, { questions: [{ type: 'text', text: 'Why?' }] })
  const langOf = async (path: string, accept?: string) => /<html lang="([^"]+)"/.exec((await get(path, accept)).body)?.[1]
  assert.deepEqual([await langOf(`/surveys/${token}`, 'pt-BR, fr-CA;q=0.4, de;q=0.9'), await langOf(`/surveys/${token}`, 'nb'), await langOf(`/surveys/${token}`), await langOf(`/surveys/${token}`, '*;q=x,,;')], ['de', 'no', 'en', 'en'])
  assert.deepEqual([await langOf(`/surveys/${own.token}`, 'de'), await langOf(`/surveys/${own.token}?locale=de`)], ['en', 'de'])
  assert.deepEqual([await langOf('/surveys/AAAA', 'th'), await langOf('/surveys/AAAA?locale=sv', 'th'), await langOf('/surveys/AAAA')], ['th', 'sv', 'en'])
})

test('the rating links of a closed-ticket mail can name a language, which is no part of the ticket\'s title', async () => {
  const { public_key } = await createSnippetKey(acme.ctx, { name: 'Closed' })
  const page = await get(`/rate/${public_key}/7?ticket=5&email=jo@client.example&title=Printer & scanner&locale=it`)
  assert.match(page.body, /<html lang="it"[\s\S]*Oggetto: Printer &amp; scanner<[\s\S]*Come valuta l’assistenza/)
  const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(page.body) ?? []
  const [, name = ''] = /type="radio" name="([^"]+)"/.exec(page.body) ?? []
  const sent = await post(action.replaceAll('&amp;', '&'), [[name, '7']])
  assert.equal(sent.headers.location, `/rate/${public_key}/thanks?locale=it`)
  assert.match((await get(String(sent.headers.location))).body, /<h1>Grazie<\/h1>/)
  assert.match((await get(`/rate/${public_key}/7?locale=it`)).body, /<h1>Questo link non funziona<\/h1>/)
})
