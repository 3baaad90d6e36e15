-- own_drop: api/own_write.c. $1 workspace, $2 id
delete from conversion_report where workspace_id = $1::integer and conversion_id = $2::bigint returning conversion_id
