-- link_account: ingest/link.c. Two creators of one import become one, and so what takes that import back of creator $1 where it notes
-- the same of creator $2 (a row of each in creator): forgotten, that creator's row goes now
delete from import_undo o
using import_undo n
where o.creator_id = $1::bigint and n.creator_id = $2::bigint
  and (n.import_id, n.place, n.key) = (o.import_id, o.place, o.key)
