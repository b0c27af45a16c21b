import type { FastifyRequest } from 'fastify'
import type { Ground } from '../core/context.ts'
import { addressBlock, countHit, countHitBehind } from '../core/rate-limits.ts'
import { clientAddress } from '../http/address.ts'

/** Counts a request of a client's address: 600 a minute are more than any office behind one address needs. Nobody waits for the count, since it hardly ever forbids anything. Throws LimitReached. */
export function countVisit(ground: Ground, request: FastifyRequest): void {
  countHitBehind(ground, `survey visit ${addressBlock(clientAddress(request))}`, 600, 60)
}

/** Counts a link that does not exist, lest someone tries through many: 60 in ten minutes. Throws LimitReached. */
export function countMiss(ground: Ground, request: FastifyRequest): Promise<void> {
  return countHit(ground, `survey miss ${addressBlock(clientAddress(request))}`, 60, 600)
}
