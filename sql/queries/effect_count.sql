-- effect_find: score/effect.c. How many accounts there are
select count(*) from account
