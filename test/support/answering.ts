import type { LightMyRequestResponse } from 'fastify'
import type { World } from './world.ts'

export interface GivenAnswer { score?: number, comment?: string, headers?: Record<string, string> }

/** Answers a survey as its page lets a customer: opens the link, fills in the first rating and the first text field, and sends the form. */
export async function answerOnPage({ app }: World, path: string, { score, comment, headers = {} }: GivenAnswer): Promise<LightMyRequestResponse> {
  const page = await app.inject({ url: path, remoteAddress: otherAddress() })
  if (page.statusCode !== 200) throw new Error(`the page answered ${page.statusCode}`)
  const form = new URLSearchParams()
  if (score !== undefined) form.set(fieldOf(page.body, /<input[^>]*type="radio"[^>]*>/), String(score))
  if (comment !== undefined) form.set(fieldOf(page.body, /<textarea[^>]*>/), comment)
  return app.inject({ method: 'POST', url: path, headers: { ...SENT, ...headers }, payload: form.toString() })
}

/** Answers the fields of a survey's page in their order, all of them; an empty text leaves one blank. */
export async function answerFields({ app }: World, path: string, values: readonly string[]): Promise<LightMyRequestResponse> {
  const { body } = await app.inject({ url: path, remoteAddress: otherAddress() })
  const fields = [...new Set([...body.matchAll(/<(?:input|textarea|select)\b[^>]*\bname="(q[^"]+)"/g)].map(([, name = '']) => name))]
  if (fields.length !== values.length) throw new Error(`the page has ${fields.length} fields`)
  const form = fields.flatMap((name, index): [string, string][] => values[index] ? [[name, values[index]]] : [])
  return app.inject({ method: 'POST', url: path, headers: SENT, payload: new URLSearchParams(form).toString() })
}

/** The path of an invitation's page, from its row: what its mail's link leads to. */
export async function pageOf({ ground }: World, account_id: number, invitation_id: number): Promise<string> {
  const { token } = await ground.db.selectFrom('invitations').select('token').where('account_id', '=', account_id).where('id', '=', invitation_id).executeTakeFirstOrThrow()
  return `/surveys/${token}`
}

/** What every browser says. */
const SENT = { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en-GB,en;q=0.9' }

/** Time stands still in tests: whoever opened several links at once would be a machine. */
function otherAddress(): string {
  return `198.51.${opened % 250}.${Math.floor(opened++ / 250) % 250}`
}
let opened = 0

function fieldOf(page: string, element: RegExp): string {
  const name = /\bname="([^"]+)"/.exec(element.exec(page)?.[0] ?? '')?.[1]
  if (name === undefined) throw new Error('the page has no such field')
  return name
}
