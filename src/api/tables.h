/* Inside api only: the tables of the resources, for routes[] and for the contract. */
#ifndef NICHED_API_TABLES_H
#define NICHED_API_TABLES_H

#include "base/fields.h"
#include "base/params.h"
#include "http/route.h"

extern const struct param batch_members[];
extern const size_t batch_member_count;

extern const struct param match_params[], niches_params[], niche_params[], creator_params[],
    standing_params[], standing_self_params[], request_members[], request_params[];
extern const struct param write_params[], write_rows_params[];
extern const size_t write_param_count, write_rows_param_count;
extern const struct route_body request_body, write_body, write_patch_body, write_rows_body;
extern const size_t match_param_count, niches_param_count, niche_param_count, creator_param_count,
    standing_param_count, standing_self_param_count, request_member_count, request_param_count;

extern const struct param plan_params[];
extern const size_t plan_param_count;

extern const struct field plan_fields[];
extern const size_t plan_field_count;

extern const struct field match_fields[], match_explain_fields[], niche_fields[], creator_account_fields[],
    creator_niche_fields[], creator_history_fields[], model_benchmark_fields[], model_version_fields[],
    model_fitted_fields[], standing_account_fields[], standing_fields[], standing_component_fields[],
    standing_gap_fields[], standing_source_fields[], niche_market_fields[], request_fields[];
extern const size_t match_field_count, match_explain_field_count, niche_field_count,
    creator_account_field_count, creator_niche_field_count, creator_history_field_count,
    model_benchmark_field_count, model_version_field_count, model_fitted_field_count,
    standing_account_field_count, standing_field_count, standing_component_field_count,
    standing_gap_field_count, standing_source_field_count, niche_market_field_count, request_field_count;

/* imports */
extern const struct param import_post_params[], imports_params[], import_errors_params[];
extern const size_t import_post_param_count, imports_param_count, import_errors_param_count;
extern const struct field import_fields[], import_error_fields[];
extern const size_t import_field_count, import_error_field_count;
extern const struct route_upload import_upload;
extern const struct param history_params[];
extern const size_t history_param_count;
extern const struct field link_suggestion_fields[], score_change_fields[], creator_engagement_fields[],
    creator_source_fields[];
extern const size_t link_suggestion_field_count, score_change_field_count, creator_engagement_field_count,
    creator_source_field_count;

/* similar and overlap */
extern const struct param similar_params[], overlap_params[];
extern const size_t similar_param_count, overlap_param_count;
extern const struct field similar_fields[], overlap_creator_fields[], overlap_pair_fields[],
    overlap_total_fields[];
extern const size_t similar_field_count, overlap_creator_field_count, overlap_pair_field_count,
    overlap_total_field_count;

/* rows of a workspace */
extern const struct param price_params[], collaboration_params[], conversion_params[];
extern const size_t price_param_count, collaboration_param_count, conversion_param_count;
extern const struct field price_fields[], collaboration_fields[], conversion_fields[];
extern const size_t price_field_count, collaboration_field_count, conversion_field_count;

#endif
