-- pull_job_open (src/ingest/pull_store.c): a new one, or the open one that asks the same
insert into pull_job (platform, asked, wanted, started_at) values ($1::smallint, $2, $3::integer, $4::timestamptz)
on conflict (platform, asked) where closed_at is null do update set wanted = excluded.wanted
returning pull_id, search, page_token, xmax <> 0 as resumed;
