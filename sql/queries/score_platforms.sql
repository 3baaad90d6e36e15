-- scorer_open: score/model.c
select platform, slug from platform
