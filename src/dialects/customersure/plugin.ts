import type { FastifyInstance } from 'fastify'
import type { FaceOptions } from '../../http/face.ts'
import { authHook, callerDecorator } from './auth.ts'
import { listEmailTemplates } from './email-templates.ts'
import { sendVendorError } from './errors.ts'
import { cancelFeedbackRequest, changeFeedbackRequest, createFeedbackRequest, listFeedbackRequests, showFeedbackRequest } from './feedback-requests.ts'
import { listFeedbackResponses, showFeedbackResponse } from './feedback-responses.ts'
import { showCsat, showNps, showResponseRate } from './metrics.ts'
import { parseJson } from './parameters.ts'
import { addRedirects } from './paths.ts'
import { Csat, EmailTemplate, FeedbackRequest, FeedbackResponse, Nps, ResponseRate, Site, StaffMember, Survey, TextMessageTemplate, listOf } from './shapes.ts'
import { changeSite, createSite, listSites, showSite } from './sites.ts'
import { listStaff, showStaffMember } from './staff.ts'
import { listSurveys } from './surveys.ts'
import { listTextMessageTemplates } from './text-message-templates.ts'

/**
 * CustomerSure's API v1 on this store: every route of it, in the document's order. What the README says of served, different and not yet is tested against this.
 */
export async function customersure(app: FastifyInstance, options: FaceOptions): Promise<void> {
  app.setErrorHandler(sendVendorError)
  addRedirects(app)
  await app.register(api, options)
}

async function api(app: FastifyInstance, options: FaceOptions): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/([\w.+-]+\+)?json\b/i, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => parseJson(body))
  app.decorateRequest(callerDecorator)
  app.addHook('onRequest', authHook(options))

  app.post('/feedback_requests', answers(FeedbackRequest, 201), createFeedbackRequest)
  app.get('/feedback_requests', answers(listOf(FeedbackRequest)), listFeedbackRequests)
  app.get('/feedback_requests/:id', answers(FeedbackRequest), showFeedbackRequest)
  app.patch('/feedback_requests/:id', answers(FeedbackRequest), changeFeedbackRequest)
  app.delete('/feedback_requests/:id', cancelFeedbackRequest)
  app.get('/feedback_responses/:id', answers(FeedbackResponse), showFeedbackResponse)
  app.get('/feedback_responses', answers(listOf(FeedbackResponse)), listFeedbackResponses)
  app.get('/response_rate', answers(ResponseRate), showResponseRate)
  app.get('/nps', answers(Nps), showNps)
  app.get('/csat', answers(Csat), showCsat)
  app.post('/sites', answers(Site, 201), createSite)
  app.get('/sites/:id', answers(Site), showSite)
  app.patch('/sites/:id', answers(Site), changeSite)
  app.get('/sites', answers(listOf(Site)), listSites)
  app.get('/staff/:id', answers(StaffMember), showStaffMember)
  app.get('/staff', answers(listOf(StaffMember)), listStaff)
  app.get('/surveys', answers(listOf(Survey)), listSurveys)
  app.get('/email_templates', answers(listOf(EmailTemplate)), listEmailTemplates)
  app.get('/text_message_templates', answers(listOf(TextMessageTemplate)), listTextMessageTemplates)
}

function answers(shape: object, status: 200 | 201 = 200): { schema: { response: Record<number, object> } } {
  return { schema: { response: { [status]: shape } } }
}
