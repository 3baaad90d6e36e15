-- api_match: api/match_compound.c. $1 world, $2 niches ascending, $3 how many, $4 candidates at most.
-- Creators with direct evidence for every niche, those first whose weakest part is best. The components that are the same
-- in every niche come from the row of the first niche.
with part as (
  select m.creator_id, m.account_id, m.score
  from niche_match m
  where m.world = $1::smallint and m.niche_id = any($2::integer[]) and m.related = false/*filters*/
), everywhere as (
  select creator_id, account_id
  from part
  group by creator_id, account_id
  having count(*) = $3::integer
  order by min(score) desc, account_id desc
  limit $4::integer
), joint as (
  select e.creator_id, e.account_id, bit_and(c.post_mask) as post_mask, max(c.n) as n,
         exp(sum(ln(greatest(c.profile, 1e-9)))) as profile, array_agg(c.focus order by c.niche_id) as focus
  from everywhere e
  join creator_niche c using (creator_id, account_id)
  where c.niche_id = any($2::integer[])
  group by e.creator_id, e.account_id
  having count(*) = $3::integer
)
select j.creator_id, j.account_id, m.score, m.conf, m.sd, m.rel_sd, m.rel_prior_sd,
       m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh,
       j.n, case when j.profile > 1e-6 then j.profile * s.bio_weight else 0 end as k_profile, j.focus,
       coalesce((select sum(u.w) from unnest(s.post_weights) with ordinality as u (w, i)
                 where j.post_mask >> (u.i - 1)::integer & 1 = 1), 0)::float8 as k_posts,
       length(replace(j.post_mask::bit(64)::text, '0', '')) as niche_posts,
       s.engagement_theta, s.engagement_sigma, s.engagement_tau
from joint j
join niche_match m on m.creator_id = j.creator_id and m.account_id = j.account_id and m.niche_id = ($2::integer[])[1]
join account_score s on s.creator_id = j.creator_id and s.account_id = j.account_id
