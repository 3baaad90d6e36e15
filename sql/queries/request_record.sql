-- show_record: cli/cmd_request.c. Everything the store has about the creator whose username on platform $2 in world $1 is $3
select jsonb_pretty(creator_record(o.creator_id))
from account_key o
where o.world = $1::smallint and o.platform = $2::smallint and o.kind = 'username' and o.key = $3
