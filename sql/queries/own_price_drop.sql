-- own_drop: api/own_write.c. $1 workspace, $2 id
delete from price where workspace_id = $1::integer and price_id = $2::bigint returning price_id
