import type { FastifyInstance } from 'fastify'
import type { FaceOptions } from '../../http/face.ts'
import { authHook, contextDecorator } from './auth.ts'
import { listBoards, putBoard } from './boards.ts'
import { createErasure, showErasure } from './erasures.ts'
import { Malformed, sendError, sendNotFound } from './errors.ts'
import { getFinancials, putFinancials } from './financials.ts'
import { listOf, PageArguments } from './paging.ts'
import { createProject } from './projects.ts'
import { acceptReview, listReview, restoreVoided, voidCounted, voidReview } from './review.ts'
import { Board, BoardChange, Decided, Erasure, ErasureRequest, Financials, FinancialsArguments, FinancialsChange, Held, Project, ReviewArguments, Submitted, SurveyShape, Ticket, Written } from './shapes.ts'
import { listSurveys } from './surveys.ts'
import { createTicket } from './tickets.ts'
import { compileRequest, NoArguments } from './validation.ts'

/** Earshot's own API, version 1. */
export async function earshot(app: FastifyInstance, options: FaceOptions): Promise<void> {
  await app.register(async (face) => addFace(face, options), { prefix: '/v1' })
}

function addFace(face: FastifyInstance, { ground, public_url }: FaceOptions): void {
  face.setErrorHandler(sendError)
  face.setNotFoundHandler(sendNotFound)
  face.setValidatorCompiler(compileRequest)
  parseJsonOnly(face)
  face.decorateRequest(contextDecorator, null)
  face.addHook('onRequest', authHook(ground))

  const submission = { querystring: NoArguments, response: { 200: Submitted, 201: Submitted } }
  face.post('/tickets', { schema: { body: Ticket, ...submission } }, createTicket)
  face.post('/projects', { schema: { body: Project, ...submission } }, createProject)
  face.get('/surveys', { schema: { querystring: PageArguments, response: { 200: listOf(SurveyShape) } } }, listSurveys(public_url))
  face.get('/boards', { schema: { querystring: PageArguments, response: { 200: listOf(Board) } } }, listBoards(public_url))
  face.put('/boards', { schema: { body: BoardChange, querystring: NoArguments, response: { 200: Board } } }, putBoard)
  face.get('/financials', { schema: { querystring: FinancialsArguments, response: { 200: listOf(Financials) } } }, getFinancials(public_url))
  face.put('/financials', { schema: { body: FinancialsChange, querystring: NoArguments, response: { 200: Written } } }, putFinancials)
  face.post('/erasures', { schema: { body: ErasureRequest, querystring: NoArguments, response: { 202: Erasure } } }, createErasure)
  face.get('/erasures/:id', { schema: { querystring: NoArguments, response: { 200: Erasure } } }, showErasure)
  const decision = { schema: { querystring: NoArguments, response: { 200: Decided } } }
  face.get('/review', { schema: { querystring: ReviewArguments, response: { 200: listOf(Held) } } }, listReview(public_url))
  face.post('/review/:id/accept', decision, acceptReview)
  face.post('/review/:id/void', decision, voidReview)
  face.post('/responses/:id/void', decision, voidCounted)
  face.post('/responses/:id/restore', decision, restoreVoided)
}

/** What a parser of the whole server's may take (forms, text), this face does not. No name has a meaning of its own here, so `__proto__` is a field that is not known. */
function parseJsonOnly(face: FastifyInstance): void {
  face.removeAllContentTypeParsers()
  face.addContentTypeParser(/^application\/(\S+\+)?json\s*(;|$)/i, { parseAs: 'string' }, async (_request: unknown, body: string): Promise<unknown> => {
    try {
      return JSON.parse(body)
    } catch {
      throw new Malformed('the body is not JSON')
    }
  })
}
