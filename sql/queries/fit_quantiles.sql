-- fit_run: score/fit_write.c. 101 quantiles of the components of live accounts for model $1, measured on day $2: per niche,
-- platform and size, and (niche 0) per platform and size, from 50 accounts on
with q as (
  select array_agg(i / 100.0::float8 order by i) as at from generate_series(0, 100) i
), listed as (
  select m.niche_id, m.platform, floor(ln(m.followers::float8) / 0.7)::smallint as size_bin, s.model_version,
         exp(m.l_rel) as relevance, exp(m.l_eng) as engagement, exp(m.l_auth) as authenticity,
         exp(m.l_aff) as affordability, exp(m.l_loy) as loyalty, exp(m.l_fresh) as freshness, m.score / 10000.0 as score
  from niche_match m
  join account_score s on s.creator_id = m.creator_id and s.account_id = m.account_id
  where m.world = 0 and m.related = false and m.followers > 0 and m.niche_id < 1000000 -- compounds come and go
), everyone as (
  select a.platform, floor(ln(a.followers::float8) / 0.7)::smallint as size_bin, s.model_version, s.engagement,
         s.authenticity, s.loyalty, s.freshness
  from account a
  join creator c on c.creator_id = a.creator_id
  join account_score s on s.creator_id = a.creator_id and s.account_id = a.account_id
  where a.world = 0 and not c.opted_out and a.followers > 0
)
insert into niche_quantile
  (model_version, niche_id, platform, size_bin, accounts, scored_with, measured_on, engagement, authenticity, loyalty,
   freshness, relevance, affordability, score)
select $1::text, niche_id, platform, size_bin, count(*), mode() within group (order by model_version), $2::date,
       percentile_cont((select at from q)) within group (order by engagement),
       percentile_cont((select at from q)) within group (order by authenticity),
       percentile_cont((select at from q)) within group (order by loyalty),
       percentile_cont((select at from q)) within group (order by freshness),
       percentile_cont((select at from q)) within group (order by relevance),
       percentile_cont((select at from q)) within group (order by affordability),
       percentile_cont((select at from q)) within group (order by score::float8)
from listed
group by niche_id, platform, size_bin
having count(*) >= 50
union all
select $1, 0, platform, size_bin, count(*), mode() within group (order by model_version), $2,
       percentile_cont((select at from q)) within group (order by engagement),
       percentile_cont((select at from q)) within group (order by authenticity),
       percentile_cont((select at from q)) within group (order by loyalty),
       percentile_cont((select at from q)) within group (order by freshness),
       null, null, null
from everyone
group by platform, size_bin
having count(*) >= 50
