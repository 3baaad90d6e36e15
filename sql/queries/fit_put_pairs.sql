-- fit_run: score/fit_write.c. Related niches of model $1, as parallel arrays
insert into niche_related (model_version, niche_id, related_id, npmi, support)
select $1::text, r.*
from unnest($2::integer[], $3::integer[], $4::float8[], $5::integer[]) r
