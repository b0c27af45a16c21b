-- Counting a million records takes longer than anybody waits, so they are counted as they come: each change of a record is noted in its own transaction, and now and then
-- the notes are added to the sums by day, by third of a month and by month. What is counted is always sums plus notes, so that a figure is exact at every moment, whoever adds up and when.
-- A record is a response, or an invitation that was sent and waits for one.

-- What reports tell apart, on the row itself: whoever counts then needs no look at the case, the survey or the answers.
alter table surveys add column headline_metric text;
update surveys s set headline_metric = (select q.metric from survey_questions sq join questions q on q.account_id = sq.account_id and q.id = sq.question_id
  where sq.account_id = s.account_id and sq.survey_id = s.id and sq.version = s.version and q.type = 'rating' order by sq.position limit 1);

alter table invitations add column case_kind text, add column headline_metric text,
  -- A closed-ticket mail of another system says only when it was sent, so its record is dated by that, answered or not.
  add column dated_when_sent boolean not null default false;
update invitations v set headline_metric = (select s.headline_metric from surveys s where s.account_id = v.account_id and s.id = v.survey_id),
  case_kind = (select c.kind from cases c where c.account_id = v.account_id and c.id = v.case_id),
  case_title = coalesce(v.case_title, (select c.title from cases c where c.account_id = v.account_id and c.id = v.case_id));

alter table responses add column dated_at timestamptz, add column case_kind text, add column case_title text, add column email text, add column answer_count integer not null default 0,
  -- In order, as in the invitation.
  add column staff_ids bigint[] not null default '{}',
  -- Where the survey asks for a rating of each staff member: for each of staff_ids [value, lowest, highest], or null for nobody rated. Null: they get the credit of the headline.
  add column credits jsonb;
update responses r set dated_at = r.answered_at, case_kind = (select c.kind from cases c where c.account_id = r.account_id and c.id = r.case_id),
  case_title = coalesce((select v.case_title from invitations v where v.account_id = r.account_id and v.id = r.invitation_id), (select c.title from cases c where c.account_id = r.account_id and c.id = r.case_id)),
  email = coalesce((select v.email from invitations v where v.account_id = r.account_id and v.id = r.invitation_id), (select p.email from contacts p where p.account_id = r.account_id and p.id = r.contact_id)),
  answer_count = (select count(*) from answers a where a.account_id = r.account_id and a.response_id = r.id),
  staff_ids = array(select s.staff_id from response_staff s where s.account_id = r.account_id and s.response_id = r.id order by s.position);
update responses r set credits = (
  select jsonb_agg((select jsonb_build_array(a.value, q.scale_min, q.scale_max) from answers a
      join questions q on q.account_id = a.account_id and q.id = a.question_id and q.per_staff and q.type = 'rating' and q.metric = 'csat'
      join survey_questions sq on sq.account_id = a.account_id and sq.survey_id = r.survey_id and sq.version = r.survey_version and sq.question_id = a.question_id
      where a.account_id = r.account_id and a.response_id = r.id and a.staff_id = u.staff_id order by sq.position limit 1) order by u.place)
  from unnest(r.staff_ids) with ordinality as u(staff_id, place))
where exists (select from survey_questions sq join questions q on q.account_id = sq.account_id and q.id = sq.question_id
  where sq.account_id = r.account_id and sq.survey_id = r.survey_id and sq.version = r.survey_version and q.per_staff and q.type = 'rating' and q.metric = 'csat');

alter table responses alter column dated_at set not null;
alter table rating_facts rename column answered_at to dated_at;

alter table response_staff add column dated_at timestamptz;
update response_staff s set dated_at = r.dated_at from responses r where r.account_id = s.account_id and r.id = s.response_id;
alter table response_staff alter column dated_at set not null;

-- A rating moved to a scale from 1 up, rounded half away from zero; whole numbers only, so that it is exact.
create function shown_score(value integer, lowest integer, highest integer, scale_max integer) returns integer language sql immutable parallel safe
  return 1 + (2 * (value - lowest) * (scale_max - 1) + (highest - lowest)) / (2 * (highest - lowest));

-- What each of some staff members was given: their own rating where there were such, else the headline.
create function staff_scores(staff_ids bigint[], credits jsonb, headline integer, scale_max integer) returns integer[] language sql immutable parallel safe
  return case when credits is null then array_fill(headline, array[cardinality(staff_ids)])
    else array(select case when jsonb_typeof(c.credit) = 'array' then shown_score((c.credit ->> 0)::integer, (c.credit ->> 1)::integer, (c.credit ->> 2)::integer, scale_max) end
      from jsonb_array_elements(credits) with ordinality as c(credit, place) order by c.place) end;

-- The facts by which a record is counted, and its day in the account's time zone. What is missing is '' or 0, since a key has no nulls.
create view response_facts as
  select r.account_id, r.id, r.dated_at, (r.dated_at at time zone a.time_zone)::date as day, r.site_id, r.survey_id, coalesce(r.score_metric, '') as metric, coalesce(r.case_kind, '') as kind,
    coalesce(r.company_id, 0) as company_id, coalesce(r.board_name, '') as board_name, r.staff_ids,
    staff_scores(r.staff_ids, r.credits, shown_score(r.score_value, r.score_min, r.score_max, a.score_scale_max), a.score_scale_max) as staff_scores,
    true as is_answered, r.invitation_id is not null as has_invitation, r.comment is not null as has_comment, r.answer_count, shown_score(r.score_value, r.score_min, r.score_max, a.score_scale_max) as score
  from responses r join accounts a on a.id = r.account_id;
create view waiting_facts as
  select v.account_id, v.id, v.sent_at as dated_at, (v.sent_at at time zone a.time_zone)::date as day, v.site_id, v.survey_id, coalesce(v.headline_metric, '') as metric, coalesce(v.case_kind, '') as kind,
    coalesce(v.company_id, 0) as company_id, coalesce(v.board_name, '') as board_name, v.staff_ids, null::integer[] as staff_scores,
    false as is_answered, true as has_invitation, false as has_comment, 0 as answer_count, null::integer as score
  from invitations v join accounts a on a.id = v.account_id where v.sent_at is not null and v.answered_at is null;

-- The notes: a record came (1) or went (-1). One that changed has gone and come.
create table record_changes (
  account_id bigint not null,
  id bigint generated always as identity,
  change integer not null,
  day date not null,
  site_id bigint not null,
  survey_id bigint not null,
  metric text not null,
  kind text not null,
  company_id bigint not null,
  board_name text not null,
  staff_ids bigint[] not null,
  staff_scores integer[],
  is_answered boolean not null,
  has_invitation boolean not null,
  has_comment boolean not null,
  answer_count integer not null,
  score integer,
  primary key (account_id, id)
) with (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);

-- The sums: of all records, and of those of each company, board and staff member; by day, by third of a month (from its 1st, 11th and 21st day), and by month.
create table record_rollups (
  account_id bigint not null references accounts,
  subject text not null check (subject in ('all', 'company', 'board', 'staff')),
  grain text not null check (grain in ('day', 'third', 'month')),
  first_day date not null,
  site_id bigint not null,
  -- The company or staff member; 0 for none.
  subject_id bigint not null,
  -- The board; '' for none.
  subject_name text not null,
  -- Of all records only; else 0.
  survey_id bigint not null,
  metric text not null,
  kind text not null,
  waiting integer not null,
  responses integer not null,
  invited integer not null,
  comments integer not null,
  invited_comments integer not null,
  answer_count integer not null,
  score_sum bigint not null,
  score_count integer not null,
  -- Of the ratings about this staff member.
  credit_sum bigint not null,
  credit_count integer not null,
  -- Four counts for each score, from 10 down to the lowest there is: responses, those with a comment, with an invitation, with both. Null without any.
  by_score integer[],
  primary key (account_id, subject, grain, first_day, site_id, subject_id, subject_name, survey_id, metric, kind)
) with (fillfactor = 80);
create index record_rollups_subject on record_rollups (account_id, subject, subject_id, grain, first_day);

create function note_response(account bigint, response bigint, change integer) returns void language plpgsql as $$
begin
  insert into record_changes (account_id, change, day, site_id, survey_id, metric, kind, company_id, board_name, staff_ids, staff_scores, is_answered, has_invitation, has_comment, answer_count, score)
  select f.account_id, note_response.change, f.day, f.site_id, f.survey_id, f.metric, f.kind, f.company_id, f.board_name, f.staff_ids, f.staff_scores, f.is_answered, f.has_invitation, f.has_comment, f.answer_count, f.score
  from response_facts f where f.account_id = account and f.id = response;
end $$;
create function note_waiting(account bigint, invitation bigint, change integer) returns void language plpgsql as $$
begin
  insert into record_changes (account_id, change, day, site_id, survey_id, metric, kind, company_id, board_name, staff_ids, staff_scores, is_answered, has_invitation, has_comment, answer_count, score)
  select f.account_id, note_waiting.change, f.day, f.site_id, f.survey_id, f.metric, f.kind, f.company_id, f.board_name, f.staff_ids, f.staff_scores, f.is_answered, f.has_invitation, f.has_comment, f.answer_count, f.score
  from waiting_facts f where f.account_id = account and f.id = invitation;
end $$;

-- Before a change the row is still what it was, after it what it has become; both are read from the row itself.
create function response_goes() returns trigger language plpgsql as $$ begin perform note_response(old.account_id, old.id, -1); return case when tg_op = 'DELETE' then old else new end; end $$;
create function response_comes() returns trigger language plpgsql as $$ begin perform note_response(new.account_id, new.id, 1); return null; end $$;
create function waiting_goes() returns trigger language plpgsql as $$ begin perform note_waiting(old.account_id, old.id, -1); return case when tg_op = 'DELETE' then old else new end; end $$;
create function waiting_comes() returns trigger language plpgsql as $$ begin perform note_waiting(new.account_id, new.id, 1); return null; end $$;

-- Counts by score, position by position.
create function add_counts(one integer[], other integer[]) returns integer[] language sql immutable parallel safe as $$
  select case when one is null then other when other is null then one else array(select coalesce(a, 0) + coalesce(b, 0) from unnest(one, other) with ordinality as u(a, b, place) order by place) end
$$;
create function score_counts(score integer, has_comment boolean, has_invitation boolean, count integer) returns integer[] language sql immutable parallel safe as $$
  select case when score is not null then array_fill(0, array[40 - 4 * score]) || array[count, case when has_comment then count else 0 end, case when has_invitation then count else 0 end,
    case when has_comment and has_invitation then count else 0 end] end
$$;

-- Adds so many notes to the sums, and takes them away. Answers how many they were; none while another process is at it. The forty sums of by_score are written out by format(): an aggregate over
-- arrays takes ten times as long.
create function fold_record_changes(most integer) returns integer language plpgsql set work_mem = '64MB' as $$
declare
  folded integer;
begin
  if not pg_try_advisory_xact_lock(7272002) then return 0; end if;
  execute format($fold$
    with chosen as (
      select account_id, id from record_changes limit $1
    ), noted as (
      delete from record_changes c using chosen where c.account_id = chosen.account_id and c.id = chosen.id returning c.*
    ), counted as (
      select n.account_id, s.subject, g.grain, g.first_day, n.site_id, s.subject_id, s.subject_name, s.survey_id, n.metric, n.kind, n.is_answered, n.has_invitation, n.has_comment, n.score,
        sum(n.change)::integer as count, sum(n.change * n.answer_count)::integer as answer_count, coalesce(sum(n.change * s.credit), 0)::bigint as credit_sum, (coalesce(sum(n.change) filter (where s.credit is not null), 0))::integer as credit_count
      from noted n
      cross join lateral (values ('day', n.day), ('third', date_trunc('month', n.day)::date + least(20, (extract(day from n.day)::integer - 1) / 10 * 10)), ('month', date_trunc('month', n.day)::date)) as g(grain, first_day)
      cross join lateral (
        select 'all' as subject, 0::bigint as subject_id, '' as subject_name, n.survey_id, null::integer as credit
        union all select 'company', n.company_id, '', 0, null
        union all select 'board', 0, n.board_name, 0, null
        union all select 'staff', u.staff_id, '', 0, u.score from unnest(n.staff_ids, n.staff_scores) as u(staff_id, score)
      ) as s
      group by n.account_id, s.subject, g.grain, g.first_day, n.site_id, s.subject_id, s.subject_name, s.survey_id, n.metric, n.kind, n.is_answered, n.has_invitation, n.has_comment, n.score
    ), summed as (
      insert into record_rollups as r (account_id, subject, grain, first_day, site_id, subject_id, subject_name, survey_id, metric, kind,
        waiting, responses, invited, comments, invited_comments, answer_count, score_sum, score_count, credit_sum, credit_count, by_score)
      select account_id, subject, grain, first_day, site_id, subject_id, subject_name, survey_id, metric, kind,
        coalesce(sum(count) filter (where not is_answered), 0), coalesce(sum(count) filter (where is_answered), 0), coalesce(sum(count) filter (where is_answered and has_invitation), 0),
        coalesce(sum(count) filter (where has_comment), 0), coalesce(sum(count) filter (where has_comment and has_invitation), 0),
        sum(answer_count), coalesce(sum(count * score), 0), coalesce(sum(count) filter (where score is not null), 0), sum(credit_sum), sum(credit_count), case when count(score) > 0 then (array[%s])[1:44 - 4 * min(score)] end
      from counted where count <> 0 or answer_count <> 0 or credit_sum <> 0 or credit_count <> 0
      group by account_id, subject, grain, first_day, site_id, subject_id, subject_name, survey_id, metric, kind
      on conflict (account_id, subject, grain, first_day, site_id, subject_id, subject_name, survey_id, metric, kind) do update set
        waiting = r.waiting + excluded.waiting, responses = r.responses + excluded.responses, invited = r.invited + excluded.invited, comments = r.comments + excluded.comments,
        invited_comments = r.invited_comments + excluded.invited_comments, answer_count = r.answer_count + excluded.answer_count, score_sum = r.score_sum + excluded.score_sum,
        score_count = r.score_count + excluded.score_count, credit_sum = r.credit_sum + excluded.credit_sum, credit_count = r.credit_count + excluded.credit_count, by_score = add_counts(r.by_score, excluded.by_score)
    )
    select count(*) from noted
  $fold$, (select string_agg(format('coalesce(sum(count) filter (where score = %s%s), 0)::integer', score, condition), ', ' order by score desc, place)
    from generate_series(1, 10) as score, (values (1, ''), (2, ' and has_comment'), (3, ' and has_invitation'), (4, ' and has_comment and has_invitation')) as part(place, condition)))
  into folded using most;
  return folded;
end $$;

-- Makes the notes and sums of an account anew from its records, which nobody can change meanwhile.
create function recount_records(account bigint) returns void language plpgsql as $$
begin
  lock table responses, invitations in share row exclusive mode;
  delete from record_changes where account_id = account;
  delete from record_rollups where account_id = account;
  insert into record_changes (account_id, change, day, site_id, survey_id, metric, kind, company_id, board_name, staff_ids, staff_scores, is_answered, has_invitation, has_comment, answer_count, score)
  select f.account_id, 1, f.day, f.site_id, f.survey_id, f.metric, f.kind, f.company_id, f.board_name, f.staff_ids, f.staff_scores, f.is_answered, f.has_invitation, f.has_comment, f.answer_count, f.score
  from (select * from response_facts union all select * from waiting_facts) f where f.account_id = account;
end $$;
create function recount_account() returns trigger language plpgsql as $$ begin perform recount_records(new.id); return null; end $$;

select recount_records(id) from accounts;
do $$ begin while fold_record_changes(10000000) > 0 loop end loop; end $$;

create trigger response_goes before update or delete on responses for each row execute function response_goes();
create trigger response_comes after insert or update on responses for each row execute function response_comes();
-- All but what reports look at may change without being noted.
create trigger waiting_changes before update on invitations for each row
  when (old.sent_at is not null and old.answered_at is null and (old.sent_at, old.site_id, old.survey_id, old.headline_metric, old.case_kind, old.company_id, old.board_name, old.staff_ids, old.answered_at)
    is distinct from (new.sent_at, new.site_id, new.survey_id, new.headline_metric, new.case_kind, new.company_id, new.board_name, new.staff_ids, new.answered_at))
  execute function waiting_goes();
create trigger waiting_goes before delete on invitations for each row when (old.sent_at is not null and old.answered_at is null) execute function waiting_goes();
create trigger waiting_comes after insert on invitations for each row when (new.sent_at is not null and new.answered_at is null) execute function waiting_comes();
create trigger waiting_changed after update on invitations for each row
  when (new.sent_at is not null and new.answered_at is null and (old.sent_at, old.site_id, old.survey_id, old.headline_metric, old.case_kind, old.company_id, old.board_name, old.staff_ids, old.answered_at)
    is distinct from (new.sent_at, new.site_id, new.survey_id, new.headline_metric, new.case_kind, new.company_id, new.board_name, new.staff_ids, new.answered_at))
  execute function waiting_comes();
-- Days and scores are the account's: another zone or scale makes other sums.
create trigger recount_account after update on accounts for each row when ((old.time_zone, old.score_scale_max) is distinct from (new.time_zone, new.score_scale_max)) execute function recount_account();

drop index responses_answered;
create index responses_dated on responses (account_id, dated_at desc, id desc);
create index responses_site on responses (account_id, site_id, dated_at desc, id desc);
drop index responses_company;
create index responses_company on responses (account_id, company_id, dated_at desc) include (site_id, case_kind, score_metric, answered_at);
create index responses_projects on responses (account_id, dated_at desc, id desc) where case_kind = 'project';
drop index response_staff_staff;
create index response_staff_staff on response_staff (account_id, staff_id, dated_at desc, response_id);
drop index responses_case;
create index responses_case on responses (account_id, case_id, dated_at desc) where case_id is not null;
drop index responses_contact;
create index responses_contact on responses (account_id, contact_id, dated_at desc) where contact_id is not null;
create index invitations_waiting on invitations (account_id, sent_at) include (site_id, survey_id, company_id, staff_ids, board_name, headline_metric, case_kind) where sent_at is not null and answered_at is null;
create index invitations_waiting_company on invitations (account_id, company_id, sent_at) include (site_id, staff_ids, board_name, headline_metric, case_kind) where sent_at is not null and answered_at is null;
create index invitations_unaddressed on invitations (account_id, contact_id) where sent_at is not null and answered_at is null and email is null;

-- Words are found by their letters, three at a time. Where the server has no such extension, or the user may not make it, they are looked for one text after the other.
do $$
begin
  create extension if not exists pg_trgm;
  create index responses_words on responses using gin ((coalesce(case_title, '') || E'\n' || coalesce(comment, '') || E'\n' || coalesce(email, '')) gin_trgm_ops);
  create index invitations_words on invitations using gin ((coalesce(case_title, '') || E'\n' || coalesce(email, '')) gin_trgm_ops) where sent_at is not null and answered_at is null;
exception when insufficient_privilege or undefined_file or feature_not_supported or undefined_object then
  raise notice 'without pg_trgm, searches in texts take longer: %', sqlerrm;
end $$;
