-- What a survey's page shows and asks besides its questions, and how a rating in a mail is taken.

alter table surveys
  -- brand_color, logo_url and logo_alt; null is the product's own look.
  add column theme jsonb,
  -- Customer fields in their order, each with `key` and `required`.
  add column fields jsonb not null default '[]',
  -- What is to be consented to: `text`, `required`.
  add column consent jsonb,
  -- Where whoever answered is asked to say it publicly: `url`, `label`. Shown to everyone alike.
  add column review_link jsonb,
  add column edit_hours integer not null default 24 check (edit_hours between 0 and 720),
  add column one_click text not null default 'smart' check (one_click in ('confirm', 'smart', 'instant')),
  -- How it is shown on other sites: trigger, label, origins, whether data have to be signed; null where it is not.
  add column widget jsonb;

alter table questions
  add column appearance text not null default 'numbers' check (appearance in ('numbers', 'stars', 'faces')),
  add column max_choices smallint check (max_choices > 0),
  add column max_length integer check (max_length between 1 and 10000),
  -- Asked only if an earlier question was answered with one of these: `question_id`, `values`.
  add column shown_if jsonb;

alter table responses
  -- Since when it is a click that nobody sent off; null once it is confirmed.
  add column provisional_since timestamptz,
  -- The hash of the page session that confirmed it: only that one may change it.
  add column page_session text;

-- What came with a response besides its answers: customer fields, consent, and whatever a page that embeds the survey passed.
create table response_fields (
  account_id bigint not null,
  response_id bigint not null,
  key text not null,
  value text not null,
  primary key (account_id, response_id, key),
  foreign key (account_id, response_id) references responses
);
