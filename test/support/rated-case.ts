import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { submitTicket, type TicketInput } from '../../src/core/cases/submit.ts'
import type { Context } from '../../src/core/context.ts'
import type { TestAccount, World } from './world.ts'

const LAST_WEEK = new Date('2026-03-09T09:00:00Z')

/** A closed ticket of an account, with company, requester and technician; its id. */
export async function closedCase(ctx: Context, more: Partial<TicketInput> = {}): Promise<number> {
  const { case_id } = await submitTicket(ctx, {
    site_id: null, number: '4711', title: 'Printer on fire', board_name: 'Service', company: { external_id: 7, name: 'Brewfictus' },
    contact: { external_id: 8, name: 'Jane Doe', email: 'jane@customer.example' }, staff_codes: ['amir'], opened_at: LAST_WEEK, closed_at: LAST_WEEK, source_updated_at: LAST_WEEK, ...more,
  })
  return case_id
}

/** Asks the requester through the API, and answers the secret of the mail that will go. */
export async function askedHash(world: World, account: TestAccount, case_id: number): Promise<string> {
  const asked = await world.app.inject({ method: 'POST', url: `/api/v1/cases/${case_id}/ratings/trigger`, headers: bearer(account) })
  if (asked.statusCode !== 201) throw new Error(`not asked: ${asked.body}`)
  const { token } = await world.ground.db.selectFrom('invitations').select('token').where('account_id', '=', account.account.id).where('case_id', '=', case_id)
    .orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
  return token
}

/** A rating given as its requester would: by the mail's hash; its resource. */
export async function rate(world: World, case_id: number, hash: string, score: 'GOOD' | 'BAD', comment?: string): Promise<LightMyRequestResponse> {
  return world.app.inject({ method: 'POST', url: `/api/v1/cases/${case_id}/ratings`, payload: { hash, score, comment } })
}

export function bearer(account: TestAccount): Record<string, string> {
  return { authorization: `Bearer ${account.api_key}` }
}

export function basic(email: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}` }
}

/** Reads an address as the account's key. */
export function read(world: World, account: TestAccount, url: string, more: InjectOptions = {}): Promise<LightMyRequestResponse> {
  return world.app.inject({ url, ...more, headers: { ...bearer(account), ...more.headers } })
}

/** The codes of an error answer. */
export function codes(response: LightMyRequestResponse): string[] {
  const { errors } = response.json<{ errors: { code: string }[] }>()
  return errors.map((error) => error.code)
}
