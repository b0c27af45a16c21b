import { setTimeout as pause } from 'node:timers/promises'
import type { Ground } from '../core/context.ts'
import { claimDue, claimDueTexts, LEASE_MS, renewClaims, type Claimed, type ClaimOptions } from '../core/invitations/claim.ts'
import { logCutOff, type CutOff } from '../core/invitations/cut-offs.ts'
import type { EmailMessage, Message, TextMessage } from '../core/invitations/messages.ts'
import { recordOutcome } from '../core/invitations/outcome.ts'
import { openEmail, type EmailOptions } from './email.ts'
import { renderMail } from './render.ts'
import { openSandbox, openTextSandbox } from './sandbox.ts'
import type { Sender, SendResult } from './sender.ts'
import { openSendGrid } from './sendgrid.ts'
import { MOST_CHARACTERS, writeText, type Text } from './text-message.ts'
import { openTwilio } from './twilio.ts'

export interface Delivery {
  /**
   * Claims due mails, so many at a time (250), sends them and records what became of each, until nothing is due any more; the next ones are claimed while those before them are under way.
   * Answers how many were handled, refused ones among them.
   */
  sendDue(limit?: number): Promise<number>
  /** The same for text messages. */
  sendDueTexts(limit?: number): Promise<number>
  /** Ends it: what is under way has so long (10 s) to finish, all else that was claimed is given back. */
  close(grace_ms?: number): Promise<void>
}

const BATCH = 250
const RENEW_MS = LEASE_MS / 3
/** An outcome that can't be written (the database restarts) is tried again for so long: without it the message would be sent again. */
const RECORD_MS = 2 * LEASE_MS

/** What sends all messages of a process: by the mail server and the provider of text messages, or into the sandbox mailbox where there is none. */
export function openDelivery(options: { ground: Ground, mail_url: string | null, sms_url?: string | null, public_url: string } & Partial<EmailOptions>): Delivery {
  const { ground, public_url, mail_url, sms_url } = options
  const mails: Sender = mail_url ? openMails(mail_url, options) : openSandbox(ground)
  const texts: TextSender = sms_url ? openTwilio({ sms_url, public_url }) : openTextSandbox(ground)
  const by_mail = { claim: claimDue, concurrency: mails.concurrency, send: (message: EmailMessage) => mails.send(message, renderMail(message, public_url)) }
  const by_text = { claim: claimDueTexts, concurrency: texts.concurrency, send: (message: TextMessage) => sendText(texts, message, public_url) }
  const run: Run = { ground, host: new URL(public_url).hostname, is_stopping: false }
  const running = new Set<Promise<unknown>>()
  const track = (round: Promise<number>): Promise<number> => {
    running.add(round)
    return round.finally(() => running.delete(round))
  }
  return {
    sendDue: (limit = BATCH) => track(sendRound(run, by_mail, limit)),
    sendDueTexts: (limit = BATCH) => track(sendRound(run, by_text, limit)),
    async close(grace_ms = 10_000) {
      run.is_stopping = true
      await settledWithin(running, grace_ms)
      mails.close()
      texts.close()
      await settledWithin(running, 2000)
    },
  }
}

/** A provider signs and takes back what it sends by itself. */
function openMails(mail_url: string, { dkim = null, bounces = null }: Partial<EmailOptions>): Sender {
  return mail_url.startsWith('sendgrid:') ? openSendGrid(mail_url) : openEmail(mail_url, { dkim, bounces })
}

/** How the messages of one channel go: claimed, written and handed over. */
interface Channel<M extends Message> {
  claim(ground: Ground, options: ClaimOptions): Promise<Claimed<M>>
  readonly concurrency: number
  send(message: M): Promise<SendResult>
}

type TextSender = Sender<TextMessage, Text>

/** What a claim brought, but for what is recorded already; which deliveries were ours when we last asked; and what asks again. */
interface Batch<M> { readonly open: Set<M>, held: Set<number>, lease_end: Date, renewal: NodeJS.Timeout | null }

interface Run { readonly ground: Ground, readonly host: string, is_stopping: boolean }

/** What all lanes of a round take from. */
interface Supply<M extends Message> {
  readonly channel: Channel<M>
  readonly limit: number
  readonly queue: { batch: Batch<M>, message: M }[]
  readonly records: Set<Promise<void>>
  /** The claim that is under way. It never throws: its error ends the round. */
  claim: Promise<void> | null
  failure: { readonly error: unknown } | null
  is_over: boolean
  handled: number
}

/** As many at once as the sender takes. A message's place is free as soon as it is sent: outcomes are written meanwhile, several at once. */
async function sendRound<M extends Message>(run: Run, channel: Channel<M>, limit: number): Promise<number> {
  const supply: Supply<M> = { channel, limit, queue: [], records: new Set(), claim: null, failure: null, is_over: false, handled: 0 }
  await Promise.all(Array.from({ length: channel.concurrency }, () => sendNext(run, supply)))
  await Promise.all(supply.records)
  if (supply.failure) throw supply.failure.error
  return supply.handled
}

async function sendNext<M extends Message>(run: Run, supply: Supply<M>): Promise<void> {
  for (let next = await take(run, supply); next; next = await take(run, supply)) {
    const { batch, message } = next
    const result = mayBegin(run, batch, message) ? await sendOne(run, supply.channel, message) : GIVEN_BACK
    const recorded = record(run.ground, message, result).finally(() => {
      supply.records.delete(recorded)
      finish(batch, message)
    })
    supply.records.add(recorded)
  }
}

/**
 * The next message, or null when nothing is due any more. Half a claim before the queue is empty the next one begins. Where outcomes are written slower than messages go, it waits for
 * them: a crash repeats what was sent and not recorded.
 */
async function take<M extends Message>(run: Run, supply: Supply<M>): Promise<Supply<M>['queue'][number] | null> {
  for (;;) {
    if (wantsMore(run, supply)) supply.claim = claimMore(run, supply).finally(() => (supply.claim = null))
    const next = supply.queue.shift()
    if (next) return next
    if (supply.claim) await supply.claim
    else if (supply.records.size > 0 && !supply.is_over && !run.is_stopping) await Promise.race(supply.records)
    else return null
  }
}

function wantsMore<M extends Message>(run: Run, { claim, is_over, queue, records, limit }: Supply<M>): boolean {
  return !claim && !is_over && !run.is_stopping && queue.length <= limit / 2 && queue.length + records.size < 2 * limit
}

async function claimMore<M extends Message>(run: Run, supply: Supply<M>): Promise<void> {
  try {
    const claimed = await supply.channel.claim(run.ground, { limit: supply.limit, host: run.host })
    logCutOff(run.ground, claimed.ambiguous)
    const found = claimed.messages.length + claimed.refused
    supply.handled += found
    supply.is_over = found === 0
    keepClaimed(run.ground, supply, claimed)
  } catch (error) {
    supply.is_over = true
    supply.failure = { error }
  }
}

/** Queues what was claimed, and renews the claim until all of it is recorded. */
function keepClaimed<M extends Message>(ground: Ground, supply: Supply<M>, { messages, lease_end }: Claimed<M>): void {
  if (messages.length === 0) return
  const batch: Batch<M> = { open: new Set(messages), held: new Set(messages.map(({ delivery_id }) => delivery_id)), lease_end, renewal: null }
  batch.renewal = setInterval(() => void renew(ground, batch), RENEW_MS)
  for (const message of messages) supply.queue.push({ batch, message })
}

function finish<M extends Message>(batch: Batch<M>, message: M): void {
  batch.open.delete(message)
  if (batch.open.size === 0 && batch.renewal) clearInterval(batch.renewal)
}

const GIVEN_BACK: SendResult = { outcome: { kind: 'given_back', detail: null }, is_ambiguous: false }

/** Not when we stop, not what another worker took over (the machine slept, the database was away), and not when the lease is nearly over: then one may be about to. */
function mayBegin(run: Run, { held, lease_end }: Batch<Message>, { delivery_id }: Message): boolean {
  return !run.is_stopping && held.has(delivery_id) && run.ground.now().getTime() < lease_end.getTime() - RENEW_MS
}

async function sendOne<M extends Message>(run: Run, channel: Channel<M>, message: M): Promise<SendResult> {
  try {
    return await channel.send(message)
  } catch (error) {
    run.ground.log.error({ ...idsOf(message), ...errorFacts(error) }, 'a message could not be written')
    return { outcome: { kind: 'temporary_failure', detail: 'the message could not be written' }, is_ambiguous: false }
  }
}

/** A text that nobody would take is not handed over. How many segments it has is kept with each attempt. */
async function sendText(sender: TextSender, message: TextMessage, public_url: string): Promise<SendResult> {
  const text = writeText(message, public_url)
  const { characters, segments } = text
  if (characters > MOST_CHARACTERS) {
    const detail = `The text message would have ${characters} characters, and ${MOST_CHARACTERS} is the most that can be sent.`
    return { outcome: { kind: 'permanent_failure', detail, segments }, is_ambiguous: false }
  }
  const result = await sender.send(message, text)
  return { ...result, outcome: { ...result.outcome, segments } }
}

async function record(ground: Ground, message: Message, { outcome, is_ambiguous, log }: SendResult): Promise<void> {
  if (is_ambiguous) logCutOff(ground, [message])
  if (outcome.kind === 'sent') ground.log.debug(idsOf(message), 'sent')
  else ground.log.info({ ...idsOf(message), outcome: outcome.kind, ...log }, 'not sent')
  const end = Date.now() + RECORD_MS
  for (let wait_ms = 50; ; wait_ms = Math.min(wait_ms * 2, 1000)) {
    try {
      return await recordOutcome(ground, message, outcome)
    } catch (error) {
      if (Date.now() > end) return ground.log.error({ ...idsOf(message), ...errorFacts(error) }, 'an outcome could not be recorded: the message will be sent again')
    }
    await pause(wait_ms)
  }
}

function idsOf({ account_id, invitation_id, message_id }: CutOff) {
  return { account_id, invitation_id, message_id }
}

/** Without what the database says of the row: addresses and texts may be in it. */
function errorFacts(error: unknown): { error: string, stack: string | undefined } {
  return error instanceof Error ? { error: error.message, stack: error.stack } : { error: String(error), stack: undefined }
}

async function renew(ground: Ground, batch: Batch<Message>): Promise<void> {
  try {
    Object.assign(batch, await renewClaims(ground, [...batch.open]))
  } catch (error) {
    ground.log.warn(errorFacts(error), 'claims could not be renewed')
  }
}

async function settledWithin(running: Set<Promise<unknown>>, ms: number): Promise<void> {
  const over = new AbortController()
  await Promise.race([Promise.allSettled(running), pause(ms, undefined, { signal: over.signal }).catch(() => undefined)])
  over.abort()
}
