-- api_history: api/history.c. The states of the scores of creator $1's accounts in niche $2 (null: each account's strongest),
-- oldest first, the last one that of now where the account is ranked in the niche. A row without a state for an account that has none
with own as (
  select a.creator_id, a.account_id, a.world, p.slug || '/' || a.username as account, s.model_version, s.posts,
         coalesce($2::integer, s.niche_ids[1]) as niche_id
  from account a
  join creator c using (creator_id)
  join platform p on p.platform = a.platform
  left join account_score s on s.creator_id = a.creator_id and s.account_id = a.account_id
  where a.creator_id = $1::bigint and not c.opted_out
)
select o.account_id, o.world, o.account, o.niche_id, t.nth, (extract(epoch from t.replaced_at) * 1000000)::bigint as replaced_us,
       t.model_version, t.posts, t.followers, t.engagement_rate, t.price_usd, t.price_known, t.last_post_day, t.related, t.score,
       t.l_rel, t.l_eng, t.l_auth, t.l_aff, t.l_loy, t.l_fresh
from own o
left join lateral (
  select h.nth, h.replaced_at, h.model_version, h.posts, h.followers, h.engagement_rate, h.price_usd, h.price_known,
         h.last_post_day, u.related, u.score, u.l_rel, h.l_eng, h.l_auth, u.l_aff, h.l_loy, h.l_fresh
  from score_history h
  cross join lateral unnest(h.niche_ids, h.related, h.scores, h.l_rel, h.l_aff) u (niche_id, related, score, l_rel, l_aff)
  where h.creator_id = o.creator_id and h.account_id = o.account_id and u.niche_id = o.niche_id
  union all
  select null, null, o.model_version, o.posts, m.followers, m.engagement_rate, m.price_usd, m.price_known, m.last_post_day,
         m.related, m.score, m.l_rel::real, m.l_eng::real, m.l_auth::real, m.l_aff::real, m.l_loy::real, m.l_fresh::real
  from niche_match m
  where m.creator_id = o.creator_id and m.account_id = o.account_id and m.niche_id = o.niche_id
) t on true
order by o.account_id, t.nth nulls last
