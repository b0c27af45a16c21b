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
