-- queue_upload (src/api/imports_post.c): the upload is whole: $2 pieces
update import_job j set status = 'queued', touched_at = clock_timestamp()
where j.import_id = $1::bigint and j.status = 'receiving'
  and (select count(*) from import_chunk c where c.import_id = j.import_id) = $2::bigint
returning pg_notify('niched_import', '');
