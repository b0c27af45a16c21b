import { archiveSurvey, listSurveys, restoreSurvey, type Survey } from '../core/surveys.ts'
import { ACCOUNT_FLAG, needNumber, readYesNo, UsageError, type Command } from './command.ts'
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
  summary: 'Puts a survey away, or takes it up again.',
  positionals: ['ID'],
  flags: { ...ACCOUNT_FLAG, archived: { value: 'yes|no', meaning: 'yes: nobody is asked with it any more, its links are closed, and what waits with it is not sent.' } },
  async run(call) {
    const id = needNumber(call.positionals[0], 'ID')
    const archived = readYesNo(call, 'archived')
    if (archived === undefined) throw new UsageError('--archived is missing')
    const survey = await call.withAccount((ctx) => (archived ? archiveSurvey : restoreSurvey)(ctx, id))
    call.print({ ...toShown(survey), archived_at: survey.archived_at }, [lineOf(survey)])
  },
}

function toShown({ id, name, purpose, code }: Survey): Pick<Survey, 'id' | 'name' | 'purpose' | 'code'> {
  return { id, name, purpose, code }
}

function lineOf({ id, name, purpose, code, archived_at }: Survey): string {
  return `${id}  ${name}  ${purpose}  ${code}${archived_at ? '  archived' : ''}`
}
