-- An account that is scored anew writes its ten or so rows of creator_niche: only into the page that they are in, where there is room
-- and no index but the primary key. The one by niche had no reader: what asks for a niche's rows asks niche_match.
drop index creator_niche_niche;
alter table creator_niche set (fillfactor = 80);
