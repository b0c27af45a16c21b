import { listBoardSurveys, setBoardSurvey, type BoardKind, type BoardSurvey } from '../core/board-surveys.ts'
import { ACCOUNT_FLAG, need, needNumber, UsageError, type Command } from './command.ts'
import { ALL_ROWS } from './rows.ts'

export const listBoardsCommand: Command = {
  summary: 'Lists the boards that have a survey of their own.',
  flags: ACCOUNT_FLAG,
  async run(call) {
    const { rows } = await call.withAccount((ctx) => listBoardSurveys(ctx, ALL_ROWS))
    call.print(rows, rows.map(lineOf))
  },
}

export const changeBoardCommand: Command = {
  summary: 'Gives a board a survey of its own, or takes it away.',
  positionals: ['NAME'],
  flags: {
    ...ACCOUNT_FLAG,
    kind: { value: 'KIND', meaning: 'ticket or project: whose board of that name is meant.' },
    survey: { value: 'ID|none', meaning: 'The survey, as survey list shows it; none: its cases are asked about with the survey of their kind.' },
  },
  async run(call) {
    const [name = ''] = call.positionals
    const kind = readKind(need(call, 'kind'))
    const survey = need(call, 'survey')
    const survey_id = survey === 'none' ? null : needNumber(survey, '--survey')
    const board = await call.withAccount((ctx) => setBoardSurvey(ctx, { kind, name, survey_id }))
    call.print(board ?? { kind, name, survey_id: null }, [board ? lineOf(board) : `${name} (${kind}) has no survey of its own.`])
  },
}

function readKind(text: string): BoardKind {
  if (text !== 'ticket' && text !== 'project') throw new UsageError('--kind must be ticket or project')
  return text
}

function lineOf({ kind, name, survey_id, survey_name, survey_archived_at }: BoardSurvey): string {
  return `${name}  ${kind}  ${survey_id} ${survey_name}${survey_archived_at ? ', which is archived' : ''}`
}
