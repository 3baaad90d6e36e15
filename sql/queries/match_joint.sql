-- match_joint_ask: api/match_compound.c, scorer_compounds: score/compounds.c. What is stored of the accounts $2 of the
-- creators $1 (pairs) about the niches $3 (ascending), and the row of the first of them that lists the account. $4 countries
-- of the audience wanted or null
select t.creator_id, t.account_id, l.niche_id, l.listed, l.focus, l.profiles, coalesce(l.n, 0) as n,
       coalesce((select sum(u.w::float8 order by u.i) from unnest(s.post_weights) with ordinality as u (w, i)
                 where l.post_mask >> (u.i - 1)::integer & 1 = 1), 0)::float8 as k_posts,
       length(replace(l.post_mask::bit(64)::text, '0', '')) as niche_posts, s.bio_weight,
       m.conf, m.sd::float8 as sd, m.rel_sd, m.rel_prior_sd, m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh,
       m.cpe_usual_usd, s.engagement_theta, s.engagement_sigma, s.engagement_tau, m.country, m.siblings,
       case when $4::text[] is not null then (
         select array_agg(a.share order by w.i)
         from unnest($4::text[]) with ordinality as w (country, i)
         left join audience_share a on a.creator_id = t.creator_id and a.account_id = t.account_id
           and a.dimension = 'country' and a.bucket = w.country) end as shares,
       case when $4::text[] is not null then (
         select min(a.sample_n) from audience_share a
         where a.creator_id = t.creator_id and a.account_id = t.account_id and a.dimension = 'country') end as sample_n
from unnest($1::bigint[], $2::bigint[]) as t (creator_id, account_id)
cross join lateral (
  select min(x.niche_id) as niche_id, array_agg((x.niche_id is not null)::integer order by p.i) as listed,
         array_agg(c.focus order by p.i) as focus, array_agg(c.profile order by p.i) as profiles,
         case when count(c.niche_id) = count(*) then bit_and(c.post_mask) else 0 end as post_mask,
         (select max(y.n) from creator_niche y where y.creator_id = t.creator_id and y.account_id = t.account_id) as n
  from unnest($3::integer[]) with ordinality as p (niche_id, i)
  left join niche_match x on x.creator_id = t.creator_id and x.account_id = t.account_id and x.niche_id = p.niche_id
    and x.related = false
  left join creator_niche c on c.creator_id = t.creator_id and c.account_id = t.account_id and c.niche_id = p.niche_id
) l
join niche_match m on m.creator_id = t.creator_id and m.account_id = t.account_id and m.niche_id = l.niche_id
join account_score s on s.creator_id = t.creator_id and s.account_id = t.account_id
