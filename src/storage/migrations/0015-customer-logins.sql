-- A contact may log in too, as a user of the role customer, who sees and rates what is theirs. Deleting the contact takes the log-in along.
alter table users drop constraint users_role_check,
  add constraint users_role_check check (role in ('owner', 'admin', 'agent', 'collaborator', 'customer')),
  add column contact_id bigint,
  add foreign key (account_id, contact_id) references contacts on delete cascade,
  add constraint users_customer check ((role = 'customer') = (contact_id is not null) and (contact_id is null or staff_id is null));
create unique index users_contact on users (account_id, contact_id) where contact_id is not null;

-- The shared secret of a user's one-time codes, sealed with the server's own. A code is good once: last_step is the time step of the last one that was taken.
create table second_factors (
  account_id bigint not null references accounts,
  user_id bigint not null,
  sealed_secret bytea not null,
  last_step bigint not null default 0,
  created_at timestamptz not null,
  primary key (account_id, user_id),
  foreign key (account_id, user_id) references users on delete cascade
);

-- A log-in whose password was right and whose code is still to come.
create table pending_log_ins (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  user_id bigint not null,
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, user_id) references users on delete cascade
);
create index pending_log_ins_expiry on pending_log_ins (expires_at);

-- A visitor of whom only the secret is known that their own client made up; the contact once they said who they are.
create table fingerprints (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  uuid_hash bytea not null,
  contact_id bigint,
  created_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, uuid_hash),
  foreign key (account_id, contact_id) references contacts on delete set null (contact_id)
);

alter table cases add foreign key (account_id, fingerprint_id) references fingerprints on delete set null (fingerprint_id);

-- Programs that act for users with their consent. Without a secret it is one that could keep none. user_id: for whom it acts on its own account.
create table oauth_clients (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  name text not null,
  client_id text not null unique,
  client_secret_hash bytea,
  redirect_uris text[] not null,
  scopes text[] not null,
  grants text[] not null,
  user_id bigint,
  revoked_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, user_id) references users on delete set null (user_id)
);

-- One user's leave for one client: all tokens that come of it live and die together.
create table oauth_grants (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  oauth_client_id bigint not null,
  user_id bigint not null,
  scopes text[] not null,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, oauth_client_id) references oauth_clients on delete cascade,
  foreign key (account_id, user_id) references users on delete cascade
);
create index oauth_grants_client on oauth_grants (account_id, oauth_client_id);
create index oauth_grants_user on oauth_grants (account_id, user_id);

-- grant_id: what a code was traded for, so that a second try can end it.
create table oauth_codes (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  oauth_client_id bigint not null,
  user_id bigint not null,
  scopes text[] not null,
  redirect_uri text,
  code_challenge text,
  code_hash bytea not null unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  grant_id bigint,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, oauth_client_id) references oauth_clients on delete cascade,
  foreign key (account_id, user_id) references users on delete cascade,
  foreign key (account_id, grant_id) references oauth_grants on delete set null (grant_id)
);
create index oauth_codes_expiry on oauth_codes (expires_at);
create index oauth_codes_grant on oauth_codes (account_id, grant_id);

create table refresh_tokens (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  grant_id bigint not null,
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, grant_id) references oauth_grants on delete cascade
);
create index refresh_tokens_expiry on refresh_tokens (expires_at);
create index refresh_tokens_grant on refresh_tokens (account_id, grant_id);

-- An access token stands for a key or for a user's leave, then within scopes of its own.
alter table access_tokens alter column key_id drop not null, add column grant_id bigint, add column scopes text[],
  add foreign key (account_id, grant_id) references oauth_grants on delete cascade,
  add constraint access_tokens_of_one check (num_nonnulls(key_id, grant_id) = 1 and (grant_id is null) = (scopes is null));
create index access_tokens_grant on access_tokens (account_id, grant_id) where grant_id is not null;
