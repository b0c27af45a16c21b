-- Numbers that were texted and whose customers are deleted, as keyed hashes: STOP and START come from a number, and have to find the accounts that it is about.
create table erased_numbers (
  account_id bigint not null references accounts,
  number_hash bytea not null,
  erased_at timestamptz not null,
  primary key (account_id, number_hash)
);
create index erased_numbers_hash on erased_numbers (number_hash);
