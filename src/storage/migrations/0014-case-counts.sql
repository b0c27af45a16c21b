-- A conversation begins with what the customer wrote, and may be a visitor's of whom only a fingerprint is known: nobody else with it is its requester, whatever address was named.
alter table cases add column contents text, add column fingerprint_id bigint;

create index cases_contact on cases (account_id, contact_id, updated_at desc, id desc) where contact_id is not null;
create index cases_fingerprint on cases (account_id, fingerprint_id, updated_at desc, id desc) where fingerprint_id is not null;

-- The newest ratings of a person or a company are counted and found without a look at the rows.
drop index responses_contact;
create index responses_contact on responses (account_id, contact_id, dated_at desc) include (site_id, case_kind, sentiment) where contact_id is not null;
drop index responses_company;
create index responses_company on responses (account_id, company_id, dated_at desc) include (site_id, case_kind, score_metric, answered_at, sentiment) where company_id is not null;

-- How many cases changed last on which day (of UTC, since it only helps to find a page), and how many ratings of cases were good or bad on which day (of the account's time zone). As with record_changes each change
-- is noted in its own transaction, but once for all the rows of a statement, and what is counted is always sums plus notes.
create table case_count_changes (
  account_id bigint not null,
  id bigint generated always as identity,
  day date not null,
  site_id bigint not null,
  is_closed boolean not null,
  cases integer not null,
  primary key (account_id, id)
) with (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);

create table case_counts (
  account_id bigint not null references accounts,
  day date not null,
  site_id bigint not null,
  is_closed boolean not null,
  cases integer not null,
  primary key (account_id, day, site_id, is_closed)
) with (fillfactor = 80);

create table case_rating_changes (
  account_id bigint not null,
  id bigint generated always as identity,
  day date not null,
  site_id bigint not null,
  team_id bigint not null,
  staff_ids bigint[] not null,
  good integer not null,
  bad integer not null,
  primary key (account_id, id)
) with (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);

create table case_rating_counts (
  account_id bigint not null references accounts,
  subject text not null check (subject in ('all', 'staff', 'team')),
  -- The staff member or team; 0 for all.
  subject_id bigint not null,
  day date not null,
  site_id bigint not null,
  good integer not null,
  bad integer not null,
  primary key (account_id, subject, subject_id, day, site_id)
) with (fillfactor = 80);

create function note_cases() returns trigger language plpgsql as $$ begin
  if tg_op <> 'INSERT' then
    insert into case_count_changes (account_id, day, site_id, is_closed, cases)
    select account_id, (updated_at at time zone 'UTC')::date, site_id, closed_at is not null, -count(*) from went group by 1, 2, 3, 4;
  end if;
  if tg_op <> 'DELETE' then
    insert into case_count_changes (account_id, day, site_id, is_closed, cases)
    select account_id, (updated_at at time zone 'UTC')::date, site_id, closed_at is not null, count(*) from came group by 1, 2, 3, 4;
  end if;
  return null;
end $$;
create trigger cases_came after insert on cases referencing new table as came for each statement execute function note_cases();
create trigger cases_changed after update on cases referencing old table as went new table as came for each statement execute function note_cases();
create trigger cases_went after delete on cases referencing old table as went for each statement execute function note_cases();

-- A rating of a case: a response to one that is clearly good or clearly bad.
create function note_case_ratings() returns trigger language plpgsql as $$ begin
  if tg_op <> 'INSERT' then
    insert into case_rating_changes (account_id, day, site_id, team_id, staff_ids, good, bad)
    select r.account_id, (r.dated_at at time zone a.time_zone)::date, r.site_id, coalesce(r.team_id, 0), r.staff_ids, -(r.sentiment > 2)::integer, -(r.sentiment < 2)::integer
    from went r join accounts a on a.id = r.account_id where r.case_id is not null and r.sentiment in (0, 1, 3, 4);
  end if;
  if tg_op <> 'DELETE' then
    insert into case_rating_changes (account_id, day, site_id, team_id, staff_ids, good, bad)
    select r.account_id, (r.dated_at at time zone a.time_zone)::date, r.site_id, coalesce(r.team_id, 0), r.staff_ids, (r.sentiment > 2)::integer, (r.sentiment < 2)::integer
    from came r join accounts a on a.id = r.account_id where r.case_id is not null and r.sentiment in (0, 1, 3, 4);
  end if;
  return null;
end $$;
create trigger case_ratings_came after insert on responses referencing new table as came for each statement execute function note_case_ratings();
create trigger case_ratings_changed after update on responses referencing old table as went new table as came for each statement execute function note_case_ratings();
create trigger case_ratings_went after delete on responses referencing old table as went for each statement execute function note_case_ratings();

-- Adds so many notes of each kind to the sums, and takes them away. Answers how many they were; none while another process is at it.
create function fold_case_changes(most integer) returns integer language plpgsql as $$
declare
  folded_cases integer;
  folded_ratings integer;
begin
  if not pg_try_advisory_xact_lock(7272005) then return 0; end if;
  with chosen as (
    select account_id, id from case_count_changes limit most
  ), noted as (
    delete from case_count_changes n using chosen where n.account_id = chosen.account_id and n.id = chosen.id returning n.*
  ), summed as (
    insert into case_counts as c (account_id, day, site_id, is_closed, cases)
    select account_id, day, site_id, is_closed, sum(cases) from noted group by account_id, day, site_id, is_closed having sum(cases) <> 0
    on conflict (account_id, day, site_id, is_closed) do update set cases = c.cases + excluded.cases
  ) select count(*) from noted into folded_cases;
  with chosen as (
    select account_id, id from case_rating_changes limit most
  ), noted as (
    delete from case_rating_changes n using chosen where n.account_id = chosen.account_id and n.id = chosen.id returning n.*
  ), summed as (
    insert into case_rating_counts as c (account_id, subject, subject_id, day, site_id, good, bad)
    select n.account_id, s.subject, s.subject_id, n.day, n.site_id, sum(n.good), sum(n.bad)
    from noted n cross join lateral (select 'all' as subject, 0::bigint as subject_id union all select 'team', n.team_id where n.team_id <> 0 union all select distinct 'staff', u.id from unnest(n.staff_ids) as u(id)) s
    group by n.account_id, s.subject, s.subject_id, n.day, n.site_id having sum(n.good) <> 0 or sum(n.bad) <> 0
    on conflict (account_id, subject, subject_id, day, site_id) do update set good = c.good + excluded.good, bad = c.bad + excluded.bad
  ) select count(*) from noted into folded_ratings;
  return folded_cases + folded_ratings;
end $$;

-- Makes the sums of an account anew from its rows, which nobody can change meanwhile.
create function recount_cases(account bigint) returns void language plpgsql as $$
begin
  lock table cases in share row exclusive mode;
  delete from case_count_changes where account_id = account;
  delete from case_counts where account_id = account;
  insert into case_counts (account_id, day, site_id, is_closed, cases)
  select account_id, (updated_at at time zone 'UTC')::date, site_id, closed_at is not null, count(*) from cases where account_id = account group by 1, 2, 3, 4;
end $$;
create function recount_case_ratings(account bigint) returns void language plpgsql as $$
begin
  lock table responses in share row exclusive mode;
  delete from case_rating_changes where account_id = account;
  delete from case_rating_counts where account_id = account;
  insert into case_rating_counts (account_id, subject, subject_id, day, site_id, good, bad)
  select r.account_id, s.subject, s.subject_id, (r.dated_at at time zone a.time_zone)::date, r.site_id, count(*) filter (where r.sentiment > 2), count(*) filter (where r.sentiment < 2)
  from responses r join accounts a on a.id = r.account_id
  cross join lateral (select 'all' as subject, 0::bigint as subject_id union all select 'team', r.team_id where r.team_id is not null union all select distinct 'staff', u.id from unnest(r.staff_ids) as u(id)) s
  where r.account_id = account and r.case_id is not null and r.sentiment in (0, 1, 3, 4) group by 1, 2, 3, 4, 5;
end $$;
create function recount_case_ratings() returns trigger language plpgsql as $$ begin perform recount_case_ratings(new.id); return null; end $$;
-- Days are the account's: another zone makes other sums.
create trigger recount_case_ratings after update on accounts for each row when (old.time_zone is distinct from new.time_zone) execute function recount_case_ratings();

select recount_cases(id), recount_case_ratings(id) from accounts;
