-- write_rows (src/ingest/merge.c). No RETURNING and no ON CONFLICT: merges are one at a time, the file's own duplicates are gone
with fresh as materialized (
  select s.line, n.creator_id, n.account_id, s.post_key
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
  where not n.has_posts or not exists (
    select from post p
    where p.creator_id = n.creator_id and p.account_id = n.account_id and p.post_key = s.post_key
  )
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select distinct creator_id, account_id from fresh
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key)
  select creator_id, $2::bigint, 'post', jsonb_build_object('account_id', account_id, 'post_key', post_key)
  from fresh
  where $2::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
), written as (
  insert into post (creator_id, account_id, post_key, posted_at, format, caption, hashtags, sponsored, disclosed,
    giveaway, brand_id, duration_s, followers_at, likes, comments, shares, saves, views, reach, source, observed_at)
  select f.creator_id, f.account_id, s.post_key, s.posted_at, s.format, nullif(concat_ws(E'\n', s.title, s.caption), ''),
    s.hashtags, s.sponsored, s.disclosed, coalesce(s.giveaway, false), b.brand_id, s.duration_s, s.followers, s.likes,
    s.comments, s.shares, s.saves, s.views, s.reach, $1, s.observed_at
  from fresh f
  join import_stage s using (line)
  left join brand b on b.brand_key = regexp_replace(normalize(lower(s.brand), NFKD), '[^[:alnum:]]+', '', 'g')
)
select line >> 40, count(*), 0 from fresh group by 1;
