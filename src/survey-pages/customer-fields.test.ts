// once
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { acceptHeld, listHeld } from '../core/clicks/review.ts'
import { countPerson, requestErasure, workErasures } from '../core/erasures.ts'
import { resolveContacts } from '../core/people/contacts.ts'
import { createSnippetKey } from '../core/snippet-keys.ts'
import { setSurveyTexts } from '../core/survey-texts.ts'
import { changeSurvey } from '../core/survey-changes.ts'
import { getSurveyFor, type SurveyDesign } from '../core/surveys.ts'
import { transaction } from '../storage/database.ts'
import { makeSurveyLink, type LinkOptions, type SurveyLink } from '../../test/support/survey-link.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world?.close())
// Whoever opens the links of several people within a minute is a machine.
beforeEach(() => world.clock.advance({ minutes: 2 }))

const ALL: SurveyDesign['fields'] = [{ key: 'name', required: true }, { key: 'email' }, { key: 'telephone_number' }, { key: 'company_name' }, { key: 'postcode' }]
const JO = { name: ' Jo Lee ', email: 'jo@other.example', telephone_number: '+44 (20) 7946-0018', company_name: 'Client Ltd', postcode: 'N1 9GU' }
const RATING = { type: 'rating' as const, text: 'Well?', scale: { min: 1, max: 5 } }

function makeLink(options: LinkOptions = {}): Promise<SurveyLink> {
  return makeSurveyLink(acme.ctx, { questions: [RATING], design: { fields: ALL, consent: { text: 'You may quote me.' } }, ...options })
}

function post(url: string, fields: Record<string, string>) {
  return world.app.inject({ method: 'POST', url, payload: new URLSearchParams(fields).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en' } })
}

async function storedFields(invitation_id: number): Promise<Record<string, string>> {
  const rows = await world.ground.db.selectFrom('response_fields as f').innerJoin('responses as r', (join) => join.onRef('r.account_id', '=', 'f.account_id').onRef('r.id', '=', 'f.response_id'))
    .where('r.invitation_id', '=', invitation_id).select(['f.key', 'f.value']).orderBy('f.key').execute()
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]))
}

async function makeContact(email: string | null, telephone_number: string | null = null): Promise<number> {
  const [id = 0] = await transaction(acme.ctx.db, (tx) => resolveContacts(tx, [{ account_id: acme.account.id, external_id: email === null ? Date.now() % 1e9 : null, email, name: 'Old Name', telephone_number, company_id: null }], acme.ctx.now()))
  return id
}

function contactOf(id: number) {
  return world.ground.db.selectFrom('contacts as c').leftJoin('companies as o', (join) => join.onRef('o.account_id', '=', 'c.account_id').onRef('o.id', '=', 'c.company_id'))
    .where('c.id', '=', id).select(['c.email', 'c.name', 'c.first_name', 'c.surname', 'c.telephone_number', 'c.postcode', 'o.name as company']).executeTakeFirstOrThrow()
}

test('each field says to the browser whose data are meant, and is filled in with what the invitation knows', async () => {
  const { token } = await makeLink({ to: { email: 'jo@client.example', first_name: 'Jo', surname: 'Lee <b>', data: [{ key: 'company_name', value: 'Client' }, { key: 'postcode', value: 'N1' }, { key: 'telephone_number', value: '0123 45' }] } })
  const { body } = await world.app.inject(`/surveys/${token}`)
  const inputs = [...body.matchAll(/<input id="([^"]+)" name="[^"]+" data-field="[^"]+" type="([^"]+)" autocomplete="([^"]+)" dir="auto" value="([^"]*)"( required)?>/g)].map((match) => match.slice(1, 6))
  assert.deepEqual(inputs, [
    ['name', 'text', 'name', 'Jo Lee &lt;b&gt;', ' required'], ['email', 'email', 'email', 'jo@client.example', undefined], ['telephone_number', 'tel', 'tel', '0123 45', undefined],
    ['company_name', 'text', 'organization', 'Client', undefined], ['postcode', 'text', 'postal-code', 'N1', undefined],
  ])
  assert.match(body, /<input type="checkbox" name="consent" value="en" id="consent"><span><bdi>You may quote me\./)
})

test('a survey that asks for none of it has none of it, and takes none', async () => {
  const { token, invitation_id } = await makeLink({ design: {} })
  const { body } = await world.app.inject(`/surveys/${token}`)
  assert.doesNotMatch(body, /name="(name|email|consent)"/)
  assert.equal((await post(`/surveys/${token}`, { ...JO, consent: 'en' })).statusCode, 303)
  assert.deepEqual(await storedFields(invitation_id), {})
})

test('what customers say of themselves is stored, and given to their contact, whose address stays the one that was written to', async () => {
  const contact_id = await makeContact('jo@client.example')
  const { token, invitation_id } = await makeLink({ to: { email: 'jo@client.example', contact_id, channel: 'email' } })
  assert.equal((await post(`/surveys/${token}`, { ...JO, consent: 'en' })).statusCode, 303)
  assert.deepEqual(await storedFields(invitation_id), { ...JO, name: 'Jo Lee', consent: 'You may quote me.' })
  assert.deepEqual(await contactOf(contact_id), { email: 'jo@client.example', name: 'Jo Lee', first_name: 'Jo', surname: 'Lee', telephone_number: JO.telephone_number, postcode: 'N1 9GU', company: 'Client Ltd' })
})

test('the number that a text message went to stays the contact\'s, and what is left blank changes nothing', async () => {
  const contact_id = await makeContact('sam@client.example', '+447700900123')
  const { token } = await makeLink({ to: { telephone_number: '+447700900123', contact_id, channel: 'sms' } })
  assert.equal((await post(`/surveys/${token}`, { name: 'Sam', telephone_number: '+44 7700 900999', postcode: ' ' })).statusCode, 303)
  const { name, telephone_number, postcode, company } = await contactOf(contact_id)
  assert.deepEqual([name, telephone_number, postcode, company], ['Sam', '+447700900123', null, null])
})

test('a rating link of a PSA\'s own mail, which anybody can write, is filled in from the link alone and changes no contact', async () => {
  const contact_id = await makeContact('ann@client.example')
  const { id } = await getSurveyFor(acme.ctx, 'ticket')
  await changeSurvey(acme.ctx, id, { fields: ALL, consent: { text: 'Yes.', required: true } })
  const link = `/rate/${(await createSnippetKey(acme.ctx, { name: 'Closed' })).public_key}/7?ticket=5&email=ann@client.example&contact=Ann%20Link`
  const { body } = await world.app.inject(link)
  assert.deepEqual([...body.matchAll(/dir="auto" value="([^"]*)"/g)].map((match) => match[1]), ['Ann Link', 'ann@client.example', '', '', ''])
  const question = /name="(q\d+)"/.exec(body)?.[1] ?? ''
  assert.equal((await post(link, { [question]: '7', name: 'Somebody Else' })).statusCode, 422)
  assert.equal((await post(link, { [question]: '7', name: 'Somebody Else', consent: 'en' })).statusCode, 303)
  assert.equal((await contactOf(contact_id)).name, 'Old Name')
  await changeSurvey(acme.ctx, id, { fields: [], consent: null })
})

const WRONG: [string, Record<string, string>, string, RegExp][] = [
  ['a required field that is blank', { name: ' ' }, 'name', /Please fill in this field/],
  ['an address that is none', { email: 'jo at home' }, 'email', /Please give an e-mail address/],
  ['a telephone number that is none', { telephone_number: 'call me' }, 'telephone_number', /Please give a telephone number/],
  ['a telephone number of four digits', { telephone_number: '1234' }, 'telephone_number', /Please give a telephone number/],
  ['a name beyond all measure', { name: 'x'.repeat(201) }, 'name', /at most 200 characters fit/],
  ['two lines', { company_name: 'a\nb' }, 'company_name', /could not be understood/],
  ['a character that no text can have', { postcode: 'N\u0000' }, 'postcode', /could not be understood/],
]
for (const [name, fields, field, sentence] of WRONG) {
  test(`${name} comes back with a sentence beside it, and nothing is stored`, async () => {
    const { token, invitation_id } = await makeLink()
    const reply = await post(`/surveys/${token}`, { name: 'Jo', ...fields })
    assert.equal(reply.statusCode, 422)
    assert.deepEqual([...reply.body.matchAll(/<li><a href="#([^"]+)">/g)].map((match) => match[1]), [field])
    assert.match(/id="\w+-fault">([^<]*)</.exec(reply.body)?.[1] ?? '', sentence)
    assert.match(reply.body, new RegExp(`<input id="${field}"[^>]* aria-describedby="${field}-fault" aria-invalid="true">`))
    assert.deepEqual(await storedFields(invitation_id), {})
  })
}

test('numbers are taken however people write them', async () => {
  for (const telephone_number of ['0123 456789', '(030) 12 34 56', '+1-555-0100 x12', '01/23.45.67']) {
    const { token, invitation_id } = await makeLink()
    assert.equal((await post(`/surveys/${token}`, { name: 'Jo', telephone_number })).statusCode, 303, telephone_number)
    assert.equal((await storedFields(invitation_id)).telephone_number, telephone_number)
  }
})

test('a required consent is asked for by name, stays ticked once it was, and is stored in the words of the page', async () => {
  const { token, invitation_id, survey } = await makeLink({ design: { consent: { text: 'You may quote me.', required: true } } })
  await setSurveyTexts(acme.ctx, survey.id, [{ locale: 'fi', consent: 'Minua saa lainata.', questions: [{ text: 'Millaista?' }] }])
  const refused = await post(`/surveys/${token}?locale=fi`, {})
  assert.equal(refused.statusCode, 422)
  assert.match(refused.body, /<li><a href="#consent"><bdi lang="fi">Minua saa lainata\.|<li><a href="#consent"><bdi>Minua saa lainata\./)
  assert.match(refused.body, /id="consent-fault">Rastita tämä ruutu/)
  const rated = await post(`/surveys/${token}?locale=fi`, { consent: 'fi', q999999: '1' })
  assert.match(rated.body, /id="consent" checked/)
  assert.equal((await post(`/surveys/${token}?locale=fi`, { consent: 'fi' })).statusCode, 303)
  assert.deepEqual(await storedFields(invitation_id), { consent: 'Minua saa lainata.' })
})

test('a consent in a language that is none is to the survey\'s own words', async () => {
  const { token, invitation_id } = await makeLink()
  await post(`/surveys/${token}`, { name: 'Jo', consent: 'on' })
  assert.deepEqual(await storedFields(invitation_id), { name: 'Jo', consent: 'You may quote me.' })
})

test('what seems to be no person\'s changes no contact; accepted, it is stored in the words and the version that were read', async () => {
  const contact_id = await makeContact('dee@client.example')
  const { token, invitation_id, survey } = await makeLink({ to: { email: 'dee@client.example', contact_id, channel: 'email' } })
  await setSurveyTexts(acme.ctx, survey.id, [{ locale: 'fi', consent: 'Minua saa lainata.', questions: [{ text: 'Millaista?' }] }])
  const { body } = await world.app.inject(`/surveys/${token}`)
  const rating = /name="(q\d+)"/.exec(body)?.[1] ?? ''
  assert.equal((await post(`/surveys/${token}?locale=fi`, { version: '1', [rating]: '4', name: 'Dee Dee', consent: 'fi', website: 'x' })).statusCode, 200)
  assert.equal((await contactOf(contact_id)).name, 'Old Name')
  await changeSurvey(acme.ctx, survey.id, { questions: [{ ...RATING, text: 'Another?' }] })
  const { rows: [held] } = await listHeld(acme.ctx, 'suspected', { offset: 0, limit: 1 })
  await acceptHeld(acme.ctx, held?.id ?? 0)
  assert.deepEqual(await storedFields(invitation_id), { name: 'Dee Dee', consent: 'Minua saa lainata.' })
  assert.equal((await contactOf(contact_id)).name, 'Dee Dee')
  const { survey_version, score_value } = await world.ground.db.selectFrom('responses').select(['survey_version', 'score_value']).where('invitation_id', '=', invitation_id).executeTakeFirstOrThrow()
  assert.deepEqual([survey_version, score_value], [1, 4])
})

test('whoever wrote their address into a page is found by it when their data are deleted, and all of it goes', async () => {
  const { token, invitation_id } = await makeLink({ to: { email: 'team@client.example' } })
  await post(`/surveys/${token}`, { ...JO, email: 'Private@Home.example', consent: 'en' })
  const { token: other, invitation_id: suspected } = await makeLink({ to: { email: 'team@client.example' } })
  assert.equal((await post(`/surveys/${other}`, { ...JO, email: 'private@HOME.example', website: 'x' })).statusCode, 200)
  assert.equal((await countPerson(acme.ctx, 'private@home.example')).responses, 1)
  await requestErasure(acme.ctx, 'private@home.example')
  await workErasures(world.ground, world.config.secret)
  assert.deepEqual(await storedFields(invitation_id), {})
  assert.deepEqual(await world.ground.db.selectFrom('held_responses').select('id').where('invitation_id', '=', suspected).execute(), [])
  assert.equal((await countPerson(acme.ctx, 'private@home.example')).responses, 0)
})
