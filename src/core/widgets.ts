import { sql } from 'kysely'
import type { WidgetSettings } from '../storage/schema.ts'
import type { Context } from './context.ts'
import { NotFound } from './errors.ts'
import { changeSurvey } from './survey-changes.ts'
import { getSurvey, type SurveyWithQuestions } from './surveys.ts'

/** Fields that are left out stay as they are. */
export type WidgetChange = Partial<WidgetSettings>

/** Shows a survey on other sites, or changes how; null takes it from them. Throws NotFound, Invalid (`widget.label`, `widget.origins`). */
export async function setWidget(ctx: Context, survey_id: number, change: WidgetChange | null): Promise<SurveyWithQuestions> {
  const { widget } = await getSurvey(ctx, survey_id)
  return changeSurvey(ctx, survey_id, { widget: change && { ...widget, ...change } })
}

/** The survey that a widget shows, by its code, with the other languages that it is in. Throws NotFound, also for one that is shown on no other site or archived. */
export async function getWidgetSurvey(db: Context['db'], code: string): Promise<{ code: string, name: string, locale: string, locales: string[], widget: WidgetSettings, brand_color: string | null }> {
  const row = await db.selectFrom('surveys as s').select(['s.code', 's.name', 's.locale', 's.widget', 's.theme']).where('s.code', '=', code).where('s.archived_at', 'is', null)
    .select(sql<string[]>`array(select t.locale from survey_texts t where t.account_id = s.account_id and t.survey_id = s.id order by t.locale)`.as('locales')).executeTakeFirst()
  if (!row?.widget) throw new NotFound('no such widget')
  const { name, locale, locales, widget, theme } = row
  return { code: row.code, name, locale, locales, widget, brand_color: theme?.brand_color ?? null }
}
