import { countProvisional } from '../../src/core/clicks/provisional.ts'
import { recheckAnswers } from '../../src/core/clicks/recheck.ts'
import { getSandboxMail, listSandboxMails } from '../../src/core/sandbox-mails.ts'
import { surveyLinks } from '../../src/scanners/page-reader.ts'
import type { Send } from '../../src/scanners/visitor.ts'
import { closedMail, MAIL_FIELDS } from './closed-mail.ts'
import { invite } from './invitations.ts'
import type { TestAccount, World } from './world.ts'

/** A mail that asks for a score from 0 to 10, as it arrived. */
export interface ScannedMail { invitation_id: number, links: string[] }

/** Sends such a mail; 25 seconds later it is there. Nobody else's mail is as young. */
export async function arrivedMail(world: World, { ctx }: TestAccount): Promise<ScannedMail> {
  world.clock.advance({ minutes: 30 })
  const { id } = await invite(ctx, { survey: 'nps', ignore_throttle: true })
  await world.work()
  const { rows: [newest] } = await listSandboxMails(ctx, { offset: 0, limit: 1 })
  if (!newest) throw new Error('no mail arrived')
  world.clock.advance({ seconds: 25 })
  return { invitation_id: id, links: surveyLinks((await getSandboxMail(ctx, newest.id)).html) }
}

/** A closed-ticket mail that a PSA sent: its links name a ticket, and nothing of ours is known of it. */
export async function arrivedClosedMail(world: World, account: TestAccount, number: string): Promise<{ number: string, links: string[] }> {
  world.clock.advance({ minutes: 30 })
  const { rating } = await closedMail(world, account)
  return { number, links: Array.from({ length: 10 }, (_, index) => `http://earshot.test${rating(index + 1, { ...MAIL_FIELDS, ticket: number })}`) }
}

/** The scores that count for a ticket's number. */
export async function countedForTicket({ ground }: World, number: string): Promise<(number | null)[]> {
  const rows = await ground.db.selectFrom('responses as r').innerJoin('cases as c', (join) => join.onRef('c.account_id', '=', 'r.account_id').onRef('c.id', '=', 'r.case_id')).select('r.score_value').where('c.number', '=', number).execute()
  return rows.map(({ score_value }) => score_value)
}

/** Reaches the world's server from any address. */
export function sendInto({ app }: World): Send {
  return async ({ method, url, headers, body, address }) => {
    const { pathname, search } = new URL(url)
    const reply = await app.inject({ method: method === 'HEAD' ? 'HEAD' : method === 'POST' ? 'POST' : 'GET', url: `${pathname}${search}`, headers, remoteAddress: address, ...body === null ? {} : { payload: body } })
    return { status: reply.statusCode, headers: reply.headers, body: reply.body }
  }
}

/** Lets so long pass as the worker sees it: what is fresh is looked at again, and what waited counts. */
export async function passTime({ clock, ground }: World, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10_000) {
    clock.advance({ seconds: Math.min(left, 10_000) / 1000 })
    if (ms > 60_000 && left < ms - 180_000) { // nothing fresh is left
      clock.advance({ seconds: Math.max(0, left - 10_000) / 1000 })
      left = 0
    }
    await recheckAnswers(ground)
    await countProvisional(ground)
  }
}

/** The scores that count for an invitation: none, or one. */
export async function countedScores({ ground }: World, { invitation_id }: ScannedMail): Promise<(number | null)[]> {
  const rows = await ground.db.selectFrom('responses').select('score_value').where('invitation_id', '=', invitation_id).execute()
  return rows.map(({ score_value }) => score_value)
}

/** What is held of an invitation, by its state. */
export async function heldStates({ ground }: World, { invitation_id }: ScannedMail): Promise<string[]> {
  const rows = await ground.db.selectFrom('held_responses').select('state').where('invitation_id', '=', invitation_id).orderBy('id').execute()
  return rows.map(({ state }) => state)
}
