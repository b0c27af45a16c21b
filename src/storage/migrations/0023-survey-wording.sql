-- What is consented to and what the link to review says, in a survey's other languages.
alter table survey_texts
  add column consent text,
  add column review_label text;

-- Whoever wrote their address into a survey's page is found by it when their data are to be deleted.
create index response_fields_by_email on response_fields (account_id, lower(value)) where key = 'email';

-- What is held was said to a version of its survey, and of the customer too.
alter table held_responses
  add column survey_version integer,
  add column fields jsonb not null default '[]';
create index held_responses_by_field on held_responses (account_id, lower(jsonb_path_query_first(fields, '$[*] ? (@.key == "email").value') #>> '{}')) where fields @> '[{"key": "email"}]';
