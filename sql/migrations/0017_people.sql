-- One person, several accounts: which rows have to look for the others, where a creator's id went, and what an account's
-- score was before.

alter table niche_match add column siblings boolean not null default false;
comment on column niche_match.siblings is 'The creator has other accounts: a list shows the best that passes its filters';
update niche_match m set siblings = true
where m.creator_id in (select creator_id from account group by creator_id having count(*) > 1);

drop index niche_match_rank;
create index niche_match_rank on niche_match
  (world, niche_id, related, score desc, conf desc, account_id desc)
  include (creator_id, followers, price_usd, l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh,
           engagement_rate, posts_per_week, sponsored_share, last_post_day, platform,
           price_known, has_contact, verified, siblings, country, language);

create table creator_moved (
  creator_id bigint primary key,
  moved_to   bigint not null references creator on delete cascade,
  account_id bigint not null,
  moved_at   timestamptz not null default now()
);
create index creator_moved_to on creator_moved (moved_to);
comment on table creator_moved is 'Ids of creators whose account was linked to another creator: they lead there, and come back when it is unlinked';
comment on column creator_moved.creator_id is 'Id that was';
comment on column creator_moved.moved_to is 'Creator who has the account now';
comment on column creator_moved.account_id is 'The account';
comment on column creator_moved.moved_at is 'When it was linked';

create index account_dirty_failed on account_dirty (creator_id, account_id) where tries >= 3;

-- waits for a scorer that has one of them; none takes one before the commit
create function mark_accounts(owner bigint) returns void language sql as $$
  insert into account_dirty (creator_id, account_id)
  select creator_id, account_id from account where creator_id = owner
  order by account_id
  on conflict (creator_id, account_id) do update set tries = 0, error = null
$$;
comment on function mark_accounts(bigint) is 'Marks all accounts of a creator for scoring';

create function raise_versions(owner bigint) returns void language sql as $$
  insert into niche_version (world, niche_id, version)
  select world, niche_id, 1
  from (select distinct world, niche_id from niche_match where creator_id = owner) m
  order by world, niche_id
  on conflict (world, niche_id) do update set version = niche_version.version + 1
$$;
comment on function raise_versions(bigint) is 'Raises the versions of the niches in which a creator is ranked';

-- an account: only its rows; null: all rows of the creator
create function move_rows(owner bigint, account bigint, new_owner bigint) returns void language plpgsql as $$
declare
  t record;
begin
  for t in select b.table_name, count(*) filter (where c.column_name = 'account_id') > 0 as of_account
           from information_schema.tables b
           join information_schema.columns c using (table_schema, table_name)
           where b.table_schema = current_schema() and b.table_type = 'BASE TABLE'
             and b.table_name not in ('creator', 'creator_moved')
             and c.column_name in ('creator_id', 'account_id')
           group by b.table_name
           having bool_or(c.column_name = 'creator_id')
           order by b.table_name
  loop
    if account is null then
      execute format('update %I set creator_id = $2 where creator_id = $1', t.table_name) using owner, new_owner;
    elsif t.of_account then
      execute format('update %I set creator_id = $3 where creator_id = $1 and account_id = $2', t.table_name)
        using owner, account, new_owner;
    end if;
  end loop;
end $$;
comment on function move_rows(bigint, bigint, bigint) is 'Gives the rows of a creator (or of one account of theirs) to another creator, in every table that has creator_id';

-- what is known of a creator, not of an account, is about the one account as long as there is one: linking changes no score
create function link_creator(owner bigint, new_owner bigint) returns void language plpgsql as $$
begin
  perform mark_accounts(least(owner, new_owner));
  perform mark_accounts(greatest(owner, new_owner));
  update collaboration c set account_id = a.account_id
  from account a
  where c.account_id is null and c.creator_id in (owner, new_owner) and a.creator_id = c.creator_id
    and not exists (select from account o where o.creator_id = a.creator_id and o.account_id <> a.account_id);
  update conversion_report r set account_id = a.account_id
  from account a
  where r.account_id is null and r.creator_id in (owner, new_owner) and a.creator_id = r.creator_id
    and not exists (select from account o where o.creator_id = a.creator_id and o.account_id <> a.account_id);
  update creator_moved set moved_to = new_owner where moved_to = owner;
  insert into creator_moved (creator_id, moved_to, account_id)
  select owner, new_owner, a.account_id from account a where a.creator_id = owner;
  perform move_rows(owner, null, new_owner);
  delete from creator where creator_id = owner;
  update niche_match set siblings = true where creator_id = new_owner and not siblings;
  perform raise_versions(new_owner);
  perform pg_notify('niched', 'scored');
  perform pg_notify('niched_dirty', 'linked');
end $$;
comment on function link_creator(bigint, bigint) is 'The one account of the first creator becomes one of the second''s; the first id leads there';

create function unlink_account(owner bigint, gone bigint) returns bigint language plpgsql as $$
declare
  fresh bigint;
begin
  perform mark_accounts(owner);
  delete from creator_moved m
  where m.creator_id = (select x.creator_id from creator_moved x where x.moved_to = owner and x.account_id = gone
                        order by x.moved_at desc, x.creator_id desc limit 1)
  returning m.creator_id into fresh;
  fresh := coalesce(fresh, nextval((select pg_get_serial_sequence('creator', 'creator_id')::regclass)));
  insert into creator (creator_id, world, display_name)
  select fresh, a.world, a.name from account a where a.creator_id = owner and a.account_id = gone;
  perform move_rows(owner, gone, fresh);
  update creator_moved set moved_to = fresh where moved_to = owner and account_id = gone;
  update niche_match set siblings = false where creator_id = fresh;
  update niche_match m set siblings = false
  where m.creator_id = owner and not exists (
    select from account o where o.creator_id = owner and o.account_id <> m.account_id);
  perform raise_versions(owner);
  perform raise_versions(fresh);
  perform pg_notify('niched', 'scored');
  perform pg_notify('niched_dirty', 'unlinked');
  return fresh;
end $$;
comment on function unlink_account(bigint, bigint) is 'Makes one of several accounts of a creator a creator of its own, under the id it had before if there was one; gives that id';

create function also_on(owner bigint, account bigint) returns text[] language sql stable as $$
  select array_agg(p.slug || '/' || a.username order by p.slug, a.username, a.account_id)
  from account a join platform p using (platform)
  where a.creator_id = owner and a.account_id <> account
$$;
comment on function also_on(bigint, bigint) is 'The other accounts of a creator beside one, as platform/username';

-- the same without what differs by how it was typed; the query goes: it is mostly where a click came from
create function external_link(bio text, bio_link text) returns text immutable parallel safe language sql
  return nullif(lower(regexp_replace(
    coalesce(nullif(bio_link, ''),
             substring(bio from '(?:https?://|www\.|[[:alnum:]-]+(?:\.[[:alnum:]-]+)*\.[[:alpha:]]{2,}/)[^\s<>"|,;]+')),
    '^\s*(?:https?://)?(?:www\.)?|[/.]*(?:[?#].*)?\s*$', '', 'gi')), '');
comment on function external_link(text, text) is 'The link of a profile (else the first in its text) without scheme, www, query and letter case; null if there is none';
create index account_link on account (world, external_link(bio, bio_link));

create table score_history (
  creator_id      bigint not null,
  account_id      bigint not null,
  nth             integer not null,
  replaced_at     timestamptz not null,
  model_version   text not null,
  posts           integer not null,
  followers       bigint not null,
  engagement_rate real,
  price_usd       double precision not null,
  price_known     boolean,
  last_post_day   integer,
  l_eng           real not null,
  l_auth          real not null,
  l_loy           real not null,
  l_fresh         real not null,
  niche_ids       integer[] not null,
  related         boolean[] not null,
  scores          integer[] not null,
  l_rel           real[] not null,
  l_aff           real[] not null,
  primary key (creator_id, account_id, nth)
);
comment on table score_history is 'What an account''s scores were before they changed, the last 20 times; changes by time alone are not kept. The state of now is in niche_match';
comment on column score_history.creator_id is 'Owner';
comment on column score_history.account_id is 'Account';
comment on column score_history.nth is 'Counts the changes of the account';
comment on column score_history.replaced_at is 'When other scores took their place, by the clock of the world';
comment on column score_history.model_version is 'Model that these were by';
comment on column score_history.posts is 'Recent posts that were read';
comment on column score_history.followers is 'Followers';
comment on column score_history.engagement_rate is 'Typical engagement rate; null if nothing was measured';
comment on column score_history.price_usd is 'USD for one post';
comment on column score_history.price_known is 'It was asked for, not estimated';
comment on column score_history.last_post_day is 'Day of the newest post, days since 1970';
comment on column score_history.l_eng is 'ln engagement';
comment on column score_history.l_auth is 'ln authenticity';
comment on column score_history.l_loy is 'ln loyalty';
comment on column score_history.l_fresh is 'ln freshness';
comment on column score_history.niche_ids is 'Niches whose score changed then, best first, at most 12';
comment on column score_history.related is 'Of each: matched in part';
comment on column score_history.scores is 'Of each: match score times 10,000';
comment on column score_history.l_rel is 'Of each: ln relevance';
comment on column score_history.l_aff is 'Of each: ln affordability';
