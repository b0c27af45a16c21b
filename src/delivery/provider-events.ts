import formbody from '@fastify/formbody'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { Forbidden, LimitReached } from '../core/errors.ts'
import { recordReceipt, type Receipt } from '../core/invitations/receipts.ts'
import { addressBlock, countHit } from '../core/rate-limits.ts'
import { isE164 } from '../core/telephone-numbers.ts'
import { resubscribeNumber, unsubscribeErasedNumber, unsubscribeNumber } from '../core/unsubscribes.ts'
import { clientAddress } from '../http/address.ts'
import { OPTED_OUT } from './twilio-failures.ts'
import { isSignedByTwilio, type Form } from './twilio-signature.ts'
import { STATUS_PATH } from './twilio.ts'
import { readTwilioUrl } from './twilio-url.ts'

/** Longer than any message with all that is told of it. */
const BODY_LIMIT_BYTES = 64 * 1024
const NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?>\n<Response></Response>\n'

export interface ProviderEventOptions { ground: Ground, public_url: string, secret: string, sms_url: string | null }

/**
 * What providers tell by themselves: what became of a text message (STATUS_PATH), and what a customer answered one with. Whoever has no good signature is refused with 403, and
 * after 100 tries in ten minutes with 429. What is not ours, or was told before, is taken all the same, lest it is told again and again.
 */
export async function providerEvents(app: FastifyInstance, { ground, public_url, secret, sms_url }: ProviderEventOptions): Promise<void> {
  const token = sms_url === null ? null : readTwilioUrl(sms_url).token
  app.setErrorHandler(sendRefusal)
  app.removeAllContentTypeParsers()
  await app.register(formbody, { parser: (body) => ({ form: [...new URLSearchParams(body)] }) })
  app.addHook<Event>('preHandler', async (request) => {
    const signature = request.headers['x-twilio-signature']
    if (token !== null && typeof signature === 'string' && isSignedByTwilio(token, `${public_url}${request.originalUrl}`, formOf(request), signature)) return
    await countHit(ground, `provider event ${addressBlock(clientAddress(request))}`, 100, 600)
    throw new Forbidden('the signature is not good')
  })

  app.post<Event>(STATUS_PATH, { bodyLimit: BODY_LIMIT_BYTES }, (request, reply) => takeStatus(ground, secret, request, reply))
  app.post<Event>('/provider-events/twilio/incoming', { bodyLimit: BODY_LIMIT_BYTES }, (request, reply) => takeWord(ground, secret, request, reply))
}

interface Event { Body: { form: Form } | undefined, Querystring: Record<string, unknown> }

/** The query names the delivery, as the sender put it into the address to call. */
async function takeStatus(ground: Ground, secret: string, request: FastifyRequest<Event>, reply: FastifyReply): Promise<FastifyReply> {
  const [account_id, delivery_id] = [idOf(request.query.account), idOf(request.query.delivery)]
  const fields = new Map(formOf(request))
  const receipt = readReceipt(fields)
  if (receipt && account_id && delivery_id) {
    await recordReceipt(ground, { account_id, delivery_id }, receipt)
    if (receipt.kind === 'bounced' && receipt.is_opt_out) await unsubscribeErasedNumber(ground, secret, { account_id, number: fields.get('To') ?? '' })
  }
  return reply.code(204).send()
}

async function takeWord(ground: Ground, secret: string, request: FastifyRequest<Event>, reply: FastifyReply): Promise<FastifyReply> {
  const fields = new Map(formOf(request))
  const number = fields.get('From') ?? ''
  const word = wordOf(fields)
  if (word && isE164(number)) {
    const accounts = word === 'stop' ? await unsubscribeNumber(ground, secret, number) : await resubscribeNumber(ground, number)
    ground.log.info({ accounts }, word === 'stop' ? 'a number opted out by text message' : 'a number opted in again by text message')
  }
  return reply.header('content-type', 'text/xml; charset=utf-8').send(NO_REPLY)
}

/** Null: nothing to be noted, such as a message that was called off. */
function readReceipt(fields: Map<string, string>): Receipt | null {
  const status = (fields.get('MessageStatus') ?? '').toLowerCase()
  switch (status) {
    case 'accepted': case 'queued': case 'sending': case 'sent': return { kind: 'taken' }
    case 'delivered': case 'read': return { kind: 'delivered', detail: status }
    case 'undelivered': case 'failed': {
      const code = fields.get('ErrorCode') ?? ''
      const detail = [status, code && `error ${code}`, fields.get('ErrorMessage')].filter((part) => part).join(', ')
      return { kind: 'bounced', detail: detail.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, 500), is_opt_out: code === String(OPTED_OUT) }
    }
    default: return null
  }
}

const STOP = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'])
const START = new Set(['START', 'YES', 'UNSTOP'])

/** What the provider took it for, where it looks at words of its own (in other languages); else the word itself, alone in its message. */
function wordOf(fields: Map<string, string>): 'stop' | 'start' | null {
  const word = (fields.get('OptOutType') || fields.get('Body') || '').trim().toUpperCase()
  return STOP.has(word) ? 'stop' : START.has(word) ? 'start' : null
}

function idOf(text: unknown): number | null {
  return typeof text === 'string' && /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null
}

function formOf(request: FastifyRequest<Event>): Form {
  return request.body?.form ?? []
}

function sendRefusal(error: FastifyError | Forbidden | LimitReached, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof LimitReached) return reply.code(429).header('retry-after', String(error.retry_after)).send({ message: error.message })
  const status = error instanceof Forbidden ? 403 : (error.statusCode ?? 500)
  return reply.code(status).send({ message: status < 500 ? error.message : 'Something went wrong on our side.' })
}
