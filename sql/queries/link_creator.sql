-- link_account: ingest/link.c. Creator $1 becomes one with creator $2
select link_creator($1::bigint, $2::bigint)
