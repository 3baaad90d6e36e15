-- erase_creator: ingest/erase.c. Forgets creator $1 (null: unknown) and remembers only the hashes $2; open requests of the same
-- usernames $4 on platforms $3 in world $5 lose what they say about the person. $6 the request that asked for it, or null
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
)
select forget_creators(array[$1::bigint]), pg_notify('niched', 'erased') where $1::bigint is not null
