import { transaction } from '../../storage/database.ts'
import { checked } from '../checks.ts'
import type { Ground } from '../context.ts'
import { AlreadyAnswered } from '../errors.ts'
import { countRecord, openTemplateLink, writeRecord, type TemplateFacts } from '../invitations/template-signal.ts'
import { checkAnswers, type Answers } from './answers.ts'
import { recordResponse, type Evidence, type Recorded } from './record.ts'

/**
 * Stores the answers that came by a rating link of a closed-ticket mail, and the record that they belong to where its image did not make it (it then counts as sent now), in one
 * transaction. Throws what openTemplateLink, countRecord and recordResponse throw; of the latter's Invalid nothing stays, and of AlreadyAnswered the rejected revision.
 */
export async function recordTemplateResponse(ground: Ground, public_key: string, facts: TemplateFacts, answers: Answers, evidence: Evidence, client_address: string): Promise<Recorded> {
  const { place, token, survey, staff } = await openTemplateLink(ground, public_key, facts)
  const staff_ids = staff.map(({ id }) => id)
  if (token === null) {
    checked(checkAnswers(survey.questions, staff_ids, answers).faults) // what makes no record is not counted
    await countRecord(ground, place, 'answer', client_address)
  }
  const outcome = await transaction(ground.db, async (tx) => {
    const record = token ?? await writeRecord(tx, place, facts, survey.id, ground.now())
    return recordResponse({ ...ground, db: tx }, record, answers, evidence, staff_ids).catch(passAlreadyAnswered)
  })
  if (outcome instanceof AlreadyAnswered) throw outcome
  return outcome
}

/** As a result, not a failure, since that would undo what was kept of it. */
function passAlreadyAnswered(error: unknown): AlreadyAnswered {
  if (error instanceof AlreadyAnswered) return error
  throw error
}
