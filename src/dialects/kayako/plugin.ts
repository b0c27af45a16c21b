import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../core/context.ts'
import type { FaceOptions } from '../../http/face.ts'
import { sendPage } from '../../http/page.ts'
import { readArguments } from './arguments.ts'
import { authorise } from './auth.ts'
import { parseBodies } from './bodies.ts'
import type { PublicCall, Route } from './call.ts'
import * as cases from './cases.ts'
import * as conversationRatings from './conversation-ratings.ts'
import * as conversations from './conversations.ts'
import { isKnown, sendAnswer, sendRefused, type Answer, type PreparedAnswer } from './envelope.ts'
import { Refused, refuse, toRefused } from './errors.ts'
import { errorsPage } from './errors-page.ts'
import { showData } from './inclusion.ts'
import * as insights from './insights.ts'
import * as me from './me.ts'
import { oauth } from './oauth.ts'
import * as people from './people.ts'
import * as ratings from './ratings.ts'
import * as session from './session.ts'
import { readStyle, type Style } from './style.ts'

/** What stands in a rating's place is an id if it is all digits, else a hash. */
const DIGITS = new Set(['id', 'ratingId'])

/** All routes, in the vendor's order. */
const ROUTES: readonly Route[] = [
  { method: 'GET', url: '/cases/:id/ratings', needs: 'agent', answer: ratings.listOfCase },
  { method: 'GET', url: '/cases/ratings/recent', needs: 'collaborator', answer: ratings.listRecent },
  { method: 'GET', url: '/cases/:id/ratings/:ratingId', needs: 'agent', answer: ratings.getOne },
  { method: 'GET', url: '/cases/:id/ratings/:hash', needs: 'hash', answer: ratings.getByHash },
  { method: 'POST', url: '/cases/:id/ratings', needs: 'hash', answer: ratings.addOne },
  { method: 'PUT', url: '/cases/:id/ratings/:ratingId', needs: 'hash', answer: ratings.changeOne },
  { method: 'POST', url: '/cases/:id/ratings/trigger', needs: 'agent', answer: ratings.askForRating },
  { method: 'GET', url: '/cases/ratings/:ratingId', needs: 'agent', answer: ratings.getOne },
  { method: 'GET', url: '/conversations/:id/ratings', needs: 'customer', answer: conversationRatings.listOfConversation },
  { method: 'POST', url: '/conversations/:id/ratings', needs: 'customer', answer: conversationRatings.addOne },
  { method: 'PUT', url: '/conversations/:id/ratings/:ratingId', needs: 'customer', answer: conversationRatings.changeOne },
  { method: 'GET', url: '/cases', needs: 'collaborator', answer: cases.listAll },
  { method: 'GET', url: '/cases/:id', needs: 'collaborator', answer: cases.getOne },
  { method: 'POST', url: '/cases', needs: 'collaborator', answer: cases.addOne },
  { method: 'GET', url: '/conversations', needs: 'customer', answer: conversations.listAll },
  { method: 'GET', url: '/conversations/:id', needs: 'customer', answer: conversations.getOne },
  { method: 'POST', url: '/conversations', needs: 'customer', answer: conversations.addOne },
  { method: 'GET', url: '/users/:id', needs: 'collaborator', answer: people.getUser },
  { method: 'GET', url: '/teams', needs: 'collaborator', answer: people.listTeams },
  { method: 'GET', url: '/teams/:id', needs: 'collaborator', answer: people.getOneTeam },
  { method: 'GET', url: '/organizations/:id', needs: 'collaborator', answer: people.getOneOrganization },
  { method: 'GET', url: '/me', needs: 'customer', answer: me.getOne },
  { method: 'GET', url: '/session', needs: 'customer', answer: session.getOne },
  { method: 'DELETE', url: '/session', needs: 'customer', answer: session.endOne },
  { method: 'GET', url: '/insights/cases/csat', needs: 'agent', answer: insights.csat },
]

/** The first parts of all paths. */
const KNOWN_PARTS = new Set(ROUTES.map(({ url }) => url.split('/')[1]))

/** Kayako's API, as far as satisfaction ratings need it, and beside it its OAuth and the page that its errors lead to. */
export async function kayako(app: FastifyInstance, options: FaceOptions): Promise<void> {
  await app.register(async (face) => addFace(face, options), { prefix: '/api/v1' })
  await app.register(oauth, { ...options, prefix: '/oauth' })
  app.get('/docs/kayako', (_request, reply) => sendPage(reply, 200, errorsPage()))
}

function addFace(face: FastifyInstance, options: FaceOptions): void {
  parseBodies(face)
  face.setErrorHandler((error, request, reply) => sendRefused(request, reply, options.public_url, toRefused(error)))
  face.setNotFoundHandler(refuseUnknown)
  face.addHook('onRequest', async (request) => (request.is404 ? refuseUnknown(request) : checkAccept(request)))
  for (const route of ROUTES) face.route({ method: route.method, url: urlOf(route), handler: (request, reply) => handle(options, route, request, reply) })
}

async function handle(options: FaceOptions, route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { ground, public_url } = options
  const query = readArguments(request.query)
  const style = readStyle(request, query)
  const call: PublicCall = { ground, public_url, request, params: paramsOf(request), query, fields: readArguments(request.body) }
  if (route.needs === 'hash') {
    const { ctx, answer } = await route.answer(call)
    return sendAnswer(request, reply, await prepare(ctx, call, style, answer), null)
  }
  const caller = await authorise(options, request, query, route)
  const answer = await route.answer({ ...call, ctx: caller.ctx, caller })
  const prepared = await prepare(caller.ctx, call, style, answer)
  // What was only done has a body of one known form, and what is known already or only looked at has none: there is no room for a session.
  const session = answer.kind !== 'done' && request.method !== 'HEAD' && !isKnown(request, answer, prepared.shown) ? await caller.startSession() : null
  return sendAnswer(request, reply, prepared, session)
}

async function prepare(ctx: Context, { public_url, query }: PublicCall, style: Style, answer: Answer): Promise<PreparedAnswer> {
  return { public_url, query, style, answer, shown: answer.kind === 'done' ? null : await showData(ctx, public_url, style, answer.data) }
}

function checkAccept(request: FastifyRequest): void {
  const accept = request.headers.accept ?? '*/*'
  const takes = accept.split(',').some((one) => /^\s*(application\/json|application\/\*|\*\/\*)\s*(;|$)/i.test(one) && !/;\s*q=0(\.0*)?\s*(;|$)/i.test(one))
  if (!takes) throw refuse('FORMAT_NOT_ACCEPTABLE')
}

/** An address that is known takes other methods; else it is told how far it was right. */
function refuseUnknown(request: FastifyRequest): never {
  const path = request.url.split('?', 1)[0] ?? ''
  const methods = ROUTES.filter((route) => patternOf(route).test(path)).map((route) => route.method)
  if (methods.length > 0) throw new Refused([{ code: 'METHOD_NOT_SUPPORTED' }], { headers: { allow: [...new Set(methods)].join(', ') } })
  throw refuse(KNOWN_PARTS.has(path.split('/')[3] ?? '') ? 'RESOURCE_ACTION_NOT_AVAILABLE' : 'APP_NOT_FOUND')
}

/** The address as the router takes it. */
function urlOf({ url }: Route): string {
  return url.replace(/:(\w+)/g, (part, name: string) => (DIGITS.has(name) ? `${part}(^\\d+$)` : part))
}

function patternOf({ url }: Route): RegExp {
  return new RegExp(`^/api/v1${url.replace(/:(\w+)/g, (_, name: string) => (DIGITS.has(name) ? '\\d+' : '[^/]+'))}$`)
}

function paramsOf(request: FastifyRequest): Readonly<Record<string, string>> {
  const { params } = request
  return typeof params === 'object' && params !== null ? Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])) : {}
}
