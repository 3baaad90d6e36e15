/* Niches and edges: checks them and lays out every relation as sorted lists. Invariant: the graph is acyclic,
 * and each relation is derived from the two bit matrices `parent` and `above` (row = niche). */
#include "rank/taxonomy_parts.h"

#include <stdlib.h>
#include <string.h>

#define FILE_NAME "niches.tsv"

struct bits {
    uint64_t *w;
    size_t row;
};

static struct bits bits_new(struct arena *a, size_t n) {
    size_t row = (n + 63) / 64;
    return (struct bits){arena_alloc(a, n * row * sizeof(uint64_t) + 8), row};
}

static void bits_set(struct bits b, size_t i, size_t j) {
    uint64_t *w = &b.w[i * b.row + j / 64];
    *w |= (uint64_t)1 << (j % 64);
}

static bool bits_get(struct bits b, size_t i, size_t j) {
    return b.w[i * b.row + j / 64] >> (j % 64) & 1;
}

static void bits_or(struct bits b, size_t into, struct bits c, size_t from) {
    for (size_t k = 0; k < b.row; k++)
        b.w[into * b.row + k] |= c.w[from * c.row + k];
}

static bool is_slug(const char *s) {
    size_t n = s ? strlen(s) : 0;
    if (n == 0 || n > TAX_SLUG_MAX || s[0] == '-' || s[n - 1] == '-')
        return false;
    for (size_t i = 0; i < n; i++) {
        bool word = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9');
        if (!word && (s[i] != '-' || s[i - 1] == '-'))
            return false;
    }
    return true;
}

static enum err niche_take(struct taxonomy *tax, const struct tax_niche_in *in, size_t i, struct fault *f) {
    struct tax_place at = tax_place(FILE_NAME, in->line);
    if (!is_slug(in->slug))
        return fault_set(f, ERR_DATA_INVALID,
                         "%sslug must be lower-case words with \"-\" between, got \"%.80s\"", at.text,
                         in->slug ? in->slug : "");
    if (!in->label || !*in->label)
        return fault_set(f, ERR_DATA_INVALID, "%slabel of \"%s\" must not be empty", at.text, in->slug);
    if (!(in->base_rate >= 0 && in->base_rate <= 1))
        return fault_set(f, ERR_DATA_INVALID, "%sbase_rate of \"%s\" must be 0 to 1, got %g", at.text,
                         in->slug, in->base_rate);
    tax->niche[i] = (struct tax_niche){in->id,
                                       arena_strdup(tax->mem, in->slug),
                                       arena_strdup(tax->mem, in->label),
                                       in->base_rate,
                                       in->generic,
                                       false};
    tax->by_id[i] = tax->by_slug[i] = (uint16_t)i;
    return ERR_OK;
}

static int by_id(const void *x, const void *y, void *arg) {
    const struct tax_niche *niche = arg;
    int32_t a = niche[*(const uint16_t *)x].id;
    int32_t b = niche[*(const uint16_t *)y].id;
    return (a > b) - (a < b);
}

static int by_slug(const void *x, const void *y, void *arg) {
    const struct tax_niche *niche = arg;
    return strcmp(niche[*(const uint16_t *)x].slug, niche[*(const uint16_t *)y].slug);
}

static enum err niches_build(struct taxonomy *tax, const struct tax_in *in, struct fault *f) {
    size_t n = in->niche_count;
    if (n == 0 || n > TAX_NICHES_MAX)
        return fault_set(f, ERR_DATA_INVALID, "a taxonomy has 1 to %d niches, got %zu", TAX_NICHES_MAX, n);
    tax->count = n;
    tax->niche = arena_alloc(tax->mem, n * sizeof *tax->niche);
    tax->by_id = arena_alloc(tax->mem, n * sizeof *tax->by_id);
    tax->by_slug = arena_alloc(tax->mem, n * sizeof *tax->by_slug);
    for (size_t i = 0; i < n; i++) {
        enum err e = niche_take(tax, &in->niches[i], i, f);
        if (e != ERR_OK)
            return e;
    }
    qsort_r(tax->by_id, n, sizeof *tax->by_id, by_id, tax->niche);
    qsort_r(tax->by_slug, n, sizeof *tax->by_slug, by_slug, tax->niche);
    for (size_t i = 1; i < n; i++) {
        size_t s = tax->by_slug[i] > tax->by_slug[i - 1] ? tax->by_slug[i] : tax->by_slug[i - 1];
        if (by_slug(&tax->by_slug[i], &tax->by_slug[i - 1], tax->niche) == 0)
            return fault_set(f, ERR_DATA_INVALID, "%sslug \"%s\" is given twice",
                             tax_place(FILE_NAME, in->niches[s].line).text, tax->niche[s].slug);
        if (by_id(&tax->by_id[i], &tax->by_id[i - 1], tax->niche) == 0)
            return fault_set(f, ERR_DATA_INVALID, "niche id %d is given twice",
                             (int)tax->niche[tax->by_id[i]].id);
    }
    return ERR_OK;
}

static enum err edges_build(const struct taxonomy *tax, const struct tax_in *in, struct bits parent,
                            struct fault *f) {
    for (size_t k = 0; k < in->edge_count; k++) {
        const struct tax_edge_in *e = &in->edges[k];
        struct tax_place at = tax_place(FILE_NAME, e->line);
        int child = taxonomy_by_id(tax, e->child_id);
        int up = taxonomy_by_id(tax, e->parent_id);
        if (child < 0 || up < 0)
            return fault_set(f, ERR_DATA_INVALID, "%sedge %d to %d names an unknown niche", at.text,
                             (int)e->child_id, (int)e->parent_id);
        if (bits_get(parent, (size_t)child, (size_t)up))
            return fault_set(f, ERR_DATA_INVALID, "%sparent \"%s\" of \"%s\" is given twice", at.text,
                             tax->niche[up].slug, tax->niche[child].slug);
        bits_set(parent, (size_t)child, (size_t)up);
    }
    return ERR_OK;
}

/* Names an edge of a cycle, given which niches are `done` (free of cycles above them). */
static enum err cycle_fault(const struct taxonomy *tax, const struct tax_in *in, struct bits parent,
                            const bool *done, struct fault *f) {
    size_t at = 0;
    while (done[at])
        at++;
    size_t below = at;
    for (size_t step = 0; step <= tax->count; step++) {
        size_t up = 0;
        while (done[up] || !bits_get(parent, at, up))
            up++;
        below = at;
        at = up;
    }
    int line = 0;
    for (size_t k = 0; k < in->edge_count; k++)
        if (in->edges[k].child_id == tax->niche[below].id && in->edges[k].parent_id == tax->niche[at].id)
            line = in->edges[k].line;
    return fault_set(f, ERR_DATA_INVALID, "%sparent \"%s\" of \"%s\" closes a cycle",
                     tax_place(FILE_NAME, line).text, tax->niche[at].slug, tax->niche[below].slug);
}

static bool parents_done(struct bits parent, size_t i, size_t n, const bool *done) {
    for (size_t j = 0; j < n; j++)
        if (bits_get(parent, i, j) && !done[j])
            return false;
    return true;
}

/* The ancestors of i: its parents and theirs, whose rows are complete. */
static void take_parents(struct bits parent, struct bits above, size_t i, size_t n) {
    bits_or(above, i, parent, i);
    for (size_t j = 0; j < n; j++)
        if (bits_get(parent, i, j))
            bits_or(above, i, above, j);
}

static enum err above_build(const struct taxonomy *tax, const struct tax_in *in, struct bits parent,
                            struct bits above, struct arena *scratch, struct fault *f) {
    size_t n = tax->count;
    bool *done = arena_alloc(scratch, n * sizeof *done);
    size_t left = n;
    bool moved = true;
    while (left && moved) {
        moved = false;
        for (size_t i = 0; i < n; i++) {
            if (done[i] || !parents_done(parent, i, n, done))
                continue;
            take_parents(parent, above, i, n);
            done[i] = moved = true;
            left--;
        }
    }
    return left ? cycle_fault(tax, in, parent, done, f) : ERR_OK;
}

/* The rows of a matrix, or its columns, as sorted lists. */
static struct tax_list *lists_of(struct arena *mem, struct bits m, size_t n, bool columns) {
    struct tax_list *lists = arena_alloc(mem, n * sizeof *lists);
    uint16_t row[TAX_NICHES_MAX];
    for (size_t i = 0; i < n; i++) {
        size_t count = 0;
        for (size_t j = 0; j < n; j++)
            if (columns ? bits_get(m, j, i) : bits_get(m, i, j))
                row[count++] = (uint16_t)j;
        uint16_t *at = arena_alloc(mem, count * sizeof *at + 1);
        memcpy(at, row, count * sizeof *at);
        lists[i] = (struct tax_list){at, count};
    }
    return lists;
}

static struct bits siblings_of(const struct taxonomy *tax, struct arena *scratch) {
    size_t n = tax->count;
    struct bits sib = bits_new(scratch, n);
    for (size_t p = 0; p < n; p++) {
        struct tax_list kids = tax->rel[REL_CHILDREN][p];
        for (size_t k = 0; k < kids.count * kids.count; k++)
            if (k / kids.count != k % kids.count)
                bits_set(sib, kids.at[k / kids.count], kids.at[k % kids.count]);
    }
    return sib;
}

enum err tax_graph_build(struct taxonomy *tax, const struct tax_in *in, struct fault *f) {
    enum err e = niches_build(tax, in, f);
    if (e != ERR_OK)
        return e;
    size_t n = tax->count;
    CLEANUP(arena_free_at) struct arena *scratch = arena_new(1 << 16);
    if (!scratch)
        return fault_set(f, ERR_NO_MEMORY, "no memory for the taxonomy");
    struct bits parent = bits_new(scratch, n);
    struct bits above = bits_new(tax->mem, n);
    e = edges_build(tax, in, parent, f);
    if (e == ERR_OK)
        e = above_build(tax, in, parent, above, scratch, f);
    if (e != ERR_OK)
        return e;
    tax->above = above.w;
    tax->above_row = above.row;
    tax->rel[REL_PARENTS] = lists_of(tax->mem, parent, n, false);
    tax->rel[REL_CHILDREN] = lists_of(tax->mem, parent, n, true);
    tax->rel[REL_ANCESTORS] = lists_of(tax->mem, above, n, false);
    tax->rel[REL_DESCENDANTS] = lists_of(tax->mem, above, n, true);
    tax->rel[REL_SIBLINGS] = lists_of(tax->mem, siblings_of(tax, scratch), n, false);
    return ERR_OK;
}
