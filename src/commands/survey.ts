import { Type, type Static } from 'typebox'
import type { Context } from '../core/context.ts'
import { addDefaultTexts } from '../core/default-surveys.ts'
import { listSurveyTexts, removeSurveyTexts, setSurveyTexts, type SurveyTextsDraft } from '../core/survey-texts.ts'
import { archiveSurvey, getSurvey, listSurveys, restoreSurvey, type Survey, type SurveyWithQuestions } from '../core/surveys.ts'
import { transaction } from '../storage/database.ts'
import { ACCOUNT_FLAG, needNumber, readYesNo, UsageError, type Call, type Command } from './command.ts'
import { readFile } from './drafts.ts'
import { ALL_ROWS } from './rows.ts'

export const listSurveysCommand: Command = {
  summary: 'Lists the account\'s surveys that are in use, or those that are archived.',
  flags: { ...ACCOUNT_FLAG, archived: { meaning: 'The archived ones.' } },
  async run(call) {
    const { rows } = await call.withAccount((ctx) => listSurveys(ctx, ALL_ROWS, call.isSet('archived')))
    call.print(rows.map(toShown), rows.map(lineOf))
  },
}

export const changeSurveyCommand: Command = {
  summary: 'Puts a survey away, or takes it up again; gives it the texts of other languages.',
  positionals: ['ID'],
  flags: {
    ...ACCOUNT_FLAG,
    archived: { value: 'yes|no', meaning: 'yes: nobody is asked with it any more, its links are closed, and what waits with it is not sent.' },
    texts: { value: 'FILE', meaning: 'A JSON file with its texts in another language, or a list of such objects; - reads standard input.' },
    'remove-texts': { value: 'LOCALE', meaning: 'Takes its texts in that language away.' },
  },
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
    const change = readChange(call)
    const survey = await call.withAccount((ctx) => transaction(ctx.db, (tx) => changeSurvey({ ...ctx, db: tx }, id, change)))
    call.print({ ...toShown(survey), archived_at: survey.archived_at }, [lineOf(survey)])
  },
}

export const showSurveyCommand: Command = {
  summary: 'Shows a survey with its questions, and what it says in other languages.',
  positionals: ['ID'],
  flags: ACCOUNT_FLAG,
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
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

const Labels = Type.Object({ min: Type.String(), max: Type.String() }, { additionalProperties: false })
const QuestionDraft = Type.Object({ text: Type.String(), scale_labels: Type.Optional(Labels), options: Type.Optional(Type.Array(Type.String())) }, { additionalProperties: false })
const TextsDraft = Type.Object({ locale: Type.String(), name: Type.Optional(Type.String()), questions: Type.Array(QuestionDraft) }, { additionalProperties: false })

interface Change { archived: boolean | undefined, texts: Static<typeof TextsDraft>[] | null, remove_texts: string | undefined }

function readChange(call: Call): Change {
  const [archived, file, remove_texts] = [readYesNo(call, 'archived'), call.text('texts'), call.text('remove-texts')]
  if (archived === undefined && file === undefined && remove_texts === undefined) throw new UsageError('one of --archived, --texts and --remove-texts is missing')
  return { archived, texts: file === undefined ? null : readFile(TextsDraft, file, 'texts'), remove_texts }
}

/** All of it or nothing. */
async function changeSurvey(ctx: Context, id: number, { archived, texts, remove_texts }: Change): Promise<Survey> {
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
