import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from '@fastify/type-provider-typebox'
import { Invalid } from '../../core/errors.ts'
import type { FaceOptions } from '../../http/face.ts'
import { authHook, contextDecorator, requireAllSites } from './auth.ts'
import { DetailArguments, listDetails } from './details.ts'
import { sendError, sendNotFound } from './errors.ts'
import { listProjectResponses, ProjectArguments } from './project-responses.ts'
import { addQuarterly } from './quarterly.ts'
import { listMultiSiteResponses, listTicketResponses, ResponseArguments } from './responses.ts'
import { DETAIL_RECORDS, MULTI_SITE_RECORDS, PROJECT_RECORDS, Submitted, Ticket, TICKET_RECORDS, TicketPath } from './shapes.ts'
import { addStatistics } from './statistics.ts'
import { getTicket, postTicket } from './tickets.ts'
import { tokenEndpoint } from './tokens.ts'
import { compileRequest, NoArguments } from './validation.ts'

/** Surveys for closed tickets, as BizRatings' API has them. */
export async function bizratings(app: FastifyInstance, options: FaceOptions): Promise<void> {
  await app.register(tokenEndpoint, options)
  await app.register(endpoints, options)
}

/** All that needs a bearer. */
async function endpoints(app: FastifyInstance, { ground, public_url }: FaceOptions): Promise<void> {
  app.setErrorHandler(sendError)
  app.setValidatorCompiler(compileRequest)
  parseJsonOnly(app)
  app.decorateRequest(contextDecorator, null)
  app.addHook('onRequest', authHook(ground))
  for (const prefix of PREFIXES) await app.register(async (below) => void below.setNotFoundHandler(sendNotFound), { prefix })

  const list = listTicketResponses(public_url)
  for (const [version, record] of Object.entries(TICKET_RECORDS)) {
    app.get(`${version}/tickets/responses`, { schema: { querystring: ResponseArguments, response: { 200: Type.Array(record) } } }, list)
    app.get(`${version}/tickets/:ticketno`, { schema: { params: TicketPath, querystring: NoArguments, response: { 200: record } } }, getTicket)
  }
  for (const [version, record] of Object.entries(PROJECT_RECORDS)) {
    app.get(`${version}/tickets/projectresponses`, { schema: { querystring: ProjectArguments, response: { 200: Type.Array(record) } } }, listProjectResponses(public_url))
  }
  for (const [version, record] of Object.entries(MULTI_SITE_RECORDS)) {
    const schema = { querystring: ResponseArguments, response: { 200: Type.Array(record) } }
    app.get(`${version}/tickets/multisiteresponses`, { onRequest: requireAllSites, schema }, listMultiSiteResponses(public_url))
  }
  for (const [path, purpose] of DETAILS) app.get(path, { schema: { querystring: DetailArguments, response: { 200: Type.Array(DETAIL_RECORDS[purpose]) } } }, listDetails(public_url, purpose))
  addStatistics(app, public_url)
  addQuarterly(app)
  app.post('/api/tickets', { attachValidation: true, schema: { body: Ticket, querystring: NoArguments, response: { 200: Submitted, 201: Submitted } } }, postTicket)
}

/** Everything below these is ours, also what is not there. */
const PREFIXES = ['/api/tickets', '/api/v1.1', '/api/v1.2', '/api/v1.3', '/api/responses']

/** The lists of single answers, each of one survey format. */
const DETAILS = [['/api/tickets/fivequestionsurveydetailresponse', 'five_questions'], ['/api/tickets/employeesurveydetailresponse', 'employee']] as const

/** What a parser of the whole server's may take (forms, text), this face does not. */
function parseJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('remove', 'remove')
  app.addContentTypeParser(/^application\/(\S+\+)?json\s*(;|$)/i, { parseAs: 'string' }, (request: FastifyRequest, body: string, done) => {
    parse(request, body, (error, value) => done(error ? new Invalid([{ field: 'body', code: 'custom', info: { message: 'is not JSON' } }]) : null, value))
  })
}
