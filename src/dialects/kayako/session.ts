import { closeSession } from '../../core/sessions.ts'
import { NotFound } from '../../core/errors.ts'
import { getActingUser } from '../../core/users.ts'
import { clientAddress } from '../../http/address.ts'
import type { Call } from './call.ts'
import type { Answer } from './envelope.ts'
import { personId } from './me.ts'
import { toTimestamp } from './shapes.ts'

/** GET /session: the one that was shown, or that a password just opened. Throws NotFound for whoever has none. */
export async function getOne({ caller, ctx, request }: Call): Promise<Answer> {
  const session = caller.session ?? await caller.startSession()
  if (!session) throw new NotFound('only who logged in has a session')
  const data = {
    id: session.session_id,
    portal: 'API',
    ip_address: clientAddress(request),
    user_agent: request.headers['user-agent'] ?? null,
    instance_id: ctx.account.id,
    instance_name: ctx.account.subdomain,
    user: { id: personId(await getActingUser(ctx)), resource_type: 'user' },
    status: 'ONLINE',
    last_activity_at: toTimestamp(ctx.now()),
    created_at: toTimestamp(session.created_at),
    resource_type: 'session',
  }
  return { kind: 'one', status: 200, resource: 'session', data, modified: null }
}

/** DELETE /session: ends the one that was shown. Throws NotFound for whoever shows none. */
export async function endOne({ caller, ground }: Call): Promise<Answer> {
  if (!caller.session) throw new NotFound('only who logged in has a session')
  await closeSession(ground, caller.session.session_id)
  return { kind: 'done', status: 200, notifications: [] }
}
