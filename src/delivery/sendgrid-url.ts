import { baseOf, decodePart, readConnections } from './provider-url.ts'

/** How to reach SendGrid, or whatever speaks its API. */
export interface SendGrid {
  /** Without a slash at its end. */
  base_url: string
  key: string
  /** How many requests at once. */
  connections: number
}

const FORM = 'must look like sendgrid://KEY@api.sendgrid.com.'
const CONNECTIONS = 10

/** Reads what EARSHOT_MAIL_URL takes of it. HTTPS, but for a loopback address. Throws an Error whose text goes on from the setting's name. */
export function readSendGridUrl(text: string): SendGrid {
  const url = URL.parse(text)
  if (url?.protocol !== 'sendgrid:' || url.hostname === '' || url.username === '' || url.password !== '' || !/^\/?$/.test(url.pathname) || url.hash !== '') throw new Error(FORM)
  for (const name of url.searchParams.keys()) if (name !== 'maxConnections') throw new Error(`has ${name} in its query, which is not known: maxConnections.`)
  return { base_url: baseOf(url), key: decodePart(url.username, FORM), connections: readConnections(url.searchParams, CONNECTIONS) }
}
