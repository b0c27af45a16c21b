import type { FastifyReply, FastifyRequest } from 'fastify'
import { getStaffMember, listStaffPage, type StaffMember as StoredMember } from '../../core/staff.ts'
import { callerOf } from './auth.ts'
import { parseId, type ById } from './ids.ts'
import { addPageHeaders, PAGE_PARAMETERS, toPage } from './paging.ts'
import { readQuery, text } from './parameters.ts'
import { toTimeOrNull, type StaffMember } from './shapes.ts'

/** GET /staff/:id */
export async function showStaffMember(request: FastifyRequest<ById>): Promise<StaffMember> {
  const { ctx } = callerOf(request)
  readQuery({}, request.query)
  return toStaffMember(await getStaffMember(ctx, parseId(request.params.id)))
}

const LIST = { ...PAGE_PARAMETERS, email: text, code: text }

/** GET /staff: by name, deactivated ones too. */
export async function listStaff(request: FastifyRequest, reply: FastifyReply): Promise<StaffMember[]> {
  const { ctx } = callerOf(request)
  const { email, code, ...asked } = readQuery(LIST, request.query)
  const { rows, total } = await listStaffPage(ctx, { ...email === null ? {} : { email: email.trim() }, ...code === null ? {} : { code } }, toPage(asked))
  addPageHeaders(request, reply, asked, total)
  return rows.map(toStaffMember)
}

/** Ids are texts, the team's too. What is not known is null: the sample's `"null"` is a slip. */
function toStaffMember({ id, code, first_name, surname, email, time_zone, deactivated_at, team_id }: StoredMember): StaffMember {
  return { id: String(id), code, first_name, surname, email, time_zone, deactivated_at: toTimeOrNull(deactivated_at), team_id: team_id === null ? null : String(team_id) }
}
