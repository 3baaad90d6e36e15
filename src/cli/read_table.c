/* Answers as tables for people. A line of `columns` says which value of an item stands in which column of
 * which operation; `notes` which single values stand below. Invariant: nothing that a creator wrote reaches
 * the terminal as a control character. */
#include "cmd_read.h"

#include "base/json_read.h"
#include "base/macros.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 16, WIDTH_MAX = 60 };

static const struct list {
    const char *operation, *path;
} lists[] = {{"match", "items"}, {"plan", "creators"}, {"niches", "items"}};

static const struct column {
    const char *operation, *title, *path;
    bool number; /* to the right */
} columns[] = {
    {"match", "#", "rank", true},
    {"match", "score", "score", true},
    {"match", "conf", "confidence", true},
    {"match", "creator", "creator.username", false},
    {"match", "platform", "creator.platform", false},
    {"match", "country", "creator.country", false},
    {"match", "followers", "followers", true},
    {"match", "engagement", "engagement_rate", true},
    {"match", "vs peers", "engagement_vs_peers", true},
    {"match", "authentic", "authenticity", true},
    {"match", "price $", "price_usd", true},
    {"match", "price is", "price_source", false},
    {"match", "id", "creator.id", true},
    {"plan", "#", "rank", true},
    {"plan", "creator", "creator.username", false},
    {"plan", "platform", "creator.platform", false},
    {"plan", "country", "creator.country", false},
    {"plan", "followers", "creator.followers", true},
    {"plan", "score", "score", true},
    {"plan", "price $", "price_usd.mid", true},
    {"plan", "low", "price_usd.low", true},
    {"plan", "high", "price_usd.high", true},
    {"plan", "price is", "price_usd.source", false},
    {"plan", "reach", "wanted_reach", true},
    {"plan", "engaged", "engaged", true},
    {"plan", "gain", "gain", true},
    {"plan", "id", "creator.id", true},
    {"niches", "niche", "slug", false},
    {"niches", "label", "label", false},
    {"niches", "creators", "creators", true},
};

static const struct note {
    const char *operation, *label, *path;
} notes[] = {
    {"match", "niche understood as", "query.niche.resolved"},
    {"match", "match in part", "related_available"},
    {"match", "next page: --cursor", "next_cursor"},
    {"match", "world", "world"},
    {"plan", "niche understood as", "query.niche.resolved"},
    {"plan", "maximises", "query.maximises"},
    {"plan", "cost $", "cost.total_usd.mid"},
    {"plan", "cost $ between", "cost.total_usd.low"},
    {"plan", "and", "cost.total_usd.high"},
    {"plan", "of which quoted (share)", "cost.quoted_share"},
    {"plan", "wanted people reached", "expected.net_reach"},
    {"plan", "of them engage", "expected.engaged"},
    {"plan", "orders", "expected.conversions"},
    {"plan", "at least this share of the best plan", "proof.at_least"},
    {"plan", "message", "message"},
    {"plan", "verdict", "verdict"},
    {"plan", "before booking", "cautions"},
    {"plan", "world", "world"},
    {"niches", "world", "world"},
};

static const char *list_of(const char *operation) {
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        if (strcmp(lists[i].operation, operation) == 0)
            return lists[i].path;
    return NULL;
}

bool read_table_known(const char *operation) {
    return list_of(operation) != NULL;
}

/* Appends printable text: control characters, those of two bytes (U+0080..U+009F) too, become blanks. */
static void put_safe(const char *s, size_t n, struct buf *out) {
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        bool c1 = c == 0xC2 && i + 1 < n && (unsigned char)s[i + 1] < 0xA0;
        i += c1;
        buf_putc(out, c1 || c < 0x20 || c == 0x7F ? ' ' : (char)c);
    }
}

/* The value at a path of names with dots between; NULL where there is none. */
static const struct json_value *value_at(const struct json_value *v, const char *path) {
    while (v && *path) {
        char name[64];
        size_t n = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)n, path);
        v = v->kind == JSON_OBJECT ? json_member(v, name) : NULL;
        path += n + (path[n] == '.');
    }
    return v && v->kind != JSON_NULL ? v : NULL;
}

/* A value in one line: lists with commas between. */
static void put_value(const struct json_value *v, struct buf *out) {
    if (!v)
        buf_putc(out, '-');
    else if (v->text)
        put_safe(v->text, v->len, out);
    for (const struct json_value *at = v && v->kind == JSON_LIST ? v->first : NULL; at; at = at->next) {
        put_value(at, out);
        buf_puts(out, at->next ? ", " : "");
    }
}

struct layout {
    const struct column *column[COLUMNS_MAX];
    size_t width[COLUMNS_MAX];
    size_t n;
};

static void pad(struct buf *out, size_t have, size_t want) {
    for (; have < want; have++)
        buf_putc(out, ' ');
}

static void put_cell(const struct layout *l, size_t i, const char *text, size_t len, struct buf *out) {
    size_t have = text_length(text, len);
    if (l->column[i]->number)
        pad(out, have, l->width[i]);
    buf_put(out, text, len);
    if (!l->column[i]->number && i + 1 < l->n)
        pad(out, have, l->width[i]);
    buf_puts(out, i + 1 < l->n ? "  " : "\n");
}

static void widen(struct layout *l, size_t i, size_t n) {
    n = n > WIDTH_MAX ? WIDTH_MAX : n;
    l->width[i] = l->width[i] > n ? l->width[i] : n;
}

static void lay_out(const char *operation, const struct json_value *first, struct layout *l) {
    for (size_t i = 0; i < COUNT_OF(columns) && l->n < COLUMNS_MAX; i++)
        if (strcmp(columns[i].operation, operation) == 0)
            l->column[l->n++] = &columns[i];
    for (size_t i = 0; i < l->n; i++)
        widen(l, i, strlen(l->column[i]->title));
    for (const struct json_value *at = first; at; at = at->next)
        for (size_t i = 0; i < l->n; i++) {
            CLEANUP(buf_free) struct buf text = {0};
            put_value(value_at(at, l->column[i]->path), &text);
            widen(l, i, text_length(text.data, text.len));
        }
}

static void put_notes(const char *operation, const struct json_value *answer, struct buf *out) {
    buf_putc(out, '\n');
    for (size_t i = 0; i < COUNT_OF(notes); i++) {
        const struct json_value *value = value_at(answer, notes[i].path);
        if (strcmp(notes[i].operation, operation) != 0 || !value)
            continue;
        buf_printf(out, "%s: ", notes[i].label);
        put_value(value, out);
        buf_putc(out, '\n');
    }
}

enum err read_table_print(const char *operation, const char *json, size_t n, struct arena *a, struct fault *f,
                          struct buf *out) {
    const struct json_value *answer;
    const char *where;
    enum err e = json_read(json, n, a, f, &answer, &where);
    if (e)
        return e;
    const struct json_value *items = value_at(answer, list_of(operation));
    const struct json_value *first = items && items->kind == JSON_LIST ? items->first : NULL;
    struct layout l = {0};
    lay_out(operation, first, &l);
    for (size_t i = 0; i < l.n; i++)
        put_cell(&l, i, l.column[i]->title, strlen(l.column[i]->title), out);
    for (const struct json_value *at = first; at; at = at->next)
        for (size_t i = 0; i < l.n; i++) {
            CLEANUP(buf_free) struct buf text = {0};
            put_value(value_at(at, l.column[i]->path), &text);
            put_cell(&l, i, text.data ? text.data : "", text.len, out);
        }
    put_notes(operation, answer, out);
    return ERR_OK;
}
