import type { Plural } from './shape.ts'

/**
 * A sentence with its values. Where either is written from right to left, each value is isolated from what stands around it, by characters that no one sees: a name would otherwise drag the full stop
 * or the number beside it to its other side.
 */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) return place
    return needsIsolation(sentence, String(value)) ? `${FIRST_STRONG_ISOLATE}${value}${POP_ISOLATE}` : String(value)
  })
}

/** The form of a sentence for a number, which is written as its language writes numbers. */
export function fillNumber(locale: string, forms: Plural, number: number): string {
  const { rules, format } = numbersOf(locale)
  return fill(forms[rules.select(number)] ?? forms.other, { n: format.format(number) })
}

/** Whether a value's direction, or that of the text around it, could move what stands beside it. */
export function needsIsolation(around: string, value: string): boolean {
  return RIGHT_TO_LEFT.test(around) || RIGHT_TO_LEFT.test(value)
}

const FIRST_STRONG_ISOLATE = '\u2068'
const POP_ISOLATE = '\u2069'

/** Hebrew, Arabic and their neighbours, and what turns a direction round without being seen. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/

interface Numbers { rules: Intl.PluralRules, format: Intl.NumberFormat }

/** Costly to make, and there are as many as locales. */
const known = new Map<string, Numbers>()

function numbersOf(locale: string): Numbers {
  const numbers = known.get(locale) ?? { rules: new Intl.PluralRules(locale), format: new Intl.NumberFormat(locale) }
  known.set(locale, numbers)
  return numbers
}
