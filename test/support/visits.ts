import type { LightMyRequestResponse } from 'fastify'
import assert from 'node:assert/strict'

/** Visits until they are held off: what others counted is known a moment later. */
export async function untilLimited(visit: () => Promise<LightMyRequestResponse>): Promise<LightMyRequestResponse> {
  for (let visits = 0; visits <= 600; visits++) {
    const reply = await visit()
    if (reply.statusCode === 429) return reply
  }
  return assert.fail('600 visits were not held off')
}
