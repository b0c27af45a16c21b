import type { FastifyRequest } from 'fastify'

/** The client's address: the connection's, or what a trusted proxy says it is. IPv4 as such, also where it came in through an IPv6 socket. */
export function clientAddress(request: FastifyRequest): string {
  return request.ip.replace(/^::ffff:(?=\d+\.)/i, '')
}
