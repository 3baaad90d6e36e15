-- A creator's record has every column once: account_score.card repeats others, packed.

create or replace function creator_record(id bigint) returns jsonb language plpgsql stable as $$
declare
  t      record;
  shown  jsonb;
  hidden bigint;
  tables jsonb := '{}';
  kept   jsonb := '{}';
begin
  if not exists (select from creator c where c.creator_id = id) then
    return null;
  end if;
  for t in
    select c.relname as name,
           exists (select from pg_attribute w where w.attrelid = c.oid and w.attname = 'workspace_id' and not w.attisdropped) as owned,
           case when c.relname = 'import_undo'
                then ' and not exists (select from import_job j where j.import_id = t.import_id and j.workspace_id is not null)' else '' end as only
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'creator_id' and not a.attisdropped
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname collate "C"
  loop
    execute format($q$select coalesce(jsonb_agg(r.x order by r.x), '[]') from (select to_jsonb(t) - 'hashes' - 'buckets' - 'card' as x from %I t where t.creator_id = $1%s) r$q$,
                   t.name, t.only || case when t.owned then ' and t.workspace_id is null' else '' end)
      into shown using id;
    tables := tables || jsonb_build_object(t.name, shown);
    if t.owned then
      execute format('select count(*) from %I t where t.creator_id = $1 and t.workspace_id is not null', t.name) into hidden using id;
      kept := kept || jsonb_build_object(t.name, hidden);
    end if;
  end loop;
  return jsonb_build_object(
    'creator_id', id::text,
    'tables', tables,
    'rows_that_customers_keep_for_themselves', kept,
    'formerly', (select coalesce(jsonb_agg(m.creator_id::text order by m.creator_id), '[]') from creator_moved m where m.moved_to = id),
    'requests', (select coalesce(jsonb_agg(to_jsonb(r) - 'token_hash' - 'code' - 'address_hash' order by r.request_id), '[]')
                 from creator_request r
                 join account_key k on k.world = r.world and k.platform = r.platform and k.kind = 'username' and k.key = r.username_key
                 where k.creator_id = id));
end $$;
