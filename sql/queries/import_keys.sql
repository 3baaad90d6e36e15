-- write_accounts (src/ingest/merge.c): a key goes to the newest observation; an old username keeps leading to its account.
-- Each key is looked up by the index (LIMIT): a join by hash read the whole directory for each file. All are looked up before the
-- first is written (an expression is sorted by, which no path has sorted already): in a store that was small when it was last
-- analysed they are looked up without the index, in a table that would grow meanwhile.
with written as (
  insert into account_key (world, platform, kind, key, creator_id, account_id)
  select $1::smallint, w.platform, w.kind, w.key, w.creator_id, w.account_id
  from (
    select distinct on (platform, kind, key) *
    from (
      select platform, 'username' as kind, username_key as key, creator_id, account_id, observed_at, line
      from import_account
      where username_key is not null
      union all
      select platform, 'id', platform_account_id, creator_id, account_id, observed_at, line
      from import_account
      where platform_account_id is not null
    ) wanted
    order by platform, kind, key, observed_at desc, line desc
  ) w
  left join lateral (
    select o.creator_id, o.account_id from account_key o
    where o.world = $1::smallint and o.platform = w.platform and o.kind = w.kind and o.key = w.key
    limit 1
  ) k on true
  left join lateral (
    select o.observed_at from account o
    where o.creator_id = k.creator_id and o.account_id = k.account_id and k.account_id <> w.account_id
    limit 1
  ) a on true
  where k.account_id is null
    or (k.account_id <> w.account_id and coalesce(a.observed_at <= w.observed_at, true))
  order by w.platform + 0, w.kind, w.key
  on conflict (world, platform, kind, key) do update
  set creator_id = excluded.creator_id, account_id = excluded.account_id
  returning world, platform, kind, key, creator_id
), noted as (
  insert into import_undo as x (creator_id, import_id, place, key, old, old_xid)
  select w.creator_id, $2::bigint, 'account_key', jsonb_build_object('world', w.world, 'platform', w.platform, 'kind', w.kind, 'key', w.key), to_jsonb(o), o.xmin::text::bigint
  from written w
  left join account_key o on o.world = w.world and o.platform = w.platform and o.kind = w.kind and o.key = w.key
  where $2::bigint is not null
  on conflict (creator_id, import_id, place, key) do update set xid = excluded.xid
)
select count(*), 0 from written;
