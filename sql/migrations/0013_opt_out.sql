-- Who opts out is gone from every list with the commit that says so, not only once the scorer has been by.

-- statement after statement: marking the accounts waits for a scorer that has them, what it wrote is then there to delete
create function opt_out_creator(who bigint, out_of_lists boolean) returns boolean
language plpgsql as $$
begin
  insert into account_dirty (creator_id, account_id)
  select creator_id, account_id from account where creator_id = who
  order by account_id
  on conflict (creator_id, account_id) do update set tries = 0, error = null;
  update creator set opted_out = out_of_lists where creator_id = who;
  if not found then
    return false;
  end if;
  if out_of_lists then
    delete from lookalike_key where creator_id = who;
    with gone as (
      delete from niche_match where creator_id = who returning world, niche_id
    )
    insert into niche_version (world, niche_id, version)
    select world, niche_id, 1 from (select distinct world, niche_id from gone) g
    order by world, niche_id
    on conflict (world, niche_id) do update set version = niche_version.version + 1;
    perform pg_notify('niched', 'scored');
  end if;
  perform pg_notify('niched_dirty', 'opted out');
  return true;
end $$;
comment on function opt_out_creator(bigint, boolean) is 'Sets creator.opted_out; true takes the creator out of every list at once, false has them scored and listed again. False: there is none of that id';
