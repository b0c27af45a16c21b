-- NPS and CSAT count every rating of such a question, and the response rate counts invitations by when they were sent. The sums of records know neither, so these have sums of their own: the
-- same days, thirds and months, fed by notes of the same kind, and exact at every moment for the same reason.

-- A fact says all that it is counted by, so that nothing has to be looked up for it.
alter table rating_facts add column nps_group smallint check (nps_group between 0 and 2),
  -- Whom it is credited to: the one it is about, else all staff of the response.
  add column staff_ids bigint[] not null default '{}';
update rating_facts f set staff_ids = case when a.staff_id is null then r.staff_ids else array[a.staff_id] end,
  nps_group = case when f.metric <> 'nps' then null when (20 * (f.value - f.scale_min) + (f.scale_max - f.scale_min)) / (2 * (f.scale_max - f.scale_min)) >= 9 then 2
    when (20 * (f.value - f.scale_min) + (f.scale_max - f.scale_min)) / (2 * (f.scale_max - f.scale_min)) >= 7 then 1 else 0 end
from responses r, answers a where r.account_id = f.account_id and r.id = f.response_id and a.account_id = f.account_id and a.id = f.answer_id;
alter table rating_facts alter column staff_ids drop default, add check ((nps_group is not null) = (metric = 'nps'));
-- They are looked for by their response: to be taken away, and where the sums can't tell.
alter table rating_facts drop constraint rating_facts_pkey, drop constraint rating_facts_account_id_answer_id_fkey, add primary key (account_id, response_id, answer_id), add foreign key (account_id, response_id) references responses;
drop index rating_facts_metric;
create index rating_facts_metric on rating_facts (account_id, metric, dated_at);

-- The notes of ratings: so many came, or went. The buckets are, of CSAT, the five sentiments, the worst first; of NPS detractors, passives and promoters.
create table rating_changes (
  account_id bigint not null,
  id bigint generated always as identity,
  dated_at timestamptz not null,
  metric text not null,
  site_id bigint not null,
  survey_id bigint not null,
  -- 0 for none.
  company_id bigint not null,
  staff_ids bigint[] not null,
  bucket_0 integer not null,
  bucket_1 integer not null,
  bucket_2 integer not null,
  bucket_3 integer not null,
  bucket_4 integer not null,
  primary key (account_id, id)
) with (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);

-- The sums of ratings: of all, of those of each company, and of those that are credited to each staff member.
create table rating_rollups (
  account_id bigint not null references accounts,
  subject text not null check (subject in ('all', 'company', 'staff')),
  metric text not null check (metric in ('csat', 'nps')),
  -- The company or staff member; 0 for none.
  subject_id bigint not null,
  grain text not null check (grain in ('day', 'third', 'month')),
  first_day date not null,
  site_id bigint not null,
  survey_id bigint not null,
  bucket_0 integer not null,
  bucket_1 integer not null,
  bucket_2 integer not null,
  bucket_3 integer not null,
  bucket_4 integer not null,
  primary key (account_id, subject, metric, subject_id, grain, first_day, site_id, survey_id)
) with (fillfactor = 80);

-- The notes of invitations: what became of them. Each figure is how many more, or fewer, there are of that kind.
create table invitation_changes (
  account_id bigint not null,
  id bigint generated always as identity,
  site_id bigint not null,
  -- Which 4096 of all ids they are among.
  block bigint not null,
  -- Null for what was not sent; then the survey is 0.
  sent_at timestamptz,
  survey_id bigint not null,
  pending integer not null,
  sent integer not null,
  not_sent integer not null,
  -- Sent and not bounced; and answered, of those.
  delivered integer not null,
  replied integer not null,
  primary key (account_id, id)
) with (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);

-- The sums of invitations that were sent, by when they were.
create table invitation_rollups (
  account_id bigint not null references accounts,
  grain text not null check (grain in ('day', 'third', 'month')),
  first_day date not null,
  site_id bigint not null,
  survey_id bigint not null,
  sent integer not null,
  delivered integer not null,
  replied integer not null,
  primary key (account_id, grain, first_day, site_id, survey_id)
) with (fillfactor = 80);

-- How many invitations there are in each block of ids, by state, so that a page of their list is found by counting.
create table invitation_blocks (
  account_id bigint not null references accounts,
  block bigint not null,
  site_id bigint not null,
  pending integer not null,
  sent integer not null,
  not_sent integer not null,
  primary key (account_id, block, site_id)
) with (fillfactor = 80);

-- Its argument says whether the facts came (1) or went (-1). One statement writes those of many answers.
create function note_ratings() returns trigger language plpgsql as $$
begin
  insert into rating_changes (account_id, dated_at, metric, site_id, survey_id, company_id, staff_ids, bucket_0, bucket_1, bucket_2, bucket_3, bucket_4)
  select f.account_id, f.dated_at, f.metric, f.site_id, f.survey_id, coalesce(f.company_id, 0), f.staff_ids, tg_argv[0]::integer * count(*) filter (where f.bucket = 0), tg_argv[0]::integer * count(*) filter (where f.bucket = 1),
    tg_argv[0]::integer * count(*) filter (where f.bucket = 2), tg_argv[0]::integer * count(*) filter (where f.bucket = 3), tg_argv[0]::integer * count(*) filter (where f.bucket = 4)
  from (select *, coalesce(nps_group, sentiment) as bucket from facts where metric in ('csat', 'nps')) f
  group by f.account_id, f.dated_at, f.metric, f.site_id, f.survey_id, f.company_id, f.staff_ids;
  return null;
end $$;

-- The same of invitations.
create function note_invitations() returns trigger language plpgsql as $$
begin
  insert into invitation_changes (account_id, site_id, block, sent_at, survey_id, pending, sent, not_sent, delivered, replied)
  select i.account_id, i.site_id, i.id >> 12, i.sent_at, i.sent_survey_id, tg_argv[0]::integer * count(*) filter (where i.state = 'pending'), tg_argv[0]::integer * count(*) filter (where i.state = 'sent'),
    tg_argv[0]::integer * count(*) filter (where i.state = 'not_sent'), tg_argv[0]::integer * count(*) filter (where i.sent_at is not null and i.bounced_at is null),
    tg_argv[0]::integer * count(*) filter (where i.sent_at is not null and i.bounced_at is null and i.answered_at is not null)
  from (select *, case when sent_at is null then 0 else survey_id end as sent_survey_id from invitations_noted) i
  group by i.account_id, i.site_id, i.id >> 12, i.sent_at, i.sent_survey_id;
  return null;
end $$;

-- What has changed of invitations, by one statement for all of them. What is counted as before has neither gone nor come.
create function note_changed_invitations() returns trigger language plpgsql as $$
begin
  insert into invitation_changes (account_id, site_id, block, sent_at, survey_id, pending, sent, not_sent, delivered, replied)
  select * from (
    select i.account_id, i.site_id, i.id >> 12, i.sent_at, case when i.sent_at is null then 0 else i.survey_id end, sum(i.sign * (i.state = 'pending')::integer) as pending, sum(i.sign * (i.state = 'sent')::integer) as sent,
      sum(i.sign * (i.state = 'not_sent')::integer) as not_sent, sum(i.sign * (i.sent_at is not null and i.bounced_at is null)::integer) as delivered,
      sum(i.sign * (i.sent_at is not null and i.bounced_at is null and i.answered_at is not null)::integer) as replied
    from (select -1 as sign, account_id, id, site_id, survey_id, state, sent_at, bounced_at, answered_at from gone
      union all select 1, account_id, id, site_id, survey_id, state, sent_at, bounced_at, answered_at from come) i
    group by 1, 2, 3, 4, 5
  ) n where n.pending <> 0 or n.sent <> 0 or n.not_sent <> 0 or n.delivered <> 0 or n.replied <> 0;
  return null;
end $$;

-- The first day of the period of each grain that a day lies in.
create function grains_of(day date) returns table (grain text, first_day date) language sql immutable parallel safe as $$
  select * from (values ('day', day), ('third', date_trunc('month', day)::date + least(20, (extract(day from day)::integer - 1) / 10 * 10)), ('month', date_trunc('month', day)::date)) as g(grain, first_day)
$$;

-- Each adds so many notes to the sums, and takes them away. Answers how many they were; none while another process is at it.
create function fold_rating_changes(most integer) returns integer language plpgsql set work_mem = '64MB' as $$
declare
  folded integer;
begin
  if not pg_try_advisory_xact_lock(7272003) then return 0; end if;
  with chosen as (
    select account_id, id from rating_changes limit most
  ), noted as (
    delete from rating_changes c using chosen where c.account_id = chosen.account_id and c.id = chosen.id returning c.*
  ), summed as (
    insert into rating_rollups as r (account_id, subject, metric, subject_id, grain, first_day, site_id, survey_id, bucket_0, bucket_1, bucket_2, bucket_3, bucket_4)
    select n.account_id, s.subject, n.metric, s.subject_id, g.grain, g.first_day, n.site_id, n.survey_id, sum(n.bucket_0), sum(n.bucket_1), sum(n.bucket_2), sum(n.bucket_3), sum(n.bucket_4)
    from noted n join accounts a on a.id = n.account_id
    cross join lateral grains_of((n.dated_at at time zone a.time_zone)::date) as g
    cross join lateral (select 'all' as subject, 0::bigint as subject_id union all select 'company', n.company_id union all select 'staff', u.staff_id from unnest(n.staff_ids) as u(staff_id)) as s
    group by n.account_id, s.subject, n.metric, s.subject_id, g.grain, g.first_day, n.site_id, n.survey_id
    on conflict (account_id, subject, metric, subject_id, grain, first_day, site_id, survey_id) do update set bucket_0 = r.bucket_0 + excluded.bucket_0, bucket_1 = r.bucket_1 + excluded.bucket_1,
      bucket_2 = r.bucket_2 + excluded.bucket_2, bucket_3 = r.bucket_3 + excluded.bucket_3, bucket_4 = r.bucket_4 + excluded.bucket_4
  )
  select count(*) into folded from noted;
  return folded;
end $$;
create function fold_invitation_changes(most integer) returns integer language plpgsql set work_mem = '64MB' as $$
declare
  folded integer;
begin
  if not pg_try_advisory_xact_lock(7272004) then return 0; end if;
  with chosen as (
    select account_id, id from invitation_changes limit most
  ), noted as (
    delete from invitation_changes c using chosen where c.account_id = chosen.account_id and c.id = chosen.id returning c.*
  ), summed as (
    insert into invitation_rollups as r (account_id, grain, first_day, site_id, survey_id, sent, delivered, replied)
    select n.account_id, g.grain, g.first_day, n.site_id, n.survey_id, sum(n.sent), sum(n.delivered), sum(n.replied)
    from noted n join accounts a on a.id = n.account_id cross join lateral grains_of((n.sent_at at time zone a.time_zone)::date) as g
    where n.sent_at is not null group by n.account_id, g.grain, g.first_day, n.site_id, n.survey_id
    on conflict (account_id, grain, first_day, site_id, survey_id) do update set sent = r.sent + excluded.sent, delivered = r.delivered + excluded.delivered, replied = r.replied + excluded.replied
  ), counted as (
    insert into invitation_blocks as b (account_id, block, site_id, pending, sent, not_sent)
    select n.account_id, n.block, n.site_id, sum(n.pending), sum(n.sent), sum(n.not_sent) from noted n group by n.account_id, n.block, n.site_id
    having sum(n.pending) <> 0 or sum(n.sent) <> 0 or sum(n.not_sent) <> 0
    on conflict (account_id, block, site_id) do update set pending = b.pending + excluded.pending, sent = b.sent + excluded.sent, not_sent = b.not_sent + excluded.not_sent
  )
  select count(*) into folded from noted;
  return folded;
end $$;

-- Makes these notes and sums of an account anew from its facts and invitations, which nobody can change meanwhile.
create function recount_metrics(account bigint) returns void language plpgsql as $$
begin
  lock table rating_facts, invitations in share row exclusive mode;
  delete from rating_changes where account_id = account;
  delete from rating_rollups where account_id = account;
  insert into rating_changes (account_id, dated_at, metric, site_id, survey_id, company_id, staff_ids, bucket_0, bucket_1, bucket_2, bucket_3, bucket_4)
  select f.account_id, f.dated_at, f.metric, f.site_id, f.survey_id, coalesce(f.company_id, 0), f.staff_ids, (f.bucket = 0)::integer, (f.bucket = 1)::integer, (f.bucket = 2)::integer, (f.bucket = 3)::integer, (f.bucket = 4)::integer
  from (select *, coalesce(nps_group, sentiment) as bucket from rating_facts where metric in ('csat', 'nps')) f where f.account_id = account;
  delete from invitation_changes where account_id = account;
  delete from invitation_rollups where account_id = account;
  delete from invitation_blocks where account_id = account;
  insert into invitation_changes (account_id, site_id, block, sent_at, survey_id, pending, sent, not_sent, delivered, replied)
  select v.account_id, v.site_id, v.id >> 12, v.sent_at, case when v.sent_at is null then 0 else v.survey_id end, (v.state = 'pending')::integer, (v.state = 'sent')::integer, (v.state = 'not_sent')::integer,
    (v.sent_at is not null and v.bounced_at is null)::integer, (v.sent_at is not null and v.bounced_at is null and v.answered_at is not null)::integer
  from invitations v where v.account_id = account;
end $$;
create function recount_metrics_of_account() returns trigger language plpgsql as $$ begin perform recount_metrics(new.id); return null; end $$;

select recount_metrics(id) from accounts;
do $$ begin while fold_rating_changes(10000000) + fold_invitation_changes(10000000) > 0 loop end loop; end $$;

create trigger ratings_came after insert on rating_facts referencing new table as facts for each statement execute function note_ratings('1');
create trigger ratings_went after delete on rating_facts referencing old table as facts for each statement execute function note_ratings('-1');
create trigger ratings_were after update on rating_facts referencing old table as facts for each statement execute function note_ratings('-1');
create trigger ratings_became after update on rating_facts referencing new table as facts for each statement execute function note_ratings('1');
create trigger invitations_came after insert on invitations referencing new table as invitations_noted for each statement execute function note_invitations('1');
create trigger invitations_went after delete on invitations referencing old table as invitations_noted for each statement execute function note_invitations('-1');
create trigger invitations_changed after update on invitations referencing old table as gone new table as come for each statement execute function note_changed_invitations();
-- Days are the account's: another zone makes other sums.
create trigger recount_metrics after update on accounts for each row when (old.time_zone is distinct from new.time_zone) execute function recount_metrics_of_account();

-- What was changed after it was dated: a list of what is new since an instant begins with all that is dated since then, and ends with these.
create index responses_changed on responses (account_id, updated_at) where updated_at > dated_at;
create index invitations_not_sent on invitations (account_id, id) where state = 'not_sent';
