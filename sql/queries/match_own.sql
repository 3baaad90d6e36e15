-- match_own_ask: api/match_own.c. What the workspace $3 was quoted by the day $4 for a post of the accounts ($1, $2): place, USD
select t.place, q.amount_usd
from unnest($1::bigint[], $2::bigint[]) with ordinality as t (creator_id, account_id, place)
cross join lateral own_quote($3::integer, t.creator_id, t.account_id, 'post', $4::integer) q
