-- write_rows (src/ingest/merge.c): brands are everybody's, so what a workspace ($1) says of one is not kept
insert into brand (name, brand_key, category)
select distinct on (x.brand_key) x.brand, x.brand_key, x.category
from (
  select s.line, s.brand, case when $1::integer is null then s.category end as category,
    regexp_replace(normalize(lower(s.brand), NFKD), '[^[:alnum:]]+', '', 'g') as brand_key
  from import_stage s
  where s.brand is not null
) x
order by x.brand_key, x.category nulls last, x.line
on conflict (brand_key) do nothing;
