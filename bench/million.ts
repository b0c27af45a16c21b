import { sql } from 'kysely'
import type { Context } from '../src/core/context.ts'
import { foldRecordChanges } from '../src/core/records/fold.ts'
import { createSite } from '../src/core/sites.ts'
import { transaction, type Tx } from '../src/storage/database.ts'

/** What a large provider has after four years. */
export const SIZE = { responses: 1_000_000, days: 1461, companies: 1000, contacts: 20_000, staff: 50, waiting_for_one: 1.5 }

const FIRST_DAY = '2022-01-01'

/** Of what titles are made: each thing is in about one of sixty. */
const THINGS = words(`Printer Mailbox Laptop Server Switch Telephone Backup Monitor Licence Password Firewall Scanner Tablet Keyboard Router Share Projector Webcam Headset Modem Charger Battery Database
  Calendar Spreadsheet Browser Certificate Domain Website Tunnel Token Badge Door Camera Speaker Microphone Mouse Dock Adapter Cable Rack Sensor Thermostat Terminal Till Kiosk Plotter Label Archive Folder
  Account Signature Invoice Timesheet Portal Voicemail Hotline Fax Intercom Whiteboard Drive Memory Update Driver`)
const PROBLEMS = `does not start|is very slow|lost its connection|asks for a code|shows an error|has no power|cannot be reached|needs an update|makes a noise|prints every page twice|was stolen|is locked|freezes at noon|
has to be moved|is missing|opens the wrong file|rejects the new user|fills its disk|needs a second screen|reboots by itself|refuses to sync|has a broken hinge|sends duplicates|forgets its settings|turns itself off|
shows yesterday|cannot find the network|is out of paper|needs to be ordered|has expired`.split(/\|\n?/)

function words(text: string): string[] {
  return text.split(/\s+/)
}

/**
 * Fills an account that is new and empty: so many responses, spread evenly over four years up to the end of 2025, of three sites (70, 20 and 10 of 100), companies of very different sizes, eight boards, one or
 * two technicians on each ticket, a comment on three of ten; nine of ten about tickets, the rest to the other surveys. Of invitations that wait there are `waiting_for_one` times as many. Written straight into the tables, without the
 * checks of references and without notes; indexed and counted at the end.
 */
export async function fillMillion(ctx: Context, { responses, waiting_for_one }: Pick<typeof SIZE, 'responses' | 'waiting_for_one'> = SIZE): Promise<void> {
  const north = await createSite(ctx, { code: 'north', name: 'North' })
  const south = await createSite(ctx, { code: 'south', name: 'South' })
  const account = ctx.account.id
  const invitations = Math.round(responses * (1 + waiting_for_one))
  await transaction(ctx.db, async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx)
    await sql`set local statement_timeout = 0`.execute(tx)
    await sql`set local work_mem = '512MB'`.execute(tx)
    await sql`set local maintenance_work_mem = '512MB'`.execute(tx)
    const indexes = await dropIndexes(tx)
    await sql`insert into companies (account_id, external_id, name, created_at, updated_at)
      select ${account}, n, (array['Northwind','Bluebird','Harbour','Granite','Meadow','Lantern','Copper','Juniper','Orchard','Summit'])[1 + n % 10] || ' ' || (array['Bakery','Logistics','Dental','Legal','Motors','Foods','Print','Optics','Media','Garden'])[1 + n / 10 % 10] || ' ' || n,
        ${FIRST_DAY}, ${FIRST_DAY} from generate_series(1, ${SIZE.companies}::integer) n`.execute(tx)
    await sql`insert into contacts (account_id, external_id, email, name, first_name, surname, company_id, created_at, updated_at)
      select ${account}, n, 'person' || n || '@company' || (1 + n % ${SIZE.companies}::integer) || '.example', 'Person Number' || n, 'Person', 'Number' || n, c.id, ${FIRST_DAY}, ${FIRST_DAY}
      from generate_series(1, ${SIZE.contacts}::integer) n join companies c on c.account_id = ${account} and c.external_id = 1 + n % ${SIZE.companies}::integer`.execute(tx)
    await sql`insert into staff (account_id, code, name, created_at, updated_at) select ${account}, 'tech' || n, 'Technician Number' || n, ${FIRST_DAY}, ${FIRST_DAY} from generate_series(1, ${SIZE.staff}::integer) n`.execute(tx)
    await sql`create temporary table happenings on commit drop as
      select n, random() as luck, (${FIRST_DAY}::timestamptz + n::float8 * ${SIZE.days}::integer / ${invitations}::integer * interval '1 day' + random() * interval '6 hours') as sent_at,
        -- A few companies have most of it.
        1 + floor(power(random(), 2) * ${SIZE.contacts}::integer)::integer as contact_number, 1 + floor(random() * ${SIZE.staff}::integer)::integer as one, 1 + floor(random() * ${SIZE.staff}::integer)::integer as two,
        (array['Helpdesk','Networking','Cloud','Onsite','Security','Telephony','Projects','Purchasing'])[1 + floor(random() * 8)::integer] as board_name,
        (${THINGS}::text[])[1 + floor(random() * ${THINGS.length}::integer)::integer] || ' ' || (${PROBLEMS}::text[])[1 + floor(random() * ${PROBLEMS.length}::integer)::integer]
          || case when random() < 0.5 then ' in room ' || floor(random() * 400)::integer else ', asset ' || floor(random() * 100000)::integer end as title
      from generate_series(1, ${invitations}::integer) n`.execute(tx)
    await sql`analyze happenings`.execute(tx)
    await sql`create temporary table numbers on commit drop as select n as number, c.id as contact_id, c.company_id, c.email from generate_series(1, ${SIZE.contacts}::integer) n join contacts c on c.account_id = ${account} and c.external_id = n`.execute(tx)
    await sql`create temporary table technicians on commit drop as select row_number() over (order by id)::integer as number, id from staff where account_id = ${account}`.execute(tx)
    await sql`insert into cases (account_id, site_id, kind, number, title, board_name, company_id, contact_id, opened_at, closed_at, created_at, updated_at)
      select ${account}, case when m.company_id % 10 < 7 then ${ctx.account.default_site_id}::bigint when m.company_id % 10 < 9 then ${north.id}::bigint else ${south.id} end, case when h.n % 100 in (41, 43) then 'project' else 'ticket' end, h.n::text,
        h.title, h.board_name, m.company_id, m.contact_id, h.sent_at - interval '1 day', h.sent_at, h.sent_at, h.sent_at
      from happenings h join numbers m on m.number = h.contact_number order by h.n`.execute(tx)
    await sql`analyze cases`.execute(tx)
    await sql`insert into invitations (account_id, token, channel, state, survey_id, send_at, due_at, sent_at, answered_at, email, contact_id, case_id, site_id, company_id, staff_ids, case_title, board_name, case_opened_at,
        case_closed_at, case_kind, headline_metric, created_at, updated_at)
      select ${account}, 'bench' || h.n, 'email', 'sent', s.id, h.sent_at, h.sent_at, h.sent_at, case when h.luck < ${1 / (1 + waiting_for_one)}::float then h.sent_at + h.luck * interval '5 days' end, m.email, m.contact_id,
        c.id, c.site_id, m.company_id, case when h.one = h.two or h.n % 3 > 0 then array[t.id] else array[t.id, u.id] end, h.title, h.board_name, c.opened_at, c.closed_at, c.kind, s.headline_metric, h.sent_at, h.sent_at
      from happenings h join numbers m on m.number = h.contact_number join cases c on c.account_id = ${account} and c.number = h.n::text
      join technicians t on t.number = h.one join technicians u on u.number = h.two
      join surveys s on s.account_id = ${account} and s.purpose = case when c.kind = 'project' then 'project' when h.n % 100 < 4 then 'nps' when h.n % 100 < 8 then 'five_questions' when h.n % 100 < 10 then 'employee' else 'ticket' end
      order by h.n`.execute(tx)
    await sql`analyze invitations`.execute(tx)
    await sql`insert into responses (account_id, invitation_id, survey_id, survey_version, case_id, contact_id, site_id, company_id, board_name, score_value, score_min, score_max, score_metric, sentiment, comment,
        responder_ip, user_agent, answered_at, dated_at, created_at, updated_at, case_kind, case_title, email, answer_count, staff_ids, credits)
      select v.account_id, v.id, v.survey_id, 1, v.case_id, v.contact_id, v.site_id, v.company_id, v.board_name, x.score, q.scale_min, q.scale_max, q.metric,
        least(4, 5 * (x.score - q.scale_min) / (q.scale_max - q.scale_min)), case when v.id % 10 < 3 then 'Thank you for the quick help with this, number ' || v.id || ', it works again' end,
        '203.0.113.' || v.id % 250, 'Mozilla/5.0 (bench)', v.answered_at, v.answered_at, v.answered_at, v.answered_at, v.case_kind, v.case_title, v.email,
        case when s.purpose = 'five_questions' then 5 when q.per_staff then cardinality(v.staff_ids) else 1 end + case when v.id % 10 < 3 then 1 else 0 end, v.staff_ids,
        case when q.per_staff then (select jsonb_agg(jsonb_build_array(x.score, q.scale_min, q.scale_max) order by u.id) from unnest(v.staff_ids) u(id)) end
      from invitations v join surveys s on s.account_id = v.account_id and s.id = v.survey_id
      join survey_questions sq on sq.account_id = s.account_id and sq.survey_id = s.id and sq.position = 1 join questions q on q.account_id = sq.account_id and q.id = sq.question_id
      cross join lateral (select q.scale_max - floor(power(v.id * 7919 % 1000 / 1000.0, 3) * (q.scale_max - q.scale_min + 1))::integer as score) x
      where v.account_id = ${account} and v.answered_at is not null order by v.answered_at`.execute(tx)
    await sql`analyze responses`.execute(tx)
    await sql`insert into response_staff (account_id, response_id, position, staff_id, dated_at, survey_id, company_id, earlier_staff_ids)
      select r.account_id, r.id, u.place, u.staff_id, r.dated_at, r.survey_id, r.company_id, nullif(r.staff_ids[:u.place - 1], '{}') from responses r cross join lateral unnest(r.staff_ids) with ordinality as u(staff_id, place) where r.account_id = ${account} order by r.id`.execute(tx)
    await sql`insert into answers (account_id, response_id, question_id, staff_id, value, text)
      select r.account_id, r.id, q.id, u.staff_id, case when q.type = 'rating' then r.score_value end, case when q.type = 'text' then r.comment end
      from responses r join survey_questions sq on sq.account_id = r.account_id and sq.survey_id = r.survey_id and sq.version = 1 join questions q on q.account_id = sq.account_id and q.id = sq.question_id
      cross join lateral (select unnest(r.staff_ids) as staff_id where q.per_staff union all select null where not q.per_staff) u
      where r.account_id = ${account} and (q.type = 'rating' or r.comment is not null) order by r.id, sq.position`.execute(tx)
    await sql`analyze answers`.execute(tx)
    await sql`insert into rating_facts (account_id, response_id, answer_id, metric, value, scale_min, scale_max, sentiment, dated_at, survey_id, site_id, company_id, nps_group, staff_ids)
      select a.account_id, a.response_id, a.id, q.metric, a.value, q.scale_min, q.scale_max, least(4, 5 * (a.value - q.scale_min) / (q.scale_max - q.scale_min)), r.dated_at, r.survey_id, r.site_id, r.company_id,
        -- The account's own survey asks from 0 to 10.
        case when q.metric = 'nps' then case when a.value >= 9 then 2 when a.value >= 7 then 1 else 0 end end, case when a.staff_id is null then r.staff_ids else array[a.staff_id] end
      from answers a join questions q on q.account_id = a.account_id and q.id = a.question_id join responses r on r.account_id = a.account_id and r.id = a.response_id
      where a.account_id = ${account} and q.metric <> 'none' and a.value is not null order by r.answered_at`.execute(tx)
    for (const definition of indexes) await sql.raw(definition).execute(tx)
    await sql`select recount_records(${account}), recount_metrics(${account}), recount_cases(${account}), recount_case_ratings(${account})`.execute(tx)
  })
  for (const notes of ['record', 'rating', 'invitation']) await sql`alter function ${sql.raw(`fold_${notes}_changes`)}(integer) set work_mem = '1GB'`.execute(ctx.db)
  while (await foldSome(ctx) > 0);
}

/** Of the large tables, all that no constraint needs: an index of all rows at once is made in a part of the time. How to make them. */
async function dropIndexes(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ name: string, definition: string }>`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
    where i.indrelid = any(${['cases', 'invitations', 'responses', 'response_staff', 'answers', 'rating_facts']}::text[]::regclass[]) and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`.execute(tx)
  for (const { name } of rows) await sql`drop index ${sql.ref(name)}`.execute(tx)
  return rows.map(({ definition }) => definition)
}

/** How many notes it added up. Many at once, which takes longer than statements may. */
function foldSome(ctx: Context): Promise<number> {
  return transaction(ctx.db, async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx)
    return foldRecordChanges({ db: tx }, 1_000_000)
  })
}
