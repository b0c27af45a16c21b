import { getPerson } from '../../core/directory.ts'
import { getActingUser, type User } from '../../core/users.ts'
import type { Call } from './call.ts'
import type { Answer } from './envelope.ts'
import { toUser } from './shapes.ts'

/** GET /me: who calls; of a key the owner, as whom it acts. */
export async function getOne({ ctx, public_url }: Call): Promise<Answer> {
  const person = await getPerson(ctx, personId(await getActingUser(ctx)))
  return { kind: 'one', status: 200, resource: 'user', data: toUser(person, public_url), modified: null }
}

/** A customer is known by the contact that they are: as such they stand in cases and ratings. */
export function personId({ id, contact_id }: User): number {
  return contact_id ?? id
}
