/* Why: what made-up people say is data, and data is checked once, when it is read, so that the generator need
 * not. Invariants: every text points into the embedded files; after sandbox_words_new no list that is picked
 * from is empty; the pools are sized before the first line is read, so that pointers into them stay valid. */
#include "ingest/sandbox_words.h"

#include "base/embed.h"

#include <stdlib.h>
#include <string.h>

#define FOLDER     "sql/sample/"
#define CELLS_MAX  6
#define ZIPF_SCALE UINT64_C(1000000000)
#define ZIPF_SHIFT                                                                                           \
    4 /* Zipf-Mandelbrot: weight 1 / (rank + shift), so that no niche has more than a few percent */

struct row {
    const char *file;
    int line;
    struct sandbox_text cell[CELLS_MAX];
};

typedef enum err row_reader(struct sandbox_words *w, const struct row *row, struct fault *f);

static const char *const LANGUAGE_NAMES[LANGUAGE_COUNT] = {[LANGUAGE_EN] = "en",
                                                           [LANGUAGE_DE] = "de",
                                                           [LANGUAGE_ES] = "es",
                                                           [LANGUAGE_FR] = "fr",
                                                           [LANGUAGE_PT] = "pt"};

static const char *const TEMPLATE_NAMES[TEMPLATE_COUNT] = {[TEMPLATE_BIO] = "bio",
                                                           [TEMPLATE_EXTRA] = "extra",
                                                           [TEMPLATE_CAPTION] = "caption",
                                                           [TEMPLATE_CLOSER] = "closer",
                                                           [TEMPLATE_OFFTOPIC] = "offtopic",
                                                           [TEMPLATE_GIVEAWAY] = "giveaway",
                                                           [TEMPLATE_AD] = "ad",
                                                           [TEMPLATE_DAY] = "day"};

static const char *const NAMES_NAMES[NAMES_COUNT] = {
    [NAMES_GIVEN] = "given", [NAMES_FAMILY] = "family", [NAMES_HANDLE] = "handle"};

static enum err broken(struct fault *f, const struct row *row, const char *what, struct sandbox_text word) {
    return fault_set(f, ERR_INTERNAL, "%s line %d: %s \"%.*s\"", row->file, row->line, what, (int)word.n,
                     word.s);
}

static bool same(struct sandbox_text a, struct sandbox_text b) {
    return a.n == b.n && memcmp(a.s, b.s, a.n) == 0;
}

static bool index_of(const char *const *names, uint32_t n, struct sandbox_text word, uint32_t *ret_index) {
    for (uint32_t i = 0; i < n; i++) {
        if (strlen(names[i]) == word.n && memcmp(names[i], word.s, word.n) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

static bool niche_of(const struct sandbox_words *w, struct sandbox_text slug, uint32_t *ret_index) {
    for (uint32_t i = 0; i < w->niche_count; i++) {
        if (same(w->niches[i].slug, slug)) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

static bool number_of(struct sandbox_text word, int64_t *ret_number) {
    int64_t x = 0;
    if (word.n == 0 || word.n > 12)
        return false;
    for (size_t i = 0; i < word.n; i++) {
        if (word.s[i] < '0' || word.s[i] > '9')
            return false;
        x = x * 10 + (word.s[i] - '0');
    }
    *ret_number = x;
    return true;
}

static struct sandbox_list list_of(struct sandbox_words *w, struct sandbox_text cell) {
    struct sandbox_list list = {w->pool + w->pool_used, 0};
    const char *end = cell.s + cell.n;
    for (const char *at = cell.s; at < end;) {
        const char *stop = memchr(at, ';', (size_t)(end - at));
        stop = stop ? stop : end;
        if (stop > at) {
            w->pool[w->pool_used++] = (struct sandbox_text){at, (size_t)(stop - at)};
            list.n++;
        }
        at = stop + 1;
    }
    return list;
}

static enum err read_trade(struct sandbox_words *w, const struct row *row, struct fault *f) {
    struct sandbox_trade *t = &w->trades[w->trade_count++];
    *t = (struct sandbox_trade){row->cell[0], row->cell[1], list_of(w, row->cell[2])};
    return t->brands.n ? ERR_OK : broken(f, row, "no brands for", t->slug);
}

static enum err read_niche(struct sandbox_words *w, const struct row *row, struct fault *f) {
    struct sandbox_niche *n = &w->niches[w->niche_count];
    uint64_t before = w->niche_count ? w->niche_weights[w->niche_count - 1] : 0;
    n->slug = row->cell[0];
    while (n->trade < w->trade_count && !same(w->trades[n->trade].slug, row->cell[1]))
        n->trade++;
    if (n->trade == w->trade_count)
        return broken(f, row, "unknown trade", row->cell[1]);
    w->niche_weights[w->niche_count] = before + ZIPF_SCALE / (w->niche_count + 1 + ZIPF_SHIFT);
    w->niche_count++;
    return ERR_OK;
}

/* A second reading of niches.tsv, when all slugs are known. */
static enum err read_neighbours(struct sandbox_words *w, const struct row *row, struct fault *f) {
    uint32_t self = 0;
    struct sandbox_list list = list_of(w, row->cell[2]);
    if (!niche_of(w, row->cell[0], &self) || list.n == 0)
        return broken(f, row, "no neighbours for", row->cell[0]);
    struct sandbox_niche *n = &w->niches[self];
    n->neighbours = w->neighbour_pool + (list.items - w->pool);
    n->neighbour_count = list.n;
    for (uint32_t i = 0; i < list.n; i++) {
        uint32_t other = 0;
        if (!niche_of(w, list.items[i], &other))
            return broken(f, row, "unknown neighbour", list.items[i]);
        w->neighbour_pool[(list.items - w->pool) + i] = (uint16_t)other;
    }
    return ERR_OK;
}

static enum err read_phrases(struct sandbox_words *w, const struct row *row, struct fault *f) {
    uint32_t niche = 0;
    uint32_t language = 0;
    if (!niche_of(w, row->cell[0], &niche))
        return broken(f, row, "unknown niche", row->cell[0]);
    if (!index_of(LANGUAGE_NAMES, LANGUAGE_COUNT, row->cell[1], &language))
        return broken(f, row, "unknown language", row->cell[1]);
    struct sandbox_phrases *p = &w->niches[niche].say[language];
    p->roles = list_of(w, row->cell[2]);
    p->things = list_of(w, row->cell[3]);
    p->hashtags = list_of(w, row->cell[4]);
    p->bios = list_of(w, row->cell[5]);
    return ERR_OK;
}

/* The lines of one language and kind stand together. */
static enum err read_template(struct sandbox_words *w, const struct row *row, struct fault *f) {
    uint32_t language = 0;
    uint32_t kind = 0;
    if (!index_of(LANGUAGE_NAMES, LANGUAGE_COUNT, row->cell[0], &language))
        return broken(f, row, "unknown language", row->cell[0]);
    if (!index_of(TEMPLATE_NAMES, TEMPLATE_COUNT, row->cell[1], &kind))
        return broken(f, row, "unknown kind", row->cell[1]);
    struct sandbox_list *list = &w->templates[language][kind];
    if (list->n == 0)
        list->items = w->pool + w->pool_used;
    if (list->items + list->n != w->pool + w->pool_used)
        return broken(f, row, "not beside the other lines of", row->cell[1]);
    w->pool[w->pool_used++] = row->cell[2];
    list->n++;
    return ERR_OK;
}

static enum err read_place(struct sandbox_words *w, const struct row *row, struct fault *f) {
    struct sandbox_place *p = &w->places[w->place_count];
    int64_t weight = 0;
    uint32_t written = 0;
    if (!number_of(row->cell[1], &weight))
        return broken(f, row, "no weight", row->cell[1]);
    if (!index_of(LANGUAGE_NAMES, LANGUAGE_COUNT, row->cell[3], &written))
        return broken(f, row, "unknown language", row->cell[3]);
    *p = (struct sandbox_place){row->cell[0], row->cell[2], (enum sandbox_language)written,
                                list_of(w, row->cell[4])};
    uint64_t before = w->place_count ? w->place_weights[w->place_count - 1] : 0;
    w->place_weights[w->place_count++] = before + (uint64_t)weight;
    return p->cities.n ? ERR_OK : broken(f, row, "no cities in", p->country);
}

static enum err read_names(struct sandbox_words *w, const struct row *row, struct fault *f) {
    uint32_t kind = 0;
    uint32_t language = 0;
    if (!index_of(NAMES_NAMES, NAMES_COUNT, row->cell[0], &kind))
        return broken(f, row, "unknown kind", row->cell[0]);
    if (!index_of(LANGUAGE_NAMES, LANGUAGE_COUNT, row->cell[1], &language))
        return broken(f, row, "unknown language", row->cell[1]);
    w->names[language][kind] = list_of(w, row->cell[2]);
    return ERR_OK;
}

static enum err read_cast(struct sandbox_words *w, const struct row *row, struct fault *f) {
    struct sandbox_cast *c = &w->cast[w->cast_count++];
    struct sandbox_list niches = list_of(w, row->cell[0]);
    if (niches.n == 0 || niches.n > SANDBOX_NICHES_MAX)
        return broken(f, row, "1 to 3 niches, not", row->cell[0]);
    for (uint32_t i = 0; i < niches.n; i++) {
        uint32_t niche = 0;
        if (!niche_of(w, niches.items[i], &niche))
            return broken(f, row, "unknown niche", niches.items[i]);
        c->niches[c->niche_count++] = (uint16_t)niche;
    }
    if (!number_of(row->cell[1], &c->count) || !number_of(row->cell[2], &c->min_followers) ||
        !number_of(row->cell[3], &c->max_followers) || c->max_followers < c->min_followers)
        return broken(f, row, "no count and sizes for", row->cell[0]);
    while (c->place < w->place_count && !same(w->places[c->place].country, row->cell[4]))
        c->place++;
    return c->place < w->place_count ? ERR_OK : broken(f, row, "unknown country", row->cell[4]);
}

static const struct source {
    const char *file;
    size_t cells;
    row_reader *read;
} SOURCES[] = {
    {FOLDER "trades.tsv", 3, read_trade},       {FOLDER "niches.tsv", 3, read_niche},
    {FOLDER "niches.tsv", 3, read_neighbours},  {FOLDER "phrases.tsv", 6, read_phrases},
    {FOLDER "templates.tsv", 3, read_template}, {FOLDER "places.tsv", 5, read_place},
    {FOLDER "names.tsv", 3, read_names},        {FOLDER "cast.tsv", 5, read_cast},
};

static size_t cells_of(const char *s, const char *end, struct row *row) {
    size_t n = 0;
    for (const char *at = s; at <= end && n < CELLS_MAX; n++) {
        const char *stop = memchr(at, '\t', (size_t)(end - at));
        stop = stop ? stop : end;
        row->cell[n] = (struct sandbox_text){at, (size_t)(stop - at)};
        at = stop + 1;
    }
    return n;
}

static enum err read_source(struct sandbox_words *w, const struct source *source, struct fault *f) {
    const struct embedded *e = embed_find(source->file);
    if (!e)
        return fault_set(f, ERR_INTERNAL, "%s is not in the binary", source->file);
    struct row row = {.file = source->file};
    bool header = true;
    const char *end = e->data + e->len;
    enum err err = ERR_OK;
    for (const char *at = e->data; at < end && err == ERR_OK;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        row.line++;
        bool skip = stop == at || *at == '#' || header;
        header = header && (stop == at || *at == '#');
        size_t cells = skip ? 0 : cells_of(at, stop, &row);
        if (!skip && cells != source->cells)
            err = fault_set(f, ERR_INTERNAL, "%s line %d has %zu cells, not %zu", row.file, row.line, cells,
                            source->cells);
        else if (!skip)
            err = source->read(w, &row, f);
        at = stop + 1;
    }
    return err;
}

/* Upper bounds: as many texts as there are separators, as many records as there are lines. */
static enum err make_room(struct sandbox_words *w) {
    size_t texts = 1;
    size_t lines = 1;
    for (size_t i = 0; i < COUNT_OF(SOURCES); i++) {
        const struct embedded *e = embed_find(SOURCES[i].file);
        size_t len = e ? e->len : 0;
        for (size_t k = 0; k < len; k++) {
            texts += e->data[k] == ';' || e->data[k] == '\t' || e->data[k] == '\n';
            lines += e->data[k] == '\n';
        }
    }
    w->pool_size = texts;
    w->pool = calloc(texts, sizeof *w->pool);
    w->neighbour_pool = calloc(texts, sizeof *w->neighbour_pool);
    w->niches = calloc(lines, sizeof *w->niches);
    w->niche_weights = calloc(lines, sizeof *w->niche_weights);
    w->places = calloc(lines, sizeof *w->places);
    w->place_weights = calloc(lines, sizeof *w->place_weights);
    w->trades = calloc(lines, sizeof *w->trades);
    w->cast = calloc(lines, sizeof *w->cast);
    bool all = w->pool && w->neighbour_pool && w->niches && w->niche_weights && w->places &&
               w->place_weights && w->trades && w->cast;
    return all ? ERR_OK : ERR_NO_MEMORY;
}

static struct sandbox_list or_english(struct sandbox_list own, struct sandbox_list english) {
    return own.n ? own : english;
}

static enum err fill_gaps(struct sandbox_words *w, struct fault *f) {
    for (uint32_t i = 0; i < w->niche_count * LANGUAGE_COUNT; i++) {
        const struct sandbox_phrases *en = &w->niches[i / LANGUAGE_COUNT].say[LANGUAGE_EN];
        struct sandbox_phrases *p = &w->niches[i / LANGUAGE_COUNT].say[i % LANGUAGE_COUNT];
        struct sandbox_text slug = w->niches[i / LANGUAGE_COUNT].slug;
        p->roles = or_english(p->roles, en->roles);
        p->things = or_english(p->things, en->things);
        p->hashtags = or_english(p->hashtags, en->hashtags);
        if (!p->roles.n || !p->things.n || !p->hashtags.n)
            return fault_set(f, ERR_INTERNAL, FOLDER "phrases.tsv: not enough for \"%.*s\"", (int)slug.n,
                             slug.s);
    }
    bool all = w->niche_count && w->place_count;
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        for (int kind = 0; kind < TEMPLATE_COUNT; kind++)
            all = all && w->templates[language][kind].n;
        for (int kind = 0; kind < NAMES_COUNT; kind++) {
            w->names[language][kind] = or_english(w->names[language][kind], w->names[LANGUAGE_EN][kind]);
            all = all && w->names[language][kind].n;
        }
    }
    return all ? ERR_OK : fault_set(f, ERR_INTERNAL, FOLDER ": a language lacks a kind of template or name");
}

enum err sandbox_words_new(struct fault *f, struct sandbox_words **ret_words) {
    CLEANUP(sandbox_words_free_at) struct sandbox_words *w = calloc(1, sizeof *w);
    enum err err = w ? make_room(w) : ERR_NO_MEMORY;
    if (err != ERR_OK)
        return fault_set(f, err, "no memory for the words of the sandbox");
    for (size_t i = 0; i < COUNT_OF(SOURCES) && err == ERR_OK; i++)
        err = read_source(w, &SOURCES[i], f);
    if (err == ERR_OK)
        err = fill_gaps(w, f);
    if (err != ERR_OK)
        return err;
    *ret_words = w;
    w = NULL;
    return ERR_OK;
}

void sandbox_words_free(struct sandbox_words *w) {
    if (!w)
        return;
    free(w->pool);
    free(w->neighbour_pool);
    free(w->niches);
    free(w->niche_weights);
    free(w->places);
    free(w->place_weights);
    free(w->trades);
    free(w->cast);
    free(w);
}

void sandbox_words_free_at(struct sandbox_words **w) {
    sandbox_words_free(*w);
}

struct sandbox_text sandbox_pick(struct sandbox_rng *r, struct sandbox_list list) {
    uint32_t i = sandbox_below(r, list.n ? list.n : 1);
    return list.n ? list.items[i] : (struct sandbox_text){"", 0};
}

uint32_t sandbox_pick_weighted(struct sandbox_rng *r, const uint64_t *sums, uint32_t n) {
    uint64_t at = (uint64_t)(((unsigned __int128)sandbox_next(r) * sums[n - 1]) >> 64);
    uint32_t low = 0;
    uint32_t high = n - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (at < sums[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
