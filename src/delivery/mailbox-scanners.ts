import { setTimeout as pause } from 'node:timers/promises'
import { outcomesOf, type Outcome } from '../core/clicks/outcomes.ts'
import { recheckAnswers } from '../core/clicks/recheck.ts'
import type { Context } from '../core/context.ts'
import type { SandboxMail } from '../core/sandbox-mails.ts'
import type { Html } from '../http/html.ts'
import { openChromium } from '../scanners/chromium.ts'
import { sendOverNetwork } from '../scanners/network.ts'
import { surveyLinks } from '../scanners/page-reader.ts'
import { SCANNERS } from '../scanners/scanners.ts'
import { scanOnly } from '../scanners/simulation.ts'
import type { Surroundings } from '../scanners/surroundings.ts'
import { scannerRow, scannersSummary } from './mailbox-views.ts'

/** Sends every scanner to the survey links of a mail, over the network as real ones come, and tells of each when it is done; then what counts. */
export async function* scanMail(ctx: Context, mail: SandboxMail, { send, wait }: Pick<Surroundings, 'send' | 'wait'> = REAL): AsyncGenerator<Html> {
  const before = await outcomeOf(ctx, mail)
  const links = surveyLinks(mail.html)
  const browser = await openChromium().catch(() => null)
  const where = { send, wait, browser }
  try {
    const runs = SCANNERS.map(async (scanner) => ({ scanner, run: await scanOnly(scanner, links, where) }))
    for (const next of runs) {
      const { scanner, run } = await next
      yield scannerRow(scanner, run.done ? 'yes' : `no: ${run.why}`)
    }
  } finally {
    await browser?.close()
  }
  await recheckAnswers(ctx)
  yield scannersSummary(before, await outcomeOf(ctx, mail))
}

const REAL: Pick<Surroundings, 'send' | 'wait'> = { send: sendOverNetwork, wait: (ms) => pause(ms) }

async function outcomeOf(ctx: Context, { invitation_id }: SandboxMail): Promise<Outcome | null> {
  const [outcome] = invitation_id === null ? [] : await outcomesOf(ctx, [invitation_id])
  return outcome ?? null
}
