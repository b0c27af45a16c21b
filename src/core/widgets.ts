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

/** The survey that a widget shows, by its code. Throws NotFound, also for one that is shown on no other site or archived. */
export async function getWidgetSurvey(db: Context['db'], code: string): Promise<{ code: string, name: string, locale: string, widget: WidgetSettings, brand_color: string | null }> {
  const row = await db.selectFrom('surveys').select(['code', 'name', 'locale', 'widget', 'theme']).where('code', '=', code).where('archived_at', 'is', null).executeTakeFirst()
  if (!row?.widget) throw new NotFound('no such widget')
  return { code: row.code, name: row.name, locale: row.locale, widget: row.widget, brand_color: row.theme?.brand_color ?? null }
}
