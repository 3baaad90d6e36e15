-- api_record: api/record.c. All that is stored of creator $1, or of whose username on platform $3 in world $2 is $4; also of who is not
-- listed. No text: there is nobody
select creator_record(coalesce($1::bigint, (
  select k.creator_id from account_key k join platform p using (platform)
  where k.world = $2::smallint and p.slug = $3 and k.kind = 'username' and k.key = $4)))::text
