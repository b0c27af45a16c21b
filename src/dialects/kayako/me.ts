import { findPeople } from '../../core/directory.ts'
import { NotFound } from '../../core/errors.ts'
import { getActingUser, type User } from '../../core/users.ts'
import type { Call } from './call.ts'
import type { Answer } from './envelope.ts'
import { role, ROLE_IDS, toEmail, toUser } from './shapes.ts'

/** GET /me: who calls; of a key the owner, as whom it acts. Role and address are whole, since clients decide by them what they show. */
export async function getOne({ ctx, public_url }: Call): Promise<Answer> {
  const user = await getActingUser(ctx)
  const [person] = await findPeople(ctx, [userId(user)])
  if (!person) throw new NotFound('no such person')
  const { is_enabled, role: _role, emails: _emails, ...rest } = toUser(person, public_url)
  const { id, full_name, legacy_id, ...others } = rest
  const data = { id, full_name, legacy_id, is_enabled, is_mfa_enabled: user.has_second_factor, role: role(ROLE_IDS[user.role]), emails: [toEmail({ ...person, email: user.email })], ...others, time_zone: person.time_zone ?? ctx.account.time_zone }
  return { kind: 'one', status: 200, resource: 'user', data, modified: user.updated_at }
}

/** A customer is known by the contact that they are: as such they stand in cases and ratings. */
export function userId(user: User): number {
  return user.contact_id ?? user.id
}
