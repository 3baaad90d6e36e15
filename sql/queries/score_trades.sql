-- scorer_step: score/read.c. Trades of the brands $1, as numbers that are equal for equal names
select brand_id, hashtext(category) as trade
from brand
where brand_id = any ($1::bigint[]) and category is not null
