/** Amounts of money as whole cents, so that nothing is ever rounded on its way. Pure. */

/** What is refused where an amount is wanted. */
export const AMOUNT_FORM = 'must be an amount such as 12000 or -12000.50: at most 13 digits, then at most two decimals, and nothing between thousands'

/** An amount with at most 13 digits before the point and two behind it, as cents; null for what is none. All of these fit into a number. */
export function parseCents(text: string): number | null {
  const [, sign, whole, decimals = ''] = /^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/.exec(text) ?? []
  if (whole === undefined) return null
  const cents = Number(whole + decimals.padEnd(2, '0'))
  return sign === '-' && cents !== 0 ? -cents : cents
}

/** Cents as the amount that parseCents reads, always with two decimals. */
export function amountText(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Cents as a number with at most two decimals: the very amount up to 2^46 (70 trillion), above it the nearest that a number can be. */
export function amountNumber(cents: bigint): number {
  return Number(cents) / 100
}

/** part / whole × 100 with two decimals, half away from zero; null where there is nothing to divide by. */
export function percentOf(part: bigint, whole: bigint): number | null {
  if (whole === 0n) return null
  const [top, bottom] = [absolute(part) * 10_000n, absolute(whole)]
  const rounded = (2n * top + bottom) / (2n * bottom)
  return Number((part < 0n) === (whole < 0n) ? rounded : -rounded) / 100
}

function absolute(number: bigint): bigint {
  return number < 0n ? -number : number
}
