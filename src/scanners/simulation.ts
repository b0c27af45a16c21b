import { answerFirst, HUMANS, type Human } from './humans.ts'
import { SCANNERS, type Scanner } from './scanners.ts'
import type { Surroundings } from './surroundings.ts'

/** What became of one of them: it did what it does, there is no browser to do it with, or it failed. */
export type Run = { done: true } | { done: false, why: string }

/** One of them, with the links that it has. */
export type Actor = { scanner: Scanner } | { human: Human }

/** All scanners, then all people. */
export const ACTORS: readonly Actor[] = [...SCANNERS.map((scanner) => ({ scanner })), ...HUMANS.map((human) => ({ human }))]

/** What is asked of it in a sentence. */
export function roleOf(actor: Actor): { name: string, does: string, needs_browser: boolean } {
  const { name, does, needs_browser = false } = 'scanner' in actor ? actor.scanner : actor.human
  return { name, does, needs_browser }
}

/** Has one of them do what it does with the links of a mail. */
export async function run(actor: Actor, links: readonly string[], where: Surroundings): Promise<Run> {
  if (roleOf(actor).needs_browser && !where.browser) return { done: false, why: 'needs a Chromium, and there is none here' }
  try {
    if ('human' in actor) await actor.human.answer(links, where)
    else await scan(actor.scanner, links, where)
    return { done: true }
  } catch (error) {
    return { done: false, why: error instanceof Error ? (error.message.split(/\n| at http/)[0] ?? '') : String(error) }
  }
}

/** The same for a scanner whose mail is a real one: no customer answers it for the sake of trying. */
export async function scanOnly(scanner: Scanner, links: readonly string[], where: Surroundings): Promise<Run> {
  return run({ scanner: { ...scanner, after_customer: false } }, links, where)
}

/** The score that has to count in the end; null where none may. */
export function expectedScore(actor: Actor): number | null {
  if ('human' in actor) return actor.human.score
  return actor.scanner.after_customer ? FIRST_SCORE : null
}

const FIRST_SCORE = 3

async function scan(scanner: Scanner, links: readonly string[], where: Surroundings): Promise<void> {
  if (scanner.after_customer) {
    await answerFirst(links, where, FIRST_SCORE)
    await where.wait(35_000)
  }
  await scanner.scan(links, where)
}
