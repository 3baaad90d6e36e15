/* The taxonomy's life and its read-only side. Invariant: after taxonomy_new nothing in it changes; all of it,
 * the struct included, lives in its own arena. */
#include "rank/taxonomy_parts.h"

#include <string.h>

struct tax_place tax_place(const char *file, int line) {
    struct tax_place p = {""};
    if (line <= 0)
        return p;
    char digits[12];
    char *d = digits + sizeof digits - 1;
    *d = '\0';
    for (; line > 0; line /= 10)
        *--d = (char)('0' + line % 10);
    char *end = p.text;
    const char *const parts[] = {file, " line ", d, ": "};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        end = stpcpy(end, parts[i]);
    return p;
}

void taxonomy_free(struct taxonomy *tax) {
    if (!tax)
        return;
    arena_free(tax->mem);
}

void taxonomy_free_at(struct taxonomy **tax) {
    taxonomy_free(*tax);
}

enum err taxonomy_new(const struct tax_in *in, struct fault *f, struct taxonomy **ret_tax) {
    CLEANUP(arena_free_at) struct arena *mem = arena_new(1 << 16);
    if (!mem)
        return fault_set(f, ERR_NO_MEMORY, "no memory for the taxonomy");
    struct taxonomy *tax = arena_alloc(mem, sizeof *tax);
    tax->mem = mem;
    enum err e = tax_graph_build(tax, in, f);
    if (e == ERR_OK)
        e = tax_lex_build(tax, in, f);
    if (e != ERR_OK)
        return e;
    tax_compounds_mark(tax);
    *ret_tax = tax;
    mem = NULL;
    return ERR_OK;
}

size_t taxonomy_count(const struct taxonomy *tax) {
    return tax->count;
}

int taxonomy_by_id(const struct taxonomy *tax, int32_t id) {
    size_t guess = (size_t)id - 1; /* ids mostly count from 1 without a gap */
    if (guess < tax->count && tax->niche[tax->by_id[guess]].id == id)
        return tax->by_id[guess];
    size_t lo = 0;
    size_t hi = tax->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int32_t have = tax->niche[tax->by_id[mid]].id;
        if (have == id)
            return tax->by_id[mid];
        if (have < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

int taxonomy_by_slug(const struct taxonomy *tax, const char *slug, size_t len) {
    size_t lo = 0;
    size_t hi = tax->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const char *have = tax->niche[tax->by_slug[mid]].slug;
        size_t n = strlen(have);
        int c = memcmp(have, slug, n < len ? n : len);
        if (c == 0)
            c = (n > len) - (n < len);
        if (c == 0)
            return tax->by_slug[mid];
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

int32_t taxonomy_id(const struct taxonomy *tax, size_t i) {
    return tax->niche[i].id;
}

const char *taxonomy_slug(const struct taxonomy *tax, size_t i) {
    return tax->niche[i].slug;
}

const char *taxonomy_label(const struct taxonomy *tax, size_t i) {
    return tax->niche[i].label;
}

double taxonomy_base_rate(const struct taxonomy *tax, size_t i) {
    return tax->niche[i].base_rate;
}

bool taxonomy_is_generic(const struct taxonomy *tax, size_t i) {
    return tax->niche[i].generic;
}

bool taxonomy_is_intersection(const struct taxonomy *tax, size_t i) {
    return tax->rel[REL_PARENTS][i].count >= 2;
}

bool taxonomy_is_compound(const struct taxonomy *tax, size_t i) {
    return tax->niche[i].compound;
}

struct tax_list taxonomy_parents(const struct taxonomy *tax, size_t i) {
    return tax->rel[REL_PARENTS][i];
}

struct tax_list taxonomy_children(const struct taxonomy *tax, size_t i) {
    return tax->rel[REL_CHILDREN][i];
}

struct tax_list taxonomy_siblings(const struct taxonomy *tax, size_t i) {
    return tax->rel[REL_SIBLINGS][i];
}

struct tax_list taxonomy_ancestors(const struct taxonomy *tax, size_t i) {
    return tax->rel[REL_ANCESTORS][i];
}

struct tax_list taxonomy_descendants(const struct taxonomy *tax, size_t i) {
    return tax->rel[REL_DESCENDANTS][i];
}

bool taxonomy_is_above(const struct taxonomy *tax, size_t above, size_t below) {
    return tax->above[below * tax->above_row + above / 64] >> (above % 64) & 1;
}
