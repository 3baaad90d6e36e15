-- pull_accept (src/ingest/pull_store.c)
insert into pull_policy (platform, edition, accepted_at) values ($1::smallint, $2, $3::timestamptz)
on conflict (platform) do update set edition = excluded.edition, accepted_at = excluded.accepted_at;
