import type { FastifyRequest } from 'fastify'
import type { Context, Ground, Role } from '../../core/context.ts'
import type { Arguments } from './arguments.ts'
import type { Answer } from './envelope.ts'

/** A request that may be anybody's, read. */
export interface PublicCall {
  ground: Ground
  public_url: string
  request: FastifyRequest
  /** The parts of the path by name; those called id are digits. */
  params: Readonly<Record<string, string>>
  query: Arguments
  fields: Arguments
}

/** A request of someone who is known and may do this. */
export interface Call extends PublicCall { ctx: Context }

/** One line of the table of contents. Whom it `needs`: at least this role, or nobody known. */
export type Route = { method: 'GET' | 'POST' | 'PUT', url: string } & (
  | { needs: Role, answer: (call: Call) => Promise<Answer> }
  | { needs: 'hash', answer: (call: PublicCall) => Promise<Answer> }
)
