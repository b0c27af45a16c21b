/** Signals within this time of the first are the same wish: a terminal and npm each pass one on. */
const SAME_WISH_MS = 1000

/** Resolves at the first SIGTERM or SIGINT. A second one, later, ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first_at: number | null = null
    const hear = (signal: NodeJS.Signals): void => {
      if (first_at !== null && performance.now() - first_at > SAME_WISH_MS) process.exit(130)
      first_at ??= performance.now()
      resolve(signal)
    }
    process.on('SIGTERM', hear)
    process.on('SIGINT', hear)
  })
}
