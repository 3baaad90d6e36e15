-- open_upload (src/api/imports_post.c): a job for a file that comes now, unless $5 are under way or waiting already
insert into import_job (kind, source, world, status, uploaded, options, received_at, touched_at)
select $1, $2, $3::smallint, 'receiving', true, $4::jsonb, clock_timestamp(), clock_timestamp()
where (select count(*) from import_job where uploaded and status in ('receiving', 'queued')) < $5::bigint
returning import_id;
