-- show_record: cli/cmd_request.c. Everything the store has about the creator whose username on platform $2 in world $1 is $3
select jsonb_pretty(jsonb_build_object(
  'creator', (select to_jsonb(c) from creator c where c.creator_id = o.creator_id),
  'accounts', (select jsonb_agg(to_jsonb(a)) from account a where a.creator_id = o.creator_id),
  'usernames_and_ids', (select jsonb_agg(to_jsonb(k)) from account_key k where k.creator_id = o.creator_id),
  'posts', (select jsonb_agg(to_jsonb(t)) from post t where t.creator_id = o.creator_id),
  'earlier_counts_of_posts', (select jsonb_agg(to_jsonb(t)) from post_metric t where t.creator_id = o.creator_id),
  'comments', (select jsonb_agg(to_jsonb(t)) from comment_stat t where t.creator_id = o.creator_id),
  'follower_history', (select jsonb_agg(to_jsonb(t)) from follower_snapshot t where t.creator_id = o.creator_id),
  'audience', (select jsonb_agg(to_jsonb(t)) from audience_share t where t.creator_id = o.creator_id),
  'audience_samples', (select jsonb_agg(to_jsonb(t)) from audience_sample t where t.creator_id = o.creator_id),
  'prices', (select jsonb_agg(to_jsonb(t)) from price t where t.creator_id = o.creator_id and t.workspace_id is null),
  'collaborations', (select jsonb_agg(to_jsonb(t)) from collaboration t where t.creator_id = o.creator_id and t.workspace_id is null),
  'rows_that_customers_keep_for_themselves', jsonb_build_object(
    'prices', (select count(*) from price t where t.creator_id = o.creator_id and t.workspace_id is not null),
    'collaborations', (select count(*) from collaboration t where t.creator_id = o.creator_id and t.workspace_id is not null),
    'conversion_reports', (select count(*) from conversion_report t where t.creator_id = o.creator_id)),
  'scores', (select jsonb_agg(to_jsonb(t)) from account_score t where t.creator_id = o.creator_id),
  'niches', (select jsonb_agg(to_jsonb(t)) from niche_match t where t.creator_id = o.creator_id),
  'evidence_for_niches', (select jsonb_agg(to_jsonb(t)) from creator_niche t where t.creator_id = o.creator_id)))
from account_key o
where o.world = $1::smallint and o.platform = $2::smallint and o.kind = 'username' and o.key = $3
