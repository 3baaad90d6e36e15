/* What honest work would raise a component: a table of levers, each with what it says of this account. Never
 * "charge less", never buying, deleting, pods or giveaways. */
#include "standing.h"

#include "rank/authenticity.h"
#include "rank/freshness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_POSTS = 4 };

static double phi_of(const struct standing *is, enum authenticity_signal s) {
    bool measured = (is->signal_measured >> s & 1) != 0 && (size_t)s < is->signal_phi.count;
    return measured ? strtod(is->signal_phi.items[s], NULL) : NAN;
}

static const char *say_focus(const struct standing *is, struct arena *a) {
    if (is->niche_posts == FIELD_NULL_I64 || is->posts <= 0)
        return arena_printf(
            a, "make more of the posts about %s: half of them is a specialist's share already", is->label);
    return arena_printf(
        a, "%lld of %lld recent posts are about %s: half of them is a specialist's share already",
        (long long)is->niche_posts, (long long)is->posts, is->label);
}

static const char *say_replying(const struct standing *is, struct arena *a) {
    double phi = phi_of(is, AUTH_REPLY_RATE);
    (void)a;
    if (phi >= 1.0)
        return NULL;
    return isnan(phi) ? "answer comments, and let the answers be counted: none are on record"
                      : "answer more of the comments: three in ten count in full";
}

static const char *say_disclosure(const struct standing *is, struct arena *a) {
    double phi = phi_of(is, AUTH_DISCLOSURE);
    (void)a;
    return phi < 1.0 ? "label every paid post as paid" : NULL;
}

static const char *say_missing(const struct standing *is, struct arena *a) {
    const char *list = "";
    for (int i = 0; i < AUTH_SIGNAL_COUNT; i++) {
        const char *needs = authenticity_info((enum authenticity_signal)i)->needs;
        if (isnan(phi_of(is, (enum authenticity_signal)i)) && !strstr(list, needs))
            list = arena_printf(a, "%s%s%s", list, *list ? ", " : "", needs);
    }
    return *list ? arena_printf(a, "supply what was not measured: %s", list) : NULL;
}

static const char *say_more_posts(const struct standing *is, struct arena *a) {
    if (!(is->worth > 0.0))
        return NULL;
    if (is->posts > FEW_POSTS)
        return arena_printf(a, "more posts on record would take away doubt worth %.1f points",
                            is->worth_points);
    return arena_printf(a,
                        "few posts are on record: supply insights or more posts, the doubt costs %.1f points",
                        is->worth_points);
}

static const char *say_brands(const struct standing *is, struct arena *a) {
    (void)a;
    return is->brands <= 0 ? "supply past collaborations: none is on record" : NULL;
}

/* Loyalty counts how regular the intervals are. */
static const char *say_regular(const struct standing *is, struct arena *a) {
    (void)a;
    return isnan(is->consistency) ? "post at regular intervals: too few posts are on record to tell"
                                  : "post at regular intervals: even gaps between posts count";
}

/* Freshness counts how often, and how long ago. */
static const char *say_rhythm(const struct standing *is, struct arena *a) {
    double full = FRESHNESS_DEFAULTS.full_ppw, many = FRESHNESS_DEFAULTS.many_ppw;
    if (isnan(is->posts_per_week))
        return arena_printf(a, "keep a rhythm: %g posts a week count in full", full);
    if (is->posts_per_week < full || is->posts_per_week > many)
        return arena_printf(a, "keep a rhythm: %.1f posts a week are seen, %g to %g count in full",
                            is->posts_per_week, full, many);
    return "post again: the newest post on record is older than the usual gap";
}

static const struct lever {
    enum match_component component;
    const char *name;
    const char *(*say)(const struct standing *is, struct arena *a); /* NULL: nothing to do there */
} levers[] = {
    {MATCH_RELEVANCE, "topical_focus", say_focus},
    {MATCH_ENGAGEMENT, "replying", say_replying},
    {MATCH_ENGAGEMENT, "more_evidence", say_more_posts},
    {MATCH_AUTHENTICITY, "replying", say_replying},
    {MATCH_AUTHENTICITY, "disclosure", say_disclosure},
    {MATCH_AUTHENTICITY, "missing_evidence", say_missing},
    {MATCH_LOYALTY, "missing_evidence", say_brands},
    {MATCH_LOYALTY, "rhythm", say_regular},
    {MATCH_FRESHNESS, "rhythm", say_rhythm},
};

void standing_levers(const struct standing_state *st, enum match_component c, struct arena *a,
                     struct json *w) {
    json_key(w, "levers");
    json_array(w);
    for (const struct lever *l = levers; l < levers + COUNT_OF(levers); l++) {
        const char *text = l->component == c ? l->say(&st->is, a) : NULL;
        if (!text)
            continue;
        json_object(w);
        json_kstr(w, "lever", l->name);
        json_kstr(w, "text", text);
        json_object_end(w);
    }
    json_array_end(w);
}
