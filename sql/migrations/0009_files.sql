-- Files as people have them: kinds of imports are the program's matter (src/ingest/kinds.c), and a channel of YouTube
-- without a handle has its id as username.

alter table import_job drop constraint if exists import_job_kind_check;

create or replace function profile_url(world smallint, platform text, template text, username text) returns text
  language sql immutable
  return case when world = 1 then 'https://' || platform || '.invalid/@' || username
              when platform = 'youtube' and username ~ '^UC[0-9A-Za-z_-]{22}$' then 'https://www.youtube.com/channel/' || username
              else replace(template, '%s', username) end;
