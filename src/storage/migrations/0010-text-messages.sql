-- Into how many parts a text message was cut, and what its provider told of it later: that it arrived, or that it did not.
alter table deliveries add column segments smallint, add column delivered_at timestamptz, add column bounced_at timestamptz;

-- What was opted out of by a word in a text message, a word in a text message opts into again.
alter table unsubscribes add column came_by text not null default 'page' check (came_by in ('page', 'text'));

-- Mails and text messages are claimed apart, lest one waits for the other's provider.
create index invitations_texts_due on invitations (due_at) where state = 'pending' and channel = 'sms';
create index reminders_texts_due on reminders (due_at) where state = 'pending' and text_message_template_id is not null;
-- A word in a text message says a number and no account.
create index invitations_number on invitations (telephone_number) where telephone_number is not null;
create index unsubscribes_by_text on unsubscribes (address) where came_by = 'text';

-- The text messages that would have been sent. One row a message, however often it is tried.
create table sandbox_texts (
  account_id bigint not null references accounts,
  id bigint generated always as identity,
  message_id text not null,
  to_number text not null,
  body text not null,
  characters integer not null,
  segments smallint not null,
  invitation_id bigint,
  created_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, message_id)
);
