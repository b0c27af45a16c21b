import type { FastifyInstance } from 'fastify'
import type { FaceOptions } from '../../http/face.ts'
import { parseBodies } from './bodies.ts'
import { sendTokenError, TokenRefusal } from './oauth-errors.ts'
import { askLeave, giveLeave, sendPageError } from './oauth-page.ts'
import { answerToken } from './oauth-tokens.ts'

/** OAuth 2 beside the API: `/oauth/token` for clients, in the words of RFC 6749, and `/oauth/token/authorize` for the people whom they send here. */
export async function oauth(app: FastifyInstance, options: FaceOptions): Promise<void> {
  parseBodies(app)
  app.setErrorHandler(sendTokenError)
  app.setNotFoundHandler(() => { throw new TokenRefusal('invalid_request', 'there is no such address; tokens are had by POST /oauth/token', 404) })
  app.post('/token', (request, reply) => answerToken(options, request, reply))
  await app.register(async (pages) => {
    pages.setErrorHandler(sendPageError)
    pages.get('/token/authorize', (request, reply) => askLeave(options, request, reply))
    pages.post('/token/authorize', (request, reply) => giveLeave(options, request, reply))
  })
}
