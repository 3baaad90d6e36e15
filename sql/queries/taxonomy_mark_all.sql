-- taxonomy_write: store/taxonomy_store.c. Marks every account for scoring
insert into account_dirty (creator_id, account_id)
select creator_id, account_id from account
on conflict (creator_id, account_id) do update set tries = 0, error = null
