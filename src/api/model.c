/* GET /model: by what numbers creators are ranked, for those who are. Invariant: every constant is read from
 * where the components read it, so that what is published cannot differ from what is used. */
#include "api/api.h"

#include "base/fields.h"
#include "base/json.h"
#include "rank/affordability.h"
#include "rank/authenticity.h"
#include "rank/benchmark.h"
#include "rank/engagement.h"
#include "rank/match_score.h"
#include "rank/model.h"
#include "tables.h"

#include <math.h>
#include <string.h>

struct model_benchmark {
    const char *platform, *basis, *origin, *counts, *evidence, *source, *date;
    double alpha, rate_at_10k, beta, tau, s;
    int64_t n_accounts;
};

#define CURVE(type, member, json, column, decimals)                                                          \
    FIELD(type, struct model_benchmark, member, NULL, json, column, decimals)

const struct field model_benchmark_fields[] = {
    CURVE(FIELD_TEXT, platform, "platform", "platform", 0),
    CURVE(FIELD_TEXT, basis, "basis", "basis", 0),
    CURVE(FIELD_TEXT, origin, "origin", "origin", 0),
    CURVE(FIELD_F64, rate_at_10k, "rate_at_10k", NULL, 6),
    CURVE(FIELD_F64, alpha, NULL, "alpha", 0),
    CURVE(FIELD_F64, beta, "beta", "beta", 6),
    CURVE(FIELD_F64, tau, "tau", "tau", 6),
    CURVE(FIELD_F64, s, "s", "s", 6),
    CURVE(FIELD_I64, n_accounts, "n_accounts", "n_accounts", 0),
    CURVE(FIELD_TEXT, counts, "counts", NULL, 0),
    CURVE(FIELD_TEXT, evidence, "evidence", NULL, 0),
    CURVE(FIELD_TEXT, source, "source", "source", 0),
    CURVE(FIELD_TEXT, date, "date", "date", 0),
};
const size_t model_benchmark_field_count = COUNT_OF(model_benchmark_fields);

struct model_release {
    const char *version, *status, *date, *note;
};

#define RELEASE(member, json, column) FIELD(FIELD_TEXT, struct model_release, member, NULL, json, column, 0)

const struct field model_version_fields[] = {
    RELEASE(version, "version", "version"),
    RELEASE(status, "status", "status"),
    RELEASE(date, "date", "date"),
    RELEASE(note, "note", "note"),
};
const size_t model_version_field_count = COUNT_OF(model_version_fields);

struct model_fitted {
    int64_t base_rates, median_sizes, related_pairs;
};

#define FITTED(member) FIELD(FIELD_I64, struct model_fitted, member, NULL, #member, #member, 0)

const struct field model_fitted_fields[] = {
    FITTED(base_rates),
    FITTED(median_sizes),
    FITTED(related_pairs),
};
const size_t model_fitted_field_count = COUNT_OF(model_fitted_fields);

/* ---- constants of the program */

static void write_formula(struct json *w) {
    json_kstr(w, "formula_version", MODEL_VERSION);
    json_kstr(w, "formula_date", MODEL_DATE);
    json_kstr(
        w, "formula",
        "score = 100 x product over the components of max(value, component_floor) ^ weight; the weights "
        "sum to 1");
    json_key(w, "evidence_tags");
    json_object(w);
    json_kstr(w, "M", "measured on public data or on the data of this installation");
    json_kstr(w, "P", "published research");
    json_kstr(w, "V", "published by a vendor or in a public table");
    json_kstr(w, "A", "assumption, to be fitted");
    json_object_end(w);
}

static void write_by_component(struct json *w, const char *key, const double values[MATCH_STORED]) {
    json_key(w, key);
    json_object(w);
    for (int c = 0; c < MATCH_STORED; c++)
        json_kf64(w, match_component_name((enum match_component)c), values[c], 6);
    json_object_end(w);
}

static void write_goals(struct json *w) {
    size_t n;
    const struct match_goal *goals = match_goals(&n);
    json_key(w, "goals");
    json_array(w);
    for (size_t i = 0; i < n; i++) {
        json_object(w);
        json_kstr(w, "name", goals[i].name);
        write_by_component(w, "multipliers", goals[i].multipliers);
        json_kstr(w, "plan_maximises", goals[i].plan_maximises);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_cautions(struct json *w) {
    static const char *const names[] = {"low", "normal", "high"};
    json_key(w, "cautions");
    json_array(w);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        double z = NAN;
        json_object(w);
        json_kstr(w, "name", names[i]);
        (void)!engagement_caution(names[i], &z);
        json_kf64(w, "z", z, 4);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_parameters(struct json *w) {
    size_t n;
    const struct model_parameter *p = model_parameters(&n);
    json_key(w, "parameters");
    json_array(w);
    for (size_t i = 0; i < n; i++) {
        json_object(w);
        json_kstr(w, "component", p[i].component);
        json_kstr(w, "name", p[i].name);
        json_key(w, "value");
        json_f64_exact(w, *p[i].value);
        json_kstr(w, "evidence", p[i].evidence);
        json_kstr(w, "explanation", p[i].source);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_signals(struct json *w) {
    json_key(w, "authenticity_signals");
    json_array(w);
    for (int i = 0; i < AUTH_SIGNAL_COUNT; i++) {
        const struct authenticity_info *s = authenticity_info((enum authenticity_signal)i);
        json_object(w);
        json_kstr(w, "name", s->name);
        json_kstr(w, "group", s->group == AUTH_VOICE ? "voice" : "integrity");
        json_kf64(w, "weight", s->weight, 6);
        json_kstr(w, "measures", s->raw);
        json_kstr(w, "needs", s->needs);
        json_kf64(w, "no_effect_at", s->zero, 6);
        json_kf64(w, "full_effect_at", s->full, 6);
        json_kf64(w, "least", s->low, 6);
        json_kf64(w, "most", s->high, 6);
        json_kbool(w, "logarithmic", s->logarithmic);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_prices(struct json *w) {
    static const double sizes[] = {1e3, 5e3, 1e4, 5e4, 1e5, 1e6};
    size_t n;
    const struct price_deliverable *d = price_deliverables(&n);
    json_key(w, "price_prior");
    json_object(w);
    json_key(w, "post");
    json_array(w);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct price p = price_prior(sizes[i]);
        json_object(w);
        json_ki64(w, "followers", (int64_t)sizes[i]);
        json_kf64(w, "low_usd", p.low_usd, 2);
        json_kf64(w, "mid_usd", p.mid_usd, 2);
        json_kf64(w, "high_usd", p.high_usd, 2);
        json_object_end(w);
    }
    json_array_end(w);
    json_key(w, "deliverables");
    json_object(w);
    for (size_t i = 0; i < n; i++)
        json_kf64(w, d[i].name, d[i].multiplier, 4);
    json_object_end(w);
    json_object_end(w);
}

/* ---- what is in force in the store */

struct model_found {
    struct model_benchmark curve[RANK_PLATFORM_COUNT][RANK_BASIS_COUNT];
    struct model_fitted fitted;
    const char *version;
};

static struct model_benchmark seed_of(enum rank_platform p, enum rank_basis b) {
    struct benchmark seed = benchmark_seed(p, b);
    return (struct model_benchmark){
        .platform = rank_platform_name(p),
        .basis = rank_basis_name(b),
        .origin = "seed",
        .counts = seed.numerator,
        .evidence = seed.evidence,
        .source = seed.source,
        .date = seed.as_of,
        .alpha = seed.alpha,
        .beta = seed.beta,
        .tau = seed.tau,
        .s = seed.s,
        .n_accounts = seed.n_accounts,
    };
}

/* The place of a curve of the store; NULL for a platform or basis that this program does not know. */
static struct model_benchmark *place_of(struct model_found *m, const struct model_benchmark *row) {
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++)
            if (strcmp(m->curve[p][b].platform, row->platform) == 0 &&
                strcmp(m->curve[p][b].basis, row->basis) == 0)
                return &m->curve[p][b];
    return NULL;
}

static void take_curve(struct request *req, const struct rows *rows, size_t i, struct model_found *m) {
    struct model_benchmark row = {0};
    rows_decode(rows, i, model_benchmark_fields, model_benchmark_field_count, req->arena, &row);
    struct model_benchmark *place = place_of(m, &row);
    if (!place)
        return;
    row.counts = place->counts;
    row.evidence = strcmp(row.origin, "fit") == 0 ? "M" : place->evidence;
    *place = row;
}

static struct model_found *find(struct request *req, const struct rows *rows) {
    struct model_found *m = arena_alloc(req->arena, sizeof *m);
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++)
            m->curve[p][b] = seed_of((enum rank_platform)p, (enum rank_basis)b);
    for (size_t i = 0; i < rows_count(rows); i++) {
        const char *kind = rows_text(rows, i, 0);
        if (strcmp(kind, "curve") == 0)
            take_curve(req, rows, i, m);
        if (strcmp(kind, "model") != 0)
            continue;
        m->version = rows_text(rows, i, 1);
        rows_decode(rows, i, model_fitted_fields, model_fitted_field_count, req->arena, &m->fitted);
    }
    return m;
}

static void write_curves(struct model_found *m, struct json *w) {
    json_key(w, "benchmarks");
    json_array(w);
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++) {
            m->curve[p][b].rate_at_10k = exp(m->curve[p][b].alpha);
            json_object(w);
            fields_json(model_benchmark_fields, model_benchmark_field_count, &m->curve[p][b], w);
            json_object_end(w);
        }
    json_array_end(w);
}

static void write_versions(struct request *req, const struct rows *rows, struct json *w) {
    json_key(w, "versions");
    json_array(w);
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct model_release v = {0};
        if (strcmp(rows_text(rows, i, 0), "version") != 0)
            continue;
        rows_decode(rows, i, model_version_fields, model_version_field_count, req->arena, &v);
        json_object(w);
        fields_json(model_version_fields, model_version_field_count, &v, w);
        json_object_end(w);
    }
    json_array_end(w);
}

static enum err model_rows(struct request *req, const struct rows *rows) {
    struct model_found *m = find(req, rows);
    struct json w = json_to(&req->body);
    json_object(&w);
    json_kstr(&w, "model_version", m->version);
    write_formula(&w);
    write_by_component(&w, "weights", match_default_weights());
    write_goals(&w);
    write_cautions(&w);
    write_parameters(&w);
    write_signals(&w);
    write_curves(m, &w);
    write_prices(&w);
    json_key(&w, "fitted");
    json_object(&w);
    fields_json(model_fitted_fields, model_fitted_field_count, &m->fitted, &w);
    json_object_end(&w);
    write_versions(req, rows, &w);
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

enum err api_model(struct request *req) {
    const struct snapshot *s;
    uint64_t given;
    char none;
    enum err e = api_params(req, &none, &given);
    if (!e)
        e = api_snapshot(req, &s);
    if (e)
        return e;
    struct statement st = api_statement(req, "model_rows");
    return request_query(req, &st, 0, NULL, model_rows);
}
