-- Who gets the credit is found by person and date; this says more of each, so that fewer responses have to be looked at. Copies of the response's own, which its foreign key leads to; these never change.
-- Rewrites the table: no answer is written meanwhile, for half a minute of each million on a busy machine.
alter table response_staff add column survey_id bigint, add column company_id bigint,
  -- Who else gets the credit and comes before them; null for the first. Of some people, a response is counted for the first of them only. At most 250, which an index still takes.
  add column earlier_staff_ids bigint[];
drop index response_staff_staff;
update response_staff s set survey_id = r.survey_id, company_id = r.company_id, earlier_staff_ids = nullif(r.staff_ids[:array_position(r.staff_ids, s.staff_id) - 1], '{}')
from responses r where r.account_id = s.account_id and r.id = s.response_id;
alter table response_staff alter column survey_id set not null;
create index response_staff_staff on response_staff (account_id, staff_id, dated_at desc, response_id) include (survey_id, company_id);
create index response_staff_shared on response_staff (account_id, staff_id, dated_at desc) include (response_id, earlier_staff_ids) where earlier_staff_ids is not null;
