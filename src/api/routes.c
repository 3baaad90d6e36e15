/* All routes: a table of data. */
#include "api/api.h"

#include "plan.h"

static const struct route_body batch_body = {131072, batch_members, &batch_member_count, NULL};

const struct route api_routes[] = {
    {"GET", "/livez", "livez", NULL, NULL, api_livez, NULL, NULL},
    {"GET", "/readyz", "readyz", NULL, NULL, api_readyz, NULL, NULL},
    {"GET", "/metrics", "metrics", NULL, NULL, api_metrics, NULL, NULL},
    {"GET", "/openapi.yaml", "openapi", NULL, NULL, api_openapi, NULL, NULL},
    {"GET", "/openapi.json", "openapi_json", NULL, NULL, api_openapi_json, NULL, NULL},
    {"GET", "/", "page", NULL, NULL, api_page, NULL, NULL},
    {"GET", "/docs", "docs", NULL, NULL, api_docs, NULL, NULL},
    {"GET", "/assets/{file}", "asset", NULL, NULL, api_asset, NULL, NULL},
    {"GET", "/model", "model", NULL, NULL, api_model, NULL, NULL},
    {"GET", "/match", "match", match_params, &match_param_count, api_match, NULL, NULL},
    {"GET", "/plan", "plan", plan_params, &plan_param_count, api_plan, NULL, &plan_loan},
    {"POST", "/match/batch", "match_batch", NULL, NULL, api_match_batch, &batch_body, NULL},
    {"GET", "/niches", "niches", niches_params, &niches_param_count, api_niches, NULL, NULL},
    {"GET", "/niches/{slug}", "niche", niche_params, &niche_param_count, api_niche, NULL, NULL},
    {"GET", "/creators/{id}", "creator", creator_params, &creator_param_count, api_creator, NULL, NULL},
    {"GET", "/creators/{id}/standing", "creator_standing", standing_params, &standing_param_count,
     api_standing, NULL, NULL},
    {"POST", "/requests", "request_open", NULL, NULL, api_request_open, &request_body, NULL},
    {"GET", "/requests/{id}", "request", request_params, &request_param_count, api_request, NULL, NULL},
    {"GET", "/standing", "standing", standing_self_params, &standing_self_param_count, api_standing_self,
     NULL, NULL},
    {"GET", "/creators/{id}/similar", "similar", similar_params, &similar_param_count, api_similar, NULL,
     NULL},
    {"GET", "/creators/{platform}/{username}", "creator_by_name", creator_params, &creator_param_count,
     api_creator_by_name, NULL, NULL},
    {"PUT", "/creators/{platform}/{username}", "creator_put", write_params, &write_param_count, api_write,
     &write_body, NULL},
    {"PATCH", "/creators/{platform}/{username}", "creator_patch", write_params, &write_param_count, api_write,
     &write_patch_body, NULL},
    {"DELETE", "/creators/{platform}/{username}", "creator_delete", write_params, &write_param_count,
     api_write, NULL, NULL},
    {"POST", "/creators/{platform}/{username}/posts", "creator_posts", write_rows_params,
     &write_rows_param_count, api_write, &write_rows_body, NULL},
    {"POST", "/creators/{platform}/{username}/snapshots", "creator_snapshots", write_rows_params,
     &write_rows_param_count, api_write, &write_rows_body, NULL},
    {"POST", "/creators/{platform}/{username}/prices", "creator_prices", write_rows_params,
     &write_rows_param_count, api_write, &write_rows_body, NULL},
    {"POST", "/creators/{platform}/{username}/collaborations", "creator_collaborations", write_rows_params,
     &write_rows_param_count, api_write, &write_rows_body, NULL},
    {"GET", "/overlap", "overlap", overlap_params, &overlap_param_count, api_overlap, NULL, NULL},
};
const size_t api_route_count = COUNT_OF(api_routes);
