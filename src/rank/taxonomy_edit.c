/* Why: an edited taxonomy is known by its slugs, a store by ids; here the one gets the other's. Invariant:
 * the order of niches and aliases is the one in which the store gives them back, so that ties fall alike. */
#include "rank/taxonomy_edit.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* An alias under its folded text. */
struct keyed {
    const char *key;
    size_t line; /* index of its line */
};

static int by_key(const void *x, const void *y) {
    const struct keyed *a = x;
    const struct keyed *b = y;
    int c = strcmp(a->key, b->key);
    return c ? c : (a->line > b->line) - (a->line < b->line);
}

static const char *key_of(struct arena *a, const char *text) {
    char key[256];
    size_t n = text_words(text, strlen(text), key, sizeof key);
    return arena_strndup(a, key, n);
}

/* The aliases by folded text, each once: the first line counts. */
static struct keyed *keys_of(struct arena *a, const struct tax_in *in, size_t *ret_count) {
    struct keyed *keys = arena_alloc(a, (in->alias_count + 1) * sizeof *keys);
    for (size_t i = 0; i < in->alias_count; i++)
        keys[i] = (struct keyed){key_of(a, in->aliases[i].alias), i};
    qsort(keys, in->alias_count, sizeof *keys, by_key);
    size_t kept = 0;
    for (size_t i = 0; i < in->alias_count; i++)
        if (kept == 0 || strcmp(keys[i].key, keys[kept - 1].key) != 0)
            keys[kept++] = keys[i];
    *ret_count = kept;
    return keys;
}

static const struct tax_niche_in *niche_by_slug(const struct tax_in *in, const char *slug) {
    for (size_t i = 0; i < in->niche_count; i++)
        if (strcmp(in->niches[i].slug, slug) == 0)
            return &in->niches[i];
    return NULL;
}

static int32_t id_by_slug(const struct tax_known *known, size_t count, const char *slug) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(known[i].slug, slug) == 0)
            return known[i].id;
    return 0;
}

static int key_is(const void *key, const void *entry) {
    return strcmp(key, ((const struct keyed *)entry)->key);
}

/* Ids by index of the file's niches: those known, then those of niches that were renamed. */
static void take_renames(struct arena *a, const struct tax_in *files, const struct tax_in *now,
                         const struct keyed *keys, size_t key_count, int32_t *id, struct tax_edit *e) {
    e->renames = arena_alloc(a, (now->niche_count + 1) * sizeof *e->renames);
    for (size_t i = 0; i < now->niche_count; i++) {
        const struct tax_niche_in *old = &now->niches[i];
        if (niche_by_slug(files, old->slug))
            continue;
        const struct keyed *k = bsearch(key_of(a, old->slug), keys, key_count, sizeof *keys, key_is);
        if (!k)
            continue;
        size_t at = (size_t)files->aliases[k->line].niche_id - 1;
        if (id[at] != 0)
            continue;
        id[at] = old->id;
        e->renames[e->rename_count++] = (struct tax_rename){old->id, old->slug, files->niches[at].slug};
    }
}

static int by_id(const void *x, const void *y) {
    const struct tax_niche_in *a = x;
    const struct tax_niche_in *b = y;
    return (a->id > b->id) - (a->id < b->id);
}

static void number(struct arena *a, const struct tax_in *files, const int32_t *id, const struct keyed *keys,
                   size_t key_count, struct tax_in *ret) {
    struct tax_niche_in *niches = arena_alloc(a, (files->niche_count + 1) * sizeof *niches);
    struct tax_edge_in *edges = arena_alloc(a, (files->edge_count + 1) * sizeof *edges);
    struct tax_alias_in *aliases = arena_alloc(a, (key_count + 1) * sizeof *aliases);
    for (size_t i = 0; i < files->niche_count; i++) {
        niches[i] = files->niches[i];
        niches[i].id = id[i];
    }
    qsort(niches, files->niche_count, sizeof *niches, by_id);
    for (size_t i = 0; i < files->edge_count; i++) {
        edges[i] = files->edges[i];
        edges[i].child_id = id[edges[i].child_id - 1];
        edges[i].parent_id = id[edges[i].parent_id - 1];
    }
    for (size_t i = 0; i < key_count; i++) {
        aliases[i] = files->aliases[keys[i].line];
        aliases[i].niche_id = id[aliases[i].niche_id - 1];
    }
    *ret = *files;
    ret->niches = niches;
    ret->edges = edges;
    ret->aliases = aliases;
    ret->alias_count = key_count;
}

void taxonomy_edit(struct arena *a, const struct tax_in *files, const struct tax_in *now,
                   const struct tax_known *known, size_t known_count, struct tax_edit *ret_edit) {
    struct tax_edit e = {0};
    int32_t *id = arena_alloc(a, (files->niche_count + 1) * sizeof *id);
    int32_t last = 0;
    size_t key_count;
    struct keyed *keys = keys_of(a, files, &key_count);
    for (size_t i = 0; i < known_count; i++)
        last = known[i].id > last ? known[i].id : last;
    for (size_t i = 0; i < files->niche_count; i++)
        id[i] = id_by_slug(known, known_count, files->niches[i].slug);
    take_renames(a, files, now, keys, key_count, id, &e);
    for (size_t i = 0; i < files->niche_count; i++)
        id[i] = id[i] ? id[i] : ++last;
    number(a, files, id, keys, key_count, &e.next);
    *ret_edit = e;
}

/* ---- the difference ---- */

static void note(struct tax_examples *e, const char *text) {
    if (e->count < TAX_SHOWN)
        e->first[e->count] = text;
    e->count++;
}

static const struct tax_niche_in *niche_by_id(const struct tax_in *in, int32_t id) {
    for (size_t i = 0; in->niches && i < in->niche_count; i++)
        if (in->niches[i].id == id)
            return &in->niches[i];
    return NULL;
}

static int by_text(const void *x, const void *y) {
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* The parents of a niche by the slugs of `names`, where it has them: a renamed parent is the same. */
static const char *parents_of(struct arena *a, const struct tax_in *in, const struct tax_in *names,
                              int32_t id) {
    const char *slug[64] = {0};
    size_t n = 0;
    for (size_t i = 0; i < in->edge_count && n < COUNT_OF(slug); i++) {
        if (in->edges[i].child_id != id)
            continue;
        const struct tax_niche_in *p = niche_by_id(names, in->edges[i].parent_id);
        p = p ? p : niche_by_id(in, in->edges[i].parent_id);
        if (p)
            slug[n++] = p->slug;
    }
    qsort(slug, n, sizeof *slug, by_text);
    const char *text = n ? "" : "none";
    for (size_t i = 0; i < n; i++)
        text = arena_printf(a, "%s%s%s", text, i ? ", " : "", slug[i]);
    return text;
}

static unsigned changes_of(const struct tax_niche_change *c) {
    if (!c->now || !c->next)
        return c->now ? TAX_RETIRED : TAX_ADDED;
    unsigned w = strcmp(c->now->slug, c->next->slug) != 0 ? TAX_RENAMED : 0;
    w |= strcmp(c->now->label, c->next->label) != 0 ? TAX_RELABELLED : 0;
    w |= strcmp(c->parents_now, c->parents_next) != 0 ? TAX_REPARENTED : 0;
    w |= c->now->base_rate != c->next->base_rate ? TAX_RATED : 0;
    return w | (c->now->generic != c->next->generic ? TAX_REGENERIC : 0);
}

/* All niches of both, by id, with what changes about them. */
static size_t all_niches(struct arena *a, const struct tax_in *now, const struct tax_in *next,
                         struct tax_niche_change *all) {
    size_t n = 0;
    for (size_t i = 0, j = 0; i < now->niche_count || j < next->niche_count; n++) {
        const struct tax_niche_in *x = i < now->niche_count ? &now->niches[i] : NULL;
        const struct tax_niche_in *y = j < next->niche_count ? &next->niches[j] : NULL;
        bool takes_x = x && (!y || x->id <= y->id);
        bool takes_y = y && (!x || y->id <= x->id);
        struct tax_niche_change c = {.now = takes_x ? x : NULL, .next = takes_y ? y : NULL};
        c.id = c.now ? c.now->id : c.next ? c.next->id : 0;
        c.parents_now = parents_of(a, now, next, c.id);
        c.parents_next = parents_of(a, next, next, c.id);
        c.changes = changes_of(&c);
        all[n] = c;
        i += takes_x;
        j += takes_y;
    }
    return n;
}

static struct tax_niche_change *change_of(struct tax_niche_change *all, size_t n, int32_t id) {
    for (size_t i = 0; i < n; i++)
        if (all[i].id == id)
            return &all[i];
    return NULL;
}

/* The places for the aliases of a niche; a spare one for what no niche has. */
static struct tax_niche_change *place(struct tax_niche_change *all, size_t n, int32_t id) {
    struct tax_niche_change *c = change_of(all, n, id);
    return c ? c : &all[n];
}

static void diff_aliases(struct arena *a, const struct tax_in *now, const struct tax_in *next,
                         struct tax_niche_change *all, size_t n) {
    size_t na, nb;
    struct keyed *x = keys_of(a, now, &na);
    struct keyed *y = keys_of(a, next, &nb);
    for (size_t i = 0, j = 0; i < na || j < nb;) {
        int c = i == na ? 1 : j == nb ? -1 : strcmp(x[i].key, y[j].key);
        const struct tax_alias_in *old = c <= 0 ? &now->aliases[x[i].line] : NULL;
        const struct tax_alias_in *new = c >= 0 ? &next->aliases[y[j].line] : NULL;
        i += old != NULL;
        j += new != NULL;
        bool moved = !old || !new || old->niche_id != new->niche_id;
        if (moved && old)
            note(&place(all, n, old->niche_id)->removed, old->alias);
        if (moved && new)
            note(&place(all, n, new->niche_id)->added, new->alias);
        if (!moved && (old->weight != new->weight || old->hashtag_only != new->hashtag_only ||
                       strcmp(old->alias, new->alias) != 0))
            note(&place(all, n, new->niche_id)->altered, new->alias);
    }
}

static const char **tags_of(struct arena *a, const struct tax_in *in) {
    const char **tags = arena_alloc(a, (in->generic_count + 1) * sizeof *tags);
    for (size_t i = 0; i < in->generic_count; i++) {
        char key[256];
        size_t n = text_compact(in->generic_tags[i], strlen(in->generic_tags[i]), key, sizeof key);
        tags[i] = arena_strndup(a, key, n);
    }
    qsort(tags, in->generic_count, sizeof *tags, by_text);
    return tags;
}

/* Tags of x that y has not; both ascending. */
static void tags_only(const char **x, size_t n, const char **y, size_t m, struct tax_examples *ret) {
    for (size_t i = 0; i < n; i++)
        if ((i == 0 || strcmp(x[i], x[i - 1]) != 0) && !bsearch(&x[i], y, m, sizeof *y, by_text))
            note(ret, x[i]);
}

void taxonomy_diff(struct arena *a, const struct tax_in *now, const struct tax_in *next,
                   struct tax_diff *ret_diff) {
    struct tax_diff d = {0};
    d.niche = arena_alloc(a, (now->niche_count + next->niche_count + 1) * sizeof *d.niche);
    size_t n = all_niches(a, now, next, d.niche);
    diff_aliases(a, now, next, d.niche, n);
    for (size_t i = 0; i < n; i++) {
        const struct tax_niche_change *c = &d.niche[i];
        if (c->changes || c->added.count || c->removed.count || c->altered.count)
            d.niche[d.count++] = *c;
    }
    const char **old_tags = tags_of(a, now);
    const char **new_tags = tags_of(a, next);
    tags_only(new_tags, next->generic_count, old_tags, now->generic_count, &d.tags_added);
    tags_only(old_tags, now->generic_count, new_tags, next->generic_count, &d.tags_removed);
    *ret_diff = d;
}

bool taxonomy_diff_empty(const struct tax_diff *diff) {
    return diff->count == 0 && diff->tags_added.count == 0 && diff->tags_removed.count == 0;
}
