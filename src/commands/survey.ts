import { Type, type Static, type TSchema } from 'typebox'
import type { Context } from '../core/context.ts'
import { addDefaultTexts } from '../core/default-surveys.ts'
import { changeSurvey } from '../core/survey-changes.ts'
import { listSurveyTexts, removeSurveyTexts, setSurveyTexts, type SurveyTextsDraft } from '../core/survey-texts.ts'
import { archiveSurvey, createSurvey, designOf, getSurvey, listSurveys, restoreSurvey, type Survey, type SurveyChange, type SurveyWithQuestions } from '../core/surveys.ts'
import { transaction } from '../storage/database.ts'
import { ACCOUNT_FLAG, need, needNumber, readYesNo, UsageError, type Call, type Command } from './command.ts'
import { FROM_FLAG, oneOrList, readDrafts, readFile, writeAll } from './drafts.ts'
import { ALL_ROWS } from './rows.ts'

export const createSurveyCommand: Command = {
  summary: 'Makes a survey from a JSON file; prints what list prints of it.',
  flags: { ...ACCOUNT_FLAG, from: FROM_FLAG.from },
  async run(call) {
    need(call, 'from')
    const drafts = readDrafts(call, SurveyDraft, {}).map((draft) => ({ purpose: 'other' as const, ...draft }))
    const surveys = await call.withAccount((ctx) => writeAll(ctx, drafts, ({ db, account, now }, draft) => createSurvey(db, account.id, draft, now())))
    call.print(oneOrList(surveys.map(toShown)), surveys.map(lineOf))
  },
}

export const listSurveysCommand: Command = {
  summary: 'Lists the account\'s surveys that are in use, or those that are archived.',
  flags: { ...ACCOUNT_FLAG, archived: { meaning: 'The archived ones.' } },
  async run(call) {
    const { rows } = await call.withAccount((ctx) => listSurveys(ctx, ALL_ROWS, call.isSet('archived')))
    call.print(rows.map(toShown), rows.map(lineOf))
  },
}

export const changeSurveyCommand: Command = {
  summary: 'Changes a survey from a JSON file, where fields that are left out stay; puts it away, or takes it up again; gives it the texts of other languages.',
  positionals: ['ID'],
  flags: {
    ...ACCOUNT_FLAG,
    from: { value: 'FILE', meaning: 'A JSON file with the fields to change; questions take the place of those that are there, null takes away; - reads standard input.' },
    archived: { value: 'yes|no', meaning: 'yes: nobody is asked with it any more, its links are closed, and what waits with it is not sent.' },
    texts: { value: 'FILE', meaning: 'A JSON file with its texts in another language, or a list of such objects; - reads standard input.' },
    'remove-texts': { value: 'LOCALE', meaning: 'Takes its texts in that language away.' },
  },
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
    const change = readChange(call)
    const survey = await call.withAccount((ctx) => transaction(ctx.db, (tx) => applyChange({ ...ctx, db: tx }, id, change)))
    call.print({ ...toShown(survey), archived_at: survey.archived_at }, [lineOf(survey)])
  },
}

export const showSurveyCommand: Command = {
  summary: 'Shows a survey with its questions, and what it says in other languages.',
  positionals: ['ID'],
  flags: { ...ACCOUNT_FLAG, design: { meaning: 'All of it as JSON that change --from takes.' } },
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
    if (call.isSet('design')) {
      const design = designOf(await call.withAccount((ctx) => getSurvey(ctx, id)))
      return call.print(design, [JSON.stringify(design, null, 2)])
    }
    const { survey, texts } = await call.withAccount(async (ctx) => {
      const found = await getSurvey(ctx, id)
      return { survey: found, texts: await listSurveyTexts(ctx, found) }
    })
    const lines = survey.questions.map(({ type, text }, index) => `  ${index + 1}. ${text}  (${type})`)
    call.print(toShownWhole(survey, texts), [lineOf(survey), ...lines, `In ${survey.locale}${texts.length > 0 ? `, and also in ${texts.map(({ locale }) => locale).join(', ')}` : ''}`])
  },
}

export const translateSurveysCommand: Command = {
  summary: 'Adds the languages that a new account\'s surveys are in to surveys that ask the same and lack them.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const given = await call.withAccount(addDefaultTexts)
    const lines = given.map(({ survey, locales }) => `${lineOf(survey)}  + ${locales.join(', ')}`)
    call.print(given.map(({ survey, locales }) => ({ ...toShown(survey), locales })), lines.length > 0 ? lines : ['There was nothing to add.'])
  },
}

const closed = { additionalProperties: false } as const
const optional = { text: Type.Optional(Type.String()), number: Type.Optional(Type.Number()), yes: Type.Optional(Type.Boolean()) } as const
const orNone = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

const Labels = Type.Object({ min: Type.String(), max: Type.String() }, closed)
const TextsDraft = Type.Object({
  locale: Type.String(), name: optional.text, consent: optional.text, review_label: optional.text,
  questions: Type.Array(Type.Object({ text: Type.String(), scale_labels: Type.Optional(Labels), options: Type.Optional(Type.Array(Type.String())) }, closed)),
}, closed)

const QuestionDraft = Type.Object({
  type: Type.Enum(['rating', 'text', 'dropdown', 'radio', 'checkbox']), text: Type.String(), required: optional.yes, per_staff: optional.yes,
  metric: Type.Optional(Type.Enum(['csat', 'nps', 'ces', 'none'])), scale: Type.Optional(Type.Object({ min: Type.Number(), max: Type.Number() }, closed)), scale_labels: Type.Optional(Labels),
  appearance: Type.Optional(Type.Enum(['numbers', 'stars', 'faces'])), options: Type.Optional(Type.Array(Type.String())), max_choices: optional.number, max_length: optional.number,
  shown_if: Type.Optional(Type.Object({ question: Type.Number(), values: Type.Array(Type.Union([Type.Number(), Type.String()])) }, closed)),
  segment: optional.text,
}, closed)
const Field = Type.Object({ key: Type.Enum(['name', 'email', 'telephone_number', 'company_name', 'postcode']), required: optional.yes }, closed)
const Widget = Type.Object({
  trigger: Type.Optional(Type.Enum(['tab', 'button', 'custom'])), label: Type.Optional(Type.Union([Type.String(), Type.Null()])), origins: Type.Optional(Type.Array(Type.String())), signed_only: optional.yes,
}, closed)
const Design = Type.Object({
  name: Type.String(), throttle_exempt: optional.yes, questions: Type.Array(QuestionDraft), fields: Type.Optional(Type.Array(Field)),
  consent: orNone(Type.Object({ text: Type.String(), required: optional.yes }, closed)), theme: orNone(Type.Object({ brand_color: optional.text, logo_url: optional.text, logo_alt: optional.text }, closed)),
  review_link: orNone(Type.Object({ url: Type.String(), label: Type.String() }, closed)), edit_hours: optional.number, link_days: optional.number,
  one_click: Type.Optional(Type.Enum(['confirm', 'smart', 'instant'])), widget: orNone(Widget),
}, closed)
const SurveyDraft = Type.Object({ ...Design.properties, purpose: Type.Optional(Type.Enum(['ticket', 'nps', 'five_questions', 'employee', 'project', 'good_or_bad', 'other'])), locale: optional.text }, closed)
const SurveyChangeDraft = Type.Object(Type.Partial(Design).properties, closed)

interface Change { design: SurveyChange | null, archived: boolean | undefined, texts: Static<typeof TextsDraft>[] | null, remove_texts: string | undefined }

function readChange(call: Call): Change {
  const [from, archived, file, remove_texts] = [call.text('from'), readYesNo(call, 'archived'), call.text('texts'), call.text('remove-texts')]
  if ([from, archived, file, remove_texts].every((one) => one === undefined)) throw new UsageError('one of --from, --archived, --texts and --remove-texts is missing')
  return { design: from === undefined ? null : readDesign(from), archived, texts: file === undefined ? null : readFile(TextsDraft, file, 'texts'), remove_texts }
}

function readDesign(file: string): SurveyChange {
  const [design, ...more] = readFile(SurveyChangeDraft, file, 'from')
  if (design === undefined || more.length > 0) throw new UsageError('--from must hold one object here')
  return design
}

/** All of it or nothing. */
async function applyChange(ctx: Context, id: number, { design, archived, texts, remove_texts }: Change): Promise<Survey> {
  if (design) await changeSurvey(ctx, id, design)
  if (remove_texts !== undefined) await removeSurveyTexts(ctx, id, remove_texts)
  if (texts) await setSurveyTexts(ctx, id, texts)
  return archived === undefined ? getSurvey(ctx, id) : (archived ? archiveSurvey : restoreSurvey)(ctx, id)
}

function toShownWhole(survey: SurveyWithQuestions, texts: SurveyTextsDraft[]) {
  const questions = survey.questions.map(({ id, type, text, required, scale_labels, options }) => ({ id, type, text, required, scale_labels, options }))
  return { ...toShown(survey), locale: survey.locale, archived_at: survey.archived_at, questions, texts }
}

function toShown({ id, name, purpose, code }: Survey): Pick<Survey, 'id' | 'name' | 'purpose' | 'code'> {
  return { id, name, purpose, code }
}

function lineOf({ id, name, purpose, code, archived_at }: Survey): string {
  return `${id}  ${name}  ${purpose}  ${code}${archived_at ? '  archived' : ''}`
}
