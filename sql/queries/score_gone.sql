-- scorer_step: score/write.c. Removes what is stored of accounts ($1, $2) that are no more
with b as (
  select * from unnest($1::bigint[], $2::bigint[]) b(creator_id, account_id)
), niches as (
  delete from creator_niche o using b where o.creator_id = b.creator_id and o.account_id = b.account_id
), scores as (
  delete from account_score o using b where o.creator_id = b.creator_id and o.account_id = b.account_id
), lookalikes as (
  delete from lookalike_key o using b where o.creator_id = b.creator_id and o.account_id = b.account_id
), histories as (
  delete from score_history o using b where o.creator_id = b.creator_id and o.account_id = b.account_id
), matches as (
  delete from niche_match o using b where o.creator_id = b.creator_id and o.account_id = b.account_id
  returning o.world, o.niche_id, o.account_id
)
insert into score_touched (world, niche_id, account_id)
select world, niche_id, account_id from matches
