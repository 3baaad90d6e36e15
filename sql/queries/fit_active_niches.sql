-- fit_run: score/fit_niches.c. What the active model has of niches
select f.niche_id, f.base_rate, f.base_rate_posts, f.median_followers, f.creators
from niche_fit f
join model m using (model_version)
where m.status = 'active'
order by f.niche_id
