import { createPublicKey, verify, type KeyObject } from 'node:crypto'

/** A signature is good for so long, lest somebody who overheard a request sends it again. */
const TOLERANCE_SECONDS = 300

/** Reads the verification key as SendGrid shows it: DER in base64. Throws an Error whose text goes on from the setting's name. */
export function readEventKey(text: string): KeyObject {
  const key = parseKey(text)
  if (key?.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('must be the verification key of the event webhook, as SendGrid shows it.')
  return key
}

function parseKey(text: string): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
  } catch {
    return null
  }
}

export interface SignedEvents { readonly timestamp: string, readonly signature: string, readonly body: Buffer }

/** Whether SendGrid sent it, a moment ago: it signs its time and the bytes of the body. */
export function isSignedBySendGrid(key: KeyObject, { timestamp, signature, body }: SignedEvents, now: Date): boolean {
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false
  return verify('sha256', Buffer.concat([Buffer.from(timestamp), body]), key, Buffer.from(signature, 'base64'))
}
