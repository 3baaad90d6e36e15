/* All routes: a table of data. */
#include "api/api.h"

#include "tables.h"

const struct route api_routes[] = {
    {"GET", "/livez", "livez", NULL, NULL, api_livez},
    {"GET", "/readyz", "readyz", NULL, NULL, api_readyz},
    {"GET", "/openapi.yaml", "openapi", NULL, NULL, api_openapi},
    {"GET", "/model", "model", NULL, NULL, api_model},
    {"GET", "/match", "match", match_params, &match_param_count, api_match},
    {"GET", "/niches", "niches", niches_params, &niches_param_count, api_niches},
    {"GET", "/niches/{slug}", "niche", niche_params, &niche_param_count, api_niche},
    {"GET", "/creators/{id}", "creator", creator_params, &creator_param_count, api_creator},
    {"GET", "/creators/{platform}/{username}", "creator_by_name", creator_params, &creator_param_count,
     api_creator_by_name},
};
const size_t api_route_count = COUNT_OF(api_routes);
