-- fit_run: score/fit_niches.c. Related niches of the active model
select r.niche_id, r.related_id, r.npmi, r.support
from niche_related r
join model m using (model_version)
where m.status = 'active'
order by r.niche_id, r.npmi desc, r.support desc, r.related_id
