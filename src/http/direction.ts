const RIGHT_TO_LEFT = new Set(['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg'])

/** Locales met so far: there are few, and each page and mail asks. */
const known = new Map<string, 'ltr' | 'rtl'>()
const MOST_KNOWN = 200

/** Which way a locale is written. What is no locale is written from left to right. */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  const direction = known.get(locale) ?? findDirection(locale)
  if (known.size < MOST_KNOWN) known.set(locale, direction)
  return direction
}

function findDirection(locale: string): 'ltr' | 'rtl' {
  try {
    return RIGHT_TO_LEFT.has(new Intl.Locale(locale).maximize().script ?? '') ? 'rtl' : 'ltr'
  } catch {
    return 'ltr'
  }
}
