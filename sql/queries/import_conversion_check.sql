-- check_rows (src/ingest/merge.c): each report learns which collaboration of the workspace $1 it is of; one that names a
-- collaboration which the workspace does not have is refused
with keyed as materialized (
  select s.line, k.collaboration_id, coalesce(s.window_days, 30) as window_days, num_nonnulls(s.brand, s.started_on) > 0 as named
  from import_stage s
  join import_account n on n.platform = s.platform and n.ident = s.ident
  left join lateral (
    select c.collaboration_id
    from collaboration c
    join brand b using (brand_id)
    where c.creator_id = n.creator_id and c.workspace_id = $1::integer and coalesce(c.account_id, n.account_id) = n.account_id
      and num_nonnulls(s.brand, s.started_on) > 0 and (s.started_on is null or c.started_on = s.started_on)
      and (s.brand is null or b.brand_key = regexp_replace(normalize(lower(s.brand), NFKD), '[^[:alnum:]]+', '', 'g'))
    order by c.started_on desc, c.collaboration_id desc
    limit 1
  ) k on true
), judged as (
  select k.*,
    case when window_days < 1 then 'window_days must be 1 at least'
         when named and collaboration_id is null then 'the workspace has no such collaboration'
           || ' of this creator (brand, started_on): import it first, or leave both out' end as reason
  from keyed k
), refused as (
  delete from import_stage s using judged j where s.line = j.line and j.reason is not null returning s.line, j.reason
), tied as (
  update import_stage s set collaboration_id = j.collaboration_id, window_days = j.window_days
  from judged j where s.line = j.line and j.reason is null
)
select count(*) over (), line, reason from refused order by line limit 1000;
