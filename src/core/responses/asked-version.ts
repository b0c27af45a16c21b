import type { Db } from '../../storage/database.ts'
import { loadVersions, type SurveyWithQuestions } from '../surveys.ts'
import { isFilledIn, type Answers } from './answers.ts'

/** A survey as it was asked in that version. */
export async function getAskedVersion(db: Db, survey: SurveyWithQuestions, version: number): Promise<SurveyWithQuestions> {
  if (version === survey.version) return survey
  const [earlier] = await loadVersions(db, [{ survey, version }])
  if (!earlier) throw new Error('a survey lost a version')
  return earlier
}

interface Answered { survey: SurveyWithQuestions, answers: Answers }

/**
 * The survey that each of these answers is to. A page may have been opened before its survey was changed: then it is the version that the page had, so that nobody is asked again, and nothing that was written is lost.
 * A version that never was counts as none.
 */
export async function loadAskedVersions(db: Db, answered: Answered[]): Promise<SurveyWithQuestions[]> {
  const late = answered.flatMap(({ survey, answers }) => {
    const version = isFilledIn(answers) ? answers.version : null
    return version !== null && version < survey.version ? [{ survey, version }] : []
  })
  const earlier = await loadVersions(db, late)
  return answered.map(({ survey, answers }) => (isFilledIn(answers) ? earlier.find(({ id, version }) => id === survey.id && version === answers.version) : undefined) ?? survey)
}
