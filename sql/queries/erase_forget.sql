-- erase_creator: ingest/erase.c. Forgets creator $1 (null: unknown) and remembers only the hashes $2; open requests of the same
-- usernames $4 on platforms $3 in world $5 lose what they say about the person. $6 the request that asked for it, or null. $7 all
-- names and ids: bad rows of imports lose values that say one of them, open pulls no longer ask for them; kept answers that quote rows
-- go, of whomever, since they do not say whose
with hashes as (
  insert into tombstone (key_hash) select h::bytea from unnest($2::text[]) h on conflict do nothing
), touched as (
  update niche_version v set version = v.version + 1
  where (v.world, v.niche_id) in (select m.world, m.niche_id from niche_match m where m.creator_id = $1::bigint)
), asked as (
  update creator_request r
  set username_key = null, message = null, contact = null, address_hash = null,
      state = case when r.state in ('pending', 'verified') and r.request_id is distinct from $6::bigint then 'refused' else r.state end,
      answer = case when r.state in ('pending', 'verified') and r.request_id is distinct from $6::bigint then 'the account was erased' else r.answer end,
      handled_at = case when r.state in ('pending', 'verified') and r.request_id is distinct from $6::bigint then now() else r.handled_at end
  from unnest($3::smallint[], $4::text[]) k (platform, key)
  where r.world = $5::smallint and r.platform = k.platform and r.username_key = k.key
), said as (
  update import_error e set value = '(erased)'
  where exists (
    select from unnest($7::text[]) k (key)
    where case when length(k.key) > 5 then position(lower(k.key) in lower(e.value)) > 0
               else lower(e.value) ~ ('(^|[^a-z0-9._])' || regexp_replace(lower(k.key), '([^a-z0-9_])', '\\\1', 'g') || '($|[^a-z0-9._])') end)
), repeated as (
  delete from idempotency_key where body like '%"errors":[{%'
), wanted as (
  delete from pull_item i where lower(i.key) in (select lower(key) from unnest($7::text[]) k (key))
)
select forget_creators(array[$1::bigint]), pg_notify('niched', 'erased') where $1::bigint is not null
