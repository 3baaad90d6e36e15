/* Why: which niches an account is about, counted over posts and profile. Invariants: posts are visited newest
 * first and the profile last, so that sums have the same bits whatever order the evidence came in; weights
 * are summed as they are stored (float4), so that joint counts can be made from the stored row. */
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_PROFILE = 255 };

const struct topic *topic_of(const struct topics *t, uint16_t niche) {
    uint16_t at = t->slot[niche];
    return at < t->count && t->item[at].niche == niche ? &t->item[at] : NULL;
}

/* The topic of a niche, made if there is none; NULL when there are too many. */
static struct topic *topic_at(struct topics *t, uint16_t niche) {
    uint16_t at = t->slot[niche];
    if (at < t->count && t->item[at].niche == niche)
        return &t->item[at];
    if (t->count == TOPICS_MAX)
        return NULL;
    t->slot[niche] = (uint16_t)t->count;
    t->item[t->count] = (struct topic){.niche = niche};
    return &t->item[t->count++];
}

static void match_post(const struct taxonomy *tax, const struct score_post *p, struct tax_hits *hits) {
    taxonomy_hits_clear(hits);
    if (p->caption)
        taxonomy_match(tax, p->caption, p->caption_len, TAX_CAPTION, hits);
    if (p->hashtags)
        taxonomy_match(tax, p->hashtags, p->hashtags_len, TAX_HASHTAG, hits);
}

static void take_posts(const struct score_context *ctx, const struct account_evidence *ev,
                       struct account_work *w, struct account_quality *q) {
    for (size_t i = 0; i < w->n_posts; i++) {
        const struct score_post *p = &ev->posts[w->order[i]];
        bool has_text = p->caption || p->hashtags;
        float weight = has_text ? (float)relevance_weight(w->age_days[i]) : 0.0f;
        q->post_weights[i] = weight;
        w->topics.n += (double)weight;
        if (!has_text)
            continue;
        match_post(ctx->tax, p, &w->hits);
        lexis_take(&w->lexis, &w->hits, (uint8_t)i);
        taxonomy_close(ctx->tax, &w->hits);
        for (size_t h = 0; h < w->hits.count; h++) {
            struct topic *t = topic_at(&w->topics, w->hits.hit[h].niche);
            if (!t)
                continue;
            t->k += (double)weight * (double)w->hits.hit[h].p;
            t->mask |= UINT64_C(1) << i;
            t->posts++;
        }
    }
}

static void match_profile(const struct taxonomy *tax, const struct account_evidence *ev,
                          struct tax_hits *hits) {
    const struct {
        const char *text;
        enum tax_where where;
    } parts[] = {
        {ev->bio, TAX_BIO}, {ev->name, TAX_NAME}, {ev->username, TAX_USERNAME}, {ev->category, TAX_CATEGORY}};
    taxonomy_hits_clear(hits);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (parts[i].text)
            taxonomy_match(tax, parts[i].text, strlen(parts[i].text), parts[i].where, hits);
}

static bool counts(const struct taxonomy *tax, const struct tax_hit *hit, bool outright) {
    return !taxonomy_is_generic(tax, hit->niche) && (!outright || hit->how == TAX_DIRECT);
}

/* How many hits have none below them, generic ones left out; `outright`: among those named by a word. */
static size_t most_specific(const struct taxonomy *tax, const struct tax_hits *hits, bool outright) {
    size_t n = 0;
    for (size_t i = 0; i < hits->count; i++) {
        bool lowest = counts(tax, &hits->hit[i], outright);
        for (size_t j = 0; lowest && j < hits->count; j++)
            lowest = !(counts(tax, &hits->hit[j], outright) &&
                       taxonomy_is_above(tax, hits->hit[i].niche, hits->hit[j].niche));
        n += lowest;
    }
    return n;
}

static void take_profile(const struct score_context *ctx, const struct account_evidence *ev,
                         struct account_work *w) {
    match_profile(ctx->tax, ev, &w->hits);
    if (w->hits.count == 0)
        return;
    lexis_take(&w->lexis, &w->hits, TEXT_PROFILE);
    taxonomy_close(ctx->tax, &w->hits);
    size_t outright = most_specific(ctx->tax, &w->hits, true);
    size_t closed = most_specific(ctx->tax, &w->hits, false);
    size_t m = outright < closed ? outright : closed;
    double share = 1.0 / sqrt(m > 1 ? (double)m : 1.0);
    w->topics.bio_weight = RELEVANCE_DEFAULTS.bio_posts;
    w->topics.n += w->topics.bio_weight;
    for (size_t h = 0; h < w->hits.count; h++) {
        struct topic *t = topic_at(&w->topics, w->hits.hit[h].niche);
        if (!t)
            continue;
        t->profile = (double)w->hits.hit[h].p * share;
        t->k += w->topics.bio_weight * t->profile;
    }
}

static int by_strength(const void *a, const void *b) {
    const struct topic *x = a;
    const struct topic *y = b;
    if (x->k != y->k)
        return x->k > y->k ? -1 : 1;
    return (int)x->niche - (int)y->niche;
}

void topics_find(const struct score_context *ctx, const struct account_evidence *ev, struct account_work *w,
                 struct account_quality *q) {
    struct topics *t = &w->topics;
    t->count = 0;
    t->n = 0.0;
    t->bio_weight = 0.0;
    w->lexis.count = 0;
    take_posts(ctx, ev, w, q);
    take_profile(ctx, ev, w);
    qsort(t->item, t->count, sizeof *t->item, by_strength);
    for (size_t i = 0; i < t->count; i++) {
        struct topic *item = &t->item[i];
        t->slot[item->niche] = (uint16_t)i;
        struct relevance_share share =
            relevance_share((struct relevance_niche){item->k, t->n, ctx->base_rate[item->niche]});
        item->focus = share.focus;
        item->evidence = share.evidence;
    }
    q->bio_weight = t->bio_weight;
}
