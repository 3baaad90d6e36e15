-- match_diverse_ask: api/match_diverse.c. What the accounts $2 of the creators $1 (pairs) are about
select c.account_id, array_agg(c.niche_id order by c.niche_id) as niche_ids, array_agg(c.focus order by c.niche_id) as focus
from unnest($1::bigint[], $2::bigint[]) as t (creator_id, account_id)
join creator_niche c on c.creator_id = t.creator_id and c.account_id = t.account_id
group by c.account_id
