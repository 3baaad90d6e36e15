/* GET /niches and GET /niches/{slug}: the taxonomy with how many creators each niche lists. */
#include "api/suggest.h"

#include "base/fields.h"
#include "base/json.h"
#include "base/text.h"
#include "http/list.h"
#include "niche_market.h"
#include "tables.h"

#include <string.h>

struct niches_query {
    struct param_text q;
    int64_t limit;
    const char *world;
    struct list_choice list;
};

struct niche_row {
    const char *slug, *label, *iab_id;
    int8_t generic;
    double base_rate;
    int64_t creators;
    const char *matched_alias;
    struct text_list parents, children, related, aliases;
};

#define NICHE(type, member, json, column, decimals)                                                          \
    FIELD(type, struct niche_row, member, NULL, json, column, decimals)

const struct field niche_fields[] = {
    NICHE(FIELD_TEXT, slug, "slug", "slug", 0),
    NICHE(FIELD_TEXT, label, "label", "label", 0),
    NICHE(FIELD_I64, creators, "creators", "creators", 0),
    NICHE(FIELD_TEXT, matched_alias, "matched_alias", "matched_alias", 0),
    NICHE(FIELD_TEXTS, parents, "parents", "parents", 0),
    NICHE(FIELD_TEXTS, children, "children", "children", 0),
    NICHE(FIELD_TEXTS, related, "related", "related", 0),
    NICHE(FIELD_TEXTS, aliases, "aliases", "aliases", 0),
    NICHE(FIELD_F64, base_rate, "base_rate", "base_rate", 5),
    NICHE(FIELD_BOOL, generic, "generic", "is_generic", 0),
    NICHE(FIELD_TEXT, iab_id, "iab_id", "iab_id", 0),
};
const size_t niche_field_count = COUNT_OF(niche_fields);

const struct param niches_params[] = {
    {"q", PARAM_TEXT, offsetof(struct niches_query, q), 1, 100, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "beginning of a niche, alias or hashtag; typing errors are forgiven"},
    {"limit", PARAM_INT, offsetof(struct niches_query, limit), 1, 1000, "50", NULL, false, PARAM_NO_FILTER,
     NULL, "items at most"},
    {"world", PARAM_CHOICE, offsetof(struct niches_query, world), 0, 0, NULL, "live,sandbox", false,
     PARAM_NO_FILTER, NULL, "whose creators are counted"},
    LIST_PARAMS(struct niches_query, list),
};
const size_t niches_param_count = COUNT_OF(niches_params);

const struct param niche_params[] = {
    {"world", PARAM_CHOICE, offsetof(struct niches_query, world), 0, 0, NULL, "live,sandbox", false,
     PARAM_NO_FILTER, NULL, "whose creators are counted"},
    FIELDS_PARAM(struct niches_query, list),
};
const size_t niche_param_count = COUNT_OF(niche_params);

struct niches_state {
    struct niches_query q;
    int world;
    struct niche_row niche;
    struct niche_market market;
};

static enum err list_rows(struct request *req, const struct rows *rows) {
    const struct niches_state *st = req->state;
    size_t n = rows_count(rows);
    struct niche_row *niches = arena_alloc(req->arena, n * sizeof *niches + 1);
    for (size_t i = 0; i < n; i++)
        rows_decode(rows, i, niche_fields, niche_field_count, req->arena, &niches[i]);
    struct list items = {niche_fields, niche_field_count, niches, n, sizeof *niches, NULL};
    api_list_headers(req, api_world_name(st->world), NULL);
    if (req->format != LIST_JSON)
        return list_reply(req, &items);
    struct json w = json_to(&req->body);
    json_object(&w);
    json_key(&w, "items");
    list_json(req, &items, &w);
    json_kstr(&w, "world", api_world_name(st->world));
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

static enum err write_one(struct request *req) {
    const struct niches_state *st = req->state;
    struct json w = json_to(&req->body);
    json_object(&w);
    fields_json_of(niche_fields, niche_field_count, req->chosen, &st->niche, &w);
    if (!req->chosen || req->chosen[niche_field_count])
        niche_market_write(&st->market, &w);
    json_kstr(&w, "world", api_world_name(st->world));
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

static enum err one_row(struct request *req, const struct rows *rows) {
    struct niches_state *st = req->state;
    if (!rows_count(rows))
        return request_fail(req, ERR_NICHE_UNKNOWN, "there is no niche \"%s\"", req->segments[0]);
    rows_decode(rows, 0, niche_fields, niche_field_count, req->arena, &st->niche);
    return req->waiting ? ERR_OK : write_one(req);
}

static enum err market_row(struct request *req, const struct rows *rows) {
    struct niches_state *st = req->state;
    niche_market_take(rows, req->arena, &st->market);
    return req->waiting ? ERR_OK : write_one(req);
}

static enum err size_rows(struct request *req, const struct rows *rows) {
    struct niches_state *st = req->state;
    niche_market_sizes(rows, req->arena, &st->market);
    return req->waiting ? ERR_OK : write_one(req);
}

/* Parses by the table and finds the world. */
static enum err begin(struct request *req, const struct snapshot **ret_s) {
    struct niches_state *st = arena_alloc(req->arena, sizeof *st);
    uint64_t given;
    req->state = st;
    enum err e = api_params(req, &st->q, &given);
    if (!e)
        e = api_snapshot(req, ret_s);
    if (!e)
        st->world = api_world(*ret_s, st->q.world);
    return e;
}

/* What a search found, as the texts of arrays; NULL: all niches. */
struct found_texts {
    const char *ids, *likeness, *matched;
};

/* Folded aliases have letters, digits, blanks and emoji only: nothing to escape between quotes. */
static struct found_texts search(struct request *req, const struct snapshot *s, struct param_text q) {
    struct tax_found *found = arena_alloc(req->arena, taxonomy_count(s->taxonomy) * sizeof *found + 1);
    size_t n = taxonomy_search(s->taxonomy, q.text, q.len, found);
    CLEANUP(buf_free) struct buf ids = {0};
    CLEANUP(buf_free) struct buf likeness = {0};
    CLEANUP(buf_free) struct buf matched = {0};
    for (size_t i = 0; i < n; i++) {
        char sep = i ? ',' : '{';
        buf_printf(&ids, "%c%d", sep, taxonomy_id(s->taxonomy, found[i].niche));
        buf_printf(&likeness, "%c%.6f", sep, (double)found[i].likeness);
        if (found[i].alias)
            buf_printf(&matched, "%c\"%s\"", sep, found[i].alias);
        else
            buf_printf(&matched, "%cnull", sep);
    }
    if (!n)
        return (struct found_texts){"{}", "{}", "{}"};
    return (struct found_texts){arena_printf(req->arena, "%s}", ids.data),
                                arena_printf(req->arena, "%s}", likeness.data),
                                arena_printf(req->arena, "%s}", matched.data)};
}

enum err api_niches(struct request *req) {
    const struct snapshot *s;
    enum err e = begin(req, &s);
    if (e)
        return e;
    const struct niches_state *st = req->state;
    e = list_choose(req, &st->q.list, niche_fields, niche_field_count, "");
    if (e)
        return e;
    char words[256] = "";
    if (st->q.q.text && !text_words(st->q.q.text, st->q.q.len, words, sizeof words)) {
        request_fail(req, ERR_PARAM_INVALID, "q must have a letter or digit");
        return fault_param(&req->fault, "q", st->q.q.text, "the beginning of a niche");
    }
    struct found_texts found = st->q.q.text ? search(req, s, st->q.q) : (struct found_texts){0};
    const char *params[] = {
        st->world ? "1" : "0", found.ids,     arena_printf(req->arena, "%lld", (long long)st->q.limit), NULL,
        found.likeness,        found.matched,
    };
    struct statement stmt = api_statement(req, "niche_list");
    return request_query(req, &stmt, COUNT_OF(params), params, list_rows);
}

enum err api_niche(struct request *req) {
    const struct snapshot *s;
    enum err e = begin(req, &s);
    if (e)
        return e;
    struct niches_state *st = req->state;
    st->market = niche_market_none();
    const char *slug = req->segments[0];
    if (st->q.list.fields.text)
        e = fields_choose(niche_fields, niche_field_count, "market", st->q.list.fields.text, req->arena,
                          &req->fault, &req->chosen);
    if (e)
        return e;
    if (taxonomy_by_slug(s->taxonomy, slug, strlen(slug)) < 0) {
        uint16_t near[TAX_SUGGESTIONS_MAX];
        size_t n = taxonomy_suggest(s->taxonomy, slug, strlen(slug), COUNT_OF(near), near);
        request_fail(req, ERR_NICHE_UNKNOWN, "there is no niche \"%.100s\"", slug);
        for (size_t i = 0; i < n; i++)
            fault_hint(&req->fault, taxonomy_slug(s->taxonomy, near[i]));
        return suggest_ask(req, st->world);
    }
    size_t at = (size_t)taxonomy_by_slug(s->taxonomy, slug, strlen(slug));
    const char *params[] = {st->world ? "1" : "0", NULL, "1", slug, NULL, NULL};
    const char *market[] = {params[0], arena_printf(req->arena, "%d", taxonomy_id(s->taxonomy, at))};
    const struct {
        const char *query;
        size_t n;
        const char *const *params;
        request_next *next;
    } asked[] = {{"niche_list", COUNT_OF(params), params, one_row},
                 {"niche_market", COUNT_OF(market), market, market_row},
                 {"niche_sizes", COUNT_OF(market), market, size_rows}};
    for (size_t i = 0; !e && i < COUNT_OF(asked); i++) {
        struct statement stmt = api_statement(req, asked[i].query);
        e = request_query(req, &stmt, asked[i].n, asked[i].params, asked[i].next);
    }
    return e;
}
