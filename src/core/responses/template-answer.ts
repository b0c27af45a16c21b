import { transaction, type Tx } from '../../storage/database.ts'
import { checked } from '../checks.ts'
import { recordProvisional, type ClickState } from '../clicks/provisional.ts'
import type { Ground } from '../context.ts'
import { AlreadyAnswered } from '../errors.ts'
import { countRecord, openTemplateLink, writeRecord, type TemplateFacts, type TemplateLink } from '../invitations/template-signal.ts'
import type { Evidence } from './answerable.ts'
import { checkResponse, type Answers } from './answers.ts'
import { loadAskedVersions } from './asked-version.ts'
import { recordResponse, type Taken } from './record.ts'

/**
 * Stores the answers that came by a rating link of a closed-ticket mail, and the record that they belong to where its image did not make it (it then counts as sent now), in one
 * transaction. Throws what openTemplateLink, countRecord and recordResponse throw; of the latter's Invalid nothing stays, and of AlreadyAnswered the rejected revision.
 */
export async function recordTemplateResponse(ground: Ground, public_key: string, facts: TemplateFacts, answers: Answers, evidence: Evidence, client_address: string): Promise<Taken> {
  const link = await openTemplateLink(ground, public_key, facts)
  const staff_ids = link.staff.map(({ id }) => id)
  const outcome = await withRecord(ground, link, facts, answers, client_address, (tx, record) => recordResponse({ ...ground, db: tx }, record, answers, evidence, staff_ids).catch(passAlreadyAnswered))
  if (outcome instanceof AlreadyAnswered) throw outcome
  return outcome
}

/** Takes the score of such a link, once its page has seen a person; as recordProvisional, with the record. A score that means something else in this survey is none. */
export async function recordTemplateClick(ground: Ground, public_key: string, facts: TemplateFacts, score: number, evidence: Evidence, client_address: string): Promise<ClickState> {
  const link = await openTemplateLink(ground, public_key, facts)
  if (!link.same_scale || link.state !== 'open') return 'ignored'
  return withRecord(ground, link, facts, null, client_address, (tx, record) => recordProvisional({ ...ground, db: tx }, record, score, evidence))
}

/** What makes no record is not counted. */
async function withRecord<T>(ground: Ground, { place, token, survey, staff }: TemplateLink, facts: TemplateFacts, answers: Answers | null, client_address: string, act: (tx: Tx, record: string) => Promise<T>): Promise<T> {
  if (token === null) {
    if (answers !== null) {
      const [asked = survey] = await loadAskedVersions(ground.db, [{ survey, answers }])
      checked(checkResponse(asked, staff.map(({ id }) => id), answers).faults)
    }
    await countRecord(ground, place, 'answer', client_address)
  }
  return transaction(ground.db, async (tx) => act(tx, token ?? await writeRecord(tx, place, facts, survey.id, ground.now())))
}

/** As a result, not a failure, since that would undo what was kept of it. */
function passAlreadyAnswered(error: unknown): AlreadyAnswered {
  if (error instanceof AlreadyAnswered) return error
  throw error
}
