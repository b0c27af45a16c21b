-- A survey in other languages than its own. The questions' texts are by question id, which never change; what was answered stays in the survey's own words.
create table survey_texts (
  account_id bigint not null references accounts,
  survey_id bigint not null,
  locale text not null,
  name text,
  questions jsonb not null,
  updated_at timestamptz not null,
  primary key (account_id, survey_id, locale),
  foreign key (account_id, survey_id) references surveys
);
