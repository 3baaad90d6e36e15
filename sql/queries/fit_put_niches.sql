-- fit_run: score/fit_write.c. What model $1 knows of niches, as parallel arrays
insert into niche_fit (model_version, niche_id, base_rate, base_rate_posts, median_followers, creators)
select $1::text, r.*
from unnest($2::integer[], $3::float8[], $4::float8[], $5::integer[], $6::integer[]) r
