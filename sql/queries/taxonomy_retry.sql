-- taxonomy_write: store/taxonomy_store.c. What was set aside may have failed by the old taxonomy
update account_dirty set tries = 0, error = null where tries > 0
