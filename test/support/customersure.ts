import type { LightMyRequestResponse } from 'fastify'
import type { World } from './world.ts'

type Headers = Record<string, string>

/** A client of CustomerSure's API, as its document's curl lines are. */
export interface CustomerSureClient {
  get(path: string, headers?: Headers): Promise<LightMyRequestResponse>
  post(path: string, body: unknown, headers?: Headers): Promise<LightMyRequestResponse>
  patch(path: string, body: unknown, headers?: Headers): Promise<LightMyRequestResponse>
  delete(path: string, headers?: Headers): Promise<LightMyRequestResponse>
}

/** Calls with this key. A body that is a string is sent as it is, all else as JSON. */
export function customerSureClient({ app }: World, api_key: string): CustomerSureClient {
  const usual = { 'user-agent': 'Acme Ltd', accept: 'application/vnd.customersure.v1+json;', authorization: `Token token="${api_key}"` }
  const send = (method: 'POST' | 'PATCH') => (url: string, body: unknown, headers: Headers = {}): Promise<LightMyRequestResponse> => app.inject({
    method, url, headers: { ...usual, 'content-type': 'application/json', ...headers }, payload: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return {
    get: (url, headers = {}) => app.inject({ method: 'GET', url, headers: { ...usual, ...headers } }),
    post: send('POST'), patch: send('PATCH'),
    delete: (url, headers = {}) => app.inject({ method: 'DELETE', url, headers: { ...usual, ...headers } }),
  }
}
