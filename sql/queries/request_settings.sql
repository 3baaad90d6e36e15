-- greet: store/pipe_connect.c. What holds for every statement of requests; not by startup parameters, which PgBouncer refuses. $1 milliseconds
select set_config('statement_timeout', $1, false), set_config('plan_cache_mode', 'force_generic_plan', false), set_config('jit', 'off', false)
