import { sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import { recordset } from '../../storage/recordset.ts'
import { headlineQuestion, withQuestions, type Question } from '../surveys.ts'
import type { EmailTemplate } from '../templates.ts'

/** A message that was claimed, with all that is needed to write and send it. */
export interface Message extends MessageFacts {
  account_id: number
  delivery_id: number
  invitation_id: number
  reminder_id: number | null
  /** With its angle brackets; the same in every attempt. */
  message_id: string
  template: EmailTemplate
  /** The survey's first rating question, whose points are the links in the mail; null where it has none. */
  question: Question | null
}

interface MessageFacts {
  /** The invitation's secret link ends with it. */
  token: string
  email: string
  first_name: string | null
  surname: string | null
  reference: string | null
  company_name: string | null
  /** The first staff member of the invitation. */
  staff_name: string | null
  data: { key: string, value: string }[]
}

interface Begun { account_id: number, delivery_id: number, invitation_id: number, reminder_id: number | null, message_id: string, email_template_id: number }

/** What begun deliveries need to be written, in their order. */
export async function loadMessages(db: Db, deliveries: Begun[]): Promise<Message[]> {
  if (deliveries.length === 0) return []
  const facts = await loadFacts(db, deliveries)
  const templates = await loadTemplates(db, deliveries)
  const questions = await loadQuestions(db, [...facts.values()])
  return deliveries.map((delivery, position) => {
    const template = templates.get(delivery.email_template_id)
    const own = facts.get(position)
    if (!template || !own) throw new Error('a message lost its template or its invitation')
    const { survey_id, ...rest } = own
    const { email_template_id: _, ...begun } = delivery
    return { ...begun, ...rest, template, question: questions.get(survey_id) ?? null }
  })
}

async function loadFacts(db: Db, deliveries: Begun[]): Promise<Map<number, MessageFacts & { account_id: number, survey_id: number }>> {
  const result = await sql<MessageFacts & { position: number, account_id: number, survey_id: number }>`
    select i.position, v.account_id, v.survey_id, v.token, v.email, v.first_name, v.surname, v.reference, c.name as company_name,
      (select m.name from staff m where m.account_id = v.account_id and m.id = v.staff_ids[1]) as staff_name,
      coalesce((select jsonb_agg(jsonb_build_object('key', d.key, 'value', d.value) order by d.position) from invitation_data d
        where d.account_id = v.account_id and d.invitation_id = v.id), '[]') as data
    from jsonb_to_recordset(${recordset(deliveries.map(({ account_id, invitation_id }) => ({ account_id, invitation_id })))}::jsonb) as i(position integer, account_id bigint, invitation_id bigint)
    join invitations v on v.account_id = i.account_id and v.id = i.invitation_id
    left join companies c on c.account_id = v.account_id and c.id = v.company_id`.execute(db)
  return new Map(result.rows.map(({ position, ...row }) => [position, row]))
}

/** Ids are of one sequence for all accounts, so that one of them names one template; that it is the account's own, the foreign key has seen to. */
async function loadTemplates(db: Db, deliveries: Begun[]): Promise<Map<number, EmailTemplate>> {
  const rows = await db.selectFrom('email_templates').selectAll()
    .where('account_id', 'in', [...new Set(deliveries.map((one) => one.account_id))])
    .where('id', 'in', [...new Set(deliveries.map((one) => one.email_template_id))]).execute()
  return new Map(rows.map((row) => [row.id, row]))
}

async function loadQuestions(db: Db, facts: { account_id: number, survey_id: number }[]): Promise<Map<number, Question | null>> {
  const surveys = await db.selectFrom('surveys').selectAll()
    .where('account_id', 'in', [...new Set(facts.map((one) => one.account_id))])
    .where('id', 'in', [...new Set(facts.map((one) => one.survey_id))]).execute()
  return new Map((await withQuestions(db, surveys)).map((survey) => [survey.id, headlineQuestion(survey.questions)]))
}
