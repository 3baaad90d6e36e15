-- Fees and revenues in other currencies, by the dated rates as prices have them.

alter table collaboration
  add column fee numeric(16, 2) check (fee >= 0),
  add column currency text check (currency ~ '^[A-Z]{3}$'),
  add column rate_day date,
  add check ((fee is null) = (currency is null) and (fee is null) = (rate_day is null));
comment on column collaboration.fee is 'What was paid, in its currency; null: fee_usd is what was paid';
comment on column collaboration.currency is 'ISO 4217 code of fee; null: USD';
comment on column collaboration.rate_day is 'Day of the rate by which fee became fee_usd';

alter table conversion_report
  add column revenue numeric(16, 2) check (revenue >= 0),
  add column currency text check (currency ~ '^[A-Z]{3}$'),
  add column rate_day date,
  add check ((revenue is null) = (currency is null) and (revenue is null) = (rate_day is null));
comment on column conversion_report.revenue is 'What was sold, in its currency; null: revenue_usd is what was sold';
comment on column conversion_report.currency is 'ISO 4217 code of revenue; null: USD';
comment on column conversion_report.rate_day is 'Day of the rate by which revenue became revenue_usd';
