/** Random numbers that are the same in every run: a demo whose story changed from one start to the next could not be told. */
export interface Dice {
  /** From 0 to below 1. */
  next(): number
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number
  pick<T>(from: readonly T[]): T
  /** Whether something happens that does so in this share of all cases. */
  chance(share: number): boolean
  /** Around 0, seldom beyond 2.5 either way. */
  bell(): number
}

/** Mulberry32: small, quick, and even enough for stories. */
export function makeDice(seed: number): Dice {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    next, between,
    pick(from) {
      const one = from[between(0, from.length - 1)]
      if (one === undefined) throw new RangeError('nothing to pick from')
      return one
    },
    chance: (share) => next() < share,
    bell: () => (next() + next() + next() + next() - 2) * 1.7,
  }
}
