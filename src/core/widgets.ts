import type { WidgetSettings } from '../storage/schema.ts'
import { checked, checkText, given } from './checks.ts'
import type { Context } from './context.ts'
import { NotFound, type Fault } from './errors.ts'
import { getSurvey, storeWidget, type SurveyWithQuestions } from './surveys.ts'

/** Fields that are left out stay as they are. */
export type WidgetChange = Partial<WidgetSettings>

const NEW: WidgetSettings = { trigger: 'tab', label: null, origins: [], signed_only: false }
const MAX_ORIGINS = 20

/** Shows a survey on other sites, or changes how; null takes it from them. Throws NotFound, Invalid (`label`, `origins`). */
export async function setWidget(ctx: Context, survey_id: number, change: WidgetChange | null): Promise<SurveyWithQuestions> {
  if (change !== null) checked([given(change.label, (text) => checkText('label', text, 40)), given(change.origins, checkOrigins)])
  const { widget } = await getSurvey(ctx, survey_id)
  await storeWidget(ctx, survey_id, change === null ? null : { ...NEW, ...widget, ...change })
  return getSurvey(ctx, survey_id)
}

/** The survey that a widget shows, by its code. Throws NotFound, also for one that is shown on no other site or archived. */
export async function getWidgetSurvey(db: Context['db'], code: string): Promise<{ code: string, name: string, locale: string, widget: WidgetSettings, brand_color: string | null }> {
  const row = await db.selectFrom('surveys').select(['code', 'name', 'locale', 'widget', 'theme']).where('code', '=', code).where('archived_at', 'is', null).executeTakeFirst()
  if (!row?.widget) throw new NotFound('no such widget')
  return { code: row.code, name: row.name, locale: row.locale, widget: row.widget, brand_color: row.theme?.brand_color ?? null }
}

/** Where a page can be from: `https://shop.example`, or a machine of one's own. */
function checkOrigins(origins: readonly string[]): Fault | null {
  if (origins.length > MAX_ORIGINS) return { field: 'origins', code: 'custom', info: { message: `must be at most ${MAX_ORIGINS}` } }
  const bad = origins.find((origin) => !isOrigin(origin))
  return bad === undefined ? null : { field: 'origins', code: 'invalid_format', info: { valid_format: 'https://shop.example', message: `must be addresses without a path, by https (or http on localhost): ${bad} is none` } }
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { origin, protocol, hostname } = new URL(text)
  return origin === text && !hostname.includes('*') && (protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)))
}
