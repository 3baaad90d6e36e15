-- fit_versions: score/fit_write.c. All models, newest first, with what is fitted in each
select m.model_version, m.status, m.created_on::text,
       (select count(*) from benchmark b where b.model_version = m.model_version and b.origin = 'fit') as curves,
       (select count(*) from niche_fit f where f.model_version = m.model_version) as niches,
       (select count(*) from niche_related r where r.model_version = m.model_version) as pairs,
       m.note
from model m
order by m.created_on desc, length(m.model_version) desc, m.model_version desc
