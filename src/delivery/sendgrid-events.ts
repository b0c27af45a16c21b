import type { KeyObject } from 'node:crypto'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { Forbidden, LimitReached } from '../core/errors.ts'
import { recordProviderEvent, recordReceipt, type Receipt } from '../core/invitations/receipts.ts'
import { addressBlock, countHit } from '../core/rate-limits.ts'
import { clientAddress } from '../http/address.ts'
import { isDeadAddress } from './bounce-report.ts'
import { DELIVERY_ARGUMENT } from './sendgrid.ts'
import { isSignedBySendGrid, readEventKey } from './sendgrid-signature.ts'

/** Of so many bytes at most SendGrid makes a request, and a good deal more. */
const BODY_LIMIT_BYTES = 2 * 1024 * 1024

/**
 * What SendGrid tells by itself of mails: a list of events, signed. Whoever has no good signature is refused with 403, and after 100 tries in ten minutes with 429. What is not ours, says nothing, or
 * was told before is taken all the same, lest it is told again and again.
 */
export async function sendGridEvents(app: FastifyInstance, { ground, sendgrid_event_key }: { ground: Ground, sendgrid_event_key: string | null }): Promise<void> {
  const key = sendgrid_event_key === null ? null : readEventKey(sendgrid_event_key)
  app.setErrorHandler(sendRefusal)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post<{ Body: Buffer | undefined }>('/provider-events/sendgrid', { bodyLimit: BODY_LIMIT_BYTES }, async (request, reply) => {
    const body = request.body ?? Buffer.alloc(0)
    if (!isSigned(request, body, key, ground.now())) {
      await countHit(ground, `provider event ${addressBlock(clientAddress(request))}`, 100, 600)
      throw new Forbidden('the signature is not good')
    }
    for (const event of readEvents(body)) await takeEvent(ground, event)
    return reply.code(204).send()
  })
}

function isSigned({ headers }: FastifyRequest, body: Buffer, key: KeyObject | null, now: Date): boolean {
  const [signature, timestamp] = [headers['x-twilio-email-event-webhook-signature'], headers['x-twilio-email-event-webhook-timestamp']]
  return key !== null && typeof signature === 'string' && typeof timestamp === 'string' && isSignedBySendGrid(key, { signature, timestamp, body }, now)
}

/** Its fields that matter, each a text; what is none is blank. */
type Event = Record<'event' | 'type' | 'reason' | 'response' | 'status' | 'sg_event_id' | typeof DELIVERY_ARGUMENT, string>

function readEvents(body: Buffer): Event[] {
  const events = parse(body)
  return (Array.isArray(events) ? events : []).filter((event) => typeof event === 'object' && event !== null).map((event: object) => {
    const fields = new Map<string, unknown>(Object.entries(event))
    const text = (name: string): string => {
      const value = fields.get(name)
      return typeof value === 'string' ? value.replace(/[\p{Cc}\s]+/gu, ' ').trim().slice(0, 500) : ''
    }
    return {
      event: text('event'), type: text('type'), reason: text('reason'), response: text('response'), status: text('status'), sg_event_id: text('sg_event_id'), [DELIVERY_ARGUMENT]: text(DELIVERY_ARGUMENT),
    }
  })
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}

/** What changes nothing the second time needs no memory. */
async function takeEvent(ground: Ground, event: Event): Promise<void> {
  const [, account_id, delivery_id] = /^(\d{1,15})-(\d{1,15})$/.exec(event[DELIVERY_ARGUMENT]) ?? []
  const receipt = readReceipt(event)
  if (!receipt || !account_id || !delivery_id) return
  const delivery = { account_id: Number(account_id), delivery_id: Number(delivery_id) }
  if (receipt.kind === 'taken' || receipt.kind === 'delivered' || event.sg_event_id === '') await recordReceipt(ground, delivery, receipt)
  else await recordProviderEvent(ground, event.sg_event_id, delivery, receipt)
}

/** Null: nothing to be noted, such as that the other server asks for patience. */
function readReceipt({ event, type, reason, response, status }: Event): Receipt | null {
  switch (event) {
    case 'processed': return { kind: 'taken' }
    case 'delivered': return { kind: 'delivered', detail: response || event }
    // A block is of the content or the sender, and says nothing of the address.
    case 'bounce': return { kind: 'bounced', detail: detailOf(status, reason || event), is_opt_out: false, is_dead: type !== 'blocked' && (status === '' || isDeadAddress(status)) }
    // SendGrid did not even try, because of what it heard earlier.
    case 'dropped': return { kind: 'bounced', detail: detailOf('dropped', reason), is_opt_out: /^(unsubscribed|spam reporting) address/i.test(reason), is_dead: /^(bounced address|invalid\b)/i.test(reason) }
    case 'spamreport': case 'unsubscribe': case 'group_unsubscribe': return { kind: 'complained' }
    default: return null
  }
}

function detailOf(status: string, reason: string): string {
  return (reason.includes(status) ? reason : [status, reason].filter((part) => part).join(', ')).slice(0, 500)
}

function sendRefusal(error: FastifyError | Forbidden | LimitReached, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof LimitReached) return reply.code(429).header('retry-after', String(error.retry_after)).send({ message: error.message })
  const status = error instanceof Forbidden ? 403 : (error.statusCode ?? 500)
  return reply.code(status).send({ message: status < 500 ? error.message : 'Something went wrong on our side.' })
}
