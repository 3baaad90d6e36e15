-- api_niche: api/niche_market.c. ln engagement rates of small and large accounts of niche $2 in world $1
select small_n, small_mean, small_var, large_n, large_mean, large_var
from niche_sizes
where world = $1::smallint and niche_id = $2::integer
order by platform, basis
