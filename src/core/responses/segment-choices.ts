import type { Db } from '../../storage/database.ts'
import { findOptionsOf, optionsBesides } from '../segments.ts'
import { findSitesByCodes } from '../sites.ts'
import { findStaffByCodes } from '../staff.ts'
import type { Question } from '../surveys.ts'
import type { Origin } from './answerable.ts'
import { isShown, type CheckedAnswer } from './answers.ts'

type Pair = { key: string, value: string }
type Credited = { invitation: Origin, staff_ids: number[] }

/** Pairs that a page around the survey passed on, as the visitor left them: what its questions ask for themselves is answered there alone. */
export function withChoices(questions: readonly Question[], checked: readonly CheckedAnswer[], passed: readonly Pair[]): { hidden: Pair[], pairs: Pair[] } {
  const asked = questions.filter((question) => isShown(question, checked)).map(({ segment }) => segment)
  const hidden = passed.filter(({ key }) => !asked.includes(key))
  return { hidden, pairs: [...hidden, ...chosenPairs(checked)] }
}

/** Who gets the credit by these pairs, as far as their codes are known: the first site, and staff in their order with the team of the first. */
export async function findCredited(db: Db, account_id: number, pairs: readonly Pair[]): Promise<{ site_id?: number, staff_ids?: number[], team_id?: number | null }> {
  const codes = (wanted: string) => [...new Set(pairs.flatMap(({ key, value }) => (key === wanted ? [value] : [])))]
  const [site] = await findSitesByCodes(db, account_id, codes('site_code'))
  const staff = await findStaffByCodes(db, account_id, codes('staff_code'))
  return { ...site && { site_id: site.id }, ...staff[0] && { staff_ids: staff.map(({ id }) => id), team_id: staff[0].team_id } }
}

/** What an invitation's response belongs to: what was chosen where a question asks for a segment, else what the invitation says. */
export async function creditChoices(db: Db, answerable: Credited, checked: readonly CheckedAnswer[]): Promise<Credited> {
  const pairs = chosenPairs(checked)
  if (pairs.length === 0) return answerable
  const { invitation, staff_ids } = answerable
  const { account_id } = invitation
  const { staff_ids: chosen, ...credited } = await findCredited(db, account_id, pairs)
  const known = await optionsBesides(db, account_id, invitation.segment_option_ids, pairs.map(({ key }) => key))
  const options = await findOptionsOf(db, pairs.map((pair) => ({ account_id, ...pair })))
  return { staff_ids: chosen ?? staff_ids, invitation: { ...invitation, ...credited, segment_option_ids: [...known, ...options] } }
}

function chosenPairs(checked: readonly CheckedAnswer[]): Pair[] {
  return checked.flatMap(({ question: { segment }, choices }) => (segment === null ? [] : (choices ?? []).map((value) => ({ key: segment, value }))))
}
