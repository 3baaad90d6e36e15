-- list_failed: cli/cmd_score.c. Accounts that were set aside, with why; one that is no more has no name
select d.creator_id, w.slug as world, p.slug || '/' || a.username as account, d.tries, d.error
from account_dirty d
left join account a on a.creator_id = d.creator_id and a.account_id = d.account_id
left join platform p on p.platform = a.platform
left join world w on w.world = a.world
where d.tries >= 3
order by d.creator_id, d.account_id
