-- A person's answers are looked for by their exact address: for lists, and to delete them. The index of words takes long where many share a provider.
create index responses_email on responses (account_id, lower(email), dated_at desc);
