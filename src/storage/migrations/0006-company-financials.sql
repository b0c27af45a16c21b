-- What a company brought in and cost in a quarter, in hundredths of whatever currency the account counts in.
create table company_financials (
  account_id bigint not null references accounts,
  site_id bigint not null,
  company_id bigint not null,
  year smallint not null check (year between 1900 and 9999),
  quarter smallint not null check (quarter between 1 and 4),
  revenue_cents bigint not null,
  cost_cents bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, site_id, company_id, year, quarter),
  foreign key (account_id, site_id) references sites,
  foreign key (account_id, company_id) references companies
);
