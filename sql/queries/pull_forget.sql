-- forget (src/ingest/pull_refresh.c): those of them that were still not seen since $3
select count(forget_account(a.creator_id, a.account_id)::text)
from unnest($1::bigint[], $2::bigint[]) e(creator_id, account_id)
join account a on a.creator_id = e.creator_id and a.account_id = e.account_id
where a.observed_at < $3::timestamptz;
