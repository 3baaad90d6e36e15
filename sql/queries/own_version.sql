-- api_own_list: api/own_list.c, own_check_tag: api/own_write.c. Grows with each change of a row of the workspace $1
select version from workspace where workspace_id = $1::integer
