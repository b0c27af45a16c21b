import { baseOf, decodePart, isLoopback, readConnections } from './provider-url.ts'

/** How to reach Twilio, or whatever speaks its API. */
export interface Twilio {
  /** Without a slash at its end. */
  base_url: string
  is_loopback: boolean
  sid: string
  /** Signs what Twilio sends, too. */
  token: string
  /** Who a message comes from, as the API's parameter. */
  sender: { From: string } | { MessagingServiceSid: string }
  /** How many requests at once. */
  connections: number
}

const FORM = 'must look like twilio://SID:TOKEN@api.twilio.com?from=+15550100, or with messaging_service_sid=MG… instead of from.'
const CONNECTIONS = 10

/** Reads what EARSHOT_SMS_URL takes. HTTPS, but for a loopback address, where it is plain HTTP. Throws an Error whose text goes on from the setting's name. */
export function readTwilioUrl(text: string): Twilio {
  const url = URL.parse(text)
  if (url?.protocol !== 'twilio:' || url.hostname === '' || url.username === '' || url.password === '' || !/^\/?$/.test(url.pathname) || url.hash !== '') throw new Error(FORM)
  const [sid, token] = [decodePart(url.username, FORM), decodePart(url.password, FORM)]
  // A number begins with a plus, which a query would read as a blank.
  const query = new URLSearchParams(url.search.replaceAll('+', '%2B'))
  const is_loopback = isLoopback(url.hostname)
  return { base_url: baseOf(url), is_loopback, sid, token, sender: readSender(query), connections: readConnections(query, CONNECTIONS) }
}

function readSender(query: URLSearchParams): Twilio['sender'] {
  const [from, service] = ['from', 'messaging_service_sid'].map((name) => query.get(name)?.trim() ?? '')
  for (const name of query.keys()) if (!['from', 'messaging_service_sid', 'maxConnections'].includes(name)) throw new Error(`has ${name} in its query, which is not known: from or messaging_service_sid, and maxConnections.`)
  if (from && service) throw new Error('has both from and messaging_service_sid: leave one of them out.')
  if (service) return { MessagingServiceSid: service }
  if (!from) throw new Error('does not say who text messages come from: add ?from=+15550100 or ?messaging_service_sid=MG….')
  if (!/^\+?\d{3,15}$/.test(from) && !/^(?=.*[A-Za-z])[A-Za-z0-9 _&+-]{1,11}$/.test(from)) throw new Error('has a from that is neither a number such as +15550100, nor a short code, nor a name of at most 11 letters and digits.')
  return { From: from }
}
