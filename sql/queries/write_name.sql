-- put_profile: api/writes.c. The name for people of creator $1 is that of the account, where there is one account
update creator c set display_name = a.name
from account a
where c.creator_id = $1::bigint and a.creator_id = c.creator_id and c.display_name is distinct from a.name
  and not exists (select from account o where o.creator_id = a.creator_id and o.account_id <> a.account_id)
