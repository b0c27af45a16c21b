import type { LightMyRequestResponse } from 'fastify'
import type { World } from './world.ts'

/** Asks for tokens, as a form. */
export function askToken(world: World, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
  return world.app.inject({ method: 'POST', url: '/oauth/token', payload: new URLSearchParams(fields).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })
}
