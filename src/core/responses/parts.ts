import { sql } from 'kysely'
import type { Tx } from '../../storage/database.ts'
import { recordset, unnested } from '../../storage/recordset.ts'
import { npsGroup, sentimentOf } from '../scores.ts'
import { scaleOf } from '../surveys.ts'
import type { CheckedAnswer } from './answers.ts'

/** The answers of one response, with what its rating facts are counted by. */
export interface AnswerSet {
  account_id: number
  response_id: number
  survey_id: number
  site_id: number
  company_id: number | null
  /** Who gets the credit; for a rating about one of them, that one does. */
  staff_ids: readonly number[]
  dated_at: Date
  answers: readonly CheckedAnswer[]
}

/** Writes the answers of responses, and a rating fact for each one whose question has a metric. */
export async function insertAnswers(tx: Tx, sets: AnswerSet[]): Promise<void> {
  const rows = sets.flatMap((set) => set.answers.map(({ question, staff_id, value, text, choices }) => ({ account_id: set.account_id, response_id: set.response_id, question_id: question.id, staff_id, value, text, choices })))
  if (rows.length === 0) return
  const facts = sets.flatMap((set) => set.answers.flatMap((answer) => factRows(set, answer)))
  await sql`
    with written as (
      insert into answers (account_id, response_id, question_id, staff_id, value, text, choices)
      select account_id, response_id, question_id, staff_id, value, text, choices
      from ${unnested(rows, 'position integer, account_id bigint, response_id bigint, question_id bigint, staff_id bigint, value smallint, text text, choices jsonb')} i
      order by i.position
      returning id, account_id, response_id, question_id, staff_id
    )
    insert into rating_facts (account_id, response_id, answer_id, metric, value, scale_min, scale_max, sentiment, dated_at, survey_id, site_id, company_id, nps_group, staff_ids)
    select i.account_id, i.response_id, w.id, i.metric, i.value, i.scale_min, i.scale_max, i.sentiment, i.dated_at, i.survey_id, i.site_id, i.company_id, i.nps_group, i.staff_ids
    from ${unnested(facts, `account_id bigint, response_id bigint, question_id bigint, staff_id bigint, metric text, value smallint, scale_min smallint, scale_max smallint, sentiment smallint, dated_at timestamptz, survey_id bigint, site_id bigint, company_id bigint,
      nps_group smallint, staff_ids bigint[]`)} i
    join written w on w.account_id = i.account_id and w.response_id = i.response_id and w.question_id = i.question_id and w.staff_id is not distinct from i.staff_id`.execute(tx)
}

/** Takes the answers and rating facts of a response away, to be written anew. */
export async function deleteAnswers(tx: Tx, response: { account_id: number, id: number }): Promise<void> {
  await tx.deleteFrom('rating_facts').where('account_id', '=', response.account_id).where('response_id', '=', response.id).execute()
  await tx.deleteFrom('answers').where('account_id', '=', response.account_id).where('response_id', '=', response.id).execute()
}

/** An accepted revision holds what was there before it, a rejected one what it wanted. */
export interface RevisionInput {
  account_id: number
  response_id: number
  answers: unknown
  responder_ip: string | null
  user_agent: string | null
  accepted_at?: Date
  rejected_at?: Date
  rejected_reason?: string
}

/** Whoever has an answered link may post as often as they like; so many of one response are kept, the rest would be noise. */
export const MAX_REVISIONS = 100

/** Keeps revisions, the first 100 of each response. */
export async function insertRevisions(tx: Tx, revisions: RevisionInput[]): Promise<void> {
  if (revisions.length === 0) return
  await sql`insert into revisions (account_id, response_id, answers, responder_ip, user_agent, accepted_at, rejected_at, rejected_reason)
    select account_id, response_id, answers, responder_ip, user_agent, accepted_at, rejected_at, rejected_reason
    from (select *, row_number() over (partition by account_id, response_id order by position) as nth
      from jsonb_to_recordset(${recordset(revisions)}::jsonb) as r(position integer, account_id bigint, response_id bigint, answers jsonb, responder_ip text, user_agent text,
        accepted_at timestamptz, rejected_at timestamptz, rejected_reason text)) as i
    where (select count(*) from revisions k where k.account_id = i.account_id and k.response_id = i.response_id) + i.nth <= ${MAX_REVISIONS}::integer
    order by i.position`.execute(tx)
}

/** As they are stored, the worst first. */
const NPS_GROUPS = { detractor: 0, passive: 1, promoter: 2 }

function factRows(set: AnswerSet, { question, staff_id, value }: CheckedAnswer) {
  if (value === null || question.type !== 'rating' || question.metric === 'none') return []
  const { account_id, response_id, survey_id, site_id, company_id, dated_at } = set
  const scale = scaleOf(question)
  return [{
    account_id, response_id, question_id: question.id, staff_id, metric: question.metric, value, scale_min: scale.min, scale_max: scale.max, sentiment: sentimentOf(value, scale),
    dated_at, survey_id, site_id, company_id, nps_group: question.metric === 'nps' ? NPS_GROUPS[npsGroup(value, scale)] : null, staff_ids: staff_id === null ? set.staff_ids : [staff_id],
  }]
}
