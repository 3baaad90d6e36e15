-- erase_creator: ingest/erase.c. All keys of the creator whose username on platform $2 in world $1 is $3: creator, platform, kind,
-- key. The username itself where the store does not know it
select k.creator_id, k.platform, k.kind, k.key
from account_key o
join account_key k on k.creator_id = o.creator_id
where o.world = $1::smallint and o.platform = $2::smallint and o.kind = 'username' and o.key = $3 and k.world = o.world
union
select null, $2::smallint, 'username', $3
where not exists (select from account_key o where o.world = $1::smallint and o.platform = $2::smallint
                  and o.kind = 'username' and o.key = $3)
