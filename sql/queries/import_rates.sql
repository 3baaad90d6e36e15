-- check_rows (src/ingest/merge.c): amounts of rows of the kind $3 in other currencies become USD by the rate of their day in world
-- $1, or the newest of the $2 days before; a row that has none, or no sensible amount, is refused with the reason
with given as (
  select s.line, coalesce(s.currency, 'USD') as currency, g.*
  from import_stage s
  cross join lateral (
    select 'amount' as what, s.amount as amount, s.amount_usd as usd, s.valid_from as day where $3 = 'prices'
    union all
    select 'fee', s.fee, s.fee_usd, s.started_on where $3 = 'collaborations'
    union all
    select 'revenue', s.revenue, s.revenue_usd, (s.reported_at at time zone 'UTC')::date where $3 = 'conversions'
  ) g
), priced as materialized (
  select g.line, g.what, g.day, g.currency, g.usd is not null as in_usd, g.amount is not null as with_amount, r.day as rate_day,
    case when g.amount is null then g.usd
         when g.currency = 'USD' then g.amount
         else round(g.amount * r.usd_per_unit, 2) end as usd
  from given g
  left join lateral (
    select c.day, c.usd_per_unit from currency_rate c
    where c.world = $1::smallint and c.currency = g.currency and c.day <= g.day and c.day >= g.day - $2::integer
    order by c.day desc
    limit 1
  ) r on g.amount is not null
), faulty as (
  select line,
    case when in_usd and with_amount then 'has ' || what || '_usd and ' || what || ': give one of them'
         when in_usd and currency <> 'USD' then what || '_usd is in USD: give the amount in ' || currency || ' as ' || what
         when with_amount and currency <> 'USD' and rate_day is null then 'there is no rate of ' || currency || ' for ' || day
           || ' or the ' || $2::integer || ' days before: load one with niched rates load'
         when usd <= 0 and what = 'amount' then 'the amount must be 0.01 USD at least'
         when usd >= case what when 'revenue' then 1000000000000 else 10000000000 end then 'the ' || what
           || ' is larger than any fee' end as reason
  from priced
), refused as (
  delete from import_stage s using faulty f where s.line = f.line and f.reason is not null returning s.line, f.reason
), converted as (
  update import_stage s set rate_day = p.rate_day,
    amount_usd = case p.what when 'amount' then p.usd end, fee_usd = case p.what when 'fee' then p.usd end,
    revenue_usd = case p.what when 'revenue' then p.usd end
  from priced p join faulty f using (line)
  where s.line = p.line and f.reason is null and p.with_amount
)
select count(*) over (), line, reason from refused order by line limit 1000;
