/* Inside api only: rows of a workspace: prices, collaborations, conversions. */
#ifndef NICHED_API_OWN_H
#define NICHED_API_OWN_H

#include "api/api.h"
#include "base/fields.h"
#include "http/list.h"

/* What may be asked of the three lists; each has its own lines. */
struct own_query {
    struct param_list creator, platform, deliverable, source, brand, compensation;
    int64_t collaboration, limit;
    struct param_text cursor;
    const char *world;
    struct list_choice list;
};

/* A row of any of them, by its field table. */
struct own_row {
    int64_t id, creator_id, collaboration_id;
    const char *name, *platform, *username, *url;
    const char *brand, *category, *started_on, *ended_on, *compensation;
    const char *deliverable, *currency, *rate_day, *valid_from, *source;
    double amount_usd, amount, fee_usd, revenue_usd;
    int64_t posts, orders, clicks, window_days, reported_us;
    int8_t labelled, exclusive;
};

/* Checks that the path's first value is a row's id. PARAM_INVALID. */
NODISCARD enum err api_row_id(struct request *req);
/* The tag of a workspace's rows by its version: what ETags of its lists begin with. */
const char *own_tag(struct request *req, const char *workspace, int64_t version);
/* Whether If-Match, if it was sent, has the tag; in the write's transaction. ERR_WORKSPACE_CHANGED. */
NODISCARD enum err own_check_tag(struct request *req);
/* Takes the row of the path out of the workspace, in the write's transaction. ERR_ROW_UNKNOWN. */
enum err own_drop(struct request *req);

#endif
