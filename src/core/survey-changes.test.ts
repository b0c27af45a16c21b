import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Invalid } from './errors.ts'
import { changeSurvey } from './survey-changes.ts'
import { changeSegment, createSegment } from './segments.ts'
import { listSurveyTexts, setSurveyTexts, speakSurvey } from './survey-texts.ts'
import { createSurvey, designOf, getSurvey, type QuestionDraft, type SurveyWithQuestions } from './surveys.ts'
import { openWorld, type TestAccount, type World } from '../../test/support/world.ts'

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world?.close())

const RATING: QuestionDraft = { type: 'rating', text: 'How was it?', scale: { min: 1, max: 5 }, scale_labels: { min: 'Bad', max: 'Good' }, metric: 'csat', required: true }
const RADIO: QuestionDraft = { type: 'radio', text: 'Where?', options: ['Here', 'There'] }
const WHY: QuestionDraft = { type: 'text', text: 'Why?', shown_if: { question: 1, values: [1, 2] } }

async function makeSurvey(questions: QuestionDraft[] = [RATING, RADIO, WHY]): Promise<SurveyWithQuestions> {
  return getSurvey(acme.ctx, (await createSurvey(acme.ctx.db, acme.account.id, { name: 'Of a test', purpose: 'other', questions }, acme.ctx.now())).id)
}

function idsOf({ questions }: SurveyWithQuestions): number[] {
  return questions.map(({ id }) => id)
}

test('a survey is what was written of it, and its design makes the same one again', async () => {
  const survey = await makeSurvey()
  assert.deepEqual([survey.edit_hours, survey.one_click, survey.fields, survey.consent, survey.theme, survey.widget, survey.version, survey.headline_metric], [24, 'smart', [], null, null, null, 1, 'csat'])
  assert.deepEqual(survey.questions[2]?.shown_if, { question_id: survey.questions[0]?.id, values: [1, 2] })
  const twin = await createSurvey(acme.ctx.db, acme.account.id, { ...designOf(survey), purpose: 'other' }, acme.ctx.now())
  assert.deepEqual(designOf(await getSurvey(acme.ctx, twin.id)), designOf(survey))
  assert.equal((await changeSurvey(acme.ctx, survey.id, designOf(survey))).version, 1, 'nothing was changed by it')
})

test('a question may ask for a segment that there is; another one is named, with those that there are', async () => {
  await createSegment(acme.ctx, { key: 'plan', name: 'Plan' })
  const asking = [RATING, { ...RADIO, segment: 'plan' }, { ...RADIO, segment: 'site_code' }, { ...RADIO, type: 'checkbox' as const, segment: 'staff_code' }]
  const survey = await makeSurvey(asking)
  assert.deepEqual(designOf(survey).questions.map(({ segment }) => segment), [undefined, 'plan', 'site_code', 'staff_code'])
  assert.equal((await changeSurvey(acme.ctx, survey.id, designOf(survey))).version, 1)
  assert.equal((await changeSurvey(acme.ctx, survey.id, { questions: [RATING, RADIO] })).version, 2)
  for (const segment of ['Plan', 'name', '']) {
    const fault = ({ faults }: Invalid) => faults[0]?.field === 'questions[1].segment' && String(faults[0].info.message).includes('site_code, staff_code, plan')
    await assert.rejects(changeSurvey(acme.ctx, survey.id, { questions: [RATING, { ...RADIO, segment }] }), fault)
    await assert.rejects(makeSurvey([RATING, { ...RADIO, segment }]), fault)
  }
  await changeSegment(acme.ctx, 'plan', { archived: true })
  assert.equal((await changeSurvey(acme.ctx, survey.id, { questions: asking })).questions[1]?.segment, 'plan')
  const other = await world.account()
  await assert.rejects(createSurvey(other.ctx.db, other.account.id, { name: 'Other', purpose: 'other', questions: asking }, other.ctx.now()), Invalid)
})

test('settings are changed one by one, and stay where they are left out', async () => {
  const { id } = await makeSurvey()
  const widget = { trigger: 'button' as const, origins: ['https://www.example.com'] }
  const changed = await changeSurvey(acme.ctx, id, {
    name: 'New', fields: [{ key: 'email' }, { key: 'name', required: true }], consent: { text: 'Yes.' }, theme: { brand_color: '#0b6b5c' }, review_link: { url: 'https://r.example', label: 'Review' }, edit_hours: 1, link_days: 7,
    one_click: 'instant', throttle_exempt: true, widget,
  })
  const { name, fields, consent, theme, review_link, edit_hours, link_days, one_click, throttle_exempt, version } = changed
  assert.deepEqual({ name, fields, consent, theme, review_link, edit_hours, link_days, one_click, throttle_exempt, version, widget: changed.widget }, {
    name: 'New', fields: [{ key: 'email', required: false }, { key: 'name', required: true }], consent: { text: 'Yes.', required: false }, theme: { brand_color: '#0b6b5c' }, review_link: { url: 'https://r.example', label: 'Review' },
    edit_hours: 1, link_days: 7, one_click: 'instant', throttle_exempt: true, version: 1, widget: { trigger: 'button', label: null, origins: ['https://www.example.com'], signed_only: false },
  })
  assert.deepEqual(designOf(await changeSurvey(acme.ctx, id, {})), designOf(changed))
  const bare = await changeSurvey(acme.ctx, id, { consent: null, theme: null, review_link: null, widget: null, fields: [] })
  assert.deepEqual([bare.consent, bare.theme, bare.review_link, bare.widget, bare.fields, bare.name], [null, null, null, null, [], 'New'])
})

test('other questions make a new version, in which unchanged ones are the same and those that depend on a changed one are new', async () => {
  const survey = await makeSurvey()
  const [rating, radio, why] = idsOf(survey)
  const reordered = await changeSurvey(acme.ctx, survey.id, { questions: [RADIO, RATING, { ...WHY, shown_if: { question: 2, values: [1, 2] } }] })
  assert.deepEqual([reordered.version, idsOf(reordered)], [2, [radio, rating, why]])
  const changed = await changeSurvey(acme.ctx, survey.id, { questions: [{ ...RATING, metric: 'ces' }, RADIO, WHY] })
  assert.deepEqual([changed.version, changed.headline_metric, changed.questions[1]?.id], [3, 'ces', radio])
  assert.deepEqual(changed.questions[2]?.shown_if?.question_id, changed.questions[0]?.id)
  assert.ok(!idsOf(survey).includes(changed.questions[0]?.id ?? 0) && changed.questions[2]?.id !== why)
  const old = await world.ground.db.selectFrom('survey_questions').select('question_id').where('survey_id', '=', survey.id).where('version', '=', 1).orderBy('position').execute()
  assert.deepEqual(old.map(({ question_id }) => question_id), [rating, radio, why])
})

test('the same question twice is two questions, also after a change', async () => {
  const survey = await makeSurvey([RATING, RADIO, RADIO])
  assert.equal(new Set(idsOf(survey)).size, 3)
  assert.deepEqual(idsOf(await changeSurvey(acme.ctx, survey.id, { questions: [RATING, RADIO, RADIO, { type: 'text', text: 'x' }] })).slice(0, 3), idsOf(survey))
})

const FINNISH = { locale: 'fi', consent: 'Kyllä.', review_label: 'Arvostele', questions: [{ text: 'Millaista?', scale_labels: { min: 'Huonoa', max: 'Hyvää' } }, { text: 'Missä?', options: ['Täällä', 'Tuolla'] }, { text: 'Miksi?' }] }
const SAID = { consent: { text: 'Yes.' }, review_link: { url: 'https://r.example', label: 'Review' } }

test('what is said in other languages stays with the words that it translates, and goes with those that change', async () => {
  const { id } = await makeSurvey()
  await changeSurvey(acme.ctx, id, SAID)
  await setSurveyTexts(acme.ctx, id, [FINNISH])
  const moved = await changeSurvey(acme.ctx, id, { questions: [RADIO, { ...RATING, required: false }, { ...WHY, text: 'Why so?', shown_if: { question: 2, values: [1] } }], consent: { text: 'Yes.', required: true } })
  assert.deepEqual(await listSurveyTexts(acme.ctx, moved), [{ ...FINNISH, questions: [FINNISH.questions[1], FINNISH.questions[0], { text: 'Why so?' }] }])
  const finnish = await speakSurvey(acme.ctx.db, moved, { named: 'fi', template: null, accepted: [] })
  assert.deepEqual([finnish.consent, finnish.review_link, finnish.questions.map(({ lang }) => lang)], [{ text: 'Kyllä.', required: true, lang: 'fi' }, { url: 'https://r.example', label: 'Arvostele', lang: 'fi' }, ['fi', 'fi', 'en']])
  const [texts] = await listSurveyTexts(acme.ctx, await changeSurvey(acme.ctx, id, { consent: { text: 'Certainly.' }, review_link: null }))
  assert.deepEqual([texts?.consent, texts?.review_label, texts?.questions[0]], [undefined, undefined, FINNISH.questions[1]])
})

test('texts of a consent or a link to review that a survey does not have are refused', async () => {
  const { id } = await makeSurvey()
  await assert.rejects(setSurveyTexts(acme.ctx, id, [FINNISH]), (error) => error instanceof Invalid && error.faults.map(({ field }) => field).join() === 'texts[0].consent,texts[0].review_label')
})

test('a change with faults changes nothing, and another account\'s survey is not there to be changed', async () => {
  const survey = await makeSurvey()
  await assert.rejects(changeSurvey(acme.ctx, survey.id, { name: 'New', questions: [{ type: 'rating', text: 'x' }] }), (error) => error instanceof Invalid && error.faults[0]?.field === 'questions[0].scale')
  await assert.rejects(createSurvey(acme.ctx.db, acme.account.id, { name: ' ', purpose: 'other', questions: [RATING] }, acme.ctx.now()), Invalid)
  assert.deepEqual(await getSurvey(acme.ctx, survey.id), survey)
  const other = await world.account()
  await assert.rejects(changeSurvey(other.ctx, survey.id, { name: 'Mine' }), { name: 'NotFound', message: `the account has no survey ${survey.id}` })
})

test('two that change a survey at once make two versions', async () => {
  const { id } = await makeSurvey()
  const versions = await Promise.all(['A', 'B', 'C'].map(async (text) => (await changeSurvey(acme.ctx, id, { questions: [RATING, { type: 'text', text }] })).version))
  assert.deepEqual(versions.sort(), [2, 3, 4])
})
