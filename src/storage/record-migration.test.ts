/** A database with answers in it, as the versions before the sums left it, comes out counted. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { testDatabase, type TestDatabase } from '../../test/support/postgres.ts'
import { migrate, readMigrations } from './migrate.ts'

let database: TestDatabase
let client: pg.Client

before(async () => {
  database = await testDatabase()
  client = new pg.Client(database.url)
  await client.connect()
})
after(async () => {
  await client.end()
  await database.drop()
})

/** The schema as the first migrations made it. */
async function goBack(to: number): Promise<void> {
  await client.query('drop schema public cascade; create schema public')
  await client.query('create table migrations (number integer primary key, name text not null, checksum text not null, ran_at timestamptz not null default now())')
  for (const { number, name, sql, checksum } of readMigrations().slice(0, to)) {
    await client.query(sql)
    await client.query('insert into migrations (number, name, checksum) values ($1, $2, $3)', [number, name, checksum])
  }
}

/** Three tickets that were asked about: one was answered, one with a rating of each of two technicians, one waits. A fourth answer came without being asked for. */
const STORY = `
  insert into accounts (name, subdomain, time_zone, created_at) values ('Acme', 'acme', 'Pacific/Auckland', now());
  insert into sites (account_id, code, name, created_at, updated_at) values (1, 'main', 'Main', now(), now());
  insert into staff (account_id, id, code, name, created_at, updated_at) values (1, 101, 'ann', 'Ann', now(), now()), (1, 102, 'ben', 'Ben', now(), now());
  insert into companies (account_id, name, created_at, updated_at) values (1, 'Zeta', now(), now());
  insert into contacts (account_id, id, email, name, created_at, updated_at) values (1, 201, 'jo@zeta.example', 'Jo', now(), now());
  insert into surveys (account_id, code, name, purpose, created_at, updated_at) values (1, 'a', 'Ticket', 'ticket', now(), now()), (1, 'b', 'Employee', 'employee', now(), now());
  insert into questions (account_id, type, text, metric, per_staff, scale_min, scale_max) values (1, 'rating', 'How?', 'csat', false, 1, 10), (1, 'rating', 'How were they?', 'csat', true, 1, 5), (1, 'text', 'Why?', 'none', false, null, null);
  insert into survey_questions (account_id, survey_id, version, position, question_id) values (1, 1, 1, 1, 1), (1, 1, 1, 2, 3), (1, 2, 1, 1, 2);
  insert into cases (account_id, site_id, kind, number, title, created_at, updated_at) values (1, 1, 'ticket', '1', 'Printer', now(), now()), (1, 1, 'project', '2', 'Move', now(), now()), (1, 1, 'ticket', '3', 'Mouse', now(), now());
  insert into invitations (account_id, token, channel, state, survey_id, send_at, due_at, sent_at, answered_at, email, contact_id, case_id, site_id, company_id, staff_ids, case_title, board_name, created_at, updated_at) values
    (1, 't1', 'email', 'sent', 1, '2026-03-01T00:00Z', '2026-03-01T00:00Z', '2026-03-01T00:00Z', '2026-03-31T11:30Z', 'old@zeta.example', 201, 1, 1, 1, '{101}', 'Printer then', 'Help', now(), now()),
    (1, 't2', 'email', 'sent', 2, '2026-03-01T00:00Z', '2026-03-01T00:00Z', '2026-03-01T00:00Z', '2026-04-02T00:00Z', null, 201, 2, 1, null, '{102,101}', null, null, now(), now()),
    (1, 't3', 'email', 'sent', 1, '2026-03-02T00:00Z', '2026-03-02T00:00Z', '2026-03-02T00:00Z', null, 'jo@zeta.example', 201, 3, 1, 1, '{101}', 'Mouse', null, now(), now()),
    (1, 't4', 'email', 'pending', 1, '2026-03-02T00:00Z', '2026-03-02T00:00Z', null, null, 'jo@zeta.example', 201, 3, 1, 1, '{101}', 'Mouse', null, now(), now());
  insert into case_staff (account_id, case_id, position, staff_id) values (1, 2, 2, 101), (1, 2, 1, 102), (1, 1, 1, 101);
  insert into invitation_data (account_id, invitation_id, position, key, value) values (1, 4, 2, 'floor', '3'), (1, 4, 1, 'plan', 'the "gold" one'), (1, 1, 1, 'floor', '1'), (1, 1, 2, 'gone', '');
  delete from invitation_data where key = 'gone';
  insert into responses (account_id, invitation_id, survey_id, survey_version, case_id, contact_id, site_id, company_id, board_name, score_value, score_min, score_max, score_metric, sentiment, comment, answered_at, created_at, updated_at) values
    (1, 1, 1, 1, 1, 201, 1, 1, 'Help', 9, 1, 10, 'csat', 4, 'Fine', '2026-03-31T11:30Z', now(), now()),
    (1, 2, 2, 1, 2, 201, 1, null, null, 2, 1, 5, 'csat', 1, null, '2026-04-02T00:00Z', now(), now()),
    (1, null, 1, 1, null, null, 1, null, null, 5, 1, 10, 'csat', 2, null, '2026-04-02T00:00Z', now(), now());
  insert into response_staff (account_id, response_id, position, staff_id) values (1, 1, 1, 101), (1, 2, 1, 102), (1, 2, 2, 101);
  insert into answers (account_id, response_id, question_id, staff_id, value, text) values (1, 1, 1, null, 9, null), (1, 1, 3, null, null, 'Fine'), (1, 2, 2, 102, 2, null), (1, 3, 1, null, 5, null);
  insert into rating_facts (account_id, response_id, answer_id, metric, value, scale_min, scale_max, sentiment, answered_at, survey_id, site_id, company_id) values
    (1, 1, 1, 'csat', 9, 1, 10, 4, '2026-03-31T11:30Z', 1, 1, 1), (1, 2, 3, 'nps', 4, 1, 5, 3, '2026-04-02T00:00Z', 2, 1, null), (1, 3, 4, 'csat', 5, 1, 10, 2, '2026-04-02T00:00Z', 1, 1, null)`

test('what reports tell apart is copied to each row from where it was', async () => {
  await goBack(2)
  await client.query(STORY)
  assert.deepEqual((await migrate(database.url))[0], '0003-record-rollups')
  const { rows: responses } = await client.query('select dated_at = answered_at as dated, case_kind, case_title, email, answer_count, staff_ids, credits from responses order by id')
  assert.deepEqual(responses, [
    { dated: true, case_kind: 'ticket', case_title: 'Printer then', email: 'old@zeta.example', answer_count: 2, staff_ids: ['101'], credits: null },
    { dated: true, case_kind: 'project', case_title: 'Move', email: 'jo@zeta.example', answer_count: 1, staff_ids: ['102', '101'], credits: [[2, 1, 5], null] },
    { dated: true, case_kind: null, case_title: null, email: null, answer_count: 1, staff_ids: [], credits: null },
  ])
  const { rows: invitations } = await client.query('select case_kind, case_title, headline_metric, dated_when_sent from invitations order by id')
  assert.deepEqual(invitations.map((row) => Object.values(row)), [['ticket', 'Printer then', 'csat', false], ['project', 'Move', 'csat', false], ['ticket', 'Mouse', 'csat', false], ['ticket', 'Mouse', 'csat', false]])
  assert.deepEqual((await client.query('select distinct dated_at = (select r.answered_at from responses r where r.id = s.response_id) as same from response_staff s')).rows, [{ same: true }])
  const { rows: credited } = await client.query('select staff_id, survey_id, company_id, earlier_staff_ids from response_staff order by response_id, position')
  assert.deepEqual(credited.map((row) => Object.values(row)), [['101', '1', '1', null], ['102', '2', null, null], ['101', '2', null, ['102']]])
})

test('everything is counted, by the days of the account\'s time zone, once the worker has added it up', async () => {
  await client.query('select fold_record_changes(1000)')
  const { rows } = await client.query(`select subject, first_day::text, subject_id::integer, kind, waiting, responses, invited, comments, score_sum::integer, credit_sum::integer from record_rollups
    where grain = 'month' and subject in ('all', 'staff') order by subject, first_day, subject_id, kind`)
  assert.deepEqual(rows.map((row) => Object.values(row).join(' ')), [
    // The last answer of March by the clock of Greenwich is one of April there: half past midnight.
    'all 2026-03-01 0 ticket 1 0 0 0 0 0', 'all 2026-04-01 0  0 1 0 0 5 0', 'all 2026-04-01 0 project 0 1 1 0 3 0', 'all 2026-04-01 0 ticket 0 1 1 1 9 0',
    'staff 2026-03-01 101 ticket 1 0 0 0 0 0', 'staff 2026-04-01 101 project 0 1 1 0 3 0', 'staff 2026-04-01 101 ticket 0 1 1 1 9 9', 'staff 2026-04-01 102 project 0 1 1 0 3 3',
  ])
  assert.equal((await client.query('select from record_changes')).rowCount, 0)
})

test('ratings and sent invitations are counted too', async () => {
  const { rows: facts } = await client.query('select metric, nps_group, staff_ids from rating_facts order by answer_id')
  assert.deepEqual(facts.map((row) => Object.values(row)), [['csat', null, ['101']], ['nps', 1, ['102']], ['csat', null, []]])
  const { rows: ratings } = await client.query(`select subject, metric, first_day::text, subject_id::integer, survey_id::integer, array[bucket_0, bucket_1, bucket_2, bucket_3, bucket_4]::text as buckets from rating_rollups where grain = 'third' order by 1, 2, 3, 4, 5`)
  assert.deepEqual(ratings.map((row) => Object.values(row).join(' ')), [
    'all csat 2026-04-01 0 1 {0,0,1,0,1}', 'all nps 2026-04-01 0 2 {0,1,0,0,0}', 'company csat 2026-04-01 0 1 {0,0,1,0,0}', 'company csat 2026-04-01 1 1 {0,0,0,0,1}', 'company nps 2026-04-01 0 2 {0,1,0,0,0}',
    'staff csat 2026-04-01 101 1 {0,0,0,0,1}', 'staff nps 2026-04-01 102 2 {0,1,0,0,0}',
  ])
  const { rows: sent } = await client.query(`select first_day::text, survey_id::integer, sent, delivered, replied from invitation_rollups where grain = 'day' order by 1, 2`)
  assert.deepEqual(sent.map((row) => Object.values(row).join(' ')), ['2026-03-01 1 1 1 1', '2026-03-01 2 1 1 1', '2026-03-02 1 1 1 0'])
  assert.deepEqual((await client.query('select block::integer, pending, sent, not_sent from invitation_blocks')).rows, [{ block: 0, pending: 1, sent: 3, not_sent: 0 }])
  for (const notes of ['rating_changes', 'invitation_changes']) assert.equal((await client.query(`select from ${notes}`)).rowCount, 0)
})

test('who worked on a case, and what data an invitation has, stand on their rows in their order; each pair keeps its number, and nothing is counted twice', async () => {
  const { rows: cases } = await client.query('select staff_ids from cases order by id')
  assert.deepEqual(cases.map(({ staff_ids }) => staff_ids), [['101'], ['102', '101'], []])
  const { rows: invitations } = await client.query('select data from invitations order by id')
  assert.deepEqual(invitations.map(({ data }) => data), [[{ id: 3, key: 'floor', value: '1' }], [], [], [{ id: 2, key: 'plan', value: 'the "gold" one' }, { id: 1, key: 'floor', value: '3' }]])
  assert.deepEqual((await client.query(`select nextval('invitation_data_ids')::integer as next`)).rows, [{ next: 5 }])
  for (const notes of ['case_count_changes', 'invitation_changes']) assert.equal((await client.query(`select from ${notes}`)).rowCount, 0)
})

test('a user who may not make extensions gets everything but the index of words', async () => {
  const role = `plain_${process.pid}`
  await client.query('drop schema public cascade; create schema public')
  await client.query(`create role ${role} login; grant all on schema public to ${role}`)
  try {
    await migrate({ connectionString: database.url, options: `-c role=${role}` })
    const { rows } = await client.query(`select indexname from pg_indexes where tablename in ('responses', 'invitations') and (indexname like '%words' or indexname like '%waiting%') order by 1`)
    assert.deepEqual(rows.map(({ indexname }) => indexname), ['invitations_waiting', 'invitations_waiting_company'])
  } finally {
    await client.query(`drop owned by ${role}; drop role ${role}`)
  }
})

test('cases, and the ratings of cases, are counted too', async () => {
  await goBack(2)
  await client.query(STORY)
  await migrate(database.url)
  const { rows: [cases] } = await client.query('select sum(cases)::integer as cases, bool_or(is_closed) as closed from case_counts')
  assert.deepEqual(cases, { cases: 3, closed: false })
  const { rows: ratings } = await client.query('select subject, subject_id::integer as id, day::text, good, bad from case_rating_counts order by 1, 2, 3')
  assert.deepEqual(ratings, [
    { subject: 'all', id: 0, day: '2026-04-01', good: 1, bad: 0 }, { subject: 'all', id: 0, day: '2026-04-02', good: 0, bad: 1 },
    { subject: 'staff', id: 101, day: '2026-04-01', good: 1, bad: 0 }, { subject: 'staff', id: 101, day: '2026-04-02', good: 0, bad: 1 }, { subject: 'staff', id: 102, day: '2026-04-02', good: 0, bad: 1 },
  ])
  await client.query(`update cases set closed_at = now() where id = 1; delete from responses where id = 99; update responses set sentiment = 2, score_value = 3 where id = 2`)
  const { rows: [notes] } = await client.query(`select (select sum(cases)::integer from case_count_changes) as cases, (select sum(cases)::integer from case_count_changes where is_closed) as closed, (select sum(bad)::integer from case_rating_changes) as bad`)
  assert.deepEqual(notes, { cases: 0, closed: 1, bad: -1 })
  await client.query('select fold_case_changes(1000)')
  const { rows: left } = await client.query(`select (select count(*)::integer from case_count_changes) + (select count(*)::integer from case_rating_changes) as notes, (select bad from case_rating_counts where subject = 'all' and day = '2026-04-02') as bad, (select sum(cases)::integer from case_counts) as cases`)
  assert.deepEqual(left, [{ notes: 0, bad: 0, cases: 3 }])
})
