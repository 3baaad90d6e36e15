-- write_rows (src/ingest/merge.c): counts that a newer observation replaces, and counts older than the stored ones
with written as (
  insert into post_metric (creator_id, account_id, post_key, observed_at, source, likes, comments, shares, saves, views,
    reach)
  select o.creator_id, o.account_id, o.post_key, o.observed_at, o.source, o.likes, o.comments, o.shares, o.saves,
    o.views, o.reach
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident and n.has_posts
  join post p on p.creator_id = n.creator_id and p.account_id = n.account_id and p.post_key = s.post_key
  cross join lateral (
    select p.creator_id, p.account_id, p.post_key, p.observed_at, p.source, p.likes, p.comments, p.shares, p.saves,
      p.views, p.reach
    where s.observed_at >= p.observed_at
    union all
    select p.creator_id, p.account_id, p.post_key, s.observed_at, $1, s.likes, s.comments, s.shares, s.saves, s.views,
      s.reach
    where s.observed_at < p.observed_at
  ) o
  where num_nonnulls(o.likes, o.comments, o.shares, o.saves, o.views, o.reach) > 0
    and (p.likes, p.comments, p.shares, p.saves, p.views, p.reach) is distinct from
      (coalesce(s.likes, p.likes), coalesce(s.comments, p.comments), coalesce(s.shares, p.shares),
      coalesce(s.saves, p.saves), coalesce(s.views, p.views), coalesce(s.reach, p.reach))
  on conflict do nothing
  returning creator_id, account_id, post_key, observed_at, source
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key)
  select w.creator_id, $2::bigint, 'post_metric', jsonb_build_object('account_id', w.account_id, 'post_key', w.post_key, 'observed_at', w.observed_at, 'source', w.source)
  from written w
  where $2::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
)
select count(*), 0 from written;
