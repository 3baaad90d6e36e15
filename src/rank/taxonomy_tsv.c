/* The taxonomy's files as plain arrays: columns, numbers, names; what the arrays mean together is
 * taxonomy_new's to check, by the line numbers given along. Invariant: a fault names file, line and the value
 * that is wrong. */
#include "base/text.h"
#include "rank/taxonomy_parts.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 6 };

struct tsv {
    struct arena *mem;
    struct fault *f;
    const char *file;
    const char *at, *end;
    int line;
    size_t columns;
    const char *column[COLUMNS_MAX];
};

static struct tsv tsv_of(struct arena *mem, struct fault *f, const char *file) {
    return (struct tsv){.mem = mem, .f = f, .file = file, .column = {"", "", "", "", "", ""}};
}

static enum err tsv_fault(const struct tsv *t, enum err code, const char *what, const char *value) {
    struct tax_place at = tax_place(t->file, t->line);
    return fault_set(t->f, code, "%s%s, got \"%.100s\"", at.text, what, value);
}

static bool tsv_more(const struct tsv *t) {
    return t->at < t->end;
}

/* Reads the next line into column[]. */
static enum err tsv_next(struct tsv *t) {
    const char *nl = memchr(t->at, '\n', (size_t)(t->end - t->at));
    const char *stop = nl ? nl : t->end;
    size_t n = (size_t)(stop - t->at);
    n -= n > 0 && t->at[n - 1] == '\r';
    char *s = arena_strndup(t->mem, t->at, n);
    t->at = nl ? nl + 1 : t->end;
    t->line++;
    if (!text_utf8_valid(s, n) || strlen(s) != n)
        return tsv_fault(t, ERR_DATA_FORMAT, "line must be UTF-8 without NUL", "other bytes");
    size_t count = 1;
    for (const char *tab = s; (tab = strchr(tab, '\t')); tab++)
        count++;
    if (count != t->columns)
        return fault_set(t->f, ERR_DATA_FORMAT, "%sline must have %zu columns, got %zu: \"%.100s\"",
                         tax_place(t->file, t->line).text, t->columns, count, s);
    for (size_t i = 0; i < COLUMNS_MAX; i++) {
        const char *cell = i < count ? strsep(&s, "\t") : NULL;
        t->column[i] = cell ? cell : "";
    }
    return ERR_OK;
}

static enum err tsv_open(struct tsv *t, const char *const *names, size_t count, const char *text,
                         size_t len) {
    t->columns = count;
    t->at = text;
    t->end = text + len;
    enum err e = tsv_next(t);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (strcmp(t->column[i], names[i]) != 0)
            return fault_set(t->f, ERR_DATA_FORMAT, "%scolumn %zu must be \"%s\", got \"%.80s\"",
                             tax_place(t->file, 1).text, i + 1, names[i], t->column[i]);
    return e;
}

/* How many lines there can be at most. */
static size_t tsv_lines(const char *text, size_t len) {
    size_t n = 1;
    for (size_t i = 0; i < len; i++)
        n += text[i] == '\n';
    return n;
}

static enum err tsv_number(const struct tsv *t, const char *what, const char *s, double *ret) {
    char *end;
    double x = strtod(s, &end);
    if (!*s || *end || strspn(s, "0123456789.eE-") != strlen(s))
        return tsv_fault(t, ERR_DATA_FORMAT, what, s);
    *ret = x;
    return ERR_OK;
}

static bool is_slug_of(const struct tax_niche_in *niche, const char *slug, size_t n) {
    return strncmp(niche->slug, slug, n) == 0 && niche->slug[n] == '\0';
}

/* The niche of a slug, or niche_count. */
static size_t index_of(const struct tax_in *in, const char *slug, size_t n) {
    size_t i = 0;
    while (i < in->niche_count && !is_slug_of(&in->niches[i], slug, n))
        i++;
    return i;
}

/* The edges of one niche from its parents, slugs with commas between. */
static enum err parents_read(const struct tsv *t, const struct tax_in *in, const struct tax_niche_in *child,
                             const char *parents, struct tax_edge_in *edges, size_t *io_count) {
    const char *s = parents;
    while (*parents) {
        size_t n = strcspn(s, ",");
        size_t up = index_of(in, s, n);
        if (up == in->niche_count) {
            struct tsv at = *t;
            at.line = child->line;
            return tsv_fault(&at, ERR_DATA_INVALID, "parent must be the slug of a niche",
                             arena_strndup(t->mem, s, n));
        }
        edges[(*io_count)++] = (struct tax_edge_in){child->id, in->niches[up].id, child->line};
        if (!s[n])
            break;
        s += n + 1;
    }
    return ERR_OK;
}

static enum err niche_read(struct tsv *t, struct tax_niche_in *ret, const char **ret_parents) {
    enum err e = tsv_next(t);
    double rate = 0;
    if (e == ERR_OK)
        e = tsv_number(t, "base_rate must be a number", t->column[4], &rate);
    if (e != ERR_OK)
        return e;
    if (!(rate >= 0 && rate <= 1))
        return tsv_fault(t, ERR_DATA_INVALID, "base_rate must be 0 to 1", t->column[4]);
    const char *generic = t->column[5];
    if (strcmp(generic, "t") != 0 && strcmp(generic, "f") != 0)
        return tsv_fault(t, ERR_DATA_FORMAT, "generic must be t or f", generic);
    *ret = (struct tax_niche_in){.id = t->line - 1,
                                 .slug = t->column[0],
                                 .label = t->column[1],
                                 .base_rate = rate,
                                 .generic = *generic == 't',
                                 .iab_id = t->column[3],
                                 .line = t->line};
    *ret_parents = t->column[2];
    return ERR_OK;
}

static size_t commas(const char *s) {
    size_t n = 0;
    for (; (s = strchr(s, ',')); s++)
        n++;
    return n;
}

enum err taxonomy_tsv_niches(struct arena *a, const char *text, size_t len, struct fault *f,
                             struct tax_in *ret_in) {
    static const char *const names[] = {"slug", "label", "parents", "iab_id", "base_rate", "generic"};
    struct tsv t = tsv_of(a, f, "niches.tsv");
    enum err e = tsv_open(&t, names, COUNT_OF(names), text, len);
    size_t lines = tsv_lines(text, len);
    struct tax_niche_in *niches = arena_alloc(a, lines * sizeof *niches);
    const char **parents = arena_alloc(a, lines * sizeof *parents);
    struct tax_in in = {.niches = niches};
    size_t most = 0;
    while (e == ERR_OK && tsv_more(&t)) {
        e = niche_read(&t, &niches[in.niche_count], &parents[in.niche_count]);
        if (e == ERR_OK)
            most += commas(parents[in.niche_count++]) + 1;
    }
    struct tax_edge_in *edges = arena_alloc(a, (most + 1) * sizeof *edges);
    for (size_t i = 0; e == ERR_OK && i < in.niche_count; i++)
        e = parents_read(&t, &in, &niches[i], parents[i], edges, &in.edge_count);
    if (e != ERR_OK)
        return e;
    ret_in->niches = niches;
    ret_in->niche_count = in.niche_count;
    ret_in->edges = edges;
    ret_in->edge_count = in.edge_count;
    return ERR_OK;
}

static int by_all(const void *x, const void *y) {
    const struct tax_alias_in *a = x;
    const struct tax_alias_in *b = y;
    if (a->niche_id != b->niche_id)
        return a->niche_id < b->niche_id ? -1 : 1;
    int c = strcmp(a->alias, b->alias);
    if (c == 0)
        c = strcmp(a->lang, b->lang);
    return c ? c : (int)a->hashtag_only - (int)b->hashtag_only;
}

static enum err twice_check(struct tsv *t, const struct tax_alias_in *aliases, size_t count) {
    struct tax_alias_in *sorted = arena_alloc(t->mem, count * sizeof *sorted);
    memcpy(sorted, aliases, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_all);
    for (size_t i = 1; i < count; i++) {
        if (by_all(&sorted[i], &sorted[i - 1]) != 0)
            continue;
        t->line = sorted[i].line > sorted[i - 1].line ? sorted[i].line : sorted[i - 1].line;
        return tsv_fault(t, ERR_DATA_INVALID, "alias is given twice for its niche, language and kind",
                         sorted[i].alias);
    }
    return ERR_OK;
}

/* *io_niche: the niche of the line before, as neighbours mostly share theirs. */
static enum err alias_read(struct tsv *t, const struct tax_in *in, size_t *io_niche,
                           struct tax_alias_in *ret) {
    enum err e = tsv_next(t);
    double weight = 0;
    if (e == ERR_OK)
        e = tsv_number(t, "weight must be a number", t->column[4], &weight);
    if (e != ERR_OK)
        return e;
    if (!(weight > 0 && weight <= 1))
        return tsv_fault(t, ERR_DATA_INVALID, "weight must be above 0 and at most 1", t->column[4]);
    const char *kind = t->column[3];
    bool hashtag = strcmp(kind, "hashtag") == 0;
    if (!hashtag && strcmp(kind, "word") != 0)
        return tsv_fault(t, ERR_DATA_FORMAT, "kind must be word or hashtag", kind);
    const char *lang = t->column[2];
    if (strlen(lang) > 8 || strspn(lang, "abcdefghijklmnopqrstuvwxyz*-") != strlen(lang))
        return tsv_fault(t, ERR_DATA_FORMAT, "lang must be a language tag in lower case", lang);
    size_t n = strlen(t->column[1]);
    if (*io_niche == in->niche_count || !is_slug_of(&in->niches[*io_niche], t->column[1], n))
        *io_niche = index_of(in, t->column[1], n);
    if (*io_niche == in->niche_count)
        return tsv_fault(t, ERR_DATA_INVALID, "niche must be the slug of a niche", t->column[1]);
    *ret = (struct tax_alias_in){t->column[0], in->niches[*io_niche].id, weight, hashtag, lang, t->line};
    return ERR_OK;
}

enum err taxonomy_tsv_aliases(struct arena *a, const char *text, size_t len, struct fault *f,
                              struct tax_in *ret_in) {
    static const char *const names[] = {"alias", "niche", "lang", "kind", "weight"};
    struct tsv t = tsv_of(a, f, "aliases.tsv");
    enum err e = tsv_open(&t, names, COUNT_OF(names), text, len);
    struct tax_alias_in *aliases = arena_alloc(a, tsv_lines(text, len) * sizeof *aliases);
    size_t count = 0;
    size_t niche = 0;
    while (e == ERR_OK && tsv_more(&t)) {
        e = alias_read(&t, ret_in, &niche, &aliases[count]);
        count += e == ERR_OK;
    }
    if (e == ERR_OK)
        e = twice_check(&t, aliases, count);
    if (e != ERR_OK)
        return e;
    ret_in->aliases = aliases;
    ret_in->alias_count = count;
    return ERR_OK;
}

enum err taxonomy_tsv_generic(struct arena *a, const char *text, size_t len, struct fault *f,
                              struct tax_in *ret_in) {
    static const char *const names[] = {"hashtag"};
    struct tsv t = tsv_of(a, f, "generic.tsv");
    enum err e = tsv_open(&t, names, COUNT_OF(names), text, len);
    const char **tags = arena_alloc(a, tsv_lines(text, len) * sizeof *tags);
    size_t count = 0;
    while (e == ERR_OK && tsv_more(&t)) {
        e = tsv_next(&t);
        if (e == ERR_OK)
            tags[count++] = t.column[0];
    }
    if (e != ERR_OK)
        return e;
    ret_in->generic_tags = tags;
    ret_in->generic_count = count;
    return ERR_OK;
}
