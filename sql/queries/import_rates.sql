-- check_rows (src/ingest/merge.c): amounts in other currencies become USD by the rate of their day in world $1, or the newest of
-- the $2 days before; a row that has none, or no sensible amount, is refused with the reason
with priced as materialized (
  select s.line, s.valid_from, coalesce(s.currency, 'USD') as currency, s.amount_usd is not null as in_usd,
    s.amount is not null as with_amount, r.usd_per_unit is not null as rated,
    case when s.amount is null then s.amount_usd
         when coalesce(s.currency, 'USD') = 'USD' then s.amount
         else round(s.amount * r.usd_per_unit, 2) end as usd
  from import_stage s
  left join lateral (
    select c.usd_per_unit from currency_rate c
    where c.world = $1::smallint and c.currency = s.currency and c.day <= s.valid_from and c.day >= s.valid_from - $2::integer
    order by c.day desc
    limit 1
  ) r on true
), faulty as (
  select line,
    case when in_usd and with_amount then 'has amount_usd and amount: give one of them'
         when in_usd and currency <> 'USD' then 'amount_usd is in USD: give the amount in ' || currency || ' as amount'
         when currency <> 'USD' and not rated then 'there is no rate of ' || currency || ' for ' || valid_from || ' or the '
           || $2::integer || ' days before: load one with niched rates load'
         when usd <= 0 then 'the amount must be 0.01 USD at least'
         when usd >= 10000000000 then 'the amount is larger than any fee' end as reason
  from priced
), refused as (
  delete from import_stage s using faulty f where s.line = f.line and f.reason is not null returning s.line, f.reason
), converted as (
  update import_stage s set amount_usd = p.usd from priced p join faulty f using (line)
  where s.line = p.line and f.reason is null and p.with_amount
)
select count(*) over (), line, reason from refused order by line limit 1000;
