import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LOCALES } from '../texts/locales.ts'
import { addDefaultTexts } from './default-surveys.ts'
import { Invalid, NotFound } from './errors.ts'
import { listSurveyTexts, removeSurveyTexts, setSurveyTexts, speakSurvey, type LanguageWish, type SurveyTextsDraft } from './survey-texts.ts'
import { createSurvey, getSurvey, getSurveyFor, listSurveys, type SurveyWithQuestions } from './surveys.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world?.close())

const QUESTIONS = [
  { type: 'rating' as const, text: 'How was it?', scale: { min: 1, max: 5 }, scale_labels: { min: 'Bad', max: 'Good' } },
  { type: 'radio' as const, text: 'Where?', options: ['Here', 'There'] },
  { type: 'text' as const, text: 'Why?' },
]
const FINNISH: SurveyTextsDraft = {
  locale: 'fi', name: 'Kysely',
  questions: [{ text: 'Millaista se oli?', scale_labels: { min: 'Huonoa', max: 'Hyvää' } }, { text: 'Missä?', options: ['Täällä', 'Tuolla'] }, { text: 'Miksi?' }],
}

async function makeSurvey(locale = 'en'): Promise<SurveyWithQuestions> {
  return getSurvey(acme.ctx, (await createSurvey(acme.ctx.db, acme.account.id, { name: 'Of a test', purpose: 'other', locale, questions: QUESTIONS }, acme.ctx.now())).id)
}

async function spoken(survey: SurveyWithQuestions, wish: Partial<LanguageWish>) {
  const { locale, questions } = await speakSurvey(acme.ctx.db, survey, { named: null, template: null, accepted: [], ...wish })
  return [locale, questions[0]?.text, questions[0]?.lang ?? locale]
}

test('a translated survey keeps its own options for what is stored, and shows the others', async () => {
  const survey = await makeSurvey()
  await setSurveyTexts(acme.ctx, survey.id, [FINNISH])
  const { name, locale, questions } = await speakSurvey(acme.ctx.db, survey, { named: 'fi', template: null, accepted: [] })
  assert.deepEqual([name, locale, questions.map(({ text }) => text)], ['Kysely', 'fi', ['Millaista se oli?', 'Missä?', 'Miksi?']])
  assert.deepEqual([questions[0]?.scale_labels, questions[1]?.options, questions[1]?.option_texts], [{ min: 'Huonoa', max: 'Hyvää' }, ['Here', 'There'], ['Täällä', 'Tuolla']])
  assert.deepEqual(await listSurveyTexts(acme.ctx, survey), [FINNISH])
})

test('the link decides before the template, the template before the browser, and the browser only among what the survey is in', async () => {
  const survey = await makeSurvey()
  await setSurveyTexts(acme.ctx, survey.id, [FINNISH])
  const [finnish, english] = [['fi', 'Millaista se oli?', 'fi'], ['en', 'How was it?', 'en']]
  assert.deepEqual(await spoken(survey, { named: 'fi', template: 'de', accepted: ['en'] }), finnish)
  assert.deepEqual(await spoken(survey, { named: 'xx', template: 'fi', accepted: ['en'] }), finnish)
  assert.deepEqual(await spoken(survey, { template: 'xx', accepted: ['de', 'fi-FI', 'en'] }), finnish)
  assert.deepEqual(await spoken(survey, { accepted: ['de', 'pt'] }), english)
  assert.deepEqual(await spoken(survey, { accepted: ['en-US', 'fi'] }), ['en-US', 'How was it?', 'en'])
  assert.deepEqual(await spoken(survey, {}), english)
  assert.deepEqual(await spoken(survey, { named: 'de' }), ['de', 'How was it?', 'en'], 'what is not translated is in its own language')
})

test('who reads Mexican Spanish is given what is in Spanish, and nobody else\'s language', async () => {
  const survey = await makeSurvey()
  await setSurveyTexts(acme.ctx, survey.id, [{ ...FINNISH, locale: 'es' }])
  assert.deepEqual(await spoken(survey, { named: 'es-MX' }), ['es-MX', 'Millaista se oli?', 'es'])
  await setSurveyTexts(acme.ctx, survey.id, [{ ...FINNISH, locale: 'es-MX', questions: FINNISH.questions.with(0, { text: '¿Qué tal?', scale_labels: { min: 'a', max: 'b' } }) }])
  assert.deepEqual(await spoken(survey, { named: 'es-MX' }), ['es-MX', '¿Qué tal?', 'es-MX'])
  assert.deepEqual(await spoken(survey, { named: 'no' }), ['no', 'How was it?', 'en'])
})

const [rating, radio, text] = FINNISH.questions
const FAULTS: [string, Partial<SurveyTextsDraft>, string][] = [
  ['an unknown language', { locale: 'xx' }, 'texts[0].locale'], ['the survey\'s own', { locale: 'en' }, 'texts[0].locale'], ['a blank name', { name: ' ' }, 'texts[0].name'],
  ['a question too few', { questions: [{ ...rating, text: 'a' }, { ...radio, text: 'b' }] }, 'texts[0].questions'], ['one too many', { questions: [...FINNISH.questions, { text: 'x' }] }, 'texts[0].questions'],
  ['a blank text', { questions: [{ ...rating, text: '' }, { ...radio, text: 'b' }, { text: 'c' }] }, 'texts[0].questions[0].text'],
  ['a long text', { questions: [{ ...rating, text: 'x'.repeat(1001) }, { ...radio, text: 'b' }, { text: 'c' }] }, 'texts[0].questions[0].text'],
  ['no labels', { questions: [{ text: 'a' }, { ...radio, text: 'b' }, { text: 'c' }] }, 'texts[0].questions[0].scale_labels'],
  ['labels of none', { questions: [{ ...rating, text: 'a' }, { ...radio, text: 'b' }, { text: 'c', scale_labels: { min: 'a', max: 'b' } }] }, 'texts[0].questions[2].scale_labels'],
  ['no options', { questions: [{ ...rating, text: 'a' }, { text: 'b' }, { text: 'c' }] }, 'texts[0].questions[1].options'],
  ['an option too few', { questions: [{ ...rating, text: 'a' }, { text: 'b', options: ['x'] }, { text: 'c' }] }, 'texts[0].questions[1].options'],
  ['a blank option', { questions: [{ ...rating, text: 'a' }, { text: 'b', options: ['x', ' '] }, { text: 'c' }] }, 'texts[0].questions[1].options[1]'],
  ['options of none', { questions: [{ ...rating, text: 'a' }, { ...radio, text: 'b' }, { ...text, text: 'c', options: [] }] }, 'texts[0].questions[2].options'],
]
for (const [name, change, field] of FAULTS) {
  test(`texts with ${name} are refused, and nothing is written`, async () => {
    const survey = await makeSurvey()
    await assert.rejects(setSurveyTexts(acme.ctx, survey.id, [{ ...FINNISH, ...change }]), (error) => error instanceof Invalid && error.faults.length === 1 && error.faults[0]?.field === field)
    assert.deepEqual(await listSurveyTexts(acme.ctx, survey), [])
  })
}

test('a language is given once, can be given anew, and taken away', async () => {
  const survey = await makeSurvey()
  await assert.rejects(setSurveyTexts(acme.ctx, survey.id, [FINNISH, FINNISH]), Invalid)
  await setSurveyTexts(acme.ctx, survey.id, [FINNISH])
  const { name: _, ...unnamed } = FINNISH
  await setSurveyTexts(acme.ctx, survey.id, [unnamed])
  assert.deepEqual(await listSurveyTexts(acme.ctx, survey), [unnamed])
  await removeSurveyTexts(acme.ctx, survey.id, 'fi')
  assert.deepEqual(await listSurveyTexts(acme.ctx, survey), [])
  await assert.rejects(removeSurveyTexts(acme.ctx, survey.id, 'fi'), NotFound)
})

test('another account\'s survey can be given no texts, nor lose any', async () => {
  const other = await world.account()
  const survey = await makeSurvey()
  await setSurveyTexts(acme.ctx, survey.id, [FINNISH])
  await assert.rejects(setSurveyTexts(other.ctx, survey.id, [FINNISH]), NotFound)
  await assert.rejects(removeSurveyTexts(other.ctx, survey.id, 'fi'), NotFound)
  assert.deepEqual(await listSurveyTexts(other.ctx, survey), [])
})

test('a new account\'s surveys are in every language, whichever is its own', async () => {
  for (const locale of ['en', 'he'] as const) {
    const { ctx } = await world.account({ locale })
    const { rows } = await listSurveys(ctx, { offset: 0, limit: 100 })
    assert.deepEqual([rows.length, ...new Set(rows.map((survey) => survey.locale))], [6, locale])
    for (const survey of rows) assert.deepEqual((await listSurveyTexts(ctx, survey)).map((texts) => texts.locale), LOCALES.filter((one) => one !== locale).toSorted())
    const nps = await getSurvey(ctx, (await getSurveyFor(ctx, 'nps')).id)
    assert.equal((await speakSurvey(ctx.db, nps, { named: 'nl', template: null, accepted: [] })).questions[0]?.scale_labels?.max, 'Zeer waarschijnlijk')
  }
  await assert.rejects(world.account({ locale: 'xx' }), Invalid)
})

for (const locale of ['en', 'de']) {
  test(`the first surveys of an older account (${locale}) are given the languages that they lack, and are then as a new one's`, async () => {
    const [older, fresh, other] = [await world.account({ locale }), await world.account({ locale }), await world.account({ locale })]
    await world.ground.db.deleteFrom('survey_texts').where('account_id', 'in', [older.account.id, other.account.id]).execute()
    const given = await addDefaultTexts(older.ctx)
    assert.deepEqual(given.map(({ survey, locales }) => [survey.name, locales.length]), ['Employee', 'Five questions', 'Good or bad', 'NPS', 'Project', 'Ticket'].map((name) => [name, LOCALES.length - 1]))
    for (const purpose of ['ticket', 'nps', 'five_questions', 'employee', 'project', 'good_or_bad'] as const) assert.deepEqual(await textsFor(older, purpose), await textsFor(fresh, purpose))
    assert.deepEqual(await addDefaultTexts(older.ctx), [])
    assert.deepEqual(await textsFor(other, 'ticket'), [])
  })
}

test('what an account translated itself, and surveys that ask something else, are left alone', async () => {
  const account = await world.account()
  const ticket = await getSurveyFor(account.ctx, 'ticket')
  const own = { locale: 'fi', questions: [{ text: 'Oma kysymys', scale_labels: { min: 'A', max: 'B' } }, { text: 'Oma' }] }
  await setSurveyTexts(account.ctx, ticket.id, [own])
  await removeSurveyTexts(account.ctx, ticket.id, 'fr')
  const nps = await getSurveyFor(account.ctx, 'nps')
  await world.ground.db.deleteFrom('survey_texts').where('survey_id', '=', nps.id).execute()
  const { questions: [first] } = await getSurvey(account.ctx, nps.id)
  await world.ground.db.updateTable('questions').set({ text: 'Would you?' }).where('id', '=', first?.id ?? 0).execute()
  assert.deepEqual((await addDefaultTexts(account.ctx)).map(({ survey, locales }) => [survey.id, locales]), [[ticket.id, ['fr']]])
  assert.deepEqual((await textsFor(account, 'ticket')).find(({ locale }) => locale === 'fi'), own)
  assert.deepEqual(await textsFor(account, 'nps'), [])
})

async function textsFor({ ctx }: TestAccount, purpose: 'ticket' | 'nps' | 'five_questions' | 'employee' | 'project' | 'good_or_bad'): Promise<SurveyTextsDraft[]> {
  return listSurveyTexts(ctx, await getSurvey(ctx, (await getSurveyFor(ctx, purpose)).id))
}
