-- The notes of records that change together are written together, by one statement and from the rows themselves, instead of by a look-up and a statement for each.
-- Invitations that come as sent, or are deleted, are few, and go on being noted one by one.

drop trigger response_goes on responses;
drop trigger response_comes on responses;
drop trigger waiting_changes on invitations;
drop trigger waiting_changed on invitations;
drop function response_goes(), response_comes(), note_response(bigint, bigint, integer);

-- The facts of response_facts, by which everything is counted anew.
create function note_responses() returns trigger language plpgsql as $$
begin
  insert into record_changes (account_id, change, day, site_id, survey_id, metric, kind, company_id, board_name, staff_ids, staff_scores, is_answered, has_invitation, has_comment, answer_count, score)
  select r.account_id, tg_argv[0]::integer, (r.dated_at at time zone a.time_zone)::date, r.site_id, r.survey_id, coalesce(r.score_metric, ''), coalesce(r.case_kind, ''), coalesce(r.company_id, 0), coalesce(r.board_name, ''), r.staff_ids,
    -- The function has to look into jsonb, and most have none.
    case when r.credits is null then array_fill(s.score, array[cardinality(r.staff_ids)]) else staff_scores(r.staff_ids, r.credits, s.score, a.score_scale_max) end,
    true, r.invitation_id is not null, r.comment is not null, r.answer_count, s.score
  from changed r join accounts a on a.id = r.account_id cross join lateral (select shown_score(r.score_value, r.score_min, r.score_max, a.score_scale_max) as score) s;
  return null;
end $$;

create trigger responses_come after insert on responses referencing new table as changed for each statement execute function note_responses('1');
create trigger responses_go after delete on responses referencing old table as changed for each statement execute function note_responses('-1');
create trigger responses_change_from after update on responses referencing old table as changed for each statement execute function note_responses('-1');
create trigger responses_change_to after update on responses referencing new table as changed for each statement execute function note_responses('1');

-- The facts of waiting_facts. What was waiting and waits with the same facts has neither gone nor come.
create function note_changed_waiting() returns trigger language plpgsql as $$
begin
  insert into record_changes (account_id, change, day, site_id, survey_id, metric, kind, company_id, board_name, staff_ids, staff_scores, is_answered, has_invitation, has_comment, answer_count, score)
  select w.account_id, w.change, (w.sent_at at time zone a.time_zone)::date, w.site_id, w.survey_id, coalesce(w.headline_metric, ''), coalesce(w.case_kind, ''), coalesce(w.company_id, 0), coalesce(w.board_name, ''), w.staff_ids, null,
    false, true, false, 0, null
  from (
    select account_id, id, sum(change)::integer as change, sent_at, site_id, survey_id, headline_metric, case_kind, company_id, board_name, staff_ids
    from (select -1 as change, g.* from gone g union all select 1, c.* from come c) v where sent_at is not null and answered_at is null
    group by account_id, id, sent_at, site_id, survey_id, headline_metric, case_kind, company_id, board_name, staff_ids having sum(change) <> 0
  ) w join accounts a on a.id = w.account_id;
  return null;
end $$;

create trigger waiting_change after update on invitations referencing old table as gone new table as come for each statement execute function note_changed_waiting();

-- As before, but new sums are written in the order in which they are read: those of one day lie on pages next to each other.
create or replace function fold_record_changes(most integer) returns integer language plpgsql set work_mem = '64MB' as $$
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
      order by account_id, subject, grain, first_day, site_id
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
