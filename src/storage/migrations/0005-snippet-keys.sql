-- Public keys: they stand in the mails that others send, and can do nothing but say that such a mail was sent, and take its rating.
create table snippet_keys (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  public_key text not null unique,
  site_id bigint not null,
  name text not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  primary key (account_id, id),
  foreign key (account_id, site_id) references sites
);
