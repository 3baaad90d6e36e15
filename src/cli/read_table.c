/* Answers as tables for people. Which values stand where: read_columns.c. Invariant: nothing that a creator
 * wrote reaches the terminal as a control character. */
#include "cmd_read.h"
#include "read_columns.h"

#include "base/json_read.h"
#include "base/macros.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 16, WIDTH_MAX = 100, LAST_MIN = 10 };

static const char *as(const char *operation) {
    for (size_t i = 0; i < read_same_count; i++)
        if (strcmp(read_same[i].operation, operation) == 0)
            return read_same[i].as;
    return operation;
}

bool read_table_known(const char *operation) {
    for (size_t i = 0; i < read_note_count; i++)
        if (strcmp(read_notes[i].operation, as(operation)) == 0)
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
    for (size_t i = 0; i < read_column_count && l->n < COLUMNS_MAX; i++)
        if (strcmp(read_columns[i].table, table) == 0)
            l->column[l->n++] = &read_columns[i];
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
    for (size_t i = 0; i < read_note_count; i++) {
        const struct json_value *value = value_at(answer, read_notes[i].path);
        bool empty = value && value->kind == JSON_LIST && !value->count;
        if (strcmp(read_notes[i].operation, operation) != 0 || !value || empty)
            continue;
        put_bold(look, read_notes[i].label, strlen(read_notes[i].label), out);
        buf_puts(out, ": ");
        if (read_notes[i].show == SHOW_MONEY)
            put_money(value, out);
        else if (read_notes[i].show == SHOW_SHARE)
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
    for (size_t i = 0; i < read_list_count; i++)
        if (strcmp(read_lists[i].operation, as(operation)) == 0)
            put_table(&read_lists[i], answer, look, out);
    put_notes(as(operation), answer, look, out);
    return ERR_OK;
}
