import { sql } from 'kysely'
import type { SurveyRow } from '../../storage/schema.ts'
import type { Context } from '../context.ts'
import { containing, type ResponseFilter } from './filter.ts'

/** What is asked for by names, which stand for ids. */
export interface NameFilter {
  /** A staff member's name or identifier, in any letter case. */
  technician?: string
  /** The same, of another one: both must be there. */
  assigned?: string
  /** A part of a company's name, in any letter case. */
  company_name?: string
  /** Surveys made for this, whether they are still in use or not. */
  survey_purpose?: SurveyRow['purpose']
}

/** What faces ask for. */
export type AskedFilter = ResponseFilter & NameFilter

/** The filter with the ids that its names stand for now. They are looked up once, and whoever plans a query by ids knows how many there are. */
export async function findNames(ctx: Context, { technician, assigned, company_name, survey_purpose, ...filter }: AskedFilter): Promise<ResponseFilter> {
  return {
    ...filter,
    ...technician === undefined ? {} : { staff_ids: await staffCalled(ctx, technician) },
    ...assigned === undefined ? {} : { [technician === undefined ? 'staff_ids' : 'also_staff_ids']: await staffCalled(ctx, assigned) },
    ...company_name === undefined ? {} : { company_ids: await companiesNamed(ctx, company_name) },
    ...survey_purpose === undefined ? {} : { survey_ids: await surveysFor(ctx, survey_purpose) },
  }
}

async function staffCalled(ctx: Context, name: string): Promise<number[]> {
  return idsOf(ctx.db.selectFrom('staff').select('id').where('account_id', '=', ctx.account.id).where(sql<boolean>`(lower(code) = lower(${name}) or lower(name) = lower(${name}))`).execute())
}

async function companiesNamed(ctx: Context, text: string): Promise<number[]> {
  return idsOf(ctx.db.selectFrom('companies').select('id').where('account_id', '=', ctx.account.id).where('name', 'ilike', containing(text)).execute())
}

async function surveysFor(ctx: Context, purpose: SurveyRow['purpose']): Promise<number[]> {
  return idsOf(ctx.db.selectFrom('surveys').select('id').where('account_id', '=', ctx.account.id).where('purpose', '=', purpose).execute())
}

async function idsOf(rows: Promise<{ id: number }[]>): Promise<number[]> {
  return (await rows).map(({ id }) => id)
}
