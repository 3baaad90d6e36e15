/* Why: the order in which the parts of a score depend on each other, in one place. Invariants: posts are put
 * in a total order first; nothing of an earlier account is left in the result. */
#include "work.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum err account_result_new(struct fault *f, struct account_result **ret_result) {
    struct account_result *r = calloc(1, sizeof *r);
    if (!r || !(r->work = calloc(1, sizeof *r->work)) ||
        !(r->compound = calloc(SCORE_COMPOUNDS_MAX, sizeof *r->compound)) ||
        !match_weights(NULL, false, r->work->weights)) {
        account_result_free(r);
        return fault_set(f, ERR_NO_MEMORY, "no memory for a score");
    }
    *ret_result = r;
    return ERR_OK;
}

void account_result_free(struct account_result *r) {
    if (!r)
        return;
    free(r->work);
    free(r->compound);
    free(r);
}

static bool is_newer(const struct score_post *a, const struct score_post *b) {
    return a->posted_us != b->posted_us ? a->posted_us > b->posted_us : strcmp(a->key, b->key) > 0;
}

/* Newest first; they usually are already. */
static void order_posts(const struct account_evidence *ev, struct account_work *w) {
    w->n_posts = ev->n_posts < SCORE_POSTS_MAX ? ev->n_posts : SCORE_POSTS_MAX;
    for (size_t i = 0; i < w->n_posts; i++) {
        size_t at = i;
        while (at > 0 && is_newer(&ev->posts[i], &ev->posts[w->order[at - 1]])) {
            w->order[at] = w->order[at - 1];
            at--;
        }
        w->order[at] = (uint8_t)i;
    }
    w->newest_us = w->n_posts > 0 ? ev->posts[w->order[0]].posted_us : INT64_MIN;
    for (size_t i = 0; i < w->n_posts; i++)
        w->age_days[i] = (double)(w->newest_us - ev->posts[w->order[i]].posted_us) / (double)CLOCK_DAY;
}

static double followers_of(const struct account_evidence *ev) {
    if (isnan(ev->followers) && ev->n_snapshots > 0)
        return ev->snapshots[ev->n_snapshots - 1].followers;
    return ev->followers;
}

void work_begin(const struct account_evidence *ev, struct account_work *w) {
    order_posts(ev, w);
    w->followers = followers_of(ev);
}

static int32_t sooner(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static void show_direct(const struct score_context *ctx, const struct account_work *w,
                        struct account_result *r) {
    r->direct_count = 0;
    for (size_t i = 0; i < w->topics.count && r->direct_count < SCORE_DIRECT_MAX; i++) {
        const struct topic *t = &w->topics.item[i];
        if (!(t->k > 0.0))
            break;
        struct score_direct *d = &r->direct[r->direct_count++];
        d->niche = t->niche;
        d->posts = t->posts;
        d->post_mask = t->mask;
        d->k = t->k;
        d->n = w->topics.n;
        d->focus = t->focus;
        d->profile = t->profile;
        d->evidence = t->evidence;
        lexis_prove(&w->lexis, ctx->tax, t->niche, d);
    }
}

void score_account(const struct score_context *ctx, const struct account_evidence *ev,
                   struct account_result *ret_result) {
    struct account_result *r = ret_result;
    struct account_work *w = r->work;
    int64_t now_us = ctx->now_us[ev->world];
    int32_t today = (int32_t)(now_us / CLOCK_DAY);
    work_begin(ev, w);
    r->quality = (struct account_quality){
        .last_post_us = w->newest_us, .followers = w->followers, .posts = w->n_posts};
    int32_t due = ev->next_price_day > today ? ev->next_price_day : SCORE_NO_DAY;
    int32_t due_loyalty, due_freshness;
    topics_find(ctx, ev, w, &r->quality);
    engagement_find(ctx, ev, w, &r->quality);
    authenticity_find(ev, w, &r->quality);
    loyalty_find(ev, today, w, &r->quality, &due_loyalty);
    freshness_find(now_us, w, &r->quality, &due_freshness);
    profile_find(ev, &r->quality);
    due = sooner(due, sooner(due_loyalty, due_freshness));
    r->quality.due_us = due == SCORE_NO_DAY ? INT64_MIN : (due > today ? due : today + 1) * CLOCK_DAY;
    show_direct(ctx, w, r);
    reach_rank(ctx, ev, w, r);
    compounds_rank(ctx, ev, r);
}
