import { sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import { itemAt, recordset } from '../../storage/recordset.ts'
import type { SurveyTheme } from '../../storage/schema.ts'
import { speakSurveys, type SpokenQuestion } from '../survey-texts.ts'
import { headlineQuestion, withQuestions } from '../surveys.ts'
import type { EmailTemplate, TextMessageTemplate } from '../templates.ts'

/** A message that was claimed, with all that is needed to write and send it. */
export type Message = EmailMessage | TextMessage

export interface EmailMessage extends Claimed, MessageFacts {
  channel: 'email'
  email: string
  template: EmailTemplate
  /** The survey's first rating question, in the template's language where the survey has it, whose points are the links in the mail; null where it has none. */
  question: SpokenQuestion | null
  /** Of that survey; null is the product's own look. */
  theme: SurveyTheme | null
}

export interface TextMessage extends Claimed, MessageFacts {
  channel: 'sms'
  /** In E.164. */
  telephone_number: string
  template: TextMessageTemplate
}

interface Claimed {
  account_id: number
  delivery_id: number
  invitation_id: number
  reminder_id: number | null
  /** With its angle brackets; the same in every attempt. */
  message_id: string
}

interface MessageFacts {
  /** The invitation's secret link ends with it. */
  token: string
  email: string | null
  first_name: string | null
  surname: string | null
  reference: string | null
  company_name: string | null
  /** The first staff member of the invitation. */
  staff_name: string | null
  data: { key: string, value: string }[]
}

/** A delivery that was begun; the template is one of its channel's. */
export interface Begun extends Claimed { template_id: number }

/** What begun deliveries need to be written as mails, in their order. */
export async function loadEmails(db: Db, deliveries: Begun[]): Promise<EmailMessage[]> {
  if (deliveries.length === 0) return []
  const facts = await loadFacts(db, deliveries)
  const templates = await loadTemplates(db, 'email_templates', deliveries)
  const found = deliveries.map(({ template_id, ...begun }, position) => {
    const { telephone_number: _, email, ...rest } = itemAt(facts, position)
    if (email === null) throw new Error('a mail lost its address')
    return { ...begun, ...rest, channel: 'email' as const, email, template: templateOf(templates, template_id) }
  })
  const surveys = await loadSurveysOf(db, found.map(({ account_id, survey_id, template, staff_name }) => ({ account_id, survey_id, locale: template.locale, has_staff: staff_name !== null })))
  return found.map(({ survey_id: _, ...message }, index) => ({ ...message, ...itemAt(surveys, index) }))
}

/** The same as text messages. */
export async function loadTexts(db: Db, deliveries: Begun[]): Promise<TextMessage[]> {
  if (deliveries.length === 0) return []
  const facts = await loadFacts(db, deliveries)
  const templates = await loadTemplates(db, 'text_message_templates', deliveries)
  return deliveries.map(({ template_id, ...begun }, position) => {
    const { survey_id: _, telephone_number, ...rest } = itemAt(facts, position)
    if (telephone_number === null) throw new Error('a text message lost its number')
    return { ...begun, ...rest, channel: 'sms', telephone_number, template: templateOf(templates, template_id) }
  })
}

type Facts = MessageFacts & { account_id: number, survey_id: number, telephone_number: string | null }

async function loadFacts(db: Db, deliveries: Begun[]): Promise<Facts[]> {
  const result = await sql<Facts & { position: number }>`
    select i.position, v.account_id, v.survey_id, v.token, v.email, v.telephone_number, v.first_name, v.surname, v.reference, c.name as company_name,
      (select m.name from staff m where m.account_id = v.account_id and m.id = v.staff_ids[1]) as staff_name, v.data
    from jsonb_to_recordset(${recordset(deliveries.map(({ account_id, invitation_id }) => ({ account_id, invitation_id })))}::jsonb) as i(position integer, account_id bigint, invitation_id bigint)
    join invitations v on v.account_id = i.account_id and v.id = i.invitation_id
    left join companies c on c.account_id = v.account_id and c.id = v.company_id order by i.position`.execute(db)
  return result.rows.map(({ position: _, ...row }) => row)
}

/** Ids are of one sequence for all accounts, so that one of them names one template; that it is the account's own, the foreign key has seen to. */
async function loadTemplates<T extends keyof TemplatesOf>(db: Db, table: T, deliveries: Begun[]): Promise<Map<number, TemplatesOf[T]>> {
  const rows = await sql<TemplatesOf[T]>`select * from ${sql.table(table)}
    where account_id = any(${[...new Set(deliveries.map((one) => one.account_id))]}::bigint[]) and id = any(${[...new Set(deliveries.map((one) => one.template_id))]}::bigint[])`.execute(db)
  return new Map(rows.rows.map((row) => [row.id, row]))
}
interface TemplatesOf { email_templates: EmailTemplate, text_message_templates: TextMessageTemplate }

function templateOf<T>(templates: Map<number, T>, id: number): T {
  const template = templates.get(id)
  if (!template) throw new Error('a message lost its template')
  return template
}

/** The question of each survey's rating, each in the language wanted, and its look, in their order. One about each staff member is asked of nobody where there is none. */
async function loadSurveysOf(db: Db, wanted: { account_id: number, survey_id: number, locale: string, has_staff: boolean }[]): Promise<Pick<EmailMessage, 'question' | 'theme'>[]> {
  const rows = await db.selectFrom('surveys').selectAll()
    .where('account_id', 'in', [...new Set(wanted.map((one) => one.account_id))])
    .where('id', 'in', [...new Set(wanted.map((one) => one.survey_id))]).execute()
  const surveys = new Map((await withQuestions(db, rows)).map((survey) => [survey.id, survey]))
  const spoken = await speakSurveys(db, wanted.map(({ survey_id, locale }) => {
    const survey = surveys.get(survey_id)
    if (!survey) throw new Error('a message lost its survey')
    return { survey, locale }
  }))
  return spoken.map(({ questions, theme }, index) => {
    const question = headlineQuestion(questions)
    return { question: question?.per_staff && !itemAt(wanted, index).has_staff ? null : question, theme }
  })
}
