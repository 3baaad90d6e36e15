-- fit_activate: score/fit_write.c. The first half of a switch: at most one model is active
update model set status = 'retired' where status = 'active'
