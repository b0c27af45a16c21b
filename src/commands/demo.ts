import { join } from 'node:path'
import type { Config } from '../config.ts'
import { openDemo, type OpenDemo } from '../demo/account.ts'
import { shopPages } from '../demo/shop.ts'
import { UsageError, type Call, type Command } from './command.ts'
import { showProgress } from './progress.ts'
import { runServer } from './serve.ts'

export const demo: Command = {
  summary: 'Serves an account with a year of made-up data, and prints links and curl lines to try.',
  flags: {
    port: { value: 'PORT', meaning: 'Where it listens, instead of EARSHOT_PORT.' },
    'data-dir': { value: 'DIRECTORY', meaning: 'Where its data are kept; `demo` in EARSHOT_DATA_DIR where it is left out.' },
  },
  run: (call) => runServer({
    config: demoConfig(call), is_web_only: false,
    async prepare(ground, { public_url }) {
      const open = await openDemo(ground, showProgress('Filling a year of demo data'))
      return { lines: linesFor(public_url, open, ground.now()), addPages: (app) => shopPages(app, { codes: open.shop, public_url }) }
    },
  }),
}

/** Beside the real data, not among them; and nothing is sent to the people it made up, whatever mail server is set. */
function demoConfig(call: Call): Config {
  const { config } = call
  const text = call.text('port')
  const port = text === undefined ? config.port : Number(text)
  if (text !== undefined && (!/^\d+$/.test(text) || port > 65_535)) throw new UsageError('--port must be a number from 0 to 65535')
  const public_url = config.public_url.endsWith(`://localhost:${config.port}`) ? config.public_url.replace(/\d+$/, String(port)) : config.public_url
  const log_level = config.log_level === 'info' ? 'warn' : config.log_level
  return { ...config, port, public_url, log_level, data_dir: call.text('data-dir') ?? join(config.data_dir, 'demo'), mail_url: null }
}

function linesFor(url: string, open: OpenDemo, now: Date): string[] {
  return [
    '',
    `  A survey to answer   ${url}/surveys/${open.survey_token}`,
    `  The mailbox          ${url}/login/${open.login_token} logs you in (once), then ${url}/mailbox`,
    `  The website widget   ${url}/demo/widget`,
    `  API key              ${open.api_key} (good until the next start)`,
    '',
    ...examples(url, open, now).flatMap(({ title, lines }) => [`# ${title}`, ...lines.map((line, index) => `${line}${index < lines.length - 1 ? ' \\' : ''}`), '']),
  ]
}

interface Example { title: string, lines: string[] }

/** Each works as it is printed, in any shell that knows single quotes, as often as one likes (within a day, as to the times in them). */
function examples(url: string, open: OpenDemo, now: Date): Example[] {
  return [...bizratingsExamples(url, open, now), ...customersureExamples(url, open, now), ...kayakoExamples(url, open)]
}

function bizratingsExamples(url: string, { api_key }: OpenDemo, now: Date): Example[] {
  const key = header(`Authorization: Bearer ${api_key}`)
  const opened = new Date(now.getTime() - 7_200_000)
  const ticket = {
    ticketID: Math.floor(now.getTime() / 1000), ticketTitle: 'Projector shows a blue screen', boardName: 'Helpdesk', companyRecID: 4501, companyName: 'Acme Corporation', contactRecID: 99_001,
    contactName: 'Jo Visitor', contactEmail: 'jo.visitor@acme-corporation.example', resource: 'apatel', ticketCreatedOn: opened, ticketClosedOn: now, ticketUpdatedOn: now,
  }
  return [
    { title: 'BizRatings: close a ticket; its mail is in the mailbox a second later', lines: [`curl -sS '${url}/api/tickets'`, key, header('Content-Type: application/json'), body(ticket)] },
    { title: 'BizRatings: what customers of one client said, with comments', lines: [`curl -sS '${url}/api/v1.3/tickets/responses?filterBy=CompanyName&keyword=Harrow&reviewType=3&pageSize=5'`, key] },
  ]
}

function customersureExamples(url: string, { api_key, survey_id }: OpenDemo, now: Date): Example[] {
  const headers = [header(`Authorization: Token token=${api_key}`), header('Accept: application/vnd.customersure.v1+json')]
  const request = { email: 'jo.visitor@acme-corporation.example', first_name: 'Jo', survey_id, send_at: now, reference: '#4711', data: [{ key: 'company_name', value: 'Acme Corporation' }] }
  return [
    { title: 'CustomerSure: ask somebody', lines: [`curl -sS '${url}/feedback_requests'`, ...headers, header('Content-Type: application/json'), body(request)] },
    { title: 'CustomerSure: the newest answers', lines: [`curl -sS '${url}/feedback_responses?per_page=3'`, ...headers] },
    { title: 'CustomerSure: how content customers were this quarter', lines: [`curl -sS '${url}/csat?period=current_quarter'`, ...headers] },
    { title: 'CustomerSure: would they recommend us?', lines: [`curl -sS '${url}/nps?period=12-months'`, ...headers] },
  ]
}

function kayakoExamples(url: string, { api_key, ticket, rated_case_id }: OpenDemo): Example[] {
  const key = header(`Authorization: Bearer ${api_key}`)
  return [
    { title: 'Kayako: the newest cases', lines: [`curl -sS '${url}/api/v1/cases?limit=3'`, key] },
    { title: `Kayako: how case ${rated_case_id} was rated`, lines: [`curl -sS '${url}/api/v1/cases/${rated_case_id}/ratings'`, key] },
    { title: `Kayako: ask about case ${ticket.case_id}`, lines: [`curl -sS -X POST '${url}/api/v1/cases/${ticket.case_id}/ratings/trigger'`, key] },
  ]
}

function header(line: string): string {
  return `  -H '${line}'`
}

function body(json: object): string {
  return `  -d '${JSON.stringify(json)}'`
}
