import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createAccessToken } from '../../core/access-tokens.ts'
import type { Ground } from '../../core/context.ts'
import { clientAddress } from '../../http/address.ts'
import { sendNotFound } from './errors.ts'
import { sendTokenError, TokenRefusal } from './token-errors.ts'

/** `POST /connect/token`: real clients obtain their bearer here, by OAuth 2 client credentials (RFC 6749). Whoever asks has no bearer yet, so that this stands apart from all else. */
export async function tokenEndpoint(app: FastifyInstance, { ground }: { ground: Ground }): Promise<void> {
  app.setErrorHandler(sendTokenError)
  parseFormOnly(app)
  await app.register(async (below) => void below.setNotFoundHandler(sendNotFound), { prefix: '/connect' })

  app.post<{ Body: URLSearchParams | undefined }>('/connect/token', async (request, reply) => {
    const form = request.body ?? new URLSearchParams()
    checkGrant(form)
    const token = await createAccessToken(ground, { ...readClient(request, form), client_address: clientAddress(request) })
    return sendUncached(reply, { access_token: token.access_token, token_type: 'Bearer', expires_in: token.expires_in })
  })
}

function sendUncached(reply: FastifyReply, body: object): FastifyReply {
  return reply.header('Cache-Control', 'no-store').header('Pragma', 'no-cache').send(body)
}

/** Other arguments, such as a scope, are left alone, as OAuth 2 wants it. */
function checkGrant(form: URLSearchParams): void {
  for (const name of ['grant_type', 'client_id', 'client_secret']) if (form.getAll(name).length > 1) throw new TokenRefusal('invalid_request', `${name} is given more than once`)
  const grant_type = form.get('grant_type') ?? ''
  if (grant_type === '') throw new TokenRefusal('invalid_request', 'grant_type is required')
  if (grant_type !== 'client_credentials') throw new TokenRefusal('unsupported_grant_type', 'grant_type must be client_credentials')
}

interface Client { client_id: string, client_secret: string }

/** Either in the Authorization header or in the form, never both ways at once. */
function readClient({ headers: { authorization } }: FastifyRequest, form: URLSearchParams): Client {
  const [id, secret] = [form.get('client_id') ?? '', form.get('client_secret') ?? '']
  if (authorization === undefined) {
    if (id === '' || secret === '') throw new TokenRefusal('invalid_client', 'send client_id and client_secret in the form, or as Basic authentication')
    return { client_id: id, client_secret: secret }
  }
  const basic = readBasic(authorization)
  if (secret !== '' || (id !== '' && id !== basic.client_id)) throw new TokenRefusal('invalid_request', 'the client is named in the header and in the form')
  return basic
}

function readBasic(authorization: string): Client {
  const encoded = /^basic +([\w+/=-]+) *$/i.exec(authorization)?.[1] ?? ''
  const [, id = '', secret = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
  if (id === '' || secret === '') throw new TokenRefusal('invalid_client', 'the Authorization header must be Basic, with client id and secret')
  return { client_id: formDecoded(id), client_secret: formDecoded(secret) }
}

/** OAuth 2 has both halves form-encoded before they are joined. What is not, is taken as it is. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function parseFormOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, new URLSearchParams(String(body))))
  app.addContentTypeParser('*', (_request, _payload, done) => done(new TokenRefusal('invalid_request', 'send the arguments as application/x-www-form-urlencoded')))
}
