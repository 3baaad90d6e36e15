-- list: cli/cmd_rates.c. Currencies of world $1: how many rates, first and newest day, newest rate
select currency, count(*), min(day), max(day),
       trim_scale((array_agg(usd_per_unit order by day desc))[1]) as newest, (array_agg(source order by day desc))[1] as source
from currency_rate
where world = $1::smallint
group by currency
order by currency
