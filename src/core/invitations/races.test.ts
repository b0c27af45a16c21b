// once
/** What forbids a message may come at the very moment that a worker takes it. Whoever is first, the outcome is the one that was promised to whoever asked. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { invite, remind, type InvitationWish } from '../../../test/support/invitations.ts'
import { openWorld, type TestAccount, type World } from '../../../test/support/world.ts'
import { makeDice, type Dice } from '../../demo/random.ts'
import { Invalid } from '../errors.ts'
import { recordResponse } from '../responses/record.ts'
import { createSurvey } from '../surveys.ts'
import { createEmailTemplate } from '../templates.ts'
import { cancelInvitation } from './cancel.ts'
import { changeInvitation } from './change.ts'
import { claimDue, renewClaims } from './claim.ts'
import type { Invitation, Invited } from './invite.ts'
import type { Message } from './messages.ts'
import { recordOutcome } from './outcome.ts'

const SEED = 20_260_316
const ROUNDS = 25
const RACES = 40
const WORKERS = 3
/** By so many claims and outcomes nearly all of a round is sent; before that somebody acts. */
const MOMENTS = 30

let world: World
let acme: TestAccount
before(async () => {
  world = await openWorld()
  acme = await world.account()
})
after(() => world.close())

/** What was handed over, and a count of what happened so far, by which two moments can be told apart. */
interface Journal { dice: Dice, begun_at: Date, moment: number, handed: Handed[], running: number }
interface Handed { invitation_id: number, reminder_id: number | null, email: string, claimed_at: number }

/** One race: who runs against the workers, and what has to hold when all is over. */
interface Race { act(wait: () => Promise<void>): Promise<void>, check(end: End): void | Promise<void> }
interface End {
  of(invited: Invited): Invitation
  handed(invited: Invited): Handed[]
  /** Moments at which it was known that something had been done; what was claimed later had to heed it. */
  since(moment: number, handed: Handed[]): Handed[]
}
type Start = (journal: Journal, name: string) => Promise<Race>

/** How often each way of ending came, so that a race which only ever ends in one way is found out. */
const ends = new Map<string, number>()
function ended(how: string): void {
  ends.set(how, (ends.get(how) ?? 0) + 1)
}

function start(name: string, wish: InvitationWish = {}): Promise<Invited> {
  return invite(acme.ctx, { email: `${name}@client.test`, ...wish })
}

/** Whether it was accepted. What is refused is refused for its state. */
async function accepted(work: Promise<unknown>, what: string): Promise<boolean> {
  const is_accepted = await work.then(() => true, (error: unknown) => {
    assert.ok(error instanceof Invalid && error.faults.every(({ field, code }) => field === 'state' && code === 'forbidden_value'), String(error))
    return false
  })
  ended(`${what} ${is_accepted ? 'accepted' : 'refused'}`)
  return is_accepted
}

function answer(token: string): Promise<unknown> {
  return recordResponse(world.ground, token, { score: 9, comment: null }, { responder_ip: null, user_agent: null })
}

/** What workers hold that fell asleep with it an hour ago. */
const asleep = new Map<number, Message>()
async function fallAsleep(): Promise<void> {
  const then = new Date(world.clock.now().getTime() - 3_600_000)
  const { messages } = await claimDue({ ...world.ground, now: () => then }, { limit: RACES, host: 'earshot.test' })
  for (const message of messages) asleep.set(message.invitation_id, message)
}

const NEXT_WEEK = 7 * 86_400_000

/** Something that forbids sending is done: what is claimed after that is not handed over, but not sent for this reason; what was claimed before goes, once. */
function forbids(reason: string, invited: Invited, journal: Journal, act: () => Promise<unknown>): Race {
  let done = Infinity
  return {
    async act(wait) {
      await wait()
      await act()
      done = ++journal.moment
    },
    check({ of, handed, since }) {
      const [messages, { state, not_sent_reason }] = [handed(invited), of(invited)]
      assert.deepEqual(since(done, messages), [])
      assert.deepEqual([state, not_sent_reason], messages.length === 1 ? ['sent', null] : ['not_sent', reason])
      ended(`${reason} ${messages.length === 1 ? 'after' : 'before'}`)
    },
  }
}

const STARTS: Record<string, Start> = {
  async cancel(_, name) {
    const invited = await start(name)
    const reminder = await remind(acme.ctx, invited.id, new Date(world.clock.now().getTime() + NEXT_WEEK))
    let is_cancelled = false
    return {
      async act(wait) {
        await wait()
        is_cancelled = await accepted(cancelInvitation(acme.ctx, invited.id), 'cancel')
      },
      async check({ of, handed }) {
        assert.equal(handed(invited).length, is_cancelled ? 0 : 1)
        assert.equal(of(invited).not_sent_reason, is_cancelled ? 'cancelled' : null)
        const row = await world.ground.db.selectFrom('reminders').select(['state', 'not_sent_reason']).where('id', '=', reminder).executeTakeFirst()
        assert.deepEqual(row, is_cancelled ? { state: 'not_sent', not_sent_reason: 'cancelled' } : { state: 'pending', not_sent_reason: null })
      },
    }
  },
  async cancelTwice(_, name) {
    const invited = await start(name)
    let cancelled: boolean[] = []
    return {
      async act(wait) {
        cancelled = await Promise.all([1, 2].map(async () => {
          await wait()
          return accepted(cancelInvitation(acme.ctx, invited.id), 'one of two cancels')
        }))
      },
      check({ of, handed }) {
        const count = cancelled.filter(Boolean).length
        assert.deepEqual([handed(invited).length, of(invited).state], count === 0 ? [1, 'sent'] : [0, 'not_sent'])
        assert.ok(count <= 1)
      },
    }
  },
  async changeAddress(_, name) {
    const invited = await start(name)
    let is_changed = false
    return {
      async act(wait) {
        await wait()
        is_changed = await accepted(changeInvitation(acme.ctx, invited.id, { email: `new-${name}@client.test` }), 'change')
      },
      check({ of, handed }) {
        assert.deepEqual(handed(invited).map(({ email }) => email), [is_changed ? `new-${name}@client.test` : `${name}@client.test`])
        assert.equal(of(invited).state, 'sent')
      },
    }
  },
  async changeBesideLateRenewal(journal, name) {
    const invited = await start(name, { send_at: new Date(world.clock.now().getTime() - 3_600_000) })
    await fallAsleep()
    let is_changed = false
    return {
      async act() {
        const message = asleep.get(invited.id)
        assert.ok(message?.email)
        await world.ground.db.updateTable('invitations').set({ due_at: world.clock.now() }).where('id', '=', invited.id).where('attempts', '=', 1).execute()
        const wakeUp = async (): Promise<void> => {
          await pause(journal.dice.between(0, 40)) // Into the midst of the change, mostly.
          const claimed_at = ++journal.moment
          const { held } = await renewClaims(world.ground, [message])
          ended(`late renewal ${held.size > 0 ? 'held' : 'in vain'}`)
          if (held.size === 0) return
          journal.handed.push({ invitation_id: invited.id, reminder_id: null, email: message.email ?? '', claimed_at })
          await pause(3)
          await recordOutcome(world.ground, message, { kind: 'sent', detail: null })
        }
        [, is_changed] = await Promise.all([wakeUp(), accepted(changeInvitation(acme.ctx, invited.id, { email: `new-${name}@client.test` }), 'change beside a late renewal')])
      },
      check({ of, handed }) {
        assert.deepEqual(handed(invited).map(({ email }) => email), [is_changed ? `new-${name}@client.test` : `${name}@client.test`])
        assert.equal(of(invited).state, 'sent')
      },
    }
  },
  async putOff(_, name) {
    const invited = await start(name)
    const send_at = new Date(world.clock.now().getTime() + NEXT_WEEK)
    let is_changed = false
    return {
      async act(wait) {
        await wait()
        is_changed = await accepted(changeInvitation(acme.ctx, invited.id, { send_at }), 'putting off')
      },
      async check({ of, handed }) {
        assert.deepEqual([handed(invited).length, of(invited).state], is_changed ? [0, 'pending'] : [1, 'sent'])
        if (is_changed) await cancelInvitation(acme.ctx, invited.id)
      },
    }
  },
  async changeAndCancel(_, name) {
    const invited = await start(name)
    let [is_changed, is_cancelled] = [false, false]
    return {
      async act(wait) {
        [is_changed, is_cancelled] = await Promise.all([
          wait().then(() => accepted(changeInvitation(acme.ctx, invited.id, { email: `new-${name}@client.test` }), 'change beside a cancel')),
          wait().then(() => accepted(cancelInvitation(acme.ctx, invited.id), 'cancel beside a change')),
        ])
      },
      check({ handed }) {
        assert.deepEqual(handed(invited).map(({ email }) => email), is_cancelled ? [] : [is_changed ? `new-${name}@client.test` : `${name}@client.test`])
      },
    }
  },
  async answer(journal, name) {
    const invited = await start(name)
    return forbids('already responded', invited, journal, () => answer(invited.token))
  },
  async answerAndCancel(_, name) {
    const invited = await start(name)
    let is_cancelled = false
    return {
      async act(wait) {
        [, is_cancelled] = await Promise.all([wait().then(() => answer(invited.token)), wait().then(() => accepted(cancelInvitation(acme.ctx, invited.id), 'cancel beside an answer'))])
      },
      check({ of, handed }) {
        const [{ state, not_sent_reason, answered_at }, sent] = [of(invited), handed(invited).length]
        assert.notEqual(answered_at, null)
        assert.deepEqual([sent, state, not_sent_reason], is_cancelled ? [0, 'not_sent', 'cancelled'] : sent === 1 ? [1, 'sent', null] : [0, 'not_sent', 'already responded'])
      },
    }
  },
  async answerAndChange(_, name) {
    const invited = await start(name)
    const email = `new-${name}@client.test`
    let is_changed = false
    return {
      async act(wait) {
        [, is_changed] = await Promise.all([wait().then(() => answer(invited.token)), wait().then(() => accepted(changeInvitation(acme.ctx, invited.id, { email }), 'change beside an answer'))])
      },
      async check({ of, handed }) {
        const response = await world.ground.db.selectFrom('responses').select('email').where('invitation_id', '=', invited.id).executeTakeFirst()
        assert.deepEqual([of(invited).email, response?.email], is_changed ? [email, email] : [`${name}@client.test`, `${name}@client.test`])
        assert.ok(handed(invited).every((message) => message.email === of(invited).email))
      },
    }
  },
  async reminder(journal, name) {
    const invited = await start(name, { channel: 'link' })
    const reminder = await remind(acme.ctx, invited.id, world.clock.now())
    let done = Infinity
    return {
      async act(wait) {
        await wait()
        await answer(invited.token)
        done = ++journal.moment
      },
      async check({ handed, since }) {
        const messages = handed(invited)
        assert.deepEqual(since(done, messages), [])
        const row = await world.ground.db.selectFrom('reminders').select(['state', 'not_sent_reason']).where('id', '=', reminder).executeTakeFirst()
        assert.deepEqual([messages.map(({ reminder_id }) => reminder_id), row], messages.length === 1 ? [[reminder], { state: 'sent', not_sent_reason: null }] : [[], { state: 'not_sent', not_sent_reason: 'already responded' }])
        ended(`reminder ${messages.length === 1 ? 'before' : 'after'} the answer`)
      },
    }
  },
  async archiveSurvey(journal, name) {
    const survey = await createSurvey(world.ground.db, acme.account.id, { name, purpose: 'other', throttle_exempt: true, questions: [{ type: 'text', text: 'How was it?' }] }, world.clock.now())
    const invited = await start(name, { survey_id: survey.id })
    return forbids('survey archived', invited, journal, () => world.ground.db.updateTable('surveys').set({ archived_at: world.clock.now() }).where('id', '=', survey.id).execute())
  },
  async archiveTemplate(journal, name) {
    const template = await createEmailTemplate(acme.ctx, { kind: 'invitation', name, from_name: 'A', from_email: 'a@example.com', subject: 's', body: 'b' })
    const invited = await start(name, { email_template_id: template.id })
    return forbids('template archived', invited, journal, () => world.ground.db.updateTable('email_templates').set({ archived_at: world.clock.now() }).where('id', '=', template.id).execute())
  },
  async unsubscribe(journal, name) {
    const invited = await start(name)
    const row = { account_id: acme.account.id, address: `${name}@client.test`, by_customer_at: world.clock.now() }
    return forbids('unsubscribed', invited, journal, () => world.ground.db.insertInto('unsubscribes').values(row).execute())
  },
  async throttle(_, name) {
    const both = [await start(name, { survey: 'nps' }), await start(name, { survey: 'five_questions' })]
    return {
      act: (wait) => wait(),
      check({ of, handed }) {
        assert.equal(both.flatMap(handed).length, 1)
        assert.deepEqual(both.map((one) => of(one).not_sent_reason).filter((reason) => reason !== null), ['over-survey protection'])
      },
    }
  },
  async throttleAndCancel(_, name) {
    const [one, two] = [await start(name, { survey: 'nps' }), await start(name, { survey: 'nps' })]
    let is_cancelled = false
    return {
      async act(wait) {
        await wait()
        is_cancelled = await accepted(cancelInvitation(acme.ctx, one.id), 'cancel of one of two')
      },
      async check({ of, handed }) {
        const sent = handed(one).length + handed(two).length
        assert.ok(is_cancelled ? handed(one).length === 0 && sent <= 1 : sent === 1)
        if (is_cancelled) assert.equal(of(one).not_sent_reason, 'cancelled')
        const address = await world.ground.db.selectFrom('invited_addresses').select('invitation_id').where('address', '=', `${name}@client.test`).executeTakeFirst()
        assert.equal(address?.invitation_id, handed(one).length === 1 ? one.id : handed(two).length === 1 ? two.id : undefined)
      },
    }
  },
  async throttleAndChange(_, name) {
    const [one, two] = [await start(`first-${name}`, { survey: 'nps' }), await start(name, { survey: 'nps' })]
    let is_changed = false
    return {
      async act(wait) {
        await wait()
        is_changed = await accepted(changeInvitation(acme.ctx, one.id, { email: `${name}@client.test` }), 'change to the address of another')
      },
      check({ of, handed }) {
        const sent = [one, two].flatMap(handed)
        assert.deepEqual(sent.map(({ email }) => email).toSorted(), is_changed ? [`${name}@client.test`] : [`first-${name}@client.test`, `${name}@client.test`])
        assert.equal([one, two].filter((invited) => of(invited).not_sent_reason === 'over-survey protection').length, is_changed ? 1 : 0)
      },
    }
  },
}

test(`in ${ROUNDS * RACES} races against the workers, each ends as it was promised (seed ${SEED})`, async () => {
  const dice = makeDice(SEED)
  const kinds = Object.entries(STARTS)
  for (let round = 0; round < ROUNDS; round++) {
    const journal: Journal = { dice, begun_at: world.clock.now(), moment: 0, handed: [], running: RACES }
    const races = await Promise.all(Array.from({ length: RACES }, async (_, index) => {
      const [kind, begin] = dice.pick(kinds)
      return { kind, race: await begin(journal, `${kind}-${round}-${index}`.toLowerCase()) }
    }))
    const moments = races.map(() => dice.between(0, MOMENTS))
    await Promise.all([
      ...races.map(({ race }, index) => race.act(() => reached(journal, (moments[index] ?? 0) + dice.between(0, 3))).finally(() => journal.running--)),
      ...Array.from({ length: WORKERS }, () => work(journal, dice)),
    ])
    world.clock.advance({ minutes: 10 })
    await work(journal, dice, 0)
    const end = await endOf(journal)
    for (const { kind, race } of races) {
      try {
        await race.check(end)
      } catch (error) {
        throw new Error(`round ${round}, ${kind}`, { cause: error })
      }
    }
  }
  const one_sided = ['cancel', 'change', 'putting off', 'cancel of one of two', 'change beside a late renewal'].flatMap((what) => [`${what} accepted`, `${what} refused`])
    .concat(['already responded', 'survey archived', 'template archived', 'unsubscribed'].flatMap((reason) => [`${reason} before`, `${reason} after`]), 'reminder before the answer', 'reminder after the answer', 'late renewal in vain')
    .filter((how) => !ends.has(how))
  assert.deepEqual(one_sided, [], [...ends].map(([how, times]) => `${how}: ${times}`).join('\n'))
})

/** Until so much has happened in a round, however long the machine takes for it. */
async function reached(journal: Journal, moment: number): Promise<void> {
  while (journal.moment < moment) await pause(1)
}

/** A worker whose sender takes its time, in this share of all cases fails, and as often does not begin: until nothing is due and nobody acts any more. */
async function work(journal: Journal, dice: Dice, failing = 0.1): Promise<void> {
  for (let idle = 0; idle < 2 || journal.running > 0;) {
    const claimed_at = ++journal.moment
    const { messages, refused } = await claimDue(world.ground, { limit: dice.between(1, 5), host: 'earshot.test' })
    idle = messages.length + refused === 0 ? idle + 1 : 0
    for (const message of messages) {
      await pause(dice.next() * 6)
      const outcome = dice.chance(failing) ? { kind: 'temporary_failure', detail: '451' } as const : dice.chance(failing) ? { kind: 'given_back', detail: null } as const : { kind: 'sent', detail: null } as const
      if (outcome.kind === 'sent') journal.handed.push({ invitation_id: message.invitation_id, reminder_id: message.reminder_id, email: message.email, claimed_at })
      await recordOutcome(world.ground, message, outcome)
    }
    if (messages.length === 0) await pause(1)
  }
}

async function endOf({ begun_at, handed }: Journal): Promise<End> {
  const rows = await world.ground.db.selectFrom('invitations').selectAll().where('account_id', '=', acme.account.id).where('created_at', '>=', begun_at).execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  const twice = handed.filter((one, index) => handed.some((other, place) => place < index && other.invitation_id === one.invitation_id && other.reminder_id === one.reminder_id))
  assert.deepEqual(twice, [])
  return {
    of({ id }) {
      const row = byId.get(id)
      assert.ok(row)
      return row
    },
    handed: ({ id }) => handed.filter((one) => one.invitation_id === id),
    since: (moment, messages) => messages.filter(({ claimed_at }) => claimed_at > moment),
  }
}
