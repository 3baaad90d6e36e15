-- taxonomy_write: store/taxonomy_store.c. Marks the accounts ($1, $2) for scoring
insert into account_dirty (creator_id, account_id)
select creator_id, account_id from unnest($1::bigint[], $2::bigint[]) m(creator_id, account_id)
on conflict (creator_id, account_id) do update set tries = 0, error = null
