-- An address that a server says nobody has is blocked by itself, until the account lifts it.
alter table blocks add column came_by text not null default 'account' check (came_by in ('account', 'bounce'));

-- A customer who complains to their mail provider, or unsubscribes there, has opted out.
alter table unsubscribes drop constraint unsubscribes_came_by_check,
  add constraint unsubscribes_came_by_check check (came_by in ('page', 'text', 'provider'));

-- What a provider told and was heeded, by the provider's own id, for as long as it may tell it again: a repetition must not undo what a customer or an account decided since.
create table provider_events (
  account_id bigint not null references accounts,
  event_id text not null,
  received_at timestamptz not null,
  primary key (account_id, event_id)
);
create index provider_events_old on provider_events (received_at);
