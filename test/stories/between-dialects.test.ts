// once
/** What is written through one vendor's API is read through the others, as if it had come in there: every ordered pair, in both directions of feeling, and each with itself. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createStaffMember } from '../../src/core/staff.ts'
import { answerOnPage } from '../support/answering.ts'
import { bizratingsClient, ticketBody } from '../support/bizratings.ts'
import { customerSureClient } from '../support/customersure.ts'
import { askedHash, rate, read } from '../support/rated-case.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

type Feeling = 'good' | 'bad' | 'neutral'

/** What is to be seen everywhere. */
interface Written {
  number: number
  /** The raw answer and, as 1 to 10, what it is on that scale. */
  value: number
  score_of_ten: number
  comment: string
  email: string
  company: string
  staff_code: string
  answered_at: string
}

const VALUES = { good: 9, neutral: 6, bad: 2 }
const COMMENT = 'You should have seen it'
const EMAIL = 'jane.smith@acme.example'

let world: World

before(async () => { world = await openWorld() })
after(() => world.close())

const WRITERS: Record<string, (account: TestAccount, feeling: Feeling) => Promise<Written>> = {
  async BizRatings(account, feeling) {
    const posted = await bizratingsClient(world, account.api_key).post('/api/tickets', ticketBody({ ticketID: 4711, resource: 'mlee' }))
    assert.equal(posted.statusCode, 201)
    await world.work()
    return answer(await pageOfMail(account), feeling, { number: 4711 })
  },
  async CustomerSure(account, feeling) {
    await createStaffMember(account.ctx, { code: 'mlee', name: 'Mei Lee' })
    const api = customerSureClient(world, account.api_key)
    const surveys = (await api.get('/surveys')).json<{ id: number, name: string }[]>()
    const requested = await api.post('/feedback_requests', {
      survey_id: surveys.find(({ name }) => name === 'Ticket')?.id, email: EMAIL, first_name: 'Jane', surname: 'Smith', reference: '#4712', send_at: world.clock.now().toISOString(),
      data: [{ key: 'company_name', value: 'Acme Corporation' }, { key: 'staff_code', value: 'mlee' }],
    })
    assert.equal(requested.statusCode, 201, requested.body)
    await world.work()
    return answer(new URL(requested.json().link).pathname, feeling, { number: 4712 })
  },
  async Kayako(account, feeling) {
    await bizratingsClient(world, account.api_key).post('/api/tickets', ticketBody({ ticketID: 4713, resource: 'mlee' }))
    const { id } = await onlyCase(account)
    const hash = await askedHash(world, account, id)
    await world.work()
    world.clock.advance({ minutes: 30 })
    const rated = await rate(world, id, hash, feeling === 'good' ? 'GOOD' : 'BAD', COMMENT)
    assert.equal(rated.statusCode, 201, rated.body)
    return written({ number: 4713, value: feeling === 'good' ? 2 : 1, score_of_ten: feeling === 'good' ? 10 : 1 })
  },
}

const READERS: Record<string, (account: TestAccount, written: Written, feeling: Feeling) => Promise<void>> = {
  async BizRatings(account, expected) {
    const client = bizratingsClient(world, account.api_key)
    const listed = await client.get('/api/v1.3/tickets/responses')
    assert.equal(listed.headers['x-total-count'], '1')
    const [row] = listed.json()
    const { SRServiceRecID, Score, Comment, ContactEmail, CompanyName, AssignedResources, SurveyCompleted, RespondedOn, SentOn } = row
    assert.deepEqual({ SRServiceRecID, Score, Comment, ContactEmail, CompanyName, AssignedResources, SurveyCompleted, RespondedOn }, {
      SRServiceRecID: expected.number, Score: expected.score_of_ten, Comment: expected.comment, ContactEmail: expected.email, CompanyName: expected.company,
      AssignedResources: expected.staff_code, SurveyCompleted: true, RespondedOn: expected.answered_at,
    })
    assert.ok(SentOn < RespondedOn)
    assert.deepEqual((await client.get(`/api/v1.3/tickets/${expected.number}`)).json(), row)
  },
  async CustomerSure(account, expected, feeling) {
    const api = customerSureClient(world, account.api_key)
    const listed = await api.get('/feedback_responses')
    assert.equal(listed.headers['x-total-count'], '1')
    const [row] = listed.json()
    assert.equal(row.reference.replace('#', ''), String(expected.number))
    assert.deepEqual(row.answers.map((one: { answer: string }) => one.answer), [String(expected.value), expected.comment])
    assert.deepEqual([row.submitted_at, row.feedback_request.email, row.feedback_request.state], [expected.answered_at.replace('.000Z', 'Z'), expected.email, 'sent'])
    assert.deepEqual((await api.get(`/feedback_responses/${row.id}`)).json(), row)
    const { csat, ...counts } = (await api.get('/csat?period=7-days')).json()
    assert.deepEqual({ csat, ...counts }, {
      csat: feeling === 'good' ? 100 : 0, very_negative_count: feeling === 'bad' ? 1 : 0, negative_count: 0, neutral_count: feeling === 'neutral' ? 1 : 0, positive_count: 0,
      very_positive_count: feeling === 'good' ? 1 : 0, total_number_of_ratings: 1,
    })
  },
  async Kayako(account, expected, feeling) {
    const { id, rating, rating_status } = await onlyCase(account)
    const listed = (await read(world, account, `/api/v1/cases/${id}/ratings`)).json()
    if (feeling === 'neutral') {
      assert.deepEqual([rating, rating_status, listed.data], [null, 'OFFERED', []], 'neither good nor bad')
      return
    }
    const score = feeling === 'good' ? 'GOOD' : 'BAD'
    assert.deepEqual([rating, rating_status, listed.total_count], [score, 'RECEIVED', 1])
    assert.deepEqual([listed.data[0].score, listed.data[0].comment, listed.data[0].created_at], [score, expected.comment, expected.answered_at.replace('.000Z', '+00:00')])
    assert.equal(listed.data[0].assignee_agent.resource_type, 'user_minimal')
    const one = (await read(world, account, `/api/v1/cases/ratings/${listed.data[0].id}`)).json()
    assert.deepEqual(one.data, listed.data[0])
  },
}

for (const [writer, write] of Object.entries(WRITERS)) {
  for (const [reader, see] of Object.entries(READERS)) {
    for (const feeling of ['good', 'bad'] as const) {
      test(`a ${feeling} answer that came through ${writer} is seen through ${reader}`, async () => {
        const account = await world.account()
        await see(account, await write(account, feeling), feeling)
      })
    }
    if (writer === 'Kayako') continue
    test(`a neutral answer that came through ${writer} is seen through ${reader} for what it is`, async () => {
      const account = await world.account()
      await see(account, await write(account, 'neutral'), 'neutral')
    })
  }
}

async function answer(path: string, feeling: Feeling, { number }: { number: number }): Promise<Written> {
  world.clock.advance({ minutes: 30 })
  const answered = await answerOnPage(world, path, { score: VALUES[feeling], comment: COMMENT })
  assert.equal(answered.statusCode, 303, answered.body)
  return written({ number, value: VALUES[feeling], score_of_ten: VALUES[feeling] })
}

function written(facts: Pick<Written, 'number' | 'value' | 'score_of_ten'>): Written {
  return { ...facts, comment: COMMENT, email: EMAIL, company: 'Acme Corporation', staff_code: 'mlee', answered_at: world.clock.now().toISOString() }
}

async function onlyCase(account: TestAccount): Promise<{ id: number, rating: string | null, rating_status: string }> {
  const { data } = (await read(world, account, '/api/v1/cases')).json()
  assert.equal(data.length, 1)
  return data[0]
}

/** The link in the account's last mail. */
async function pageOfMail({ account }: TestAccount): Promise<string> {
  const mail = await world.ground.db.selectFrom('sandbox_mails').select('html').where('account_id', '=', account.id).orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
  const path = /\/surveys\/[\w-]+/.exec(mail.html)?.[0]
  assert.ok(path)
  return path
}
