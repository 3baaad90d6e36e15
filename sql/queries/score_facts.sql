-- scorer_step: score/read.c. Newest audience sample and public price of a post of the accounts ($1, $2), by the day $3
select b.i, s.n, s.flagged, s.mass, p.amount_usd, p.source, q.valid_from - date '1970-01-01' as next_price_day
from unnest($1::bigint[], $2::bigint[], $3::integer[]) with ordinality b(creator_id, account_id, today, i)
left join lateral (
  select a.n, a.flagged, a.mass
  from audience_sample a
  where a.creator_id = b.creator_id and a.account_id = b.account_id
  order by a.observed_at desc
  limit 1
) s on true
left join lateral (
  select r.amount_usd, r.source
  from price r
  where r.creator_id = b.creator_id and r.account_id = b.account_id and r.workspace_id is null
    and r.deliverable = 'post' and r.valid_from <= date '1970-01-01' + b.today
  order by r.valid_from desc, r.price_id desc
  limit 1
) p on true
left join lateral (
  select r.valid_from
  from price r
  where r.creator_id = b.creator_id and r.account_id = b.account_id and r.workspace_id is null
    and r.deliverable = 'post' and r.valid_from > date '1970-01-01' + b.today
  order by r.valid_from
  limit 1
) q on true
where s.n is not null or p.amount_usd is not null or q.valid_from is not null
