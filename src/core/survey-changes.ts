import { transaction } from '../storage/database.ts'
import type { Context } from './context.ts'
import { carrySurveyTexts } from './survey-texts.ts'
import { reviseSurvey, type SurveyChange, type SurveyWithQuestions } from './surveys.ts'

/**
 * Changes a survey; what is left out stays. Questions that are given take the place of those that are there: other ones, or another order, make a new version. What is said of an unchanged question in other languages stays,
 * what was consented to and what the link to review said goes with its change. Throws NotFound, Invalid as createSurvey does.
 */
export function changeSurvey(ctx: Context, id: number, change: SurveyChange): Promise<SurveyWithQuestions> {
  return transaction(ctx.db, async (tx) => {
    const { before, after } = await reviseSurvey(tx, ctx, id, change)
    await carrySurveyTexts(tx, before, after)
    return after
  })
}
