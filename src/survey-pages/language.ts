import type { FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { acceptable, speakSurvey, type SpokenSurvey } from '../core/survey-texts.ts'
import type { SurveyWithQuestions } from '../core/surveys.ts'
import { acceptedLanguages } from '../http/languages.ts'
import { findLocale } from '../texts/locales.ts'

/** What was found by a link, with its survey in the language of its page. */
export type Spoken<T> = Omit<T, 'survey'> & { survey: SpokenSurvey }

/** What a link leads to, as the page is to speak it: in the language that the link names, that of the template it came in, one that the browser accepts and the survey is in, or the survey's own. */
export async function speak<T extends { survey: SurveyWithQuestions, template_locale?: string | null }>(ground: Ground, request: FastifyRequest, found: T): Promise<Spoken<T>> {
  const wish = { named: namedLocale(request), template: found.template_locale ?? null, accepted: acceptedLanguages(request) }
  return { ...found, survey: await speakSurvey(ground.db, found.survey, wish) }
}

/** The language of a page that is about nobody's survey. */
export function pageLocale(request: FastifyRequest): string {
  return namedLocale(request) ?? acceptable(acceptedLanguages(request))[0] ?? 'en'
}

/** An address on the way of which the page keeps the language that its link named. */
export function withLocale(path: string, request: FastifyRequest): string {
  const locale = namedLocale(request)
  return locale ? `${path}?locale=${locale}` : path
}

/** The `?locale=` of a link; null where there is none, or one that is not known. */
function namedLocale({ query }: FastifyRequest): string | null {
  return typeof query === 'object' && query !== null && 'locale' in query && typeof query.locale === 'string' ? findLocale(query.locale) : null
}
