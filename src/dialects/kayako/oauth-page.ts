import type { FastifyReply, FastifyRequest } from 'fastify'
import { contextOf, type Principal } from '../../core/context.ts'
import { isCoreError, LimitReached } from '../../core/errors.ts'
import { findClient, findRedirect, type OauthClient } from '../../core/oauth/clients.ts'
import { checkCodeRequest, createCode, type CodeRequest } from '../../core/oauth/codes.ts'
import { finishLogIn, type LogIn } from '../../core/second-factors.ts'
import { logIn } from '../../core/users.ts'
import { clientAddress } from '../../http/address.ts'
import type { FaceOptions } from '../../http/face.ts'
import { sendPage } from '../../http/page.ts'
import { isFromOtherSite } from '../../http/security.ts'
import { readArguments, type Arguments } from './arguments.ts'
import { toTokenRefusal } from './oauth-errors.ts'
import { leavePage, sorryPage, type Step } from './oauth-views.ts'

/** What a client sends a browser here with; the names are those of RFC 6749 and RFC 7636. */
const ASKED = ['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'code_challenge', 'code_challenge_method'] as const
export type Asked = Readonly<Record<(typeof ASKED)[number], string | null>>

/** Who asks, and where the browser goes back to: from here on, faults are told there. */
interface Asking { asked: Asked, client: OauthClient, redirect: string }

/** GET /oauth/token/authorize: shows who asks for what, and the way to log in. Changes nothing. */
export async function askLeave({ ground }: FaceOptions, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const asking = await readAsking({ ground }, readArguments(request.query))
  const checked = check(asking)
  return 'error' in checked ? goBack(reply, asking, checked) : sendLeave(reply, 200, asking, checked.scopes, { kind: 'password', email: '' }, null)
}

/** POST /oauth/token/authorize: whoever logs in here and says yes gives leave; the browser takes the code back. No session counts: each leave is given with the password. */
export async function giveLeave(options: FaceOptions, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  refuseOtherSites(request)
  const form = readArguments(request.body)
  const asking = await readAsking(options, form)
  const checked = check(asking)
  if ('error' in checked) return goBack(reply, asking, checked)
  if (text(form, 'decision') !== 'allow') return goBack(reply, asking, { error: 'access_denied', error_description: 'the user said no' })
  try {
    const entry = await enter(options, request, form)
    if ('auth_token' in entry) return sendLeave(reply, 200, asking, checked.scopes, { kind: 'code', auth_token: entry.auth_token }, null)
    const { code } = await createCode(contextOf(options.ground, entry.principal.account, entry.principal.actor), asking.client, requestOf(asking.asked))
    return goBack(reply, asking, { code })
  } catch (error) {
    const { status, message } = explain(error)
    if (error instanceof LimitReached) reply.header('retry-after', error.retry_after)
    return sendLeave(reply, status, asking, checked.scopes, stepOf(form), message)
  }
}

/** For people: what is wrong before it is known where to send them back to. */
export function sendPageError(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof PageRefusal) return sendPage(reply, error.statusCode, sorryPage(error.message))
  const { statusCode } = toTokenRefusal(error)
  return sendPage(reply, statusCode, sorryPage(statusCode < 500 ? 'This request came in incomplete. Please go back and try again.' : 'Something went wrong on our side. Please try again later.'))
}

class PageRefusal extends Error {
  override readonly name = 'PageRefusal'
  readonly statusCode: number
  constructor(status: number, message: string) {
    super(message)
    this.statusCode = status
  }
}

/** Nobody is sent to an address that the client did not name beforehand, letter by letter. */
async function readAsking({ ground }: Pick<FaceOptions, 'ground'>, given: Arguments): Promise<Asking> {
  const asked: Asked = {
    response_type: text(given, 'response_type'), client_id: text(given, 'client_id'), redirect_uri: text(given, 'redirect_uri'), scope: text(given, 'scope'),
    state: text(given, 'state'), code_challenge: text(given, 'code_challenge'), code_challenge_method: text(given, 'code_challenge_method'),
  }
  const client = asked.client_id === null ? null : await findClient(ground, asked.client_id)
  if (!client) throw new PageRefusal(400, 'The program that sent you here is not known to this server, or no longer.')
  const redirect = findRedirect(client, asked.redirect_uri)
  if (redirect === null) throw new PageRefusal(400, 'The program that sent you here wants you to go back to an address that is not one of its own.')
  return { asked, client, redirect }
}

function check({ asked, client }: Asking): { scopes: string[] } | { error: string, error_description: string } {
  if (asked.response_type !== 'code') return { error: asked.response_type === null ? 'invalid_request' : 'unsupported_response_type', error_description: 'response_type must be code' }
  // Left out, the method means `plain`, by which whoever sees the request has the verifier.
  if (asked.code_challenge_method !== (asked.code_challenge === null ? null : 'S256')) return { error: 'invalid_request', error_description: 'code_challenge goes with code_challenge_method=S256' }
  try {
    return checkCodeRequest(client, requestOf(asked))
  } catch (error) {
    if (!isCoreError(error)) throw error
    const { code, message } = toTokenRefusal(error)
    return { error: code, error_description: message }
  }
}

function requestOf({ redirect_uri, scope, code_challenge }: Asked): CodeRequest {
  return { redirect_uri, scope, code_challenge }
}

/** By the password, or the code that was asked for after it. */
async function enter({ ground, secret }: FaceOptions, request: FastifyRequest, form: Arguments): Promise<LogIn> {
  const auth_token = text(form, 'auth_token')
  if (auth_token !== null) return { principal: await finish(ground, secret, auth_token, text(form, 'code') ?? '') }
  return logIn(ground, { email: text(form, 'email') ?? '', password: text(form, 'password') ?? '', client_address: clientAddress(request) })
}

function finish(ground: FaceOptions['ground'], secret: string, auth_token: string, code: string): Promise<Principal> {
  return finishLogIn(ground, secret, { auth_token, code })
}

function stepOf(form: Arguments): Step {
  const auth_token = text(form, 'auth_token')
  return auth_token === null ? { kind: 'password', email: text(form, 'email') ?? '' } : { kind: 'code', auth_token }
}

function explain(error: unknown): { status: number, message: string } {
  if (!isCoreError(error)) throw error
  if (error.name === 'Unauthenticated') return { status: 401, message: 'That is not right. Please try again.' }
  if (error.name === 'LimitReached') return { status: 429, message: `There were too many tries. Please wait ${Math.ceil(error.retry_after / 60)} minutes.` }
  return { status: 403, message: `That is not possible: ${error.message}.` }
}

/** A browser heeds the policy for where a form's answer leads, too. */
function sendLeave(reply: FastifyReply, status: number, { asked, client, redirect }: Asking, scopes: string[], step: Step, problem: string | null): FastifyReply {
  const { origin, protocol, host } = new URL(redirect)
  return sendPage(reply, status, { ...leavePage({ client: client.name, goes_to: host === '' ? protocol : host, scopes, asked, step, problem }), form_action: origin === 'null' ? protocol : origin })
}

function goBack(reply: FastifyReply, { asked, redirect }: Asking, said: Record<string, string>): FastifyReply {
  const parameters = new URLSearchParams(asked.state === null ? said : { ...said, state: asked.state })
  return reply.header('cache-control', 'no-store').redirect(`${redirect}${redirect.includes('?') ? '&' : '?'}${parameters}`, 303)
}

/** Else another site could have its visitors give leave as somebody else. */
function refuseOtherSites(request: FastifyRequest): void {
  if (isFromOtherSite(request)) throw new PageRefusal(403, 'This form is to be sent from its own page.')
}

/** One text of a bearable length, or nothing. */
function text(given: Arguments, name: string): string | null {
  const value = given.get(name)
  if (value === undefined || value === null || value === '') return null
  if (typeof value !== 'string' || value.length > 4000) throw new PageRefusal(400, 'This request came in garbled. Please go back and try again.')
  return value
}
