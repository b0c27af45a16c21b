import type { UserRole } from '../../core/context.ts'
import { getActingUser, type User } from '../../core/users.ts'
import type { Call } from './call.ts'
import type { Answer } from './envelope.ts'
import { toTimestamp } from './shapes.ts'

/** GET /me: who calls; of a key the owner, as whom it acts. */
export async function getOne({ ctx, public_url }: Call): Promise<Answer> {
  const user = await getActingUser(ctx)
  return { kind: 'one', status: 200, resource: 'user', data: toMe(user, ctx.account.time_zone, public_url), modified: user.updated_at }
}

/** A customer is known by the contact that they are: as such they stand in cases and ratings. */
export function userId(user: User): number {
  return user.contact_id ?? user.id
}

/** The vendor knows five roles by number. */
const ROLE_IDS: Readonly<Record<UserRole, number>> = { admin: 1, agent: 2, collaborator: 3, customer: 4, owner: 5 }

function toMe(user: User, time_zone: string, public_url: string) {
  const id = userId(user)
  return {
    id,
    full_name: user.name,
    legacy_id: null,
    is_enabled: user.disabled_at === null,
    is_mfa_enabled: user.has_second_factor,
    role: { id: ROLE_IDS[user.role], type: user.role.toUpperCase(), resource_type: 'role' },
    emails: [{ id, email: user.email, is_primary: true, resource_type: 'identity_email' }],
    time_zone,
    created_at: toTimestamp(user.created_at),
    updated_at: toTimestamp(user.updated_at),
    resource_type: 'user',
    resource_url: `${public_url}/api/v1/users/${id}`,
  }
}
