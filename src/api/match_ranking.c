/* Own rankings: weights, goal, caution, audience target. Everything is exact: the numbers read here are the
 * numbers scored with, and the ones echoed. */
#include "match.h"

#include "rank/engagement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum err refuse(struct request *req, const char *param, const char *value, const char *allowed) {
    request_fail(req, ERR_PARAM_INVALID, "%s must be %s, got \"%.100s\"", param, allowed, value);
    return fault_param(&req->fault, param, value, allowed);
}

/* Splits "name:number" at s, n bytes. False if it is none. */
static bool pair(struct request *req, const char *s, size_t n, const char **ret_name, double *ret_value) {
    const char *colon = memchr(s, ':', n);
    if (!colon)
        return false;
    *ret_name = arena_strndup(req->arena, s, (size_t)(colon - s));
    const char *number = arena_strndup(req->arena, colon + 1, n - (size_t)(colon - s) - 1);
    char *end;
    *ret_value = strtod(number, &end);
    return *number && !*end && strspn(number, ".0123456789") == strlen(number);
}

static enum err read_weights(struct request *req, struct param_text text, double multipliers[MATCH_STORED]) {
    static const char allowed[] = "component:multiplier pairs such as engagement:2,loyalty:0.5 (0 to 5; "
                                  "relevance, engagement, authenticity, "
                                  "affordability, loyalty, freshness)";
    bool seen[MATCH_STORED] = {false};
    for (const char *c = text.text;; c++) {
        size_t n = strcspn(c, ",");
        const char *name;
        double v;
        enum match_component which;
        if (!pair(req, c, n, &name, &v) || !(v <= MATCH_MULTIPLIER_MAX) ||
            !match_component_by_name(name, &which) || which >= MATCH_STORED || seen[which])
            return refuse(req, "weights", text.text, allowed);
        seen[which] = true;
        multipliers[which] = v;
        c += n;
        if (!*c)
            return ERR_OK;
    }
}

static bool is_country(const char *s) {
    return strlen(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z';
}

static bool has_target(const struct match_ranking *r, const char *country) {
    for (size_t i = 0; i < r->target_count; i++)
        if (strcmp(r->target[i].country, country) == 0)
            return true;
    return false;
}

static enum err read_target(struct request *req, struct param_text text, struct match_ranking *r) {
    static const char allowed[] = "up to 8 COUNTRY:share pairs that sum to 1, such as US:0.6,GB:0.4";
    double sum = 0;
    for (const char *c = text.text;; c++) {
        size_t n = strcspn(c, ",");
        const char *name;
        double v;
        if (!pair(req, c, n, &name, &v) || !is_country(name) || has_target(r, name) ||
            r->target_count == MATCH_TARGETS_MAX)
            return refuse(req, "audience_target", text.text, allowed);
        r->target[r->target_count].country = name;
        r->target[r->target_count++].share = v;
        sum += v;
        c += n;
        if (!*c)
            break;
    }
    return fabs(sum - 1) < 1e-6 ? ERR_OK : refuse(req, "audience_target", text.text, allowed);
}

enum err match_ranking_read(struct request *req, const struct match_query *q,
                            struct match_ranking *ret_ranking) {
    struct match_ranking r = {0};
    double multipliers[MATCH_STORED] = {1, 1, 1, 1, 1, 1};
    if (q->goal)
        memcpy(multipliers, match_goal_by_name(q->goal)->multipliers, sizeof multipliers);
    if (q->goal && q->weights.text)
        return refuse(req, "weights", q->weights.text,
                      "left out when goal is given: a goal is a set of weights");
    enum err e = q->weights.text ? read_weights(req, q->weights, multipliers) : ERR_OK;
    if (!e && q->audience_target.text)
        e = read_target(req, q->audience_target, &r);
    if (e)
        return e;
    if (!match_weights(multipliers, r.target_count > 0, r.weights))
        return refuse(req, "weights", q->weights.text ? q->weights.text : "", "not all 0");
    if (!engagement_caution(q->caution, &r.z))
        return request_fail(req, ERR_INTERNAL, "caution \"%s\" has no z", q->caution);
    r.own = q->goal || q->weights.text || r.target_count || r.z != ENGAGEMENT_DEFAULTS.z;
    *ret_ranking = r;
    return ERR_OK;
}

void match_ranking_json(const struct match_query *q, const struct match_ranking *r, struct json *w) {
    json_kstr(w, "goal", q->goal);
    json_kstr(w, "caution", q->caution);
    json_key(w, "diversify");
    json_f64(w, q->diversify, 4);
    json_key(w, "audience_target");
    if (r->target_count) {
        json_object(w);
        for (size_t i = 0; i < r->target_count; i++)
            json_kf64(w, r->target[i].country, r->target[i].share, 6);
        json_object_end(w);
    } else {
        json_null(w);
    }
    json_key(w, "weights");
    json_object(w);
    for (int c = 0; c < MATCH_STORED + (r->target_count > 0); c++)
        json_kf64(w, match_component_name((enum match_component)c), r->weights[c], 4);
    json_object_end(w);
}
