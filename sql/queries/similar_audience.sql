-- api_similar: api/similar.c. $1 world, $2 buckets of the sketch, $3 the creator itself, $4 rows, $5 a niche they must
-- make or null: whose sketches share a bucket, those that share most first
select m.creator_id, m.account_id, m.followers, m.niche_ids, m.shares, m.platform
from (
  select k.creator_id, k.account_id, cardinality(array(select unnest(k.buckets) intersect select unnest($2::bigint[]))) as shared
  from audience_sketch k
  where k.buckets && $2::bigint[] and k.creator_id <> $3::bigint
) k
cross join lateral (
  select * from lookalike_key l where l.creator_id = k.creator_id and l.account_id = k.account_id limit 1
) m
where m.world = $1::smallint and ($5::integer is null or $5::integer = any (m.niche_ids))/*filters*/
order by k.shared desc, k.account_id
limit $4::integer
