-- A rating in a mail is a link, which machines follow too. What was followed is noted; what does not count, or not yet, is held apart, so that `responses` has only what counts and no list or sum has to ask.

-- A click that nobody sent off yet: since when there is one. Set until it is confirmed or found to be none, so that whoever holds the invitation's lock knows.
alter table invitations add column provisional_at timestamptz;

create table touches (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  -- Which link, by clicks/links.ts.
  link text not null,
  at timestamptz not null,
  method text not null,
  score smallint,
  is_trap boolean not null,
  -- Address and browser, hashed: the same client at several links is found by it.
  client bytea not null,
  address text not null,
  user_agent text,
  accept_language text,
  fetch_headers text,
  page_session text,
  primary key (account_id, id)
);
create index touches_link on touches (account_id, link, at);
create index touches_client on touches (account_id, client, at);
create index touches_at on touches (at);

create table held_responses (
  account_id bigint not null,
  -- Of the same sequence as a response's: what counts in the end has its id already.
  id bigint not null default nextval('responses_id_seq'),
  state text not null check (state in ('provisional', 'suspected', 'voided')),
  invitation_id bigint,
  survey_id bigint not null,
  site_id bigint not null,
  contact_id bigint,
  email text,
  answers jsonb not null,
  responder_ip text,
  user_agent text,
  page_session text,
  -- What its page knew of it, to be judged by again.
  page jsonb,
  -- What spoke for and against a person, each with its weight.
  reasons jsonb not null,
  received_at timestamptz not null,
  -- When a provisional one is judged again, and counts.
  counts_at timestamptz,
  decided_at timestamptz,
  decided_by text,
  -- Of a voided one that had counted: all its rows, to be put back.
  taken_out jsonb,
  primary key (account_id, id),
  foreign key (account_id, invitation_id) references invitations,
  foreign key (account_id, survey_id) references surveys,
  foreign key (account_id, site_id) references sites,
  check ((state = 'provisional') = (counts_at is not null)),
  check (state <> 'provisional' or (invitation_id is not null and page_session is not null))
);
-- Each page session has one click that may come to count; the first that does is the answer.
create unique index held_responses_provisional on held_responses (account_id, invitation_id, page_session) where state = 'provisional';
create index held_responses_invitation on held_responses (account_id, invitation_id) where invitation_id is not null;
create index held_responses_contact on held_responses (account_id, contact_id) where contact_id is not null;
create index held_responses_email on held_responses (account_id, lower(email)) where email is not null;
create index held_responses_review on held_responses (account_id, state, received_at desc, id desc);
create index held_responses_due on held_responses (counts_at) where state = 'provisional';

-- Fresh answers that nothing speaks for are looked at again for a minute.
create index responses_fresh on responses (answered_at) where page_session is not null;
