import { getCase, listCases, type CaseFilter, type CaseView } from '../../core/case-list.ts'
import { openCase } from '../../core/conversations.ts'
import { idField, listArgument, requireTexts, textField, type Arguments } from './arguments.ts'
import type { Call } from './call.ts'
import type { Answer } from './envelope.ts'
import { Refused, refuse, type Problem } from './errors.ts'
import { pathId } from './ids.ts'
import { readPage } from './paging.ts'
import { caseModified, CLOSED, OPEN, toCase } from './shapes.ts'

/** GET /cases: tickets, projects and conversations alike, last updated first; `ids`, and `status` by id or name. */
export async function listAll({ ctx, query, public_url }: Call): Promise<Answer> {
  const page = readPage(query)
  const { rows, total } = await listCases(ctx, readFilter(query), page)
  const modified = rows.length === 0 ? null : new Date(Math.max(...rows.map((one) => caseModified(one).getTime())))
  return { kind: 'many', resource: 'case', data: rows.map((one) => toCase(one, public_url)), page, total, modified }
}

/** GET /cases/:id */
export async function getOne({ ctx, params, public_url }: Call): Promise<Answer> {
  return one(await getCase(ctx, pathId(params.id ?? '')), public_url)
}

/** POST /cases: for a requester by id, or by the address of one who may be new. */
export async function addOne({ ctx, fields, public_url }: Call): Promise<Answer> {
  const problems = [...requireTexts(fields, ['subject']), ...requireRequester(fields)]
  const [subject, contents, name, email] = ['subject', 'contents', 'name', 'email'].map((field) => textField(fields, field, problems))
  const [contact_id, staff_id, team_id] = ['requester_id', 'assigned_agent_id', 'assigned_team_id'].map((field) => idField(fields, field, problems))
  if (problems.length > 0) throw new Refused(problems)
  const requester = contact_id ? { contact_id } : { name: name || null, email: email ?? null }
  return one(await openCase(ctx, { subject: subject ?? '', contents: contents || null, requester, staff_id: staff_id ?? null, team_id: team_id ?? null }), public_url, 201)
}

function one(found: CaseView, public_url: string, status: 200 | 201 = 200): Answer {
  return { kind: 'one', status, resource: 'case', data: toCase(found, public_url), modified: caseModified(found) }
}

const REQUESTER = ['requester_id', 'email']

function requireRequester(fields: Arguments): Problem[] {
  const named = REQUESTER.filter((field) => (fields.get(field) ?? '') !== '')
  if (named.length === 1) return []
  return [{ code: named.length === 0 ? 'ANY_FIELD_REQUIRED' : 'ONE_FIELD_EXPECTED', parameters: REQUESTER }]
}

/** Here a case is open or closed. A status that it can't have is none's. */
function readFilter(query: Arguments): CaseFilter {
  const [ids, statuses] = [listArgument(query, 'ids'), listArgument(query, 'status').map((status) => status.toUpperCase())]
  if (ids.some((id) => !/^\d{1,15}$/.test(id))) throw refuse('PARAMETER_INVALID', { parameter: 'ids', message: 'Must be ids divided by commas.' })
  const [open, closed] = [[String(OPEN), 'OPEN'], [String(CLOSED), 'CLOSED']].map((names) => statuses.some((status) => names.includes(status)))
  if (statuses.length > 0 && !open && !closed) return { ids: [] }
  return { ...(query.has('ids') || query.has('ids[]') ? { ids: ids.map(Number) } : {}), ...(open === closed ? {} : { is_closed: closed }) }
}
