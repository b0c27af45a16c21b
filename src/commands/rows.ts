/** The page of a list that has all of it: a command line shows no pages. */
export const ALL_ROWS = { offset: 0, limit: Number.MAX_SAFE_INTEGER } as const
