-- pull_refresh (src/ingest/pull_refresh.c): accounts of a source seen before $3, the most valuable first
select a.creator_id, a.account_id, a.platform_account_id, a.username, a.observed_at < $4::timestamptz as late
from account a
left join lateral (
  select max(m.score) as score from niche_match m
  where m.creator_id = a.creator_id and m.account_id = a.account_id and not m.related
) best on true
where a.world = 0 and a.platform = $1::smallint and a.source = $2 and a.observed_at < $3::timestamptz
order by best.score desc nulls last, a.followers desc nulls last, a.account_id;
