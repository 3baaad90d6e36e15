-- api_similar: api/similar.c. $1 creator: its account with the most followers, with what likeness is measured by
select a.creator_id, a.account_id, a.world, a.platform as platform_id, p.slug as platform, a.username, a.followers,
       v.niche_ids, v.shares, v.pairs_a, v.pairs_b, k.theta, encode(k.hashes, 'hex') as hashes, k.buckets, m.mix
from account a
join creator c using (creator_id)
join platform p on p.platform = a.platform
left join audience_sketch k on k.creator_id = a.creator_id and k.account_id = a.account_id
left join lateral (
  select min(l.niche_ids) as niche_ids, min(l.shares) as shares, array_agg(l.niche_a order by l.niche_a, l.niche_b) as pairs_a,
         array_agg(l.niche_b order by l.niche_a, l.niche_b) as pairs_b
  from lookalike_key l where l.creator_id = a.creator_id and l.account_id = a.account_id
) v on true
left join lateral (
  select array_agg(s.dimension || ':' || s.bucket || '=' || s.share order by s.dimension, s.bucket) as mix
  from audience_share s where s.creator_id = a.creator_id and s.account_id = a.account_id
) m on true
where a.creator_id = $1::bigint and not c.opted_out
order by a.followers desc nulls last, a.account_id
limit 1
