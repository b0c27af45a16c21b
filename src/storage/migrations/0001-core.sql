-- Every table's primary key begins with the account, and so does every foreign key: the database
-- itself refuses a row of one account that points into another.

-- Contacts, staff and users draw their ids from one sequence: one of the faces shows all three as "users".
create sequence person_ids;

create table accounts (
  id bigint generated always as identity primary key,
  name text not null,
  subdomain text not null unique,
  time_zone text not null,
  first_weekday smallint not null default 1 check (first_weekday between 1 and 7),
  score_scale_max smallint not null default 10 check (score_scale_max in (3, 5, 10)),
  throttle_days integer not null default 30 check (throttle_days between 0 and 3650),
  text_messages_enabled_at timestamptz,
  default_site_id bigint,
  default_email_template_id bigint,
  created_at timestamptz not null
);

create table sites (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  code text not null,
  name text not null,
  city text,
  region text,
  site_type text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, code)
);

create table teams (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  name text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id)
);
create unique index teams_name on teams (account_id, lower(name));

create table staff (
  account_id bigint not null references accounts,
  id bigint not null default nextval('person_ids'),
  code text not null,
  name text not null,
  first_name text,
  surname text,
  email text,
  time_zone text,
  team_id bigint,
  deactivated_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, code),
  foreign key (account_id, team_id) references teams
);

create table users (
  account_id bigint not null references accounts,
  id bigint not null default nextval('person_ids'),
  email text not null,
  name text not null,
  role text not null check (role in ('owner', 'admin', 'agent', 'collaborator')),
  password_hash text,
  staff_id bigint,
  disabled_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, staff_id) references staff
);
-- A person logs in with an address alone, so it names one user of one account.
create unique index users_email on users (lower(email));

create table api_keys (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  name text not null,
  key_hash bytea not null unique,
  client_id text not null unique,
  client_secret_hash bytea not null,
  site_id bigint,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, site_id) references sites
);

create table login_links (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  user_id bigint not null,
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, user_id) references users on delete cascade
);

create table sessions (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  user_id bigint not null,
  token_hash bytea not null unique,
  csrf_hash bytea,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, user_id) references users on delete cascade
);
create index sessions_expiry on sessions (expires_at);

-- Counters of a fixed window, shared by all processes. Rows of past windows are swept.
create table rate_limits (
  bucket text not null,
  window_start timestamptz not null,
  hits integer not null,
  primary key (bucket, window_start)
);
create index rate_limits_window on rate_limits (window_start);

create table companies (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  external_id bigint,
  name text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id)
);
create unique index companies_external on companies (account_id, external_id) where external_id is not null;
create unique index companies_name on companies (account_id, lower(name)) where external_id is null;
create index companies_by_name on companies (account_id, lower(name));

create table contacts (
  account_id bigint not null references accounts,
  id bigint not null default nextval('person_ids'),
  external_id bigint,
  email text,
  name text,
  first_name text,
  surname text,
  telephone_number text,
  postcode text,
  company_id bigint,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, company_id) references companies
);
create unique index contacts_external on contacts (account_id, external_id) where external_id is not null;
create unique index contacts_email on contacts (account_id, lower(email)) where external_id is null and email is not null;
create index contacts_by_email on contacts (account_id, lower(email)) where email is not null;

-- What a customer opted out of, and what the account blocks. The address is lower case.
create table unsubscribes (
  account_id bigint not null references accounts,
  address text not null,
  by_customer_at timestamptz not null,
  primary key (account_id, address)
);
create table blocks (
  account_id bigint not null references accounts,
  pattern text not null,
  created_at timestamptz not null,
  primary key (account_id, pattern)
);

-- One row an address that was ever invited: over-survey protection is one conditional update of it.
create table invited_addresses (
  account_id bigint not null references accounts,
  address text not null,
  last_invited_at timestamptz not null,
  invitation_id bigint not null,
  previous_invited_at timestamptz,
  primary key (account_id, address)
);

create table surveys (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  code text not null unique,
  name text not null,
  purpose text not null check (purpose in ('ticket', 'nps', 'five_questions', 'employee', 'project', 'good_or_bad', 'other')),
  locale text not null default 'en',
  version integer not null default 1,
  throttle_exempt boolean not null default false,
  link_days integer not null default 180 check (link_days between 1 and 3650),
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id)
);
-- The survey that a purpose stands for: the oldest one; tickets and two-point ratings look it up.
create index surveys_purpose on surveys (account_id, purpose, id);

-- Questions never change: a new version of a survey lists other ones, and old answers keep theirs.
create table questions (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  type text not null check (type in ('rating', 'text', 'dropdown', 'radio', 'checkbox')),
  text text not null,
  required boolean not null default false,
  per_staff boolean not null default false,
  metric text not null default 'none' check (metric in ('csat', 'nps', 'ces', 'none')),
  scale_min smallint,
  scale_max smallint,
  scale_labels jsonb,
  options jsonb,
  primary key (account_id, id),
  check ((type = 'rating') = (scale_min is not null and scale_max > scale_min)),
  check ((type in ('dropdown', 'radio', 'checkbox')) = (options is not null))
);
create table survey_questions (
  account_id bigint not null,
  survey_id bigint not null,
  version integer not null,
  position integer not null,
  question_id bigint not null,
  primary key (account_id, survey_id, version, position),
  foreign key (account_id, survey_id) references surveys,
  foreign key (account_id, question_id) references questions
);

create table email_templates (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  kind text not null check (kind in ('invitation', 'reminder')),
  name text not null,
  from_name text not null,
  from_email text not null,
  subject text not null,
  body text not null,
  locale text not null default 'en',
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id)
);
create table text_message_templates (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  name text not null,
  body text not null,
  locale text not null default 'en',
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id)
);

alter table accounts add foreign key (id, default_site_id) references sites deferrable initially deferred;
alter table accounts add foreign key (id, default_email_template_id) references email_templates deferrable initially deferred;

create table cases (
  account_id bigint not null,
  id bigint generated always as identity,
  site_id bigint not null,
  kind text not null check (kind in ('ticket', 'project', 'conversation')),
  number text not null,
  title text,
  board_name text,
  company_id bigint,
  contact_id bigint,
  team_id bigint,
  opened_at timestamptz,
  closed_at timestamptz,
  source_updated_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, site_id, kind, number),
  foreign key (account_id, site_id) references sites,
  foreign key (account_id, company_id) references companies,
  foreign key (account_id, contact_id) references contacts,
  foreign key (account_id, team_id) references teams
);
create index cases_number on cases (account_id, number);
create index cases_updated on cases (account_id, updated_at desc, id desc);

create table case_staff (
  account_id bigint not null,
  case_id bigint not null,
  position integer not null,
  staff_id bigint not null,
  primary key (account_id, case_id, position),
  foreign key (account_id, case_id) references cases,
  foreign key (account_id, staff_id) references staff
);

-- The row is its own queue entry: a worker claims what is pending and due. A claim moves due_at to the end of
-- its lease, so that a claim whose worker died is simply due again.
create table invitations (
  account_id bigint not null,
  id bigint generated always as identity,
  token text not null,
  occasion text,
  channel text not null check (channel in ('email', 'sms', 'link')),
  state text not null check (state in ('pending', 'sent', 'not_sent')),
  survey_id bigint not null,
  email_template_id bigint,
  text_message_template_id bigint,
  send_at timestamptz not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  sent_at timestamptz,
  answered_at timestamptz,
  bounced_at timestamptz,
  not_sent_reason text,
  delivery_failure text,
  ignore_throttle boolean not null default false,
  email text,
  telephone_number text,
  first_name text,
  surname text,
  reference text,
  machine_id text,
  contact_id bigint,
  case_id bigint,
  site_id bigint not null,
  team_id bigint,
  company_id bigint,
  -- In order. A copy, as the case's title is: case_staff, which it comes from, and response_staff, where it goes, have the foreign keys.
  staff_ids bigint[] not null default '{}',
  case_title text,
  board_name text,
  case_opened_at timestamptz,
  case_closed_at timestamptz,
  case_updated_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, survey_id) references surveys,
  foreign key (account_id, email_template_id) references email_templates,
  foreign key (account_id, text_message_template_id) references text_message_templates,
  foreign key (account_id, contact_id) references contacts,
  foreign key (account_id, case_id) references cases,
  foreign key (account_id, site_id) references sites,
  foreign key (account_id, team_id) references teams,
  foreign key (account_id, company_id) references companies,
  check ((state = 'sent') = (sent_at is not null)),
  check ((state = 'not_sent') = (not_sent_reason is not null))
) with (fillfactor = 85);
create unique index invitations_token on invitations (token);
-- The same happening (this closing of this ticket for this contact) invites once.
create unique index invitations_occasion on invitations (account_id, occasion) where occasion is not null;
create index invitations_due on invitations (due_at) where state = 'pending';
create index invitations_case on invitations (account_id, case_id) where case_id is not null;
create index invitations_sent on invitations (account_id, sent_at) include (survey_id, site_id) where sent_at is not null;

create table invitation_data (
  account_id bigint not null,
  id bigint generated always as identity,
  invitation_id bigint not null,
  position integer not null,
  key text not null,
  value text not null,
  primary key (account_id, id),
  unique (account_id, invitation_id, position),
  foreign key (account_id, invitation_id) references invitations
);
create table reminders (
  account_id bigint not null,
  id bigint generated always as identity,
  invitation_id bigint not null,
  state text not null check (state in ('pending', 'sent', 'not_sent')),
  email_template_id bigint,
  text_message_template_id bigint,
  send_at timestamptz not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  sent_at timestamptz,
  not_sent_reason text,
  delivery_failure text,
  primary key (account_id, id),
  foreign key (account_id, invitation_id) references invitations,
  foreign key (account_id, email_template_id) references email_templates,
  foreign key (account_id, text_message_template_id) references text_message_templates,
  check (num_nonnulls(email_template_id, text_message_template_id) = 1),
  check ((state = 'sent') = (sent_at is not null)),
  check ((state = 'not_sent') = (not_sent_reason is not null))
);
create index reminders_due on reminders (due_at) where state = 'pending';
create index reminders_invitation on reminders (account_id, invitation_id);

-- One attempt to hand one message to a provider. Written when the attempt begins; an attempt without an outcome
-- whose lease is over was cut off: it may or may not have gone out, and is then marked 'unknown'.
create table deliveries (
  account_id bigint not null,
  id bigint generated always as identity,
  invitation_id bigint not null,
  reminder_id bigint,
  attempt integer not null,
  channel text not null check (channel in ('email', 'sms')),
  message_id text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome text check (outcome in ('sent', 'temporary_failure', 'permanent_failure', 'refused', 'given_back', 'unknown')),
  detail text,
  primary key (account_id, id),
  unique nulls not distinct (account_id, invitation_id, reminder_id, attempt),
  foreign key (account_id, invitation_id) references invitations,
  foreign key (account_id, reminder_id) references reminders,
  check ((outcome is null) = (finished_at is null))
);

-- The sandbox mailbox: what would have been sent. One row a message, however often it is tried.
create table sandbox_mails (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  message_id text not null,
  from_header text not null,
  to_header text not null,
  subject text not null,
  headers jsonb not null,
  html text not null,
  text text not null,
  invitation_id bigint,
  created_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, message_id)
);

create table responses (
  account_id bigint not null,
  id bigint generated always as identity,
  invitation_id bigint,
  survey_id bigint not null,
  survey_version integer not null,
  case_id bigint,
  contact_id bigint,
  site_id bigint not null,
  team_id bigint,
  company_id bigint,
  board_name text,
  score_value smallint,
  score_min smallint,
  score_max smallint,
  score_metric text,
  sentiment smallint,
  comment text,
  responder_ip text,
  user_agent text,
  answered_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, invitation_id) references invitations,
  foreign key (account_id, survey_id) references surveys,
  foreign key (account_id, case_id) references cases,
  foreign key (account_id, contact_id) references contacts,
  foreign key (account_id, site_id) references sites,
  foreign key (account_id, team_id) references teams,
  foreign key (account_id, company_id) references companies
);
create unique index responses_invitation on responses (account_id, invitation_id) where invitation_id is not null;
create index responses_answered on responses (account_id, answered_at desc, id desc);
create index responses_case on responses (account_id, case_id, answered_at desc) where case_id is not null;
create index responses_company on responses (account_id, company_id, answered_at desc) where company_id is not null;
create index responses_contact on responses (account_id, contact_id, answered_at desc) where contact_id is not null;

create table response_staff (
  account_id bigint not null,
  response_id bigint not null,
  position integer not null,
  staff_id bigint not null,
  primary key (account_id, response_id, position),
  foreign key (account_id, response_id) references responses,
  foreign key (account_id, staff_id) references staff
);
create index response_staff_staff on response_staff (account_id, staff_id, response_id);

create table answers (
  account_id bigint not null,
  id bigint generated always as identity,
  response_id bigint not null,
  question_id bigint not null,
  staff_id bigint,
  value smallint,
  text text,
  choices jsonb,
  primary key (account_id, id),
  unique nulls not distinct (account_id, response_id, question_id, staff_id),
  foreign key (account_id, response_id) references responses,
  foreign key (account_id, question_id) references questions,
  foreign key (account_id, staff_id) references staff
);

-- One row for each answer to a rating question with a metric, shaped for counting.
create table rating_facts (
  account_id bigint not null,
  response_id bigint not null,
  answer_id bigint not null,
  metric text not null check (metric in ('csat', 'nps', 'ces')),
  value smallint not null,
  scale_min smallint not null,
  scale_max smallint not null,
  sentiment smallint not null check (sentiment between 0 and 4),
  answered_at timestamptz not null,
  survey_id bigint not null,
  site_id bigint not null,
  company_id bigint,
  primary key (account_id, answer_id),
  -- Its answer's own foreign key leads on to the response.
  foreign key (account_id, answer_id) references answers
);
create index rating_facts_metric on rating_facts (account_id, metric, answered_at) include (value, scale_min, scale_max, sentiment, survey_id, site_id, company_id, response_id, answer_id);

-- What was there before an accepted change, and what a refused one wanted.
create table revisions (
  account_id bigint not null,
  id bigint generated always as identity,
  response_id bigint not null,
  answers jsonb not null,
  responder_ip text,
  user_agent text,
  accepted_at timestamptz,
  rejected_at timestamptz,
  rejected_reason text,
  primary key (account_id, id),
  foreign key (account_id, response_id) references responses,
  check ((accepted_at is null) <> (rejected_at is null))
);
create index revisions_response on revisions (account_id, response_id);

create table events (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  type text not null,
  subject_id bigint not null,
  actor text not null,
  detail jsonb not null,
  created_at timestamptz not null,
  primary key (account_id, id)
);
