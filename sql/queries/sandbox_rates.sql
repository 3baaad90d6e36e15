-- run: cli/cmd_sandbox.c. Made-up rates of the sandbox world, one a week of the year before its clock
insert into currency_rate (world, currency, day, usd_per_unit, source)
select 1, c.currency, d.day::date, round(c.usd * (1 + 0.01 * ((d.i * 7 + c.i) % 5 - 2)), 10), 'sandbox'
from (values ('EUR', 1.1, 0), ('GBP', 1.3, 1), ('BRL', 0.18, 2), ('JPY', 0.0067, 3)) as c (currency, usd, i)
cross join generate_series(date '2025-11-02', date '2026-11-01', interval '7 days') with ordinality as d (day, i)
on conflict do nothing
