-- Short-lived tokens that a key's client id and secret were traded for. One is only as good as its key.
create table access_tokens (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  key_id bigint not null,
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, key_id) references api_keys on delete cascade
);
create index access_tokens_expiry on access_tokens (expires_at);
