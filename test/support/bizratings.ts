import type { LightMyRequestResponse } from 'fastify'
import type { World } from './world.ts'

/** A client of BizRatings' API. */
export interface BizRatingsClient {
  get(path: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  /** A body that is a string is sent as it is, all else as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>
}

export function bizratingsClient({ app }: World, api_key: string): BizRatingsClient {
  const usual = { authorization: `Bearer ${api_key}` }
  return {
    get: (url, headers = {}) => app.inject({ method: 'GET', url, headers: { ...usual, ...headers } }),
    post: (url, body, headers = {}) => app.inject({
      method: 'POST', url, headers: { ...usual, 'content-type': 'application/json', ...headers }, payload: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  }
}

/** The body of a ticket as a PSA posts it; what a test is about is given. */
export function ticketBody(given: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ticketID: 100123, ticketTitle: 'Unable to access shared drive', boardName: 'Networking', companyRecID: 4501, companyName: 'Acme Corporation', contactRecID: 8812, contactName: 'Jane Smith',
    contactEmail: 'jane.smith@acme.example', resource: 'jdoe,mlee', ticketCreatedOn: '2026-03-14T08:30:00Z', ticketClosedOn: '2026-03-15T15:45:00Z', ticketUpdatedOn: '2026-03-15T15:50:00Z', ...given,
  }
}
