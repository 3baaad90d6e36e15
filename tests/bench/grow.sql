-- Makes a scored store larger, as growth.py asks for it: copies of every creator with other ids and names, in the tables that
-- /match reads. Not scored but copied: what is measured is reading. Columns are those that the tables have, so that a new one is
-- copied, too. $first and $last number the copies.
create or replace function pg_temp.grow(name regclass, shift bigint, first integer, last integer) returns void
language plpgsql as $$
declare
  columns text;
  selected text;
begin
  select string_agg(quote_ident(attname), ', ' order by attnum),
         string_agg(case
           when attname in ('creator_id', 'account_id') then format('t.%I + %s * g.copy', attname, shift)
           when attname in ('username', 'key') then format('t.%I || ''_'' || g.copy', attname)
           when attname = 'platform_account_id' then 'null'
           else format('t.%I', attname) end, ', ' order by attnum)
  into columns, selected
  from pg_attribute
  where attrelid = name and attnum > 0 and not attisdropped and attgenerated = '';
  execute format('insert into %s (%s) overriding system value select %s from %s t, generate_series(%s, %s) g (copy)'
                 ' where t.creator_id <= %s', name, columns, selected, name, first, last, shift);
end $$;

create or replace function pg_temp.grow_store(shift bigint, first integer, last integer) returns void
language plpgsql as $$
declare
  name text;
begin
  foreach name in array array['creator', 'account', 'account_key', 'account_score', 'creator_niche', 'niche_match'] loop
    perform pg_temp.grow(name::regclass, shift, first, last);
  end loop;
  update niche_version v set version = v.version + 1, creators = v.creators / first * (last + 1);
end $$;
