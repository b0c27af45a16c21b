-- The country that telephone numbers without a prefix belong to, such as GB; null: only numbers with a prefix are understood. How many months personal data are kept after
-- they were last needed (null: for ever), and whether deleting a person takes their scores too, or leaves them as anonymous counts.
alter table accounts add column country text check (country ~ '^[A-Z]{2}$'), add column retention_months integer check (retention_months between 1 and 600),
  add column full_removal boolean not null default false;
