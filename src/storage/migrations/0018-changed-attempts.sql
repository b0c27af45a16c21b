-- A change of a pending invitation counts as an attempt, by which a worker's claim of what it was before is known to be over. Deliveries of earlier attempts were of another content:
-- they count neither as tries of this one, nor is their Message-ID used again. 0: not changed since it was first tried.
alter table invitations add column changed_attempt integer not null default 0;
