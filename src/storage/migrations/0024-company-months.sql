-- A word can be part of hundreds of companies' names. Their sums by month are read off an index, without a look at the rows: these are most of what a long time is made of. The index holds the counts
-- themselves, so each time a company's current month is added to it is written, too. Made in a second for a million responses.
create index rating_rollups_months on rating_rollups (account_id, metric, subject_id, first_day) include (site_id, survey_id, bucket_0, bucket_1, bucket_2, bucket_3, bucket_4) where subject = 'company' and grain = 'month';

-- As before, but new sums are written in the order in which they are read: those of one day lie on pages next to each other.
create or replace function fold_rating_changes(most integer) returns integer language plpgsql set work_mem = '64MB' as $$
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
    order by n.account_id, s.subject, n.metric, g.grain, g.first_day, s.subject_id
    on conflict (account_id, subject, metric, subject_id, grain, first_day, site_id, survey_id) do update set bucket_0 = r.bucket_0 + excluded.bucket_0, bucket_1 = r.bucket_1 + excluded.bucket_1,
      bucket_2 = r.bucket_2 + excluded.bucket_2, bucket_3 = r.bucket_3 + excluded.bucket_3, bucket_4 = r.bucket_4 + excluded.bucket_4
  )
  select count(*) into folded from noted;
  return folded;
end $$;
