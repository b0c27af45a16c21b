import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** The name of an invitation's link in touches: its token's hash, so that nobody who sees it can follow it. */
export function invitationLink(token: string): string {
  return `invitation ${createHash('sha256').update(token).digest('hex')}`
}

/** The name of a survey's open link. */
export function surveyLink(code: string): string {
  return `survey ${code}`
}

/** The name of the link in a closed-ticket mail, which may have no invitation yet: whose ticket it is about, hashed, since it may be about nobody we know. */
export function ticketLink(ticket: string, email: string): string {
  return `ticket ${createHash('sha256').update(`${ticket}\n${email.toLowerCase()}`).digest('base64url')}`
}

/** What follows an invitation's link to choose a score there: the score and a signature by the token itself, since machines that change addresses know no way to sign them. Whoever has the token has all of them anyway. */
export function scoreCode(token: string, score: number): string {
  return `${score}.${sign(token, String(score))}`
}

/** The same for a link that no person sees: it looks like the others. */
export function trapCode(token: string, score: number): string {
  return `${score}.${sign(token, 'nobody sees this')}`
}

/** What a code says; null where it was changed on its way. */
export function readCode(token: string, code: string): { score: number, is_trap: boolean } | null {
  const [, digits = '', signature = ''] = /^(-?\d{1,5})\.([\w-]{7})$/.exec(code) ?? []
  if (signature === '') return null
  if (isSame(signature, sign(token, digits))) return { score: Number(digits), is_trap: false }
  return isSame(signature, sign(token, 'nobody sees this')) ? { score: Number(digits), is_trap: true } : null
}

/** Forty bits: enough against chance, and an address stays short. */
function sign(token: string, text: string): string {
  return createHmac('sha256', token).update(text).digest().subarray(0, 5).toString('base64url')
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
