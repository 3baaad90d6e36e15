-- merge_run (src/ingest/merge.c): the code of a request was seen in the bio, so that the account is the asker's
update creator_request r
set state = 'verified', verified_at = now()
from import_account n
where r.world = $1::smallint and r.state = 'pending' and r.platform = n.platform and r.username_key = n.username_key
  and r.created_at > now() - interval '30 days' and position(r.code in lower(n.bio)) > 0;
