// once
/** The document's own curl lines, with another host, token, ids and dates, and what they are answered: the document's samples, but for the slips that the README names. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createSite } from '../../core/sites.ts'
import { createStaffMember } from '../../core/staff.ts'
import { createSurvey, loadSurveys } from '../../core/surveys.ts'
import { createTeam } from '../../core/teams.ts'
import { createEmailTemplate, createTextMessageTemplate } from '../../core/templates.ts'
import { recordResponse } from '../../core/responses/record.ts'
import { curl } from '../../../test/support/curl.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'

let world: World
let acme: TestAccount
let token: string
let survey_id: number
let question_ids: number[]
let first_template: number
let second_template: number
let text_template: number

before(async () => {
  world = await openWorld({ now: '2026-08-19T16:30:14Z' })
  acme = await world.account({ name: 'Acme' })
  token = acme.api_key
  const { ctx } = acme
  survey_id = (await createSurvey(ctx.db, ctx.account.id, {
    name: 'Post call survey', purpose: 'other', questions: [
      { type: 'rating', text: 'How satisfied were you with the support you received?', metric: 'nps', scale: { min: 0, max: 10 } },
      { type: 'rating', text: 'How would you rate our speed of response?', metric: 'csat', scale: { min: 1, max: 10 } },
      { type: 'text', text: 'Anything else?' },
    ],
  }, ctx.now())).id
  const [survey] = await loadSurveys(ctx.db, [{ account_id: ctx.account.id, survey_id }])
  question_ids = survey?.questions.map(({ id }) => id) ?? []
  const mail = { from_name: 'Kate Jones', from_email: 'kate@acme.example', subject: '{{name/Hi}}, how did we do?', body: 'Hi {{name/there}},\r\n\r\n Would you answer a few questions? {{link-to-survey}}', locale: 'en' }
  first_template = (await createEmailTemplate(ctx, { ...mail, kind: 'reminder', name: 'First nudge' })).id
  second_template = (await createEmailTemplate(ctx, { ...mail, kind: 'invitation', name: 'Post sale' })).id
  text_template = (await createTextMessageTemplate(ctx, { name: 'Post sale text', body: 'Three questions: {{link-to-survey}}', locale: 'en' })).id
  await createStaffMember(ctx, { code: 'luke', name: 'Luke Sky', team: (await createTeam(ctx, { name: 'Support' })).name })
  await createSite(ctx, { code: 'newcastle', name: 'Newcastle' })
})
after(() => world.close())

/** Their headers, in every line. */
const HEADERS = () => `-H 'Accept: application/vnd.customersure.v1+json;' \
     -H 'Authorization: Token token="${token}"' \
     `

test('creating a feedback request', async () => {
  const made = await curl(world, `curl -i ${HEADERS()} -H 'Content-Type: application/json' \
        -X POST \
        -d '{
              "email":"john.smith@example.com",
              "send_at":"2026-08-20T18:00:00+0100",
              "survey_id":${survey_id},
              "email_template_id":${second_template},
              "first_name":"John",
              "surname":"Smith",
              "reference":"#1041",
              "machine_id":"8736245",
              "data":[
                { "key":"staff_code", "value":"luke" },
                { "key":"site_code", "value":"newcastle" },
                { "key":"category", "value":"api-support" },
                { "key":"ticket_date", "value":"20th Aug 2026" }],
              "reminders":[
                { "email_template_id": ${first_template}, "send_at":"2026-08-27T18:00:00+0100" },
                { "email_template_id": ${first_template}, "send_at":"2026-09-01T18:00:00+0100" }]
            }' \
       https://api.example.com/feedback_requests`)
  assert.equal(made.statusCode, 201)
  const { id, link, data, reminders, ...rest } = made.json()
  assert.deepEqual(rest, {
    email: 'john.smith@example.com', state: 'pending', first_name: 'John', surname: 'Smith', survey_id, email_template_id: second_template, reference: '#1041', machine_id: '8736245',
    send_at: '2026-08-20T17:00:00Z', sent_at: null, created_at: '2026-08-19T16:30:14Z', updated_at: '2026-08-19T16:30:14Z', not_sent_reason: null, delivery_failure: null, ignore_throttle: false,
  })
  assert.match(link, /^http:\/\/earshot\.test\/surveys\/\S+$/)
  assert.deepEqual(data.map(({ key, value }: Record<string, unknown>) => [key, value]), [['staff_code', 'luke'], ['site_code', 'newcastle'], ['category', 'api-support'], ['ticket_date', '20th Aug 2026']])
  assert.equal(new Set(data.map((pair: { id: number }) => pair.id)).size, 4, 'each pair has an id of its own, where the sample gives two the same')
  const nudge = { email_template_id: first_template, sent_at: null, text_message_template_id: null, not_sent_reason: null, delivery_failure: null }
  assert.deepEqual(reminders.map(({ id: _, ...reminder }: Record<string, unknown>) => reminder), [{ ...nudge, send_at: '2026-08-27T17:00:00Z' }, { ...nudge, send_at: '2026-09-01T17:00:00Z' }])
  for (const one of [{ id }, ...reminders]) assert.ok(Number.isInteger(one.id))

  const pending = await curl(world, `curl ${HEADERS()} https://api.example.com/feedback_requests?state=pending`)
  assert.deepEqual(pending.json(), [made.json()])
})

test('an invalid token', async () => {
  const refused = await curl(world, `curl -H 'Accept: application/vnd.customersure.v1+json;' -H 'Authorization: Token token="fake"' https://api.example.com/feedback_requests -I`)
  assert.deepEqual([refused.statusCode, refused.headers['www-authenticate'], refused.headers['content-type']], [401, 'Token realm="Application"', 'application/json; charset=utf-8'])
})

test('feedback responses, one and all, and the metrics of them', async () => {
  const asked = (await curl(world, `curl ${HEADERS()} -H 'Content-Type: application/json' -X POST -d '{"email":"kate@example.com","first_name":"Kate","survey_id":${survey_id},"send_at":"2026-08-19T16:30:14Z","external_link":true,
    "data":[{"key":"name","value":"Kate"},{"key":"telephone_number","value":"01234 567 890"},{"key":"company_name","value":"Acme"}]}' https://api.example.com/feedback_requests`)).json()
  const [satisfied = 0, speed = 0, other = 0] = question_ids
  await recordResponse(world.ground, asked.link.split('/').at(-1), [{ question_id: satisfied, value: 10 }, { question_id: speed, value: 9 }, { question_id: other, text: 'Keep up the great work' }], { responder_ip: null, user_agent: null })

  const list = await curl(world, `curl ${HEADERS()} https://api.example.com/feedback_responses`)
  assert.equal(list.statusCode, 200)
  assert.deepEqual([list.headers.link, list.headers['x-total-pages'], list.headers['x-total-count']],
    ['<http://earshot.test/feedback_responses?page=1>; rel="first", <http://earshot.test/feedback_responses?page=1>; rel="last"', '1', '1'])
  const [listed] = list.json()
  assert.deepEqual(Object.keys(listed), ['id', 'reference', 'machine_id', 'fields', 'answers', 'submitted_at', 'updated_at', 'feedback_request', 'survey'])
  assert.deepEqual(listed.fields, { email: 'kate@example.com', name: 'Kate', telephone_number: '01234 567 890', company_name: 'Acme' })
  assert.deepEqual(listed.answers, [
    { question_id: satisfied, question: 'How satisfied were you with the support you received?', answer: '10', type: 'Rating' },
    { question_id: speed, question: 'How would you rate our speed of response?', answer: '9', type: 'Rating' },
    { question_id: other, question: 'Anything else?', answer: 'Keep up the great work', type: 'Text' },
  ])
  assert.deepEqual(Object.keys(listed.feedback_request), ['id', 'email', 'state', 'first_name', 'surname', 'survey_id', 'email_template_id', 'reference', 'machine_id', 'send_at', 'sent_at', 'created_at',
    'updated_at', 'deletion_requested_at', 'not_sent_reason', 'delivery_failure'])
  assert.deepEqual(listed.survey, { id: survey_id, name: 'Post call survey' })

  const one = await curl(world, `curl ${HEADERS()} https://api.example.com/feedback_responses/${listed.id}`)
  assert.deepEqual([one.statusCode, one.json()], [200, listed])

  world.clock.advance({ days: 3 })
  const metrics = async (name: string) => (await curl(world, `curl ${HEADERS()} https://api.example.com/${name}`)).json()
  assert.deepEqual(await metrics('response_rate'), { response_rate_percent: 100, sent_count: 1, delivered_count: 1, reply_count: 1 })
  assert.deepEqual(await metrics('nps'), { net_promoter_score: 100, promoter_count: 1, passive_count: 0, detractor_count: 0, total_number_of_ratings: 1 })
  assert.deepEqual(await metrics('csat'), { csat: 100, very_negative_count: 0, negative_count: 0, neutral_count: 0, positive_count: 0, very_positive_count: 1, total_number_of_ratings: 1 })
})

test('sites: made, shown by their code, changed, listed', async () => {
  const made = await curl(world, `curl -i ${HEADERS()} -H 'Content-Type: application/json' \
        -X POST \
        -d '{
              "site_code":"hq",
              "name":"Head Office",
              "city": "Newcastle",
              "region":"Tyne and Wear"
            }' \
       https://api.example.com/sites`)
  assert.equal(made.statusCode, 201)
  const { id, ...rest } = made.json()
  assert.match(id, /^\d+$/)
  assert.deepEqual(rest, { site_code: 'hq', name: 'Head Office', city: 'Newcastle', region: 'Tyne and Wear', site_type: null }, 'the sample shows a type that nobody gave')
  assert.deepEqual((await curl(world, `curl ${HEADERS()} https://api.example.com/sites/hq`)).json(), made.json())
  const changed = await curl(world, `curl -i ${HEADERS()} -H 'Content-Type: application/json' -X PATCH -d '{"name":"Main Office"}' https://api.example.com/sites/hq`)
  assert.deepEqual([changed.statusCode, changed.json()], [200, { ...made.json(), name: 'Main Office' }])
  const list = await curl(world, `curl ${HEADERS()} https://api.example.com/sites`)
  assert.deepEqual(list.json().map(({ site_code }: { site_code: string }) => site_code), ['main', 'hq', 'newcastle'])
  assert.deepEqual([list.headers['x-total-pages'], list.headers['x-total-count']], ['1', '3'])
})

test('staff: listed, and one', async () => {
  const [luke] = (await curl(world, `curl ${HEADERS()} https://api.example.com/staff`)).json()
  assert.deepEqual(Object.keys(luke), ['id', 'code', 'first_name', 'surname', 'email', 'time_zone', 'deactivated_at', 'team_id'])
  assert.deepEqual([luke.code, luke.first_name, luke.surname, luke.deactivated_at, typeof luke.id, typeof luke.team_id], ['luke', 'Luke', 'Sky', null, 'string', 'string'])
  assert.deepEqual((await curl(world, `curl ${HEADERS()} https://api.example.com/staff/${luke.id}`)).json(), luke)
})

test('surveys and templates', async () => {
  const surveys = await curl(world, `curl ${HEADERS()} https://api.example.com/surveys`)
  const [own] = surveys.json().filter(({ id }: { id: number }) => id === survey_id)
  assert.deepEqual(own, {
    id: survey_id, name: 'Post call survey', locale: 'en', questions: [
      { id: question_ids[0], question: 'How satisfied were you with the support you received?', answer_type: 'Rating' }, { id: question_ids[1], question: 'How would you rate our speed of response?', answer_type: 'Rating' },
      { id: question_ids[2], question: 'Anything else?', answer_type: 'Text' },
    ],
  })
  const mails = (await curl(world, `curl ${HEADERS()} https://api.example.com/email_templates`)).json()
  assert.deepEqual(mails.find(({ id }: { id: number }) => id === second_template), {
    id: second_template, name: 'Post sale', from_name: 'Kate Jones', from_email: 'kate@acme.example', subject: '{{name/Hi}}, how did we do?',
    body: 'Hi {{name/there}},\r\n\r\n Would you answer a few questions? {{link-to-survey}}', locale: 'en', archived: false,
  })
  const texts = (await curl(world, `curl ${HEADERS()} https://api.example.com/text_message_templates`)).json()
  assert.deepEqual(texts.find(({ id }: { id: number }) => id === text_template), { id: text_template, name: 'Post sale text', body: 'Three questions: {{link-to-survey}}', locale: 'en', archived: false })
})
