-- api_similar, api_overlap. $1 creators and $2 accounts (pairs, in order): their sketches and audience shares
select t.place, k.theta, encode(k.hashes, 'hex') as hashes, m.mix
from unnest($1::bigint[], $2::bigint[]) with ordinality as t (creator_id, account_id, place)
left join audience_sketch k using (creator_id, account_id)
left join lateral (
  select array_agg(s.dimension || ':' || s.bucket || '=' || s.share order by s.dimension, s.bucket) as mix
  from audience_share s where s.creator_id = t.creator_id and s.account_id = t.account_id
) m on true
where k.theta is not null or m.mix is not null
order by t.place
