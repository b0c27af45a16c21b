import { listSurveys } from '../core/surveys.ts'
import { ACCOUNT_FLAG, type Command } from './command.ts'
import { ALL_ROWS } from './rows.ts'

export const listSurveysCommand: Command = {
  summary: 'Lists the account\'s surveys that are in use.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const { rows } = await call.withAccount((ctx) => listSurveys(ctx, ALL_ROWS))
    const surveys = rows.map(({ id, name, purpose, code }) => ({ id, name, purpose, code }))
    call.print(surveys, surveys.map(({ id, name, purpose, code }) => `${id}  ${name}  ${purpose}  ${code}`))
  },
}
