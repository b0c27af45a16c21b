import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FaceOptions } from '../../http/face.ts'
import { readArguments } from './arguments.ts'
import { authorise, startSession } from './auth.ts'
import { parseBodies } from './bodies.ts'
import type { PublicCall, Route } from './call.ts'
import * as cases from './cases.ts'
import { readStyle, sendAnswer, sendRefused } from './envelope.ts'
import { refuse, toRefused } from './errors.ts'
import * as ratings from './ratings.ts'

/** All routes, in the vendor's order. A part that is called id is digits; what else stands in a rating's place is a hash. */
const ROUTES: readonly Route[] = [
  { method: 'GET', url: '/cases/:id(^\\d+$)/ratings', needs: 'agent', answer: ratings.listOfCase },
  { method: 'GET', url: '/cases/ratings/recent', needs: 'collaborator', answer: ratings.listRecent },
  { method: 'GET', url: '/cases/:id(^\\d+$)/ratings/:ratingId(^\\d+$)', needs: 'agent', answer: ratings.getOne },
  { method: 'GET', url: '/cases/:id(^\\d+$)/ratings/:hash', needs: 'hash', answer: ratings.getByHash },
  { method: 'POST', url: '/cases/:id(^\\d+$)/ratings', needs: 'hash', answer: ratings.addOne },
  { method: 'PUT', url: '/cases/:id(^\\d+$)/ratings/:ratingId(^\\d+$)', needs: 'hash', answer: ratings.changeOne },
  { method: 'POST', url: '/cases/:id(^\\d+$)/ratings/trigger', needs: 'agent', answer: ratings.askForRating },
  { method: 'GET', url: '/cases/ratings/:ratingId(^\\d+$)', needs: 'agent', answer: ratings.getOne },
  { method: 'GET', url: '/cases', needs: 'collaborator', answer: cases.listAll },
  { method: 'GET', url: '/cases/:id(^\\d+$)', needs: 'collaborator', answer: cases.getOne },
]

/** Kayako's API, as far as satisfaction ratings need it. */
export async function kayako(app: FastifyInstance, options: FaceOptions): Promise<void> {
  await app.register(async (face) => addFace(face, options), { prefix: '/api/v1' })
}

function addFace(face: FastifyInstance, options: FaceOptions): void {
  parseBodies(face)
  face.setErrorHandler((error, request, reply) => sendRefused(request, reply, options.public_url, toRefused(error)))
  face.setNotFoundHandler((request) => {
    throw refuse(isApp(request) ? 'RESOURCE_ACTION_NOT_AVAILABLE' : 'APP_NOT_FOUND')
  })
  for (const route of ROUTES) face.route({ method: route.method, url: route.url, onRequest: checkAccept, handler: (request, reply) => handle(options, route, request, reply) })
  refuseOtherMethods(face)
}

async function handle({ ground, public_url }: FaceOptions, route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const query = readArguments(request.query)
  readStyle(request, query)
  const call: PublicCall = { ground, public_url, request, params: paramsOf(request), query, fields: readArguments(request.body) }
  if (route.needs === 'hash') return sendAnswer(request, reply, public_url, query, await route.answer(call), null)
  const caller = await authorise(ground, request, query, route.needs)
  const answer = await route.answer({ ...call, ctx: caller.ctx })
  // What was only done has a body of one known form, which has no room for a session.
  const session = caller.by_password && answer.kind !== 'done' ? await startSession(caller.ctx, request) : null
  return sendAnswer(request, reply, public_url, query, answer, session)
}

async function checkAccept(request: FastifyRequest): Promise<void> {
  const accept = request.headers.accept ?? '*/*'
  const takes = accept.split(',').some((one) => /^\s*(application\/json|application\/\*|\*\/\*)\s*(;|$)/i.test(one) && !/;\s*q=0(\.0*)?\s*(;|$)/i.test(one))
  if (!takes) throw refuse('FORMAT_NOT_ACCEPTABLE')
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Known addresses say which methods they take. HEAD is where GET is. */
function refuseOtherMethods(face: FastifyInstance): void {
  for (const url of new Set(ROUTES.map((route) => route.url))) {
    const known = ROUTES.filter((route) => route.url === url).flatMap((route): string[] => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]))
    const answer = async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
      reply.header('allow', known.join(', '))
      throw refuse('METHOD_NOT_SUPPORTED')
    }
    face.route({ method: METHODS.filter((method) => !known.includes(method)), url, onRequest: answer, handler: answer })
  }
}

function isApp(request: FastifyRequest): boolean {
  return /^\/api\/v1\/cases(\/|\?|$)/.test(request.url)
}

function paramsOf(request: FastifyRequest): Readonly<Record<string, string>> {
  const { params } = request
  return typeof params === 'object' && params !== null ? Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])) : {}
}
