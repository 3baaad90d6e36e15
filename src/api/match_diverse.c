/* A page that repeats itself less: maximal marginal relevance (Carbonell & Goldstein 1998) over the best
 * hundred, with the cosine of what two creators are about as likeness. Deterministic: ties keep the order of
 * the scores. */
#include "match_pick.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VECTOR_MAX = 64 };

struct vector {
    size_t n;
    int32_t niche[VECTOR_MAX]; /* ascending */
    double focus[VECTOR_MAX];
    double length;
};

static void read_vector(const struct rows *rows, size_t row, struct arena *a, struct vector *v) {
    struct text_list niches = rows_list(rows, row, 1, a), focus = rows_list(rows, row, 2, a);
    double sum = 0;
    for (; v->n < niches.count && v->n < focus.count && v->n < VECTOR_MAX; v->n++) {
        v->niche[v->n] = (int32_t)strtol(niches.items[v->n], NULL, 10);
        v->focus[v->n] = strtod(focus.items[v->n], NULL);
        sum += v->focus[v->n] * v->focus[v->n];
    }
    v->length = sqrt(sum);
}

static double cosine(const struct vector *a, const struct vector *b) {
    double dot = 0;
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        if (a->niche[i] == b->niche[k])
            dot += a->focus[i++] * b->focus[k++];
        else if (a->niche[i] < b->niche[k])
            i++;
        else
            k++;
    }
    return a->length > 0 && b->length > 0 ? dot / (a->length * b->length) : 0;
}

/* The best of those not taken yet; its likeness to the ones taken is kept in `like`. */
static size_t next_of(const struct match_picks *picks, const double *like, const bool *taken, double lambda) {
    size_t best = picks->count;
    double best_value = -INFINITY;
    for (size_t i = 0; i < picks->count; i++) {
        double value = lambda * (double)picks->at[i].score / MATCH_SCALE - (1 - lambda) * like[i];
        if (!taken[i] && value > best_value) {
            best = i;
            best_value = value;
        }
    }
    return best;
}

static struct match_picks choose(struct request *req, const struct vector *vectors) {
    const struct match_state *st = req->state;
    const struct match_picks *from = st->picks;
    double *like = arena_alloc(req->arena, from->count * sizeof *like + 1);
    bool *taken = arena_alloc(req->arena, from->count * sizeof *taken + 1);
    struct match_picks chosen = match_picks_new(req->arena, (size_t)st->q.limit + 1);
    while (chosen.count < (size_t)st->q.limit && chosen.count < from->count) {
        size_t best = next_of(from, like, taken, st->q.diversify);
        taken[best] = true;
        chosen.at[chosen.count++] = from->at[best];
        for (size_t i = 0; i < from->count; i++)
            like[i] = fmax(like[i], cosine(&vectors[i], &vectors[best]));
    }
    return chosen;
}

static enum err vector_rows(struct request *req, const struct rows *rows) {
    const struct match_state *st = req->state;
    struct vector *vectors = arena_alloc(req->arena, st->picks->count * sizeof *vectors + 1);
    for (size_t r = 0; r < rows_count(rows); r++)
        for (size_t i = 0; i < st->picks->count; i++)
            if (st->picks->at[i].account_id == rows_i64(rows, r, 0))
                read_vector(rows, r, req->arena, &vectors[i]);
    struct match_picks *chosen = arena_alloc(req->arena, sizeof *chosen);
    *chosen = choose(req, vectors);
    return match_picks_show(req, chosen);
}

enum err match_diverse_ask(struct request *req, struct match_picks *picks) {
    struct match_state *st = req->state;
    st->picks = picks;
    struct match_pick_ids ids = match_picks_ids(req, picks);
    const char *params[] = {ids.creators, ids.accounts};
    struct statement stmt = api_statement(req, "match_vectors");
    return request_query(req, &stmt, COUNT_OF(params), params, vector_rows);
}
