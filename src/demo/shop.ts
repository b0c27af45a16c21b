import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Context } from '../core/context.ts'
import { createSegment, listSegments } from '../core/segments.ts'
import { createSurvey, listSurveys, type SurveyDraft } from '../core/surveys.ts'
import { escapeHtml } from '../http/html.ts'
import { SITES } from './cast.ts'

/** The codes of the surveys that the shop's page shows, by how each is opened. */
export interface ShopCodes { tab: string, button: string, custom: string }

/** Finds the surveys of the made-up shop, or makes them, also in a demo of an earlier version. */
export async function openShop(ctx: Context): Promise<ShopCodes> {
  if (!(await listSegments(ctx)).some(({ key }) => key === SEGMENT.key)) await createSegment(ctx, SEGMENT)
  const { rows } = await listSurveys(ctx, { offset: 0, limit: 1000 })
  const codeOf = async (draft: SurveyDraft) => (rows.find(({ name }) => name === draft.name) ?? await createSurvey(ctx.db, ctx.account.id, draft, ctx.now())).code
  return { tab: await codeOf(SHOP), button: await codeOf(PAGE), custom: await codeOf(DELIVERY) }
}

/** The page of a made-up shop with three widgets: a tab, a button, and a trigger of its own. Everything on it comes from this server. */
export async function shopPages(app: FastifyInstance, { codes, public_url }: { codes: ShopCodes, public_url: string }): Promise<void> {
  const page = pageOf(codes, public_url)
  app.get('/demo/widget', (_request, reply) => send(reply, 'text/html', page))
  app.get('/demo/widget.css', (_request, reply) => send(reply, 'text/css', readSource('demo.css')))
  app.get('/demo/widget.js', (_request, reply) => send(reply, 'text/javascript', readSource('demo.js')))
}

const SEGMENT = { key: 'product', name: 'Product' }
const LOOK = { purpose: 'other', theme: { brand_color: '#8a3b12' } } as const

const SHOP: SurveyDraft = {
  ...LOOK, name: 'Shop: the shop', widget: { trigger: 'tab' }, questions: [
    { type: 'rating', text: 'How likely are you to recommend us to a friend?', scale: { min: 0, max: 10 }, scale_labels: { min: 'Not at all likely', max: 'Extremely likely' }, metric: 'nps', required: true },
    { type: 'radio', text: 'What brought you here?', options: ['Lamps', 'Shades', 'Spare parts'], segment: SEGMENT.key },
    { type: 'text', text: 'What could we do better?' },
  ],
}
const PAGE: SurveyDraft = {
  ...LOOK, name: 'Shop: the page', widget: { trigger: 'button', label: 'Rate this page' }, questions: [
    { type: 'rating', text: 'How easy was it to find what you wanted?', scale: { min: 1, max: 5 }, scale_labels: { min: 'Very hard', max: 'Very easy' }, appearance: 'stars', required: true },
    { type: 'text', text: 'What did you miss?', shown_if: { question: 1, values: [1, 2, 3] } },
  ],
}
const DELIVERY: SurveyDraft = {
  ...LOOK, name: 'Shop: the delivery', widget: { trigger: 'custom', label: 'How was the delivery?' }, questions: [
    { type: 'rating', text: 'How was the delivery?', scale: { min: 1, max: 5 }, appearance: 'faces', metric: 'csat', required: true },
    { type: 'dropdown', text: 'Which shop did it come from?', options: SITES.map(({ code }) => code), segment: 'site_code' },
    { type: 'text', text: 'What should we know?' },
  ],
  fields: [{ key: 'name' }, { key: 'email' }],
}

/** What the shop knows of its visitor. */
const PARAMS = { name: 'Robin Visitor', email: 'robin.visitor@client.example', reference: 'ORDER-2090', site_code: 'harbour', product: 'Lamps', basket: 'Reading lamp No. 4' }

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

function send(reply: FastifyReply, type: string, body: string): FastifyReply {
  return reply.header('content-type', `${type}; charset=utf-8`).header('cache-control', 'no-store').header('content-security-policy', POLICY).send(body)
}

function pageOf({ tab, button, custom }: ShopCodes, public_url: string): string {
  const snippet = readSource('snippet.html').trimEnd().replaceAll('SERVER', public_url).replaceAll('CODE', tab)
    .replace("'></div>", `'\n     data-survey-params='${JSON.stringify(PARAMS)}'></div>`)
  return readSource('demo.html').replaceAll('TAB_CODE', tab).replaceAll('BUTTON_CODE', button).replaceAll('CUSTOM_CODE', custom)
    .replaceAll('PARAMS', () => escapeHtml(JSON.stringify(PARAMS))).replace('SNIPPET', () => escapeHtml(snippet))
}

function readSource(name: string): string {
  return readFileSync(new URL(`../../widget/${name}`, import.meta.url), 'utf8')
}
