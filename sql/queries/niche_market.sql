-- api_niche: api/niche_market.c. The market of niche $2 in world $1, beside the sums over all niches
select k.measured_on::text as as_of, k.supply, k.engagement_quartiles, k.engagement_accounts, k.price_quartiles,
       k.price_accounts, k.brands, k.paid_posts, a.creators as all_creators, a.paid_posts as all_paid_posts
from niche_market k
cross join (
  select sum((select sum(n) from unnest(t.supply) n))::bigint as creators, sum(t.paid_posts)::bigint as paid_posts
  from niche_market t
  where t.world = $1::smallint
) a
where k.world = $1::smallint and k.niche_id = $2::integer
