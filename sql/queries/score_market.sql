-- scorer_market: score/scorer.c. Supply, demand, usual numbers and the comparison of sizes of the niches of world $1 whose
-- ranked rows changed since, as of $2 (microseconds), about $3 rows at a time. Answers with how many niches those were.
-- What is paid for is joined to the listed by FULL JOIN, although it is a part of them: then it is hashed or merged, also where
-- nothing is known yet of how many rows there are (nested loops took 97 s for 46,000 rows, this 0.2 s)
with mine as materialized (
  select pg_try_advisory_xact_lock(20261, 1) as free
), day as (
  select (timestamp 'epoch' + $2::bigint * interval '1 microsecond')::date as today
), stale as materialized (
  select s.niche_id, s.version
  from (
    select v.niche_id, v.version, sum(v.creators) over (order by v.niche_id) - v.creators as before
    from niche_version v
    join niche n on n.niche_id = v.niche_id -- a compound of niches has a version too, and no market
    left join niche_market k on k.world = v.world and k.niche_id = v.niche_id
    where v.world = $1::smallint and k.version is distinct from v.version
  ) s, mine
  where mine.free and s.before < $3::bigint
), listed as materialized (
  select m.niche_id, m.creator_id, m.account_id, m.followers, m.platform, s.engagement_basis as basis,
         ln(nullif(s.engagement_rate, 0)) as ln_rate, s.engagement_rate / s.engagement_usual as ratio,
         case when s.price_source <> 'prior' then s.price_usd end as price_usd
  from stale t
  join niche_match m on m.world = $1::smallint and m.niche_id = t.niche_id and m.related = false
  cross join lateral (
    select * from account_score c where c.creator_id = m.creator_id and c.account_id = m.account_id offset 0
  ) s
), people as materialized (
  select distinct creator_id, account_id from listed
), booked as materialized (
  select p.creator_id, p.account_id, c.brand_id, coalesce(c.posts, 1) as posts
  from day d, people p
  join collaboration c on c.creator_id = p.creator_id and coalesce(c.account_id, p.account_id) = p.account_id
  where c.workspace_id is null and c.compensation is distinct from 'gifted'
    and c.started_on > d.today - 365 and c.started_on <= d.today
), posted as materialized (
  select p.creator_id, p.account_id, t.brand_id
  from day d, people p
  join post t on t.creator_id = p.creator_id and t.account_id = p.account_id
  where t.sponsored and t.posted_at >= d.today - 364 and t.posted_at < d.today + 1
), paid as (
  select creator_id, account_id, greatest(sum(booked), sum(posted)) as posts
  from (select creator_id, account_id, posts as booked, 0 as posted from booked
        union all
        select creator_id, account_id, 0, 1 from posted) e
  group by creator_id, account_id
), payers as (
  select distinct creator_id, account_id, brand_id
  from (select creator_id, account_id, brand_id from booked
        union all
        select creator_id, account_id, brand_id from posted where brand_id is not null) e
), brands as (
  select l.niche_id, count(distinct b.brand_id) as brands
  from listed l full join payers b using (creator_id, account_id)
  group by l.niche_id
), numbers as (
  select l.niche_id,
         array[count(*) filter (where l.followers < 1000),
               count(*) filter (where l.followers between 1000 and 1999),
               count(*) filter (where l.followers between 2000 and 4999),
               count(*) filter (where l.followers between 5000 and 9999),
               count(*) filter (where l.followers between 10000 and 19999),
               count(*) filter (where l.followers between 20000 and 49999),
               count(*) filter (where l.followers between 50000 and 100000),
               count(*) filter (where l.followers between 100001 and 1000000),
               count(*) filter (where l.followers > 1000000)]::integer[] as supply,
         percentile_cont(array[0.25, 0.5, 0.75]) within group (order by l.ratio) as engagement_quartiles,
         count(l.ratio) as engagement_accounts,
         percentile_cont(array[0.25, 0.5, 0.75]) within group (order by l.price_usd) as price_quartiles,
         count(l.price_usd) as price_accounts, coalesce(sum(p.posts), 0) as paid_posts
  from listed l full join paid p using (creator_id, account_id)
  group by l.niche_id
), sizes as (
  select l.niche_id, l.platform, l.basis,
         count(*) filter (where l.followers <= 100000) as small_n,
         avg(l.ln_rate) filter (where l.followers <= 100000) as small_mean,
         var_samp(l.ln_rate) filter (where l.followers <= 100000) as small_var,
         count(*) filter (where l.followers > 100000) as large_n,
         avg(l.ln_rate) filter (where l.followers > 100000) as large_mean,
         var_samp(l.ln_rate) filter (where l.followers > 100000) as large_var
  from listed l
  where l.ln_rate is not null and l.followers >= 1000
  group by l.niche_id, l.platform, l.basis
), gone as (
  delete from niche_sizes o using stale t
  where o.world = $1::smallint and o.niche_id = t.niche_id
    and not exists (select from sizes s where s.niche_id = o.niche_id and s.platform = o.platform and s.basis = o.basis)
), compared as (
  insert into niche_sizes
  select $1::smallint, niche_id, platform, basis, small_n, small_mean, small_var, large_n, large_mean, large_var from sizes
  on conflict (world, niche_id, platform, basis) do update
  set (small_n, small_mean, small_var, large_n, large_mean, large_var) =
      (excluded.small_n, excluded.small_mean, excluded.small_var, excluded.large_n, excluded.large_mean, excluded.large_var)
), written as (
  insert into niche_market (world, niche_id, version, measured_on, supply, engagement_quartiles, engagement_accounts,
                            price_quartiles, price_accounts, brands, paid_posts)
  select $1::smallint, t.niche_id, t.version, d.today, coalesce(n.supply, '{0,0,0,0,0,0,0,0,0}'), n.engagement_quartiles,
         coalesce(n.engagement_accounts, 0), n.price_quartiles, coalesce(n.price_accounts, 0), coalesce(b.brands, 0),
         coalesce(n.paid_posts, 0)
  from day d, stale t left join numbers n using (niche_id) left join brands b using (niche_id)
  on conflict (world, niche_id) do update
  set (version, measured_on, supply, engagement_quartiles, engagement_accounts, price_quartiles, price_accounts, brands,
       paid_posts) =
      (excluded.version, excluded.measured_on, excluded.supply, excluded.engagement_quartiles, excluded.engagement_accounts,
       excluded.price_quartiles, excluded.price_accounts, excluded.brands, excluded.paid_posts)
  returning niche_id
)
select count(*) from written
