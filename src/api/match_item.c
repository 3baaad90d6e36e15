/* What an item says beside what was read: points, names, what was not measured, reasons and cautions. The
 * sentences are made from the arithmetic, in a fixed order, so that the same evidence gives the same words.
 */
#include "match.h"

#include "rank/authenticity.h"

#include <math.h>
#include <string.h>

enum { SENTENCES_MAX = 8 };

static void add(struct text_list *l, const char *text) {
    if (l->count < SENTENCES_MAX)
        l->items[l->count++] = text;
}

/* Names the niches that list the creator; of a single one it is always that one. */
static void name_matched(struct match_row *r, const struct snapshot *s, const struct match_state *st,
                         struct arena *a) {
    r->matched.items = arena_alloc(a, st->niche_count * sizeof *r->matched.items);
    r->matched.count = 0;
    for (size_t i = 0; i < st->niche_count; i++) {
        int at = taxonomy_by_id(s->taxonomy, st->niche_ids[i]);
        if (at >= 0 && (st->niche_count == 1 || r->parts >> i & 1))
            r->matched.items[r->matched.count++] = taxonomy_slug(s->taxonomy, (size_t)at);
    }
}

/* "vegan fitness", or "vegan and comedy" for a compound. */
static const char *topic(const struct match_row *r, const struct snapshot *s, const struct match_state *st,
                         struct arena *a) {
    const char *text = "";
    for (size_t i = 0; i < st->niche_count; i++) {
        if (st->any && !(r->parts >> i & 1))
            continue;
        int at = taxonomy_by_id(s->taxonomy, st->niche_ids[i]);
        const char *label = at < 0 ? "?" : taxonomy_label(s->taxonomy, (size_t)at);
        text = *text ? arena_concat(a, text, " and ", label) : label;
    }
    return text;
}

static void say_relevance(struct match_row *r, const struct snapshot *s, const struct match_state *st,
                          struct arena *a) {
    const char *about = topic(r, s, st, a);
    if (r->niche_posts != FIELD_NULL_I64 && r->niche_posts > 0)
        add(&r->reasons, arena_concat(a, arena_i64(a, r->niche_posts), " of ", arena_i64(a, r->posts),
                                      " recent posts are about ", about));
    if (r->profile > 0)
        add(&r->reasons, arena_concat(a, "the profile names ", about));
    if (strcmp(r->kind, "all_parents") == 0)
        add(&r->reasons, arena_concat(a, "makes each part of ", about, ", though not in one post"));
}

static void say_engagement(struct match_row *r, struct arena *a) {
    if (isnan(r->engagement_vs_peers)) {
        add(&r->cautions, "engagement was not measured");
        return;
    }
    if (r->engagement_vs_peers >= 1 || r->engagement_vs_peers < 0.7)
        add(r->engagement_vs_peers >= 1 ? &r->reasons : &r->cautions,
            arena_concat(a, "engagement ", arena_hundredths(a, r->engagement_vs_peers), "x what is usual at ",
                         arena_thousands(a, (uint64_t)r->followers), " followers"));
    if (strcmp(r->engagement_basis, "totals") == 0)
        add(&r->cautions, "engagement is known from account totals only, not from posts");
}

static bool measured(const struct match_row *r, enum authenticity_signal signal) {
    return (r->signal_measured >> signal & 1) != 0;
}

static void say_authenticity(struct match_row *r, struct arena *a) {
    for (int i = 0; i < AUTH_SIGNAL_COUNT; i++)
        if (r->signal_unusual >> i & 1)
            add(&r->cautions,
                arena_concat(a, "unusual pattern: ", authenticity_info((enum authenticity_signal)i)->name));
    if (!measured(r, AUTH_UNEXPLAINED_GROWTH))
        add(&r->cautions, "no follower history: growth not checked");
}

static void say_price(struct match_row *r, struct arena *a) {
    bool prior = strcmp(r->rated_price_source, "prior") == 0;
    if (prior && !(r->own_price_usd > 0))
        add(&r->cautions, "no price known: an estimate for this size");
    else if (prior)
        add(&r->cautions, "the score counts an estimate for this size, not your quote");
    if ((!prior || r->own_price_usd > 0) && r->typical > 0 &&
        r->price_usd / r->typical < 0.8 * r->cpe_usual_usd)
        add(&r->reasons,
            arena_concat(a, "$", arena_hundredths(a, r->price_usd / r->typical), " per engagement where $",
                         arena_hundredths(a, r->cpe_usual_usd), " is usual"));
}

/* The workspace's own price is shown; the shared one is what the score counts by. */
static void take_own_price(struct match_row *r) {
    r->rated_price_usd = r->price_usd;
    r->rated_price_source = r->price_source;
    if (!(r->own_price_usd > 0))
        return;
    r->price_usd = r->own_price_usd;
    r->price_source = "your quote";
}

/* The same as of the row before where the same is known of both, as of most. */
static void list_not_measured(struct match_row *r, const struct match_row *before, struct arena *a) {
    bool prior = strcmp(r->rated_price_source, "prior") == 0;
    if (before && before->signal_measured == r->signal_measured &&
        isnan(before->engagement_rate) == isnan(r->engagement_rate) &&
        (strcmp(before->rated_price_source, "prior") == 0) == prior) {
        r->not_measured = before->not_measured;
        return;
    }
    r->not_measured.items = arena_alloc(a, (AUTH_SIGNAL_COUNT + 3) * sizeof *r->not_measured.items);
    struct text_list *l = &r->not_measured;
    if (isnan(r->engagement_rate))
        l->items[l->count++] = "engagement";
    for (int i = 0; i < AUTH_SIGNAL_COUNT; i++) {
        const char *needs = authenticity_info((enum authenticity_signal)i)->needs;
        bool known = measured(r, (enum authenticity_signal)i);
        for (size_t k = 0; k < l->count && !known; k++)
            known = l->items[k] == needs;
        if (!known)
            l->items[l->count++] = needs;
    }
    if (prior)
        l->items[l->count++] = "price";
}

static void name_niches(struct match_row *r, const struct snapshot *s, struct arena *a) {
    r->niches.items = arena_alloc(a, (r->niche_ids.count + 1) * sizeof *r->niches.items);
    for (size_t i = 0; i < r->niche_ids.count; i++) {
        int at = taxonomy_by_id(s->taxonomy, r->niche_ids.items[i]);
        if (at >= 0)
            r->niches.items[r->niches.count++] = taxonomy_slug(s->taxonomy, (size_t)at);
    }
}

void match_row_finish(struct match_row *r, const struct match_row *before, const struct snapshot *s,
                      const struct match_state *st, int64_t now_us, struct arena *a) {
    r->score_points = match_score_tenths((int)r->score) / 10.0;
    r->confidence = (double)r->conf / MATCH_SCALE;
    r->engagement_vs_peers = r->engagement_rate / r->engagement_usual;
    r->data_age_days = now_us > r->observed_us ? (now_us - r->observed_us) / INT64_C(86400000000) : 0;
    r->reasons.items = arena_alloc(a, SENTENCES_MAX * sizeof *r->reasons.items);
    r->cautions.items = arena_alloc(a, SENTENCES_MAX * sizeof *r->cautions.items);
    take_own_price(r);
    list_not_measured(r, before, a);
    name_niches(r, s, a);
    name_matched(r, s, st, a);
    say_relevance(r, s, st, a);
    say_engagement(r, a);
    say_authenticity(r, a);
    say_price(r, a);
}
