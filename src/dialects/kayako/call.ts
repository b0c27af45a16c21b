import type { FastifyRequest } from 'fastify'
import type { Context, Ground, UserRole } from '../../core/context.ts'
import type { Arguments } from './arguments.ts'
import type { Caller } from './auth.ts'
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
export interface Call extends PublicCall { ctx: Context, caller: Caller }

/** What whoever holds a secret is answered, with the context of the account whose it is. */
export interface PublicAnswer { ctx: Context, answer: Answer }

/** One line of the table of contents. Whom it `needs`: at least this role (a customer is any who logged in or shows a fingerprint), or nobody known. */
export type Route = { method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string } & (
  | { needs: UserRole, answer: (call: Call) => Promise<Answer> }
  | { needs: 'hash', answer: (call: PublicCall) => Promise<PublicAnswer> }
)
