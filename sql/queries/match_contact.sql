-- api_match: api/match_evidence.c. How to reach the accounts $2 of the creators $1 (pairs), as their profiles say themselves
select a.account_id, a.bio_link as link, substring(a.bio from '[[:alnum:]._%+-]+@[[:alnum:]-]+(?:\.[[:alnum:]-]+)+') as email
from unnest($1::bigint[], $2::bigint[]) as t (creator_id, account_id)
join account a using (creator_id, account_id)
where a.has_contact
