import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A secret that has to be known again, such that a copy of the database alone does not tell it: AES-256-GCM under a key made of the server's secret. It opens only for the same purpose. */
export function sealSecret(server_secret: string, purpose: string, secret: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(server_secret), nonce).setAAD(Buffer.from(purpose))
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** What was sealed. Throws where the server's secret or the purpose is another one, or a bit of it was changed. */
export function openSecret(server_secret: string, purpose: string, sealed: Buffer): Buffer {
  try {
    return decipher(server_secret, purpose, sealed)
  } catch (error) {
    throw new Error('a sealed secret cannot be opened: EARSHOT_SECRET is not what it was, or the row was tampered with', { cause: error })
  }
}

function decipher(server_secret: string, purpose: string, sealed: Buffer): Buffer {
  const tag_end = NONCE_BYTES + TAG_BYTES
  const opening = createDecipheriv('aes-256-gcm', keyOf(server_secret), sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(purpose)).setAuthTag(sealed.subarray(NONCE_BYTES, tag_end))
  return Buffer.concat([opening.update(sealed.subarray(tag_end)), opening.final()])
}

function keyOf(server_secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', server_secret, '', 'earshot sealed secrets', 32))
}
