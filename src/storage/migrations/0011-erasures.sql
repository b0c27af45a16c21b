-- The deletion of persons. What is to go is marked at once, and worked off in the background; a mark that is worked off is taken away, the time of the request stays.
create table erasures (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  reason text not null check (reason in ('request', 'retention')),
  -- Lower case, and only as long as it is needed: null once it is done, and where the account's retention asks.
  address text,
  -- As the account had it when it was asked for: whether scores go, too.
  full_removal boolean not null,
  actor text not null,
  contacts integer not null default 0,
  invitations integer not null default 0,
  responses integer not null default 0,
  requested_at timestamptz not null,
  finished_at timestamptz,
  primary key (account_id, id),
  check (finished_at is null or address is null)
);
create unique index erasures_address on erasures (account_id, address) where address is not null;
create index erasures_unfinished on erasures (requested_at) where finished_at is null;

alter table contacts add column deletion_requested_at timestamptz, add column erasure_id bigint, add foreign key (account_id, erasure_id) references erasures;
alter table invitations add column deletion_requested_at timestamptz, add column erasure_id bigint, add foreign key (account_id, erasure_id) references erasures;
create index contacts_marked on contacts (account_id, erasure_id) where erasure_id is not null;
create index invitations_marked on invitations (account_id, erasure_id, id) where erasure_id is not null;
-- All that a person was ever sent: by whom it was for, and by the address, which the contact may have changed since.
create index invitations_contact on invitations (account_id, contact_id) where contact_id is not null;
create index invitations_email on invitations (account_id, lower(email)) where email is not null;
