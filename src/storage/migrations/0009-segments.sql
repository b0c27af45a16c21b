-- Keys by which an account splits its reports. A pair of an invitation's data whose key is a segment's has its value as one of the segment's options, and the response takes that along.
create table segments (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  key text not null,
  name text not null,
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, key)
);
create table segment_options (
  account_id bigint not null,
  id bigint generated always as identity,
  segment_id bigint not null,
  value text not null,
  created_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, segment_id, value),
  foreign key (account_id, segment_id) references segments
);

-- What its data stand for. A copy, as staff_ids is: response_segments, where it goes, has the foreign keys.
alter table invitations add column segment_option_ids bigint[] not null default '{}';

create table response_segments (
  account_id bigint not null,
  response_id bigint not null,
  segment_id bigint not null,
  option_id bigint not null,
  dated_at timestamptz not null,
  primary key (account_id, response_id, option_id),
  foreign key (account_id, response_id) references responses,
  foreign key (account_id, segment_id) references segments,
  foreign key (account_id, option_id) references segment_options
);
create index response_segments_option on response_segments (account_id, segment_id, option_id, dated_at desc, response_id);
