-- link_part: ingest/link.c. Account $2 of creator $1 becomes a creator of its own; their id
select unlink_account($1::bigint, $2::bigint)
