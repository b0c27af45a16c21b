// once
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { changeSurvey } from '../core/survey-changes.ts'
import type { QuestionDraft } from '../core/surveys.ts'
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

interface AskedLink extends SurveyLink { names: string[] }

/** A link, and the names of its questions' fields in order. */
async function makeLink(questions: QuestionDraft[], options: LinkOptions = {}): Promise<AskedLink> {
  const link = await makeSurveyLink(acme.ctx, { questions, ...options })
  const rows = await world.ground.db.selectFrom('survey_questions').select('question_id').where('survey_id', '=', link.survey.id).orderBy('position').execute()
  return { ...link, names: rows.map(({ question_id }) => `q${question_id}`) }
}

/** Sends a form of its first version with these values in the order of the questions; a list is several, null is nothing at all. */
function send({ token, names }: AskedLink, values: (string | string[] | null)[], version = '1') {
  const fields: [string, string][] = [['version', version]]
  fields.push(...values.flatMap((value, index) => [value ?? []].flat().map((one): [string, string] => [names[index] ?? '', one])))
  return world.app.inject({ method: 'POST', url: `/surveys/${token}`, payload: new URLSearchParams(fields).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en' } })
}

async function stored({ invitation_id }: SurveyLink) {
  const response = await world.ground.db.selectFrom('responses').selectAll().where('invitation_id', '=', invitation_id).executeTakeFirst()
  const answers = await world.ground.db.selectFrom('answers').select(['value', 'text', 'choices']).where('response_id', '=', response?.id ?? 0).orderBy('id').execute()
  return { response, answers: answers.map(({ value, text, choices }) => value ?? text ?? choices) }
}

const RATING: QuestionDraft = { type: 'rating', text: 'How was it?', scale: { min: 1, max: 5 }, metric: 'csat', required: true }
const WHERE: QuestionDraft = { type: 'dropdown', text: 'Where?', options: ['Here', '"There"'], required: true, shown_if: { question: 1, values: [1, 2] } }
const WHY: QuestionDraft = { type: 'text', text: 'Why there?', required: true, shown_if: { question: 2, values: ['"There"'] } }
const PRAISE: QuestionDraft = { type: 'text', text: 'What was good?', shown_if: { question: 1, values: [5] } }

test('a question is asked only after the answer that it depends on, and then it is missed where it is required', async () => {
  const unhappy = await makeLink([RATING, WHERE, WHY, PRAISE])
  const [, where, why] = unhappy.names
  const faulty = async (values: (string | null)[]) => [...(await send(unhappy, values)).body.matchAll(/<li><a href="#([^"]+)">/g)].map((match) => match[1])
  assert.deepEqual(await faulty(['1']), [where])
  assert.deepEqual(await faulty(['1', '"There"', '']), [why])
  assert.equal((await send(unhappy, ['1', '"There"', 'It rained.', ''])).statusCode, 303)
  const { response, answers } = await stored(unhappy)
  assert.deepEqual([answers, response?.comment, response?.answer_count], [[1, ['"There"'], 'It rained.'], 'It rained.', 3])
})

test('answers to questions that were not asked are dropped, through each other, and the comment is the first text that was', async () => {
  const happy = await makeLink([RATING, WHERE, WHY, PRAISE])
  assert.equal((await send(happy, ['5', '"There"', 'Left behind', 'All of it'])).statusCode, 303)
  const { response, answers } = await stored(happy)
  assert.deepEqual([answers, response?.comment], [[5, 'All of it'], 'All of it'])
})

test('the style hides what is not asked yet by the places of answers, whatever they are called, and leaves the page without conditions as it is', async () => {
  const { token, names: [rating, where] } = await makeLink([RATING, WHERE, WHY, PRAISE])
  const { body } = await world.app.inject(`/surveys/${token}`)
  const rules = [...body.matchAll(/^form:not\(:has\((.*)\)\) :is\((.*)\)\{display:none\}$/gm)].map((match) => [match[1], match[2]])
  const hidden = (field: string | undefined) => `.if${field?.slice(1)}`
  const [, , why, praise] = (await makeNames(token))
  assert.deepEqual(rules, [
    [`:is(#${rating},#${rating}-1):checked`, `${hidden(where)},${hidden(why)}`], [`:is(#${where}>:nth-child(3)):checked`, hidden(why)], [`:is(#${rating}-4):checked`, hidden(praise)],
  ])
  assert.match(body, new RegExp(`<div class="field if${where?.slice(1)}">`))
  const { token: plain } = await makeLink([RATING])
  assert.doesNotMatch((await world.app.inject(`/surveys/${plain}`)).body, /display:none\}\n/)
})

async function makeNames(token: string): Promise<string[]> {
  const { body } = await world.app.inject(`/surveys/${token}`)
  return [...new Set([...body.matchAll(/ name="(q[\d.]+)"/g)].map((match) => match[1] ?? ''))]
}

test('a question about each staff member can depend on an answer, too', async () => {
  const link = await makeLink([RATING, { ...RATING, per_staff: true, shown_if: { question: 1, values: [1] } }], { staff: ['Ann', 'Bo'] })
  assert.equal((await send(link, ['1'])).statusCode, 422)
  assert.equal((await send(link, ['2'])).statusCode, 303)
})

test('no more options are taken than may be chosen, and no longer text than fits', async () => {
  const link = await makeLink([{ type: 'checkbox', text: 'Which?', options: ['a', 'b', 'c'], max_choices: 2 }, { type: 'text', text: 'Why?', max_length: 5 }])
  const { body } = await world.app.inject(`/surveys/${link.token}`)
  assert.match(body, /Choose up to 2\./)
  assert.match(body, /maxlength="5"[\s\S]*Up to 5 characters\./)
  const refused = await send(link, [['a', 'b', 'c'], '123456'])
  assert.equal(refused.statusCode, 422)
  assert.deepEqual([...refused.body.matchAll(/class="fault"[^>]*>([^<]*)</g)].map((match) => match[1]), ['Please choose no more than 2.', 'This is too long: at most 5 characters fit.'])
  assert.equal((await send(link, [['c', 'a'], '12345'])).statusCode, 303)
  assert.deepEqual((await stored(link)).answers, [['a', 'c'], '12345'])
})

/** What a screen reader calls each radio of a page's first rating: all that is not hidden from it. */
async function radioNames(question: QuestionDraft): Promise<string[]> {
  const { token } = await makeLink([question])
  const { body } = await world.app.inject(`/surveys/${token}`)
  return [...body.matchAll(/<label class="cell">(.*?)<\/label>/g)].map((match) => (match[1] ?? '').replace(/<(\w+)[^>]* aria-hidden="true">.*?<\/\1>/g, '').replace(/<[^>]*>/g, ''))
}

test('stars and faces are radios that say what they stand for', async () => {
  const stars: QuestionDraft = { ...RATING, appearance: 'stars' }
  assert.deepEqual(await radioNames(stars), ['1 of 5 – Very bad', '2 of 5 – Bad', '3 of 5 – Okay', '4 of 5 – Good', '5 of 5 – Very good'])
  assert.deepEqual(await radioNames({ ...stars, scale: { min: 1, max: 4 } }), ['1 of 4', '2 of 4', '3 of 4', '4 of 4'])
  assert.deepEqual(await radioNames({ ...stars, scale_labels: { min: 'Cold', max: 'Hot' } }), ['1 of 5 – Cold', '2 of 5', '3 of 5', '4 of 5', '5 of 5 – Hot'])
  const faces: QuestionDraft = { ...RATING, appearance: 'faces' }
  assert.deepEqual(await radioNames(faces), ['Very bad', 'Bad', 'Okay', 'Good', 'Very good'])
  assert.deepEqual(await radioNames({ ...faces, scale: { min: 0, max: 2 } }), ['Bad', 'Okay', 'Good'])
  assert.deepEqual(await radioNames({ ...faces, scale: { min: 0, max: 1 } }), ['Bad', 'Good'])
  assert.deepEqual(await radioNames({ ...faces, scale_labels: { min: 'Cold', max: 'Hot' } }), ['Cold', '2 of 5', '3 of 5', '4 of 5', 'Hot'])
})

test('a page that was opened before its survey changed is taken as it was: nobody is asked again, and nothing is lost', async () => {
  const link = await makeLink([RATING, { type: 'text', text: 'Why?' }])
  const changed = await changeSurvey(acme.ctx, link.survey.id, { questions: [{ ...RATING, text: 'How did it go?' }, { type: 'text', text: 'Why is that?' }, { type: 'radio', text: 'Where?', options: ['a'], required: true }] })
  assert.equal((await send(link, ['', 'Because'])).statusCode, 422)
  const faulty = await send(link, ['', 'Because'])
  assert.match(faulty.body, /How was it\?/)
  assert.match(faulty.body, />\nBecause<\/textarea>/)
  assert.equal((await send(link, ['4', 'Because'])).statusCode, 303)
  const { response, answers } = await stored(link)
  assert.deepEqual([answers, response?.survey_version, response?.score_value, response?.comment, changed.version], [[4, 'Because'], 1, 4, 'Because', 2])
})

test('each page is taken in its own version, and one that does not say, or says what never was, in the current one', async () => {
  const questions: QuestionDraft[] = [RATING, { type: 'text', text: 'Why?' }]
  const made = async () => {
    const link = await makeLink(questions)
    await changeSurvey(acme.ctx, link.survey.id, { questions: [...questions, { type: 'radio', text: 'Where?', options: ['a'], required: true }] })
    await changeSurvey(acme.ctx, link.survey.id, { questions: [RATING] })
    return link
  }
  const link = await made()
  assert.match((await world.app.inject(`/surveys/${link.token}`)).body, /<input type="hidden" name="version" value="3">/)
  assert.match((await send(link, ['4', 'Because'], '2')).body, /Where\?/)
  for (const version of ['3', '4', '0', '-1', '1e9', '', '99999999999']) assert.equal((await send(link, ['4', 'Because'], version)).statusCode, 422, version)
  assert.equal((await send(link, ['4', 'Because'])).statusCode, 303)
  assert.deepEqual([(await stored(link)).response?.survey_version, (await stored(link)).answers], [1, [4, 'Because']])
  assert.equal((await send(await made(), ['4'], '77')).statusCode, 303)
})

test('a late page of one survey answers no other one', async () => {
  const [one, other] = [await makeLink([RATING]), await makeLink([RATING, { type: 'text', text: 'x' }])]
  await changeSurvey(acme.ctx, one.survey.id, { questions: [{ ...RATING, text: 'Well?' }] })
  assert.equal((await send({ ...one, names: [one.names[0] ?? '', other.names[1] ?? ''] }, ['4', 'Because'])).statusCode, 422)
})
