/* Which niches are compounds of their parents, and what evidence for some niches says about others.
 * Invariant: closing only raises a hit's p or betters its `how`, so it ends, and closing twice changes
 * nothing. */
#include "rank/taxonomy_parts.h"

#include <string.h>

/* Whether niche h speaks for parent p of x: it is p, or below p, but not x nor below it, nor any other parent
 * of x or below one. */
static bool speaks_for(const struct taxonomy *tax, size_t h, size_t p, size_t x) {
    if (h == p)
        return true;
    if (h == x || !taxonomy_is_above(tax, p, h) || taxonomy_is_above(tax, x, h))
        return false;
    struct tax_list parents = taxonomy_parents(tax, x);
    for (size_t i = 0; i < parents.count; i++)
        if (parents.at[i] != p && (parents.at[i] == h || taxonomy_is_above(tax, parents.at[i], h)))
            return false;
    return true;
}

/* The hits that texts gave, as against those that follow from a niche below. */
struct said {
    size_t count;
    struct tax_hit hit[TAX_HITS_MAX];
};

static bool all_are_hit(const struct tax_hits *hits, struct tax_list niches) {
    for (size_t i = 0; i < niches.count; i++) {
        size_t slot = hits->slot[niches.at[i]];
        if (slot >= hits->count || hits->hit[slot].niche != niches.at[i])
            return false;
    }
    return true;
}

/* The product of the evidence for the parents of x, 0 when one has none. */
static float all_parents(const struct taxonomy *tax, const struct said *said, size_t x) {
    struct tax_list parents = taxonomy_parents(tax, x);
    float product = 1;
    for (size_t i = 0; i < parents.count; i++) {
        float best = 0;
        for (size_t k = 0; k < said->count; k++)
            if (said->hit[k].p > best && speaks_for(tax, said->hit[k].niche, parents.at[i], x))
                best = said->hit[k].p;
        product *= best;
    }
    return product;
}

/* One round over the compounds under what is hit; returns whether anything changed. */
static bool close_down(const struct taxonomy *tax, struct tax_hits *hits) {
    struct said said;
    said.count = 0;
    for (size_t k = 0; k < hits->count; k++)
        if (hits->hit[k].how != TAX_BY_DESCENDANT)
            said.hit[said.count++] = hits->hit[k];
    bool changed = false;
    for (size_t k = 0; k < hits->count; k++) {
        struct tax_list below = tax->rel[REL_COMPOUNDS][hits->hit[k].niche];
        for (size_t i = 0; i < below.count; i++) {
            size_t x = below.at[i];
            float p = all_are_hit(hits, taxonomy_parents(tax, x)) ? all_parents(tax, &said, x) : 0;
            if (p > 0 && tax_hit_add(hits, x, p, TAX_BY_ALL_PARENTS))
                changed = true;
        }
    }
    return changed;
}

void taxonomy_close(const struct taxonomy *tax, struct tax_hits *io_hits) {
    size_t own = io_hits->count;
    for (size_t k = 0; k < own; k++) {
        struct tax_hit h = io_hits->hit[k];
        struct tax_list up = taxonomy_ancestors(tax, h.niche);
        for (size_t i = 0; i < up.count; i++)
            tax_hit_add(io_hits, up.at[i], h.p, TAX_BY_DESCENDANT);
    }
    bool changed = io_hits->count > 1;
    while (changed)
        changed = close_down(tax, io_hits);
}

/* Whether a proper part of alias a (its words i..i+k-1) means a niche that speaks for parent p. */
static bool part_names(const struct taxonomy *tax, const struct tax_alias *a, size_t p) {
    const char *end = a->text + a->len;
    for (const char *from = a->text; from < end; from += strcspn(from, " ") + 1) {
        for (const char *to = from + strcspn(from, " ");; to += 1 + strcspn(to + 1, " ")) {
            size_t n = (size_t)(to - from);
            const struct lex_entry *e = n < a->len ? lex_find(&tax->lex, from, n) : NULL;
            int alias = e && e->alias >= 0 ? e->alias : n < a->len ? lex_inflected(&tax->lex, from, n) : -1;
            if (alias >= 0 && speaks_for(tax, tax->lex.alias[alias].niche, p, a->niche))
                return true;
            if (to == end)
                break;
        }
    }
    return false;
}

void tax_compounds_mark(struct taxonomy *tax) {
    for (size_t k = 0; k < tax->lex.alias_count; k++) {
        const struct tax_alias *a = &tax->lex.alias[k];
        struct tax_list parents = taxonomy_parents(tax, a->niche);
        bool named = parents.count >= 2 && a->words >= 2;
        for (size_t i = 0; named && i < parents.count; i++)
            named = part_names(tax, a, parents.at[i]);
        if (named)
            tax->niche[a->niche].compound = true;
    }
    tax->rel[REL_COMPOUNDS] = arena_alloc(tax->mem, tax->count * sizeof *tax->rel[0]);
    for (size_t i = 0; i < tax->count; i++) {
        struct tax_list kids = taxonomy_children(tax, i);
        uint16_t *at = arena_alloc(tax->mem, kids.count * sizeof *at);
        size_t count = 0;
        for (size_t k = 0; k < kids.count; k++)
            if (tax->niche[kids.at[k]].compound && taxonomy_parents(tax, kids.at[k]).at[0] == i)
                at[count++] = kids.at[k];
        tax->rel[REL_COMPOUNDS][i] = (struct tax_list){at, count};
    }
}
