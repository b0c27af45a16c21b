-- Which of an account's widget secrets is the present one: they are made of the server's secret, this number and the account.
alter table accounts add column widget_secret_number integer not null default 1;
