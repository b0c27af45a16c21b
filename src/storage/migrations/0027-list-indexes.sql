-- What two of some staff members get the credit for is found by the pair, instead of by going through all that each of them shares with anybody. Where three and more are credited with one response, the others
-- than the first of those before them are looked at one by one; these are few. Costs an answer nothing more, as most are in one of the two at most. Made in a second or two for a million responses.
drop index response_staff_shared;
create index response_staff_shared on response_staff (account_id, staff_id, (earlier_staff_ids[1]), dated_at) include (response_id, earlier_staff_ids) where earlier_staff_ids is not null;
create index response_staff_crowded on response_staff (account_id, staff_id, dated_at) include (response_id, earlier_staff_ids) where cardinality(earlier_staff_ids) > 1;

-- What was dated before an instant and changed since is told by the index alone, however many were dated before or changed since. An answer is in it only once it is changed.
drop index responses_changed;
create index responses_changed on responses (account_id, updated_at, dated_at) include (id) where updated_at > dated_at;
