import { getCase, listCases } from '../../core/case-list.ts'
import type { Call } from './call.ts'
import type { Answer } from './envelope.ts'
import { pathId } from './ids.ts'
import { readPage } from './paging.ts'
import { caseModified, toCase } from './shapes.ts'

/** GET /cases: tickets, projects and conversations alike, last updated first. */
export async function listAll({ ctx, query, public_url }: Call): Promise<Answer> {
  const page = readPage(query)
  const { rows, total } = await listCases(ctx, page)
  const modified = rows.length === 0 ? null : new Date(Math.max(...rows.map((one) => caseModified(one).getTime())))
  return { kind: 'many', resource: 'case', data: rows.map((one) => toCase(one, public_url)), page, total, modified }
}

/** GET /cases/:id */
export async function getOne({ ctx, params, public_url }: Call): Promise<Answer> {
  const found = await getCase(ctx, pathId(params.id ?? ''))
  return { kind: 'one', status: 200, resource: 'case', data: toCase(found, public_url), modified: caseModified(found) }
}
