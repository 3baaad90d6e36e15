-- write_rows (src/ingest/merge.c)
with changed as materialized (
  select s.line, p.creator_id, p.account_id, p.post_key, m.*
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident and n.has_posts
  join post p on p.creator_id = n.creator_id and p.account_id = n.account_id and p.post_key = s.post_key
  left join brand b on b.brand_key = regexp_replace(normalize(lower(s.brand), NFKD), '[^[:alnum:]]+', '', 'g')
  cross join lateral (
    select s.posted_at,
      coalesce(s.format, p.format) as format, coalesce(nullif(concat_ws(E'\n', s.title, s.caption), ''), p.caption) as caption,
      coalesce(s.hashtags, p.hashtags) as hashtags, coalesce(s.sponsored, p.sponsored) as sponsored,
      coalesce(s.disclosed, p.disclosed) as disclosed, coalesce(s.giveaway, p.giveaway) as giveaway,
      coalesce(b.brand_id, p.brand_id) as brand_id,
      coalesce(s.duration_s, p.duration_s) as duration_s, coalesce(s.likes, p.likes) as likes,
      coalesce(s.comments, p.comments) as comments, coalesce(s.shares, p.shares) as shares,
      coalesce(s.saves, p.saves) as saves, coalesce(s.views, p.views) as views,
      coalesce(s.reach, p.reach) as reach,
      coalesce(s.followers, p.followers_at) as followers_at, $1 as source, s.observed_at
  ) m
  where s.observed_at >= p.observed_at
    and (
      p.posted_at, p.format, p.caption, p.hashtags, p.sponsored, p.disclosed, p.giveaway, p.brand_id, p.duration_s,
      p.likes, p.comments, p.shares, p.saves, p.views, p.reach, p.followers_at, p.source, p.observed_at
    ) is distinct from (
      m.posted_at, m.format, m.caption, m.hashtags, m.sponsored, m.disclosed, m.giveaway, m.brand_id, m.duration_s,
      m.likes, m.comments, m.shares, m.saves, m.views, m.reach, m.followers_at, m.source, m.observed_at
    )
), written as (
  update post p set
    posted_at = c.posted_at, format = c.format, caption = c.caption, hashtags = c.hashtags,
    sponsored = c.sponsored, disclosed = c.disclosed, giveaway = c.giveaway,
    brand_id = c.brand_id, duration_s = c.duration_s,
    likes = c.likes, comments = c.comments, shares = c.shares, saves = c.saves, views = c.views,
    reach = c.reach, followers_at = c.followers_at, source = c.source, observed_at = c.observed_at
  from changed c
  where p.creator_id = c.creator_id and p.account_id = c.account_id and p.post_key = c.post_key
  returning c.line, p.creator_id, p.account_id, p.post_key
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key, old, old_xid)
  select w.creator_id, $2::bigint, 'post', jsonb_build_object('account_id', w.account_id, 'post_key', w.post_key), to_jsonb(o), o.xmin::text::bigint
  from written w
  left join post o on o.creator_id = w.creator_id and o.account_id = w.account_id and o.post_key = w.post_key
  where $2::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
), dirty as (
  insert into account_dirty as d (creator_id, account_id)
  select distinct creator_id, account_id from written
  on conflict (creator_id, account_id) do update set tries = 0, error = null where d.tries <> 0
)
select line >> 40, 0, count(*) from written group by 1;
