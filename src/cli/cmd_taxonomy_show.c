/* niched taxonomy: the words for what changes. Invariant: counts are complete, examples are cut. */
#include "cmd_taxonomy_show.h"

#include <stdio.h>
#include <stdlib.h>

enum { LISTS_SHOWN = 40 };

static void examples(const char *what, const struct tax_examples *e, const char **separator) {
    if (e->count == 0)
        return;
    printf("%s%zu %s (", *separator, e->count, what);
    for (size_t i = 0; i < e->count && i < TAX_SHOWN; i++)
        printf("%s%s", i ? ", " : "", e->first[i]);
    printf("%s)", e->count > TAX_SHOWN ? ", ..." : "");
    *separator = "; ";
}

static void show_niche(const struct tax_niche_change *c) {
    const char *separator = "";
    if (c->changes & TAX_ADDED)
        printf("  + %s \"%s\", parents %s, base rate %g", c->next->slug, c->next->label, c->parents_next,
               c->next->base_rate);
    else if (c->changes & TAX_RETIRED)
        printf("  - %s \"%s\", retired", c->now->slug, c->now->label);
    else
        printf("  ~ %s", c->next->slug);
    if (c->changes & TAX_RENAMED)
        printf(", was %s, keeps its id", c->now->slug);
    if (c->changes & TAX_RELABELLED)
        printf(", label \"%s\", was \"%s\"", c->next->label, c->now->label);
    if (c->changes & TAX_REPARENTED)
        printf(", parents %s, were %s", c->parents_next, c->parents_now);
    if (c->changes & TAX_RATED)
        printf(", base rate %g, was %g", c->next->base_rate, c->now->base_rate);
    if (c->changes & TAX_REGENERIC)
        printf(", %s", c->next->generic ? "generic from now on" : "no longer generic");
    if (c->added.count || c->removed.count || c->altered.count)
        printf(": aliases ");
    examples("added", &c->added, &separator);
    examples("removed", &c->removed, &separator);
    examples("with another weight, kind or spelling", &c->altered, &separator);
    printf("\n");
}

static size_t niches_with(const struct tax_diff *diff, unsigned changes) {
    size_t n = 0;
    for (size_t i = 0; i < diff->count; i++)
        n += (diff->niche[i].changes & changes) != 0;
    return n;
}

void show_diff(const struct tax_diff *diff) {
    size_t added = 0, removed = 0, altered = 0;
    for (size_t i = 0; i < diff->count; i++) {
        added += diff->niche[i].added.count;
        removed += diff->niche[i].removed.count;
        altered += diff->niche[i].altered.count;
    }
    printf("niches: %zu added, %zu retired, %zu renamed, %zu with another label, %zu with other parents, %zu "
           "with another base rate\n",
           niches_with(diff, TAX_ADDED), niches_with(diff, TAX_RETIRED), niches_with(diff, TAX_RENAMED),
           niches_with(diff, TAX_RELABELLED), niches_with(diff, TAX_REPARENTED),
           niches_with(diff, TAX_RATED));
    printf("aliases: %zu added, %zu removed, %zu altered\n", added, removed, altered);
    for (size_t i = 0; i < diff->count; i++)
        show_niche(&diff->niche[i]);
    const char *separator = "generic hashtags: ";
    examples("added", &diff->tags_added, &separator);
    examples("removed", &diff->tags_removed, &separator);
    if (diff->tags_added.count || diff->tags_removed.count)
        printf("\n");
}

static const char *slug_of(const struct tax_in *now, const struct tax_in *next, int32_t id) {
    for (size_t i = 0; i < next->niche_count; i++)
        if (next->niches[i].id == id)
            return next->niches[i].slug;
    for (size_t i = 0; i < now->niche_count; i++)
        if (now->niches[i].id == id)
            return now->niches[i].slug;
    return "?";
}

static int by_movement(const void *x, const void *y) {
    const struct effect_list *a = x;
    const struct effect_list *b = y;
    uint64_t m = a->gained + a->lost;
    uint64_t n = b->gained + b->lost;
    if (m != n)
        return m > n ? -1 : 1;
    return a->world != b->world ? a->world - b->world
                                : (a->niche_id > b->niche_id) - (a->niche_id < b->niche_id);
}

void show_effect(const struct effect *e, const struct tax_in *now, const struct tax_in *next) {
    static const char *const worlds[] = {"live", "sandbox"};
    printf("accounts: %llu of %llu will be scored anew (exact: all were scored with both taxonomies)\n",
           (unsigned long long)e->changed, (unsigned long long)e->accounts);
    printf("lists: %zu gain or lose members\n", e->list_count);
    qsort(e->lists, e->list_count, sizeof *e->lists, by_movement);
    for (size_t i = 0; i < e->list_count && i < LISTS_SHOWN; i++) {
        const struct effect_list *l = &e->lists[i];
        printf("  %s %s: %llu, +%llu -%llu\n", l->world >= 0 && l->world < 2 ? worlds[l->world] : "?",
               slug_of(now, next, l->niche_id), (unsigned long long)l->before, (unsigned long long)l->gained,
               (unsigned long long)l->lost);
    }
    if (e->list_count > LISTS_SHOWN)
        printf("  and %zu more\n", e->list_count - LISTS_SHOWN);
}

void show_progress(void *user, uint64_t done, uint64_t total) {
    const bool *shown = user;
    if (*shown)
        fprintf(stderr, "\r\033[K%llu of %llu accounts compared%s", (unsigned long long)done,
                (unsigned long long)total, done >= total ? "\r\033[K" : "");
}
