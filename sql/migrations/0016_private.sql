-- What belongs to a workspace: its own quotes, collaborations and conversions, beside the shared ranking, never in it;
-- prices in other currencies, by dated rates.

alter table workspace add column version bigint not null default 0;
comment on column workspace.version is 'Grows with each change of its rows: answers are cached by it';

-- whoever writes without a key writes here
insert into workspace (workspace_id, name) values (1, 'default') on conflict do nothing;
select setval(pg_get_serial_sequence('workspace', 'workspace_id'), (select max(workspace_id) from workspace));

create table currency_rate (
  world        smallint not null references world,
  currency     text not null check (currency ~ '^[A-Z]{3}$' and currency <> 'USD'),
  day          date not null,
  usd_per_unit numeric(20, 10) not null check (usd_per_unit > 0),
  source       text not null,
  primary key (world, currency, day)
);
comment on table currency_rate is 'What other currencies were worth, as the operator loaded it';
comment on column currency_rate.world is 'World: the sandbox has made-up rates';
comment on column currency_rate.currency is 'ISO 4217 code';
comment on column currency_rate.day is 'Day of the rate; it holds until the next one, for some days';
comment on column currency_rate.usd_per_unit is 'USD for one unit';
comment on column currency_rate.source is 'Provenance';

alter table price
  add column amount numeric(16, 2) check (amount > 0),
  add column currency text check (currency ~ '^[A-Z]{3}$'),
  add column rate_day date,
  add check ((amount is null) = (currency is null) and (amount is null) = (rate_day is null));
comment on column price.amount is 'What was asked for, in its currency; null: amount_usd is what was asked for';
comment on column price.currency is 'ISO 4217 code of amount; null: USD';
comment on column price.rate_day is 'Day of the rate by which amount became amount_usd';

alter table conversion_report add column account_id bigint;
comment on column conversion_report.account_id is 'Account it ran on; null if not known';

create index price_own on price (workspace_id, creator_id, account_id, deliverable, valid_from desc, price_id desc)
  include (amount_usd) where workspace_id is not null;
create index price_own_list on price (workspace_id, price_id desc) where workspace_id is not null;
create index collaboration_own_list on collaboration (workspace_id, collaboration_id desc) where workspace_id is not null;
create index conversion_own_list on conversion_report (workspace_id, conversion_id desc);

create function own_quote(who integer, creator bigint, account bigint, what text, today integer)
returns table (amount_usd numeric, valid_from date) language sql stable as $$
  select p.amount_usd, p.valid_from from price p
  where p.workspace_id = who and p.creator_id = creator and p.account_id = account and p.deliverable = what
    and p.valid_from <= date '1970-01-01' + today
  order by p.valid_from desc, p.price_id desc
  limit 1
$$;
comment on function own_quote(integer, bigint, bigint, text, integer) is 'The price that a workspace (null: nobody''s) has for a deliverable of an account, by a day since 1970; no row: none';

drop function brand_partners(text[], integer, integer);
create function brand_partners(names text[], from_day integer, to_day integer, who integer) returns setof bigint
language sql stable as $$
  with named as materialized (
    select b.brand_id from brand b
    where b.brand_key in (select regexp_replace(normalize(lower(n), NFKD), '[^[:alnum:]]+', '', 'g') from unnest(names) n)
  )
  select p.creator_id
  from named join post p using (brand_id)
  where p.posted_at >= (date '1970-01-01' + from_day)::timestamp at time zone 'UTC'
    and p.posted_at < (date '1970-01-01' + to_day + 1)::timestamp at time zone 'UTC'
  union all
  select c.creator_id
  from named join collaboration c using (brand_id)
  where (c.workspace_id is null or c.workspace_id = who) and c.started_on <= date '1970-01-01' + to_day
    and (c.ended_on is null or c.ended_on >= date '1970-01-01' + from_day)
$$;
comment on function brand_partners(text[], integer, integer, integer) is 'Creators with posts for one of the brands, or public collaborations or those of a workspace (null: nobody''s) that ran, between two days (since 1970, both included)';
