import { isIP } from 'node:net'

/** The address of a provider's API without a slash at its end: HTTPS, but for a loopback address, where it is plain HTTP. */
export function baseOf({ hostname, host }: URL): string {
  return `${isLoopback(hostname) ? 'http' : 'https'}://${host}`
}

/** The hosts that no network lies before. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '')
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** A part of an address that may be percent-encoded. Throws an Error with the complaint where it is so wrongly. */
export function decodePart(text: string, complaint: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error(complaint)
  }
}

/** How many requests at once, as `?maxConnections=` says it. */
export function readConnections(query: URLSearchParams, standard: number): number {
  const text = query.get('maxConnections')
  if (text === null) return standard
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new Error('has a maxConnections that is not a number from 1 to 999.')
  return Number(text)
}
