import type { LightMyRequestResponse } from 'fastify'
import type { World } from './world.ts'

/** A client of Earshot's own API. */
export interface EarshotClient {
  get(path: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  /** A body that is a string is sent as it is, all else as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>
}

export function earshotClient({ app }: World, api_key: string): EarshotClient {
  const usual = { authorization: `Bearer ${api_key}` }
  const send = (method: 'POST' | 'PUT') => (url: string, body: unknown, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> => app.inject({
    method, url, headers: { ...usual, 'content-type': 'application/json', ...headers }, payload: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { get: (url, headers = {}) => app.inject({ method: 'GET', url, headers: { ...usual, ...headers } }), post: send('POST'), put: send('PUT') }
}

/** The body of a ticket; what a test is about is given. */
export function ticketFields(given: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    number: 'T-1', title: 'Unable to access shared drive', board_name: 'Networking', company: { external_id: 4501, name: 'Acme Corporation' },
    contact: { external_id: 8812, name: 'Jane Smith', email: 'jane.smith@acme.example' }, staff_codes: ['jdoe', 'mlee'],
    opened_at: '2026-03-14T08:30:00Z', closed_at: '2026-03-15T15:45:00Z', source_updated_at: '2026-03-15T15:50:00Z', ...given,
  }
}

/** The body of a project, with no more than it needs. */
export function projectFields(given: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    number: 'P-7', name: 'New office network', company: { name: 'Acme Corporation' }, contact: { name: 'Jane Smith', email: 'jane.smith@acme.example' }, closed_at: '2026-03-15T15:45:00Z', ...given,
  }
}
