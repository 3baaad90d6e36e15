-- taxonomy_read, state_niches: store/taxonomy_store.c, api/state.c
select a.alias, a.niche_id, a.weight, a.kind = 'hashtag'
from niche_alias a
join niche n on n.niche_id = a.niche_id and n.status = 'active'
order by a.alias_key collate "C"
