-- next_piece (src/ingest/chunks.c)
select data from import_chunk where import_id = $1::bigint and nth = $2::integer;
