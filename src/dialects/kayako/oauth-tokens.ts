import type { FastifyReply, FastifyRequest } from 'fastify'
import { contextOf, type Principal } from '../../core/context.ts'
import { Unauthenticated } from '../../core/errors.ts'
import { getClientByProof, GRANTS, requireGrant, type ClientProof, type Grant } from '../../core/oauth/clients.ts'
import { redeemCode } from '../../core/oauth/codes.ts'
import { openGrantByClient, openGrantByPassword, refreshTokens, type Tokens } from '../../core/oauth/grants.ts'
import { finishLogIn } from '../../core/second-factors.ts'
import { logIn } from '../../core/users.ts'
import { clientAddress } from '../../http/address.ts'
import { readBasic } from '../../http/basic.ts'
import type { FaceOptions } from '../../http/face.ts'
import { readArguments, type Arguments } from './arguments.ts'
import { sendUncached, TokenRefusal } from './oauth-errors.ts'

/** POST /oauth/token: what a client is given for a code, a refresh token, a user's password, or its own secret. */
export async function answerToken(options: FaceOptions, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const form = readArguments(request.body)
  const grant_type = need(form, 'grant_type')
  const grant = GRANTS.find((known) => known === grant_type)
  if (!grant) throw new TokenRefusal('unsupported_grant_type', `grant_type must be one of ${GRANTS.join(', ')}`)
  const proof = { ...readClient(request, form), client_address: clientAddress(request) }
  const { access_token, expires_in, refresh_token, scopes } = await trade(options, grant, proof, form)
  return sendUncached(reply, { access_token, token_type: 'Bearer', expires_in, ...(refresh_token === null ? {} : { refresh_token }), scope: scopes.join(' ') })
}

async function trade(options: FaceOptions, grant: Grant, proof: ClientProof, form: Arguments): Promise<Tokens> {
  const { ground } = options
  const scope = find(form, 'scope')
  const client = await getClientByProof(ground, proof)
  switch (grant) {
    case 'authorization_code': return redeemCode(ground, client, { code: need(form, 'code'), redirect_uri: find(form, 'redirect_uri'), code_verifier: find(form, 'code_verifier') })
    case 'refresh_token': return refreshTokens(ground, client, { refresh_token: need(form, 'refresh_token'), scope })
    case 'client_credentials': return openGrantByClient(ground, client, scope)
    case 'password': {
      requireGrant(client, 'password')
      const { account, actor } = await logInWith(options, { email: need(form, 'username'), password: need(form, 'password'), client_address: proof.client_address }, find(form, 'otp'))
      return openGrantByPassword(contextOf(ground, account, actor), client, scope)
    }
    default: return grant satisfies never
  }
}

/** With a second factor the code comes along, as `otp`: a client that has a password has no other step to offer. */
async function logInWith({ ground, secret }: FaceOptions, credentials: Parameters<typeof logIn>[1], code: string | null): Promise<Principal> {
  try {
    const entry = await logIn(ground, credentials)
    if ('principal' in entry) return entry.principal
    if (code === null) throw new TokenRefusal('invalid_grant', 'this user has a second factor: send its one-time code as otp')
    return await finishLogIn(ground, secret, { auth_token: entry.auth_token, code })
  } catch (error) {
    throw error instanceof Unauthenticated ? new TokenRefusal('invalid_grant', error.message) : error
  }
}

/** In the Authorization header or in the form, never both ways at once; a client without a secret names itself in the form. */
function readClient({ headers: { authorization } }: FastifyRequest, form: Arguments): Omit<ClientProof, 'client_address'> {
  const [client_id, client_secret] = [find(form, 'client_id'), find(form, 'client_secret')]
  if (authorization === undefined) {
    if (client_id === null) throw new Unauthenticated('send client_id and client_secret in the form, or as Basic authentication')
    return { client_id, client_secret }
  }
  const basic = readBasic(authorization)
  if (!basic) throw new Unauthenticated('the Authorization header must be Basic, with client id and secret')
  const named = formDecoded(basic.name)
  if (client_secret !== null || (client_id !== null && client_id !== named)) throw new TokenRefusal('invalid_request', 'the client is named in the header and in the form')
  return { client_id: named, client_secret: formDecoded(basic.password) }
}

/** OAuth 2 has both halves form-encoded before they are joined. What is not, is taken as it is. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** One text, or nothing: what is sent empty counts as left out (RFC 6749, 3.2). */
function find(form: Arguments, name: string): string | null {
  const value = form.get(name)
  if (value === undefined || value === null || value === '') return null
  if (typeof value !== 'string') throw new TokenRefusal('invalid_request', `${name} has to be one text`)
  return value
}

function need(form: Arguments, name: string): string {
  const value = find(form, name)
  if (value === null) throw new TokenRefusal('invalid_request', `${name} is required`)
  return value
}
