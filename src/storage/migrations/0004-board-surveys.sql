-- Which survey the cases of a board are asked about with, where it is not the one for their kind. A board has no row of its own: it is known by its name, in any letter case.
create table board_surveys (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  kind text not null check (kind in ('ticket', 'project')),
  name text not null,
  survey_id bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, survey_id) references surveys
);
create unique index board_surveys_name on board_surveys (account_id, kind, lower(name));
