-- run: cli/cmd_link.c. Whose account the username $3 of platform $2 in world $1 is
select creator_id from account_key
where world = $1::smallint and platform = $2::smallint and kind = 'username' and key = $3
