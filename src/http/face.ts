import type { Ground } from '../core/context.ts'

/** What every face is given: a Fastify plugin that brings its own routes, errors and parsers. */
export interface FaceOptions {
  ground: Ground
  /** What links begin with, without a slash at its end. */
  public_url: string
  /** Signs what a face hands out and wants back unchanged. */
  secret: string
}
