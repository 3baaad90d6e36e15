-- api_similar: api/similar.c. $1 world: how many creators each niche lists, what makes a shared niche telling
select niche_id, creators from niche_version where world = $1::smallint and creators > 0
