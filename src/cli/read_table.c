/* Answers as tables for people. A line of `columns` says which value of an item stands in which column of
 * which operation; `notes` which single values stand below. Invariant: nothing that a creator wrote reaches
 * the terminal as a control character. */
#include "cmd_read.h"

#include "base/json_read.h"
#include "base/macros.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 16, WIDTH_MAX = 100, LAST_MIN = 10 };

/* Operations whose answers are alike. */
static const struct {
    const char *operation, *as;
} same[] = {{"creator_standing", "standing"}, {"creator_by_name", "creator"}};

/* The tables of an answer, each by its columns. */
static const struct list {
    const char *operation, *table, *path;
} lists[] = {
    {"match", "match", "items"},           {"plan", "plan", "creators"},
    {"niches", "niches", "items"},         {"similar", "similar", "items"},
    {"overlap", "overlap", "pairs"},       {"standing", "standing", "components"},
    {"standing", "gaps", "gaps"},          {"creator", "creator", "accounts"},
    {"model", "benchmarks", "benchmarks"}, {"model", "parameters", "parameters"},
};

static const struct column {
    const char *table, *title, *path;
    bool number; /* to the right */
    bool spare;  /* left out where the terminal is narrow */
} columns[] = {
    {"match", "#", "rank", true, false},
    {"match", "score", "score", true, false},
    {"match", "conf", "confidence", true, true},
    {"match", "creator", "creator.username", false, false},
    {"match", "platform", "creator.platform", false, true},
    {"match", "country", "creator.country", false, false},
    {"match", "followers", "followers", true, false},
    {"match", "engagement", "engagement_rate", true, true},
    {"match", "vs peers", "engagement_vs_peers", true, true},
    {"match", "authentic", "authenticity", true, false},
    {"match", "price $", "price_usd", true, false},
    {"match", "price is", "price_source", false, true},
    {"match", "id", "creator.id", true, true},
    {"plan", "#", "rank", true, false},
    {"plan", "creator", "creator.username", false, false},
    {"plan", "platform", "creator.platform", false, true},
    {"plan", "country", "creator.country", false, true},
    {"plan", "followers", "creator.followers", true, false},
    {"plan", "score", "score", true, false},
    {"plan", "price $", "price_usd.mid", true, false},
    {"plan", "low", "price_usd.low", true, true},
    {"plan", "high", "price_usd.high", true, true},
    {"plan", "price is", "price_usd.source", false, true},
    {"plan", "reach", "wanted_reach", true, false},
    {"plan", "engaged", "engaged", true, false},
    {"plan", "gain", "gain", true, true},
    {"plan", "id", "creator.id", true, true},
    {"niches", "niche", "slug", false, false},
    {"niches", "label", "label", false, false},
    {"niches", "creators", "creators", true, false},
    {"similar", "#", "rank", true, false},
    {"similar", "alike", "similarity", true, false},
    {"similar", "creator", "creator.username", false, false},
    {"similar", "platform", "creator.platform", false, true},
    {"similar", "country", "creator.country", false, true},
    {"similar", "followers", "followers", true, false},
    {"similar", "id", "creator.id", true, true},
    {"similar", "why", "reasons", false, false},
    {"overlap", "creator", "username_a", false, false},
    {"overlap", "platform", "platform_a", false, true},
    {"overlap", "and", "username_b", false, false},
    {"overlap", "platform", "platform_b", false, true},
    {"overlap", "people", "people_a", true, true},
    {"overlap", "people", "people_b", true, true},
    {"overlap", "in both", "shared", true, false},
    {"overlap", "of first", "share_of_a", true, false},
    {"overlap", "of second", "share_of_b", true, false},
    {"overlap", "method", "method", false, true},
    {"overlap", "error", "error", true, true},
    {"standing", "component", "component", false, false},
    {"standing", "value", "value", true, false},
    {"standing", "percentile", "percentile", true, false},
    {"standing", "p25", "p25", true, true},
    {"standing", "p50", "p50", true, false},
    {"standing", "p75", "p75", true, false},
    {"standing", "weight", "weight", true, true},
    {"standing", "measured", "measured", false, true},
    {"standing", "gain at p75", "gain_points", true, false},
    {"gaps", "to gain", "component", false, false},
    {"gaps", "points", "gain_points", true, false},
    {"gaps", "effort", "effort", true, false},
    {"gaps", "by", "levers", false, false},
    {"creator", "account", "username", false, false},
    {"creator", "platform", "platform", false, false},
    {"creator", "country", "country", false, true},
    {"creator", "followers", "followers", true, false},
    {"creator", "engagement", "score.engagement_rate", true, false},
    {"creator", "usual", "score.engagement_usual", true, true},
    {"creator", "authentic", "score.authenticity", true, false},
    {"creator", "posts", "score.recent_posts", true, true},
    {"creator", "last post", "score.last_post_at", false, true},
    {"benchmarks", "platform", "platform", false, false},
    {"benchmarks", "per", "basis", false, false},
    {"benchmarks", "rate at 10k", "rate_at_10k", true, false},
    {"benchmarks", "beta", "beta", true, false},
    {"benchmarks", "accounts", "n_accounts", true, false},
    {"benchmarks", "origin", "origin", false, true},
    {"benchmarks", "evidence", "evidence", false, true},
    {"parameters", "component", "component", false, false},
    {"parameters", "name", "name", false, false},
    {"parameters", "value", "value", true, false},
    {"parameters", "evidence", "evidence", false, true},
    {"parameters", "explanation", "explanation", false, false},
};

enum show {
    SHOW_PLAIN,
    SHOW_MONEY, /* a number of dollars, or an object of low, mid and high */
    SHOW_SHARE  /* a fraction, as per cent */
};

static const struct note {
    const char *operation, *label, *path;
    enum show show;
} notes[] = {
    {"match", "niche understood as", "query.niche.resolved", SHOW_PLAIN},
    {"match", "match in part", "related_available", SHOW_PLAIN},
    {"match", "next page: --cursor", "next_cursor", SHOW_PLAIN},
    {"match", "world", "world", SHOW_PLAIN},
    {"plan", "niche understood as", "query.niche.resolved", SHOW_PLAIN},
    {"plan", "maximises", "query.maximises", SHOW_PLAIN},
    {"plan", "cost", "cost.total_usd", SHOW_MONEY},
    {"plan", "of which quoted", "cost.quoted_share", SHOW_SHARE},
    {"plan", "wanted people reached", "expected.net_reach", SHOW_PLAIN},
    {"plan", "of them engage", "expected.engaged", SHOW_PLAIN},
    {"plan", "orders", "expected.conversions", SHOW_PLAIN},
    {"plan", "of the best possible plan at least", "proof.at_least", SHOW_SHARE},
    {"plan", "message", "message", SHOW_PLAIN},
    {"plan", "verdict", "verdict", SHOW_PLAIN},
    {"plan", "before booking", "cautions", SHOW_PLAIN},
    {"plan", "world", "world", SHOW_PLAIN},
    {"niches", "world", "world", SHOW_PLAIN},
    {"similar", "like", "creator.username", SHOW_PLAIN},
    {"similar", "compared", "considered", SHOW_PLAIN},
    {"similar", "world", "world", SHOW_PLAIN},
    {"overlap", "people of all, each counted once", "total.people_unique", SHOW_PLAIN},
    {"overlap", "counted twice", "total.duplicated_share", SHOW_SHARE},
    {"overlap", "method", "total.method", SHOW_PLAIN},
    {"overlap", "world", "world", SHOW_PLAIN},
    {"standing", "niche understood as", "niche.slug", SHOW_PLAIN},
    {"standing", "score", "score", SHOW_PLAIN},
    {"standing", "better than", "score_percentile", SHOW_SHARE},
    {"standing", "peers", "peers.accounts", SHOW_PLAIN},
    {"standing", "no percentiles", "peers.why", SHOW_PLAIN},
    {"standing", "widened", "peers.widened", SHOW_PLAIN},
    {"standing", "engagement", "engagement.rate", SHOW_SHARE},
    {"standing", "usual engagement", "engagement.usual_rate", SHOW_SHARE},
    {"standing", "fair price of a post", "price", SHOW_MONEY},
    {"standing", "your price", "price.quote_usd", SHOW_MONEY},
    {"standing", "not measured", "not_measured", SHOW_PLAIN},
    {"standing", "world", "world", SHOW_PLAIN},
    {"niche", "niche", "slug", SHOW_PLAIN},
    {"niche", "label", "label", SHOW_PLAIN},
    {"niche", "creators", "creators", SHOW_PLAIN},
    {"niche", "wider", "parents", SHOW_PLAIN},
    {"niche", "narrower", "children", SHOW_PLAIN},
    {"niche", "related", "related", SHOW_PLAIN},
    {"niche", "also known as", "aliases", SHOW_PLAIN},
    {"niche", "world", "world", SHOW_PLAIN},
    {"creator", "name", "name", SHOW_PLAIN},
    {"creator", "id", "id", SHOW_PLAIN},
    {"creator", "world", "world", SHOW_PLAIN},
    {"model", "version", "model_version", SHOW_PLAIN},
    {"model", "formula", "formula", SHOW_PLAIN},
};

static const char *as(const char *operation) {
    for (size_t i = 0; i < COUNT_OF(same); i++)
        if (strcmp(same[i].operation, operation) == 0)
            return same[i].as;
    return operation;
}

bool read_table_known(const char *operation) {
    for (size_t i = 0; i < COUNT_OF(notes); i++)
        if (strcmp(notes[i].operation, as(operation)) == 0)
            return true;
    return false;
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
        put_value(at->kind == JSON_OBJECT ? value_at(at, "text") : at, out);
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

/* The bytes of at most `width` code points. */
static size_t cut(const char *text, size_t len, size_t width) {
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        n += ((unsigned char)text[i] & 0xC0) != 0x80;
        if (n > width)
            return i;
    }
    return len;
}

static void put_cell(const struct layout *l, size_t i, const char *text, size_t len, struct buf *out) {
    size_t have = text_length(text, len);
    if (!l->column[i]->number && i + 1 == l->n)
        len = cut(text, len, l->width[i]);
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

static size_t total(const struct layout *l) {
    size_t width = l->n ? 2 * (l->n - 1) : 0;
    for (size_t i = 0; i < l->n; i++)
        width += l->width[i];
    return width;
}

/* Takes spare columns out, the last first, until the rest fits; then the last column is cut. */
static void fit(struct layout *l, size_t width) {
    for (size_t i = l->n; width && i > 0 && total(l) > width; i--) {
        if (!l->column[i - 1]->spare)
            continue;
        memmove(&l->column[i - 1], &l->column[i], (l->n - i) * sizeof l->column[0]);
        memmove(&l->width[i - 1], &l->width[i], (l->n - i) * sizeof l->width[0]);
        l->n--;
    }
    size_t over = width && l->n && total(l) > width ? total(l) - width : 0;
    if (over && l->width[l->n - 1] > over + LAST_MIN)
        l->width[l->n - 1] -= over;
}

static void lay_out(const char *table, const struct json_value *first, size_t width, struct layout *l) {
    for (size_t i = 0; i < COUNT_OF(columns) && l->n < COLUMNS_MAX; i++)
        if (strcmp(columns[i].table, table) == 0)
            l->column[l->n++] = &columns[i];
    for (size_t i = 0; i < l->n; i++)
        widen(l, i, strlen(l->column[i]->title));
    for (const struct json_value *at = first; at; at = at->next)
        for (size_t i = 0; i < l->n; i++) {
            CLEANUP(buf_free) struct buf text = {0};
            put_value(value_at(at, l->column[i]->path), &text);
            widen(l, i, text_length(text.data, text.len));
        }
    fit(l, width);
}

static void put_bold(const struct read_look *look, const char *s, size_t n, struct buf *out) {
    buf_puts(out, look->colour ? "\033[1m" : "");
    buf_put(out, s, n);
    buf_puts(out, look->colour ? "\033[0m" : "");
}

static void put_head(const struct layout *l, const struct read_look *look, struct buf *out) {
    CLEANUP(buf_free) struct buf head = {0};
    for (size_t i = 0; i < l->n; i++)
        put_cell(l, i, l->column[i]->title, strlen(l->column[i]->title), &head);
    put_bold(look, head.data ? head.data : "", head.len ? head.len - 1 : 0, out);
    buf_putc(out, '\n');
}

static void put_table(const struct list *list, const struct json_value *answer, const struct read_look *look,
                      struct buf *out) {
    const struct json_value *items = value_at(answer, list->path);
    const struct json_value *first = items && items->kind == JSON_LIST ? items->first : NULL;
    struct layout l = {0};
    lay_out(list->table, first, look->width, &l);
    put_head(&l, look, out);
    for (const struct json_value *at = first; at; at = at->next)
        for (size_t i = 0; i < l.n; i++) {
            CLEANUP(buf_free) struct buf text = {0};
            put_value(value_at(at, l.column[i]->path), &text);
            put_cell(&l, i, text.data ? text.data : "", text.len, out);
        }
    buf_putc(out, '\n');
}

/* A number of an object under one of two names. */
static const struct json_value *price_of(const struct json_value *v, const char *name, const char *or_name) {
    const struct json_value *found = value_at(v, name);
    return found ? found : value_at(v, or_name);
}

static void put_money(const struct json_value *v, struct buf *out) {
    const struct json_value *mid = price_of(v, "mid", "mid_usd");
    const struct json_value *low = price_of(v, "low", "low_usd"), *high = price_of(v, "high", "high_usd");
    if (v->kind == JSON_NUMBER)
        buf_printf(out, "$%.0f", v->number);
    else if (mid && low && high && low->number < high->number)
        buf_printf(out, "$%.0f ($%.0f to $%.0f)", mid->number, low->number, high->number);
    else if (mid)
        buf_printf(out, "$%.0f", mid->number);
    else
        buf_putc(out, '-');
}

static void put_notes(const char *operation, const struct json_value *answer, const struct read_look *look,
                      struct buf *out) {
    for (size_t i = 0; i < COUNT_OF(notes); i++) {
        const struct json_value *value = value_at(answer, notes[i].path);
        bool empty = value && value->kind == JSON_LIST && !value->count;
        if (strcmp(notes[i].operation, operation) != 0 || !value || empty)
            continue;
        put_bold(look, notes[i].label, strlen(notes[i].label), out);
        buf_puts(out, ": ");
        if (notes[i].show == SHOW_MONEY)
            put_money(value, out);
        else if (notes[i].show == SHOW_SHARE)
            buf_printf(out, "%.3g %%", 100 * value->number);
        else
            put_value(value, out);
        buf_putc(out, '\n');
    }
}

enum err read_table_print(const char *operation, const char *json, size_t n, const struct read_look *look,
                          struct arena *a, struct fault *f, struct buf *out) {
    const struct json_value *answer;
    const char *where;
    enum err e = json_read(json, n, a, f, &answer, &where);
    if (e)
        return e;
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        if (strcmp(lists[i].operation, as(operation)) == 0)
            put_table(&lists[i], answer, look, out);
    put_notes(as(operation), answer, look, out);
    return ERR_OK;
}
