-- api_standing_self: api/standing_self.c. What the active model has instead of the seeds for platform $1: its curves, and
-- base rate and median size of the niches $2
select b.basis, null::integer as niche_id, b.alpha, b.beta, b.tau, b.s, null::float8 as base_rate, null::float8 as median
from benchmark b
join model v on v.model_version = b.model_version and v.status = 'active'
where b.platform = $1::smallint
union all
select null, f.niche_id, null, null, null, null, f.base_rate, f.median_followers
from niche_fit f
join model v on v.model_version = f.model_version and v.status = 'active'
where f.niche_id = any($2::integer[])
