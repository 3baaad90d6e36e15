-- scorer_step: score/write.c. niche_match as the batch says; rows that are the same stay as they are. $1 as in score_put_niches
with gone as (
  delete from niche_match o using (
    select b.world, x.ctid as at
    from score_batch b
    cross join lateral (
      select c.ctid
      from niche_match c
      where c.creator_id = b.creator_id and c.account_id = b.account_id and c.niche_id <> all (b.match_ids)
      offset 0
    ) x
  ) k
  where o.ctid = k.at
  returning o.world, o.niche_id, o.account_id
), put as (
  insert into niche_match
  select n.*
  from (select * from score_match limit $1::bigint) n
  left join lateral (
    select *
    from niche_match c
    where c.creator_id = n.creator_id and c.account_id = n.account_id and c.niche_id = n.niche_id
    offset 0
  ) o on true
  where o.niche_id is null or row (o.*) is distinct from row (n.*)
  on conflict (creator_id, account_id, niche_id) do update set
    (world, related, kind, score, conf, sd, followers, platform, country, language, price_usd, l_rel, l_eng, l_auth,
     l_aff, l_loy, l_fresh, focus, cpe_usual_usd) =
    (excluded.world, excluded.related, excluded.kind, excluded.score, excluded.conf, excluded.sd, excluded.followers,
     excluded.platform, excluded.country, excluded.language, excluded.price_usd, excluded.l_rel, excluded.l_eng,
     excluded.l_auth, excluded.l_aff, excluded.l_loy, excluded.l_fresh, excluded.focus, excluded.cpe_usual_usd)
  returning world, niche_id, account_id
)
insert into score_touched (world, niche_id, account_id)
select world, niche_id, account_id from gone
union all
select world, niche_id, account_id from put
