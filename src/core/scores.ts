/**
 * Where a rating becomes a percentage, a sentiment, or a score on another scale. Pure and exact: everything is whole-number arithmetic,
 * so no face and no report can round differently from another.
 */

export interface Scale { readonly min: number, readonly max: number }

/** The five buckets of a rating, worst first. The number is what is stored. */
export const SENTIMENTS = ['very_negative', 'negative', 'neutral', 'positive', 'very_positive'] as const
export type Sentiment = 0 | 1 | 2 | 3 | 4

/** Bucket min(4, floor(percent / 20)) of a value on its scale, percent being 100 × (value − min) / (max − min). */
export function sentimentOf(value: number, scale: Scale): Sentiment {
  const bucket = Math.floor((5 * (value - scale.min)) / (scale.max - scale.min))
  if (bucket >= 4) return 4
  return bucket === 3 ? 3 : bucket === 2 ? 2 : bucket === 1 ? 1 : 0
}

/** The score shown on another scale: the value moved linearly, rounded half away from zero to a whole number. */
export function rescale(value: number, from: Scale, to: Scale): number {
  const span = from.max - from.min
  return to.min + roundedQuotient((value - from.min) * (to.max - to.min), span)
}

/** a / b, rounded half away from zero to a whole number. Exact for whole a and b below 2^52. */
export function roundedQuotient(a: number, b: number): number {
  const sign = (a < 0) === (b < 0) ? 1 : -1
  const [top, bottom] = [Math.abs(a), Math.abs(b)]
  const whole = Math.floor((2 * top + bottom) / (2 * bottom))
  return whole === 0 ? 0 : sign * whole
}

/** a / b rounded half away from zero to `digits` decimals, or null where there is nothing to divide by. */
export function quotient(a: number, b: number, digits: number): number | null {
  return b === 0 ? null : roundedQuotient(a * 10 ** digits, b) / 10 ** digits
}

/** round(100 × part / whole): a percentage in whole points, or null where there is nothing to divide by. */
export function percentage(part: number, whole: number): number | null {
  return quotient(100 * part, whole, 0)
}

/** Promoters 9–10, passives 7–8, detractors 0–6 on the 0–10 scale; another scale is rescaled to it first. */
export function npsGroup(value: number, scale: Scale): 'promoter' | 'passive' | 'detractor' {
  const score = rescale(value, scale, { min: 0, max: 10 })
  return score >= 9 ? 'promoter' : score >= 7 ? 'passive' : 'detractor'
}
