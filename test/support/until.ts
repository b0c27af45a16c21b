import { setTimeout as pause } from 'node:timers/promises'

/** Waits for what happens elsewhere, half a minute on a machine that is busy with other things. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !await condition(); await pause(5)) if (Date.now() > end) throw new Error('it did not happen within half a minute')
}
