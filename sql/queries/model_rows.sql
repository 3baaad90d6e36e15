-- api_model: api/model.c. Of one moment: the active model's counts (one row), its curves, and all versions, newest first
select 'model' as kind, m.model_version as version, m.created_on::text as date, m.note, null::text as status,
       null::text as platform, null::text as basis, null::text as origin, null::text as source,
       null::float8 as alpha, null::float8 as beta, null::float8 as tau, null::float8 as s, null::bigint as n_accounts,
       (select count(*) from niche_fit f where f.model_version = m.model_version and f.base_rate_posts > 0) as base_rates,
       (select count(*) from niche_fit f where f.model_version = m.model_version and f.creators > 0) as median_sizes,
       (select count(*) from niche_related r where r.model_version = m.model_version) as related_pairs
from model m
where m.status = 'active'
union all
select 'curve', b.model_version, b.measured_on::text, null, null, p.slug, b.basis, b.origin, b.source, b.alpha, b.beta, b.tau,
       b.s, b.n_accounts, null, null, null
from benchmark b
join model m using (model_version)
join platform p using (platform)
where m.status = 'active'
union all
select 'version', v.model_version, v.created_on::text, v.note, v.status, null, null, null, null, null, null, null, null, null,
       null, null, null
from (select * from model order by created_on desc, length(model_version) desc, model_version desc limit 1000) v
