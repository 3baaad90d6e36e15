/* Loading rates. Invariant: one transaction; a single bad row and nothing is written. */
#include "ingest/rates.h"

#include "base/text.h"
#include "ingest/csv.h"
#include "ingest/values.h"

#include <stdio.h>
#include <string.h>

enum { CHUNK = 64 * 1024, BATCH = 5000, RATE_CHARS = 24 };
enum { COLUMN_DATE, COLUMN_CURRENCY, COLUMN_RATE, COLUMNS };
static const char *const names[COLUMNS] = {"date", "currency", "usd_per_unit"};

struct load {
    struct db *db;
    const char *source, *world;
    struct rates_summary *s;
    bool begun; /* the header was read */
    size_t at[COLUMNS];
    struct buf lists[COLUMNS]; /* the batch, as arrays that are open */
    size_t count;
};

static enum err take_header(struct load *l, const struct record *r, struct fault *f) {
    for (size_t i = 0; i < COLUMNS; i++) {
        char wanted[32], word[64];
        text_compact(names[i], strlen(names[i]), wanted, sizeof wanted);
        l->at[i] = r->count;
        for (size_t c = 0; c < r->count; c++) {
            text_compact(r->fields[c].text, r->fields[c].len, word, sizeof word);
            l->at[i] = strcmp(word, wanted) == 0 ? c : l->at[i];
        }
        if (l->at[i] == r->count)
            return fault_set(f, ERR_DATA_FORMAT,
                             "there is no column %s: rates are date,currency,usd_per_unit", names[i]);
    }
    l->begun = true;
    return ERR_OK;
}

/* A plain decimal above 0, as numeric(20, 10) has it. */
static bool is_rate(const char *s, size_t n) {
    size_t whole = 0, digits = 0, dots = 0, nonzero = 0;
    for (size_t i = 0; i < n; i++) {
        bool digit = s[i] >= '0' && s[i] <= '9';
        if (!digit && (s[i] != '.' || dots++))
            return false;
        whole += digit && !dots;
        digits += digit;
        nonzero += digit && s[i] != '0';
    }
    return n <= RATE_CHARS && whole && whole <= 9 && digits - whole <= 10 && nonzero;
}

/* One value into *out; NULL, or what would be right. */
static const char *read_value(size_t column, const struct record_field *v, struct buf *out) {
    static const struct value_rule rules[] = {{.type = VALUE_DAY}, {.type = VALUE_CURRENCY}};
    const struct value_context none = {.latest_us = INT64_MAX};
    const char *reason = "is missing";
    if (column == COLUMN_RATE) {
        buf_put(out, v->text, v->len);
        return is_rate(v->text, v->len)
                   ? NULL
                   : "must be USD for one unit, above 0, such as 1.0842 (at most 10 decimals)";
    }
    enum value_state state = value_read(&rules[column], &none, v->text, v->len, out, &reason);
    if (state == VALUE_OK && column == COLUMN_CURRENCY && strcmp(out->data, "USD") == 0)
        return "must be another currency than USD";
    return state == VALUE_OK ? NULL : reason;
}

static enum err flush(struct load *l, struct fault *f) {
    if (!l->count)
        return ERR_OK;
    const char *params[COLUMNS + 2] = {l->world, l->source};
    for (size_t i = 0; i < COLUMNS; i++) {
        buf_putc(&l->lists[i], '}');
        params[i + 2] = l->lists[i].data;
    }
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(l->db, "rates_put", COLUMNS + 2, params, f, &rows);
    if (!e)
        l->s->changed += rows_i64(rows, 0, 0);
    for (size_t i = 0; i < COLUMNS; i++)
        l->lists[i].len = 0;
    l->count = 0;
    return e;
}

static enum err take_record(void *ctx, const struct record *r, struct fault *f) {
    struct load *l = ctx;
    if (!l->begun)
        return take_header(l, r, f);
    bool good = !r->problem;
    l->s->rows++;
    if (r->problem)
        problems_add(&l->s->problems, r->line, "", "", 0, r->problem);
    for (size_t i = 0; i < COLUMNS && !r->problem; i++) {
        CLEANUP(buf_free) struct buf value = {0};
        static const struct record_field empty = {"", 0};
        const struct record_field *field = l->at[i] < r->count ? &r->fields[l->at[i]] : &empty;
        buf_puts(&value, "");
        const char *reason = read_value(i, field, &value);
        if (reason)
            problems_add(&l->s->problems, r->line, names[i], field->text, field->len, reason);
        good &= !reason;
        buf_printf(&l->lists[i], "%c%s", l->count ? ',' : '{', reason ? "null" : value.data);
    }
    l->count += !r->problem;
    if (!good || l->s->problems.count)
        return ERR_OK; /* nothing is written: only the other faults are still looked for */
    return l->count < BATCH ? ERR_OK : flush(l, f);
}

static enum err read_all(struct decode *d, struct csv *csv, struct fault *f) {
    CLEANUP(buf_free) struct buf chunk = {0};
    buf_reserve(&chunk, CHUNK);
    enum err e = ERR_OK;
    for (size_t n = 1; !e && n;) {
        e = decode_read(d, chunk.data, CHUNK, f, &n);
        if (!e && n)
            e = csv_feed(csv, chunk.data, n, f);
    }
    return e ? e : csv_finish(csv, f);
}

static enum err load_all(struct load *l, struct import_source source, struct fault *f) {
    struct decode *d = NULL;
    struct csv *csv = csv_new('\0', take_record, l);
    enum err e =
        csv ? decode_new(source, NULL, f, &d) : fault_set(f, ERR_NO_MEMORY, "no memory to read with");
    if (!e)
        e = read_all(d, csv, f);
    csv_free(csv);
    decode_free(d);
    if (!e && l->s->problems.count)
        e = fault_set(f, ERR_DATA_INVALID, "%zu of %lld rows are bad: nothing was loaded",
                      l->s->problems.count + (size_t)l->s->problems.not_kept, (long long)l->s->rows);
    return e ? e : flush(l, f);
}

enum err rates_load(struct db *db, struct import_source source, const char *name, int world, struct fault *f,
                    struct rates_summary *ret_summary) {
    struct load l = {.db = db, .source = name, .world = world ? "1" : "0", .s = ret_summary};
    memset(ret_summary, 0, sizeof *ret_summary);
    enum err e = db_run(db, "begin", f, NULL);
    if (!e)
        e = load_all(&l, source, f);
    if (!e)
        e = db_run(db, "commit", f, NULL);
    if (e)
        db_rollback(db);
    for (size_t i = 0; i < COLUMNS; i++)
        buf_free(&l.lists[i]);
    return e;
}
