-- pull_mark (src/ingest/pull_store.c): [["key", "read"], ["key", "gone"], ...]
update pull_item i set state = e.value ->> 1
from jsonb_array_elements($2::jsonb) e
where i.pull_id = $1::integer and i.key = e.value ->> 0;
