-- scorer_step: score/keep.c. Makes those rows the compound's ($1), by arrays with an element an account
update pg_temp.score_match m
set niche_id = $1::integer, kind = v.kind, score = v.score, conf = v.conf, sd = v.sd::real, l_rel = v.l_rel,
    focus = v.focus, rel_sd = v.rel_sd, rel_prior_sd = v.rel_prior_sd, posts = null, profile = null
from unnest($2::bigint[], $3::bigint[], $4::text[], $5::integer[], $6::integer[], $7::float8[], $8::float8[], $9::float8[],
            $10::float8[], $11::float8[])
  as v (creator_id, account_id, kind, score, conf, sd, l_rel, focus, rel_sd, rel_prior_sd)
where m.creator_id = v.creator_id and m.account_id = v.account_id
