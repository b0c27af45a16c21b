import { getOrganization, getPerson, getTeam, listTeamViews } from '../../core/directory.ts'
import type { Call } from './call.ts'
import type { Answer } from './envelope.ts'
import { pathId } from './ids.ts'
import { readPage } from './paging.ts'
import { toOrganization, toTeam, toUser } from './shapes.ts'

/** GET /users/:id: contacts, staff members and users alike. Undated, since a second factor or a staff member's new team is not in their date. */
export async function getUser({ ctx, params, public_url }: Call): Promise<Answer> {
  const person = await getPerson(ctx, pathId(params.id ?? ''))
  return { kind: 'one', status: 200, resource: 'user', data: toUser(person, public_url), modified: null }
}

/** GET /teams: by name. Undated, since members come and go. */
export async function listTeams({ ctx, query, public_url }: Call): Promise<Answer> {
  const page = readPage(query)
  const { rows, total } = await listTeamViews(ctx, page)
  return { kind: 'many', resource: 'team', data: rows.map((team) => toTeam(team, public_url)), page, total, modified: null }
}

/** GET /teams/:id */
export async function getOneTeam({ ctx, params, public_url }: Call): Promise<Answer> {
  const team = await getTeam(ctx, pathId(params.id ?? ''))
  return { kind: 'one', status: 200, resource: 'team', data: toTeam(team, public_url), modified: null }
}

/** GET /organizations/:id */
export async function getOneOrganization({ ctx, params, public_url }: Call): Promise<Answer> {
  const organization = await getOrganization(ctx, pathId(params.id ?? ''))
  return { kind: 'one', status: 200, resource: 'organization', data: toOrganization(organization, public_url), modified: organization.updated_at }
}
