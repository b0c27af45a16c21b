-- The segment that a question asks for: site_code, staff_code, or the key of one of the account's own.
alter table questions
  add column segment text check (segment is null or (type in ('dropdown', 'radio', 'checkbox') and not per_staff));
