/* Field tables as CSV, and the choice among their lines. Invariant: however odd a text, it stays one cell and
 * no formula. */
#include "base/clock.h"
#include "base/fields.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 80 };

/* The name by which a line is chosen ("creator.name"), or its column ("creator_name"). */
static const char *name_of(const struct field *f, char between, char out[NAME_MAX_BYTES]) {
    if (!f->group)
        return f->json;
    snprintf(out, NAME_MAX_BYTES, "%s%c%s", f->group, between, f->json);
    return out;
}

static bool is_word(const char *s, const char *word, size_t len) {
    return s && strlen(s) == len && memcmp(s, word, len) == 0;
}

static bool choose_word(const struct field *fields, size_t n, const char *word, size_t len, bool *chosen) {
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        char tmp[NAME_MAX_BYTES];
        if (!fields[i].json)
            continue;
        if (!is_word(name_of(&fields[i], '.', tmp), word, len) && !is_word(fields[i].group, word, len))
            continue;
        chosen[i] = found = true;
    }
    return found;
}

static bool choose_added(const char *added, const char *word, size_t len, bool *chosen) {
    for (size_t i = 0; *added; i++) {
        size_t n = strcspn(added, " ");
        if (n == len && memcmp(added, word, n) == 0) {
            chosen[i] = true;
            return true;
        }
        added += n + strspn(added + n, " ");
    }
    return false;
}

static void hint_names(const struct field *fields, size_t n, const char *word, size_t len, struct fault *f) {
    for (int d = 1; d <= 3; d++)
        for (size_t i = 0; i < n; i++) {
            char tmp[NAME_MAX_BYTES];
            const char *name = fields[i].json ? name_of(&fields[i], '.', tmp) : "";
            bool key_alone =
                fields[i].json && fields[i].group && d == 1 && is_word(fields[i].json, word, len);
            if (key_alone || text_distance(name, strlen(name), word, len, 3) == d)
                fault_hint(f, name);
        }
}

static const char *all_names(const struct field *fields, size_t n, const char *added, struct arena *a) {
    const char *out = "";
    for (size_t i = 0; i < n; i++) {
        char tmp[NAME_MAX_BYTES];
        if (fields[i].json)
            out = arena_printf(a, "%s%s%s", out, *out ? "," : "", name_of(&fields[i], '.', tmp));
    }
    return *added ? arena_printf(a, "%s %s", out, added) : out;
}

enum err fields_choose(const struct field *fields, size_t n, const char *added, const char *names,
                       struct arena *a, struct fault *f, const bool **ret_chosen) {
    bool *chosen = arena_alloc(a, n + strlen(added) + 1);
    for (const char *c = names;; c++) {
        size_t len = strcspn(c, ",");
        if (!choose_word(fields, n, c, len, chosen) && !choose_added(added, c, len, chosen + n)) {
            const char *word = arena_strndup(a, c, len);
            fault_set(f, ERR_PARAM_INVALID, "fields has no \"%.60s\"", word);
            fault_param(f, "fields", word, all_names(fields, n, added, a));
            hint_names(fields, n, c, len, f);
            return ERR_PARAM_INVALID;
        }
        c += len;
        if (!*c)
            break;
    }
    *ret_chosen = chosen;
    return ERR_OK;
}

/* -12.5 and the like: what a spreadsheet reads as a number, not as a formula. */
static bool plain_number(const char *s, size_t n) {
    size_t i = n && s[0] == '-', digits = 0, points = 0;
    for (; i < n; i++) {
        digits += s[i] >= '0' && s[i] <= '9';
        points += s[i] == '.';
        if ((s[i] < '0' || s[i] > '9') && s[i] != '.')
            return false;
    }
    return digits > 0 && points <= 1;
}

static void put_cell(struct buf *out, const char *s, size_t n) {
    bool formula = n && memchr("=+-@\t\r\n", s[0], 7) && !plain_number(s, n);
    bool quoted = formula;
    for (size_t i = 0; i < n && !quoted; i++)
        quoted = memchr(",;\"\t\r\n", s[i], 6) != NULL;
    quoted |= n && (s[0] == ' ' || s[n - 1] == ' ');
    if (!quoted) {
        buf_put(out, s, n);
        return;
    }
    buf_puts(out, formula ? "\"'" : "\"");
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '"')
            buf_putc(out, '"');
        buf_putc(out, s[i]);
    }
    buf_putc(out, '"');
}

static void put_list(struct buf *out, const struct text_list *list) {
    CLEANUP(buf_free) struct buf cell = {0};
    for (size_t i = 0; i < list->count; i++) {
        if (i)
            buf_putc(&cell, ';');
        for (const char *c = list->items[i] ? list->items[i] : ""; *c; c++)
            buf_putc(&cell, *c == ';' ? ',' : *c);
    }
    put_cell(out, cell.len ? cell.data : "", cell.len);
}

static void put_value(const struct field *f, const void *row, struct buf *out) {
    const void *p = (const char *)row + f->offset;
    struct json w = json_to(out);
    char tmp[32];
    switch (f->type) {
    case FIELD_I64:
    case FIELD_ID:
        if (*(const int64_t *)p != FIELD_NULL_I64)
            json_i64(&w, *(const int64_t *)p);
        break;
    case FIELD_TIME:
        if (*(const int64_t *)p != FIELD_NULL_I64) {
            clock_format(*(const int64_t *)p, tmp);
            buf_puts(out, tmp);
        }
        break;
    case FIELD_F64:
        if (isfinite(*(const double *)p))
            json_f64(&w, *(const double *)p, f->decimals);
        break;
    case FIELD_TEXT:
        if (*(const char *const *)p)
            put_cell(out, *(const char *const *)p, strlen(*(const char *const *)p));
        break;
    case FIELD_BOOL:
        if (*(const int8_t *)p != FIELD_NULL_BOOL)
            json_bool(&w, *(const int8_t *)p != 0);
        break;
    case FIELD_TEXTS:
        put_list(out, p);
        break;
    case FIELD_NUMBERS:
        break;
    }
}

void fields_csv_names(const struct field *fields, size_t n, const bool *chosen, struct buf *out) {
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        char tmp[NAME_MAX_BYTES];
        if (!fields[i].json || (chosen && !chosen[i]))
            continue;
        buf_puts(out, first ? "" : ",");
        buf_puts(out, name_of(&fields[i], '_', tmp));
        first = false;
    }
    buf_puts(out, "\r\n");
}

void fields_csv(const struct field *fields, size_t n, const bool *chosen, const void *row, struct buf *out) {
    size_t begin = out->len, columns = 0;
    for (size_t i = 0; i < n; i++) {
        if (!fields[i].json || (chosen && !chosen[i]))
            continue;
        buf_puts(out, columns++ ? "," : "");
        put_value(&fields[i], row, out);
    }
    buf_puts(out, columns == 1 && out->len == begin ? "\"\"\r\n" : "\r\n");
}
