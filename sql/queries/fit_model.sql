-- fit_run: score/fit_write.c. Makes the next version of the year of day $1, retired until its rows are there, with note $2
insert into model (model_version, status, created_on, note)
select y.year || '.' || 1 + coalesce(max(substr(m.model_version, length(y.year) + 2)::integer), 0), 'retired', $1::date, $2::text
from (select extract(year from $1::date)::integer::text as year) y
left join model m on m.model_version ~ ('^' || y.year || '\.[0-9]{1,6}$')
group by y.year
returning model_version
