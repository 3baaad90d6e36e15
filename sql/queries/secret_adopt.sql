-- adopt: cli/cmd_secret.c. Only secrets with the marks $1, and for samples of audiences $2, are needed from now on: how many others
-- were, how many samples went with theirs
with lost as (
  delete from secret_mark where mark <> all ($1::text[]) returning mark
), salt as (
  delete from sketch_salt where world = 0 and mark <> all ($2::text[]) returning world
), samples as (
  delete from audience_sketch k using salt s, account a
  where a.world = s.world and k.creator_id = a.creator_id and k.account_id = a.account_id
  returning 1
), before as (
  delete from import_undo u using salt s where u.place = 'audience_sketch'
)
select (select count(*) from lost) + (select count(*) from salt), (select count(*) from samples)
