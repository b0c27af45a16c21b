/** The languages that pages, mails, surveys and templates can be in. */
export const LOCALES = ['en', 'en-US', 'fr', 'de', 'it', 'es', 'es-MX', 'nl', 'sv', 'da', 'ja', 'ar', 'zh-CN', 'no', 'he', 'id', 'th', 'fi'] as const
export type Locale = typeof LOCALES[number]

/** The one that is written like this; null for anything else. */
export function findLocale(text: string): Locale | null {
  return LOCALES.find((locale) => locale === text) ?? null
}

/** What a reader of one locale is shown where something is not in it, the nearest first: only what they read as their own language. */
const STAND_INS: Partial<Record<Locale, Locale>> = { 'en-US': 'en', 'es-MX': 'es', en: 'en-US', es: 'es-MX' }

/** A locale and what stands in for it. */
export function readableIn(locale: Locale): Locale[] {
  const stand_in = STAND_INS[locale]
  return stand_in ? [locale, stand_in] : [locale]
}

/**
 * The locale for a language tag as browsers send it, in any letter case: `es-AR` is es, `nb` is no, `zh-Hans-SG` is zh-CN. Null where there is none: who reads traditional characters is not given simplified ones.
 */
export function matchLocale(tag: string): Locale | null {
  const parsed = parseTag(tag)
  if (!parsed) return null
  const { language, script } = parsed.maximize()
  if (language === 'zh') return script === 'Hans' ? 'zh-CN' : null
  if (language === 'nb' || language === 'nn' || language === 'no') return 'no'
  return findLocale(`${language}-${parsed.region}`) ?? findLocale(language)
}

function parseTag(tag: string): Intl.Locale | null {
  try {
    return new Intl.Locale(tag)
  } catch {
    return null
  }
}
