/* Prices of the workspace's own beside the ranked rows. A statement of its own behind the page, so that who
 * has none pays nothing: within the page's statement it took 0.1 of 0.4 ms. */
#include "authority.h"
#include "match.h"

static enum err own_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    for (size_t i = 0; i < rows_count(rows); i++)
        st->rows[rows_i64(rows, i, 0) - 1].own_price_usd = rows_f64(rows, i, 1);
    return match_write_when_done(req);
}

enum err match_own_ask(struct request *req) {
    const struct match_state *st = req->state;
    CLEANUP(buf_free) struct buf creators = {0};
    CLEANUP(buf_free) struct buf accounts = {0};
    if (!st->own_prices || !match_named(st, "workspace") || !st->row_count)
        return ERR_OK;
    for (size_t i = 0; i < st->row_count; i++) {
        buf_printf(&creators, "%c%lld", i ? ',' : '{', (long long)st->rows[i].creator_id);
        buf_printf(&accounts, "%c%lld", i ? ',' : '{', (long long)st->rows[i].account_id);
    }
    buf_putc(&creators, '}');
    buf_putc(&accounts, '}');
    const char *params[] = {creators.data, accounts.data, match_named(st, "workspace"),
                            match_named(st, "today")};
    struct statement stmt = api_private(req, "match_own");
    return request_query(req, &stmt, COUNT_OF(params), params, own_rows);
}
