import { createHmac, timingSafeEqual } from 'node:crypto'

/** The parameters of a form, in any order. */
export type Form = [name: string, value: string][]

/**
 * Whether Twilio sent it: it signs the address that it was told to call, followed by the form's names and values in the order of the names, with the account's token. Whether a
 * standard port is in that address is not the same in all of its products, so both forms of it are good.
 */
export function isSignedByTwilio(token: string, url: string, form: Form, signature: string): boolean {
  return addresses(url).some((address) => isSame(signTwilio(token, address, form), signature))
}

/** The signature of one address. A name that is there more than once is signed with each of its different values. */
export function signTwilio(token: string, url: string, form: Form): string {
  const pairs = new Map(form.map((pair) => [pair.join('\0'), pair]))
  const inOrder = [...pairs.values()].toSorted(([name, value], [other, its]) => compare(name, other) || compare(value, its))
  return createHmac('sha1', token).update(url + inOrder.flat().join(''), 'utf8').digest('base64')
}

/** With and without the port. */
function addresses(url: string): string[] {
  const { protocol, port, origin } = new URL(url)
  const rest = url.slice(origin.length)
  const bare = port === '' ? origin : origin.slice(0, -port.length - 1)
  return [url, `${bare}${rest}`, ...port === '' ? [`${origin}:${protocol === 'https:' ? 443 : 80}${rest}`] : []]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
