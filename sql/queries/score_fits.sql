-- scorer_open: score/model.c. What the active model found of niches
select f.niche_id, f.base_rate, f.median_followers
from niche_fit f join model m using (model_version)
where m.status = 'active'
