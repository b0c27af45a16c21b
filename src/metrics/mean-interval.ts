import type { Scale } from '../core/scores.ts'

/** Scores of a scale, as what a mean and its spread are computed from. */
export interface Sums { count: number, sum: number, sum_of_squares: number }

/** Where the mean of many more such scores would be, in 95 of 100 cases. */
export interface Interval { low: number, high: number }

/** Half the width of a 95 % interval, in standard errors. */
const Z = 1.96

/**
 * The 95 % interval of a mean (normal, from the scores' own spread), rounded to two decimals and kept within the scale; null for fewer than two scores, which have no spread.
 */
export function meanInterval({ count, sum, sum_of_squares }: Sums, scale: Scale): Interval | null {
  if (count < 2) return null
  const variance = (count * sum_of_squares - sum * sum) / (count * (count - 1))
  const half = Z * Math.sqrt(variance / count)
  return { low: Math.max(scale.min, hundredths(sum / count - half)), high: Math.min(scale.max, hundredths(sum / count + half)) }
}

/** Half away from zero. */
function hundredths(value: number): number {
  const rounded = Math.round(Math.abs(value) * 100) / 100
  return value < 0 ? -rounded : rounded
}
