/* The smallest change that gives a list more, from the sets of filters that candidates do not pass:
 * arithmetic, exact over all subsets, since the smallest set of filters to drop is one that somebody does not
 * pass.
 *
 * What is smallest: a moved bound before a changed list before a dropped filter before several dropped ones;
 * of bounds the one that moves least in proportion; of equals the one that gives most, then the first of the
 * table. A filter with a default is dropped by asking for its loosest bound. */
#include "match_relax.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SETS_MAX = 64, RELAX_COMPANIONS = 5 };
#define COST_WORD 1.0
#define COST_DROP 2.0

const struct param *match_diagnosis_line(const struct match_diagnosis *d, size_t i) {
    return &match_params[d->tests.where.each[i].line];
}

bool match_is_bound(const struct param *p) {
    return (p->op == PARAM_GE || p->op == PARAM_LE) &&
           (p->type == PARAM_INT || p->type == PARAM_RATE || p->type == PARAM_NUMBER);
}

bool match_is_list(const struct param *p) {
    return p->type == PARAM_LIST && (p->op == PARAM_IN || p->op == PARAM_IN_ID);
}

struct work {
    struct request *req;
    const struct match_state *st;
    struct match_diagnosis *d;
};

/* ---- values as they would be typed */

/* The shortest decimal fraction that reads back as v. */
static const char *plain(double v, struct arena *a) {
    for (int digits = 0; digits < 40; digits++) {
        char *text = arena_printf(a, "%.*f", digits, v);
        if (strtod(text, NULL) == v)
            return text;
    }
    return arena_printf(a, "%.40f", v);
}

/* Whether a word as typed is the value of a row. */
static bool is_word(const struct param *p, const char *typed, const char *value) {
    char folded[PARAM_TEXT_MAX];
    if (strcmp(p->choices, "words") != 0)
        return strcmp(typed, value) == 0;
    text_compact(typed, strlen(typed), folded, sizeof folded);
    return strcmp(folded, value) == 0;
}

/* A rate that would be ambiguous is typed as a percentage that is not on the wrong side of it. */
static const char *rate_text(const struct param *p, double v, struct arena *a) {
    if (v < 0.5 || p->max <= 1)
        return plain(v, a);
    double percent = v * 100;
    while (p->op == PARAM_GE ? percent / 100 > v : percent / 100 < v)
        percent = nextafter(percent, p->op == PARAM_GE ? 0 : INFINITY);
    return arena_printf(a, "%spct", plain(percent, a));
}

static const char *bound_text(const struct param *p, double v, struct arena *a) {
    if (p->type == PARAM_INT)
        return arena_printf(a, "%.0f", v);
    return p->type == PARAM_NUMBER ? plain(v, a) : rate_text(p, v, a);
}

static double asked_bound(const struct work *x, const struct param *p) {
    const void *at = (const char *)&x->st->q + p->offset;
    return p->type == PARAM_INT ? (double)*(const int64_t *)at : *(const double *)at;
}

static bool list_has(const struct param *p, const char *const *words, size_t n, const char *word) {
    for (size_t i = 0; i < n; i++)
        if (is_word(p, words[i], word))
            return true;
    return false;
}

/* The list with a word let in; NULL where there is no room. */
static const char *list_text(const struct param *p, const struct param_list *l, const char *word,
                             struct arena *a) {
    const char *text = "";
    bool add = l->in_count && !list_has(p, l->in, l->in_count, word);
    if (add && l->in_count + l->out_count >= PARAM_LIST_MAX)
        return NULL;
    for (size_t i = 0; i < l->in_count; i++)
        text = arena_printf(a, "%s%s%s", text, *text ? "," : "", l->in[i]);
    if (add)
        text = arena_printf(a, "%s,%s", text, word);
    for (size_t i = 0; i < l->out_count; i++)
        if (!is_word(p, l->out[i], word))
            text = arena_printf(a, "%s%s-%s", text, *text ? "," : "", l->out[i]);
    return text;
}

/* The word that a row's value stands for: itself, or the choice at a position. */
static const char *word_of(const struct param *p, const char *value, struct arena *a) {
    if (p->op != PARAM_IN_ID)
        return value;
    const char *c = p->choices;
    for (long i = strtol(value, NULL, 10); i > 1; i--)
        c += strcspn(c, ",") + 1;
    return arena_strndup(a, c, strcspn(c, ","));
}

/* ---- relaxations */

/* What drops a filter: leaving it out, its loosest bound, or the niches without the unwanted ones. */
static struct change drop(const struct work *x, size_t i) {
    const struct param *p = match_diagnosis_line(x->d, i);
    struct change c = {p->name, NULL};
    const struct snapshot *s;
    if (p->fallback)
        c.value = bound_text(p, p->op == PARAM_GE ? p->min : p->max, x->req->arena);
    if (p->op != PARAM_NO_FILTER || strcmp(p->name, "niche") != 0 || api_snapshot(x->req, &s))
        return c;
    c.value = "";
    for (size_t k = 0; k < x->st->niche_count; k++)
        c.value = arena_printf(
            x->req->arena, "%s%s%s", c.value, k ? "," : "",
            taxonomy_slug(s->taxonomy, (size_t)taxonomy_by_id(s->taxonomy, x->st->niche_ids[k])));
    return c;
}

/* The filters that are never dropped altogether: those with a default keep out what is not known. */
static uint64_t kept(const struct match_diagnosis *d) {
    uint64_t set = 0;
    for (size_t i = 0; i < d->tests.where.each_count; i++)
        if (match_diagnosis_line(d, i)->fallback)
            set |= UINT64_C(1) << i;
    return set;
}

/* How many there are without the filters of a set. */
int64_t match_without(const struct match_diagnosis *d, uint64_t set, uint64_t unknowns_kept) {
    int64_t n = 0;
    for (size_t i = 0; i < d->set_count; i++)
        if (!(d->sets[i].fails & ~set) && !(d->sets[i].unknowns & unknowns_kept))
            n += d->sets[i].n;
    return n;
}

static const struct fail_set *find_set(const struct match_diagnosis *d, uint64_t fails, uint64_t unknowns) {
    for (size_t i = 0; i < d->set_count; i++)
        if (d->sets[i].fails == fails && d->sets[i].unknowns == unknowns)
            return &d->sets[i];
    return NULL;
}

/* Takes a relaxation of one filter if it is smaller than the best so far. */
static void offer(struct match_diagnosis *d, struct change change, int64_t gives, double cost,
                  struct arena *a) {
    struct relaxation *best = &d->relaxation;
    if (gives <= d->results ||
        (best->changes && (cost > best->cost || (cost >= best->cost && gives <= best->gives))))
        return;
    *best = (struct relaxation){arena_alloc(a, sizeof change), 1, gives, cost, NULL};
    best->changes[0] = change;
}

static void offer_bound(const struct work *x, const struct param *p, const struct fail_set *known) {
    double v = strtod(known->near, NULL), asked = asked_bound(x, p);
    v = p->op == PARAM_GE ? 0 - v : v;
    if (v < p->min || v > p->max)
        return;
    double most = fmax(fabs(v), fabs(asked));
    struct change c = {p->name, bound_text(p, v, x->req->arena)};
    offer(x->d, c, x->d->results + known->near_n, most > 0 ? fabs(v - asked) / most : 0, x->req->arena);
}

static void offer_word(const struct work *x, const struct param *p, const struct fail_set *known) {
    const struct param_list *l = (const void *)((const char *)&x->st->q + p->offset);
    const char *text = list_text(p, l, word_of(p, known->word, x->req->arena), x->req->arena);
    struct change c = {p->name, text && *text ? text : NULL};
    if (text && *text)
        offer(x->d, c, x->d->results + known->near_n, COST_WORD, x->req->arena);
}

/* The ways to relax one filter. */
static void relax_one(const struct work *x, size_t i) {
    const struct param *p = match_diagnosis_line(x->d, i);
    uint64_t bit = UINT64_C(1) << i;
    const struct fail_set *known = find_set(x->d, bit, 0);
    if (known && known->near && match_is_bound(p))
        offer_bound(x, p, known);
    if (known && known->word && match_is_list(p))
        offer_word(x, p, known);
    offer(x->d, drop(x, i), match_without(x->d, bit, kept(x->d)), COST_DROP, x->req->arena);
}

/* The fewest filters to drop where one is not enough; sets are looked at in the order of their size, the
 * first SETS_MAX of one size. */
static void relax_many(const struct work *x) {
    struct match_diagnosis *d = x->d;
    uint64_t keeps = kept(d), best = 0;
    int64_t gives = d->results;
    size_t size = PARAM_MAX + 1, seen = 0;
    for (size_t i = 0; i < d->set_count; i++) {
        const struct fail_set *s = &d->sets[i];
        size_t n = (size_t)__builtin_popcountll(s->fails);
        if (n < 2 || n > size || s->unknowns & keeps || (n == size && seen == SETS_MAX))
            continue;
        seen = n < size ? 1 : seen + 1;
        int64_t more = match_without(d, s->fails, keeps);
        if (n < size || more > gives) {
            best = s->fails;
            gives = more;
        }
        size = n;
    }
    if (!best)
        return;
    d->relaxation = (struct relaxation){arena_alloc(x->req->arena, size * sizeof(struct change)), 0, gives,
                                        COST_DROP * (double)size, NULL};
    for (size_t i = 0; i < d->tests.where.each_count; i++)
        if (best >> i & 1)
            d->relaxation.changes[d->relaxation.count++] = drop(x, i);
}

static const struct change *find_change(const struct relaxation *r, const char *param) {
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->changes[i].param, param) == 0)
            return &r->changes[i];
    return NULL;
}

static bool is_changed(const struct relaxation *r, const char *param) {
    return find_change(r, param) || strcmp(param, "cursor") == 0;
}

static bool is_left_out(const struct relaxation *r, const char *param) {
    const struct change *c = find_change(r, param);
    return c && !c->value;
}

static bool was_sent(const struct request *req, const char *param) {
    for (size_t i = 0; i < req->n_args; i++)
        if (strcmp(req->args[i].name, param) == 0)
            return true;
    return false;
}

static void put_argument(struct buf *out, const char *name, const char *value, size_t len) {
    buf_printf(out, "%s%s=", out->len ? "&" : "", name);
    buf_put_percent(out, value, len);
}

/* Changes that come with others: who leaves a filter out leaves out what belongs to it, and bounds that a
 * tier set are said when one of them moves. */
static void add_companions(const struct request *req, const struct match_query *q, struct relaxation *r) {
    const struct change *low = find_change(r, "min_followers"), *high = find_change(r, "max_followers");
    struct change more[RELAX_COMPANIONS];
    size_t n = 0;
    if (q->tier && (low || high)) {
        more[n++] = (struct change){"tier", NULL};
        if (!low)
            more[n++] = (struct change){"min_followers",
                                        arena_printf(req->arena, "%lld", (long long)q->min_followers)};
        if (!high)
            more[n++] = (struct change){"max_followers",
                                        arena_printf(req->arena, "%lld", (long long)q->max_followers)};
    }
    if (is_left_out(r, "audience_country"))
        more[n++] = (struct change){"min_audience_share", NULL};
    if (is_left_out(r, "min_follower_growth") && strcmp(q->sort_by, "follower_growth") != 0 &&
        was_sent(req, "growth_days"))
        more[n++] = (struct change){"growth_days", NULL};
    struct change *all = arena_alloc(req->arena, (r->count + n) * sizeof *all);
    memcpy(all, r->changes, r->count * sizeof *all);
    memcpy(all + r->count, more, n * sizeof *all);
    r->changes = all;
    r->count += n;
}

/* The query of the request with the changes. */
static const char *changed_query(const struct request *req, const struct relaxation *r) {
    CLEANUP(buf_free) struct buf out = {0};
    for (size_t i = 0; i < req->n_args; i++)
        if (!is_changed(r, req->args[i].name))
            put_argument(&out, req->args[i].name, req->args[i].value, req->args[i].value_len);
    for (size_t i = 0; i < r->count; i++)
        if (r->changes[i].value)
            put_argument(&out, r->changes[i].param, r->changes[i].value, strlen(r->changes[i].value));
    return arena_strndup(req->arena, out.data, out.len);
}

void match_relax(struct request *req, struct match_diagnosis *d) {
    const struct work x = {req, req->state, d};
    for (size_t i = 0; i < d->tests.where.each_count; i++)
        relax_one(&x, i);
    if (!d->relaxation.changes)
        relax_many(&x);
    if (!d->relaxation.changes)
        return;
    add_companions(req, &x.st->q, &d->relaxation);
    d->relaxation.query = changed_query(req, &d->relaxation);
}
