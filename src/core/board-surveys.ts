import { sql, type Selectable } from 'kysely'
import { snapshot, type Db } from '../storage/database.ts'
import { unnested } from '../storage/recordset.ts'
import type { BoardSurveyRow } from '../storage/schema.ts'
import { checked, checkText, given } from './checks.ts'
import { onlySite, type Context } from './context.ts'
import { Forbidden } from './errors.ts'
import { checkSurvey } from './surveys.ts'

/** The kinds of cases that come in closed and have boards. */
export type BoardKind = BoardSurveyRow['kind']

/** The survey that the cases of a board are asked about with. One that was archived since stands aside for the survey of their kind. */
export interface BoardSurvey extends Pick<Selectable<BoardSurveyRow>, 'kind' | 'name' | 'survey_id' | 'updated_at'> {
  survey_name: string
  survey_archived_at: Date | null
}

/**
 * Sets the survey of a board, which is known by its name in any letter case and need not have cases yet; null: the survey of their kind again. What was asked
 * before stays as it was. Throws Invalid (faults name, survey_id) and Forbidden for a key of one site, since boards are the whole account's.
 */
export async function setBoardSurvey(ctx: Context, board: { kind: BoardKind, name: string, survey_id: number | null }): Promise<BoardSurvey | null> {
  if (onlySite(ctx) !== null) throw new Forbidden('a key of one site cannot set the survey of a board, which all sites share')
  const { kind, survey_id } = board
  const name = board.name.trim()
  checked([checkText('name', name, 300), await given(survey_id, (id) => checkSurvey(ctx, 'survey_id', id))])
  if (survey_id === null) return removeSurvey(ctx, kind, name)
  const now = ctx.now()
  await ctx.db.insertInto('board_surveys').values({ account_id: ctx.account.id, kind, name, survey_id, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.expression(sql`account_id, kind, lower(name)`).doUpdateSet({ name, survey_id, updated_at: now })).execute()
  return await boards(ctx).where('b.kind', '=', kind).where(sql`lower(b.name)`, '=', sql`lower(${name})`).executeTakeFirst() ?? null
}

/** One page of the boards that have a survey of their own, by name (case-insensitive, by code point), and how many there are. */
export async function listBoardSurveys(ctx: Context, page: { offset: number, limit: number }): Promise<{ rows: BoardSurvey[], total: number }> {
  return snapshot(ctx.db, async (db) => {
    const rows = await boards({ ...ctx, db }).orderBy(sql`lower(b.name) collate "C"`).orderBy('b.kind').offset(page.offset).limit(page.limit).execute()
    const { total } = await db.selectFrom('board_surveys').where('account_id', '=', ctx.account.id).select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
    return { rows, total }
  })
}

/** What has to be known of a case to say with which survey to ask about it. */
export interface Askable {
  account_id: number
  kind: BoardKind
  board_name: string | null
  /** The one that its source asked for, which was checked then. */
  survey_id: number | null
  has_staff: boolean
}

/** With which survey, and which e-mail template; survey_id is null where the account has none for that. */
export interface Choice { survey_id: number | null, email_template_id: number | null }

/**
 * With what to ask about each of these cases, in their order: the survey asked for, else the board's, else that of the kind, and the account's default template. A board's
 * survey about employees stands aside, too, where a case has no staff to ask about. One prepared statement, for hot paths.
 */
export async function chooseSurveys(db: Db, cases: Askable[]): Promise<Choice[]> {
  const items = cases.map((one) => ({ ...one, board_name: one.board_name?.trim() }))
  const result = await sql<Choice>`
    select a.default_email_template_id as email_template_id, coalesce(i.survey_id,
      (select s.id from board_surveys b join surveys s on s.account_id = b.account_id and s.id = b.survey_id
        where b.account_id = i.account_id and b.kind = i.kind and lower(b.name) = lower(i.board_name) and s.archived_at is null and (i.has_staff or s.purpose <> 'employee')),
      (select s.id from surveys s where s.account_id = i.account_id and s.purpose = i.kind and s.archived_at is null order by s.id limit 1)) as survey_id
    from ${unnested(items, 'position integer, account_id bigint, kind text, board_name text, survey_id bigint, has_staff boolean')} i
    join accounts a on a.id = i.account_id
    order by i.position`.execute(db)
  return result.rows
}

async function removeSurvey(ctx: Context, kind: BoardKind, name: string): Promise<null> {
  await ctx.db.deleteFrom('board_surveys').where('account_id', '=', ctx.account.id).where('kind', '=', kind).where(sql`lower(name)`, '=', sql`lower(${name})`).execute()
  return null
}

function boards(ctx: Context) {
  return ctx.db.selectFrom('board_surveys as b').innerJoin('surveys as s', (join) => join.onRef('s.account_id', '=', 'b.account_id').onRef('s.id', '=', 'b.survey_id'))
    .where('b.account_id', '=', ctx.account.id)
    .select(['b.kind', 'b.name', 'b.survey_id', 'b.updated_at', 's.name as survey_name', 's.archived_at as survey_archived_at'])
}
