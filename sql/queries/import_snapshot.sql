-- write_rows (src/ingest/merge.c): every day of every account of the file; a profile seen earlier than the stored one
-- does not replace a day, a row of a follower history does
-- Sorted by an expression as in import_keys: what is there is looked up before anything is written. The account by its key (LIMIT):
-- after a table was analysed while it was empty one row of it is expected, and each was compared with each (10,000 rows 16 s).
with seen as (
  select distinct on (n.account_id, (s.observed_at at time zone 'UTC')::date)
    n.creator_id, n.account_id, (s.observed_at at time zone 'UTC')::date as day, s.followers, s.following,
    s.posts_total, s.observed_at
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
  where s.followers is not null
  order by n.account_id, (s.observed_at at time zone 'UTC')::date, s.observed_at desc, s.line desc
), written as (
  insert into follower_snapshot as f (creator_id, account_id, day, followers, following, posts_total, source)
  select s.creator_id, s.account_id, s.day, s.followers, s.following, s.posts_total, $1
  from seen s
  cross join lateral (
    select o.observed_at from account o where o.creator_id = s.creator_id and o.account_id = s.account_id limit 1
  ) a
  where $2 = 'snapshots' or a.observed_at <= s.observed_at or not exists (
    select from follower_snapshot o
    where o.creator_id = s.creator_id and o.account_id = s.account_id and o.day = s.day
  )
  order by -s.creator_id desc, s.account_id, s.day
  on conflict (creator_id, account_id, day) do update
  set followers = excluded.followers, following = coalesce(excluded.following, f.following),
    posts_total = coalesce(excluded.posts_total, f.posts_total), source = excluded.source
  where (f.followers, f.following, f.posts_total) is distinct from
    (excluded.followers, coalesce(excluded.following, f.following), coalesce(excluded.posts_total, f.posts_total))
  returning creator_id, account_id, day, xmax = 0 as is_new
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key, old, old_xid)
  select w.creator_id, $3::bigint, 'follower_snapshot', jsonb_build_object('account_id', w.account_id, 'day', w.day), o.old, o.old_xid
  from written w
  left join lateral (
    select to_jsonb(f) as old, f.xmin::text::bigint as old_xid from follower_snapshot f
    where not w.is_new and f.creator_id = w.creator_id and f.account_id = w.account_id and f.day = w.day
    limit 1
  ) o on true
  where $3::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select distinct creator_id, account_id from written
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
)
select n.line >> 40, count(*) filter (where w.is_new), count(*) filter (where not w.is_new)
from written w
join import_account n on n.creator_id = w.creator_id and n.account_id = w.account_id and n.main
group by 1;
