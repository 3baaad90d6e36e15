/* The CSV reader: a state machine over a buffer that holds the record at hand. Invariants: in[start, pos) is
 * what was read of the record that begins at `line`; the buffer never holds more than one record (bounded)
 * and one chunk, so that a broken record can be read again from its second line. */
#include "ingest/csv.h"

#include "base/buf.h"
#include "ingest/sniff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state {
    FIELD_START,
    PLAIN,
    QUOTED,
    QUOTE_SEEN, /* a quote inside quotes: doubled, or the end */
    SKIP_LINE,  /* dropping the rest of a line */
};

struct span {
    size_t from;
    size_t len;
};

struct csv {
    char delimiter;
    record_sink sink;
    void *ctx;
    struct buf in;
    size_t start;
    size_t pos;
    struct buf text; /* unescaped fields of the record at hand */
    struct span spans[RECORD_MAX_FIELDS];
    struct record_field fields[RECORD_MAX_FIELDS];
    size_t count;      /* finished fields */
    size_t field_from; /* in text */
    enum state state;
    int64_t line;       /* where the record begins */
    int64_t newlines;   /* in it so far */
    int64_t quote_line; /* where the open quote stands */
    size_t columns;     /* of the header; 0 before it */
    bool started;
    bool ended;
    bool skip_lf; /* a CR ended the last line */
    bool resync;  /* looking for a whole record after a broken one */
    char problem[160];
};

struct csv *csv_new(char delimiter, record_sink sink, void *ctx) {
    struct csv *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->delimiter = delimiter;
    c->sink = sink;
    c->ctx = ctx;
    c->line = 1;
    return c;
}

void csv_free(struct csv *c) {
    if (!c)
        return;
    buf_free(&c->in);
    buf_free(&c->text);
    free(c);
}

char csv_delimiter(const struct csv *c) {
    return c->started ? c->delimiter : '\0';
}

/* Begins the next record at pos. */
static void next_record(struct csv *c) {
    c->start = c->pos;
    c->line += c->newlines;
    c->newlines = 0;
    c->count = 0;
    c->text.len = 0;
    c->field_from = 0;
    c->state = FIELD_START;
}

/* Reports a broken record and goes back to its second line, or on to the end of its only one. */
static enum err refuse(struct csv *c, const char *problem, struct fault *f) {
    if (!c->columns)
        return fault_set(f, ERR_DATA_FORMAT, "line %lld: %s", (long long)c->line, problem);
    enum err e = ERR_OK;
    struct record r = {.line = c->line, .problem = problem};
    if (!c->resync)
        e = c->sink(c->ctx, &r, f);
    c->resync = true;
    const char *from = c->in.data + c->start;
    const char *lf = memchr(from, '\n', c->pos - c->start);
    if (lf)
        c->pos = c->start + (size_t)(lf - from) + 1;
    c->newlines = lf ? 1 : 0;
    next_record(c);
    if (!lf)
        c->state = SKIP_LINE;
    return e;
}

static bool end_field(struct csv *c) {
    if (c->count == RECORD_MAX_FIELDS)
        return false;
    c->spans[c->count++] = (struct span){c->field_from, c->text.len - c->field_from};
    c->field_from = c->text.len;
    c->state = FIELD_START;
    return true;
}

static enum err emit(struct csv *c, struct fault *f) {
    if (c->count == 1 && c->spans[0].len == 0)
        return ERR_OK;
    if (c->resync && c->count != c->columns)
        return ERR_OK;
    c->resync = false;
    for (size_t i = 0; i < c->count; i++)
        c->fields[i] =
            (struct record_field){c->text.data ? c->text.data + c->spans[i].from : "", c->spans[i].len};
    if (!c->columns)
        c->columns = c->count;
    struct record r = {.line = c->line, .count = c->count, .fields = c->fields, .unended = c->ended};
    return c->sink(c->ctx, &r, f);
}

/* The record is complete up to pos. */
static enum err end_record(struct csv *c, struct fault *f) {
    if (!end_field(c))
        return refuse(c, "more than 512 columns", f);
    if (memchr(c->in.data + c->start, '\0', c->pos - c->start))
        return refuse(c, "there is a NUL byte in it: the file is damaged or binary", f);
    enum err e = emit(c, f);
    next_record(c);
    return e;
}

static enum err end_line(struct csv *c, char end, struct fault *f) {
    c->skip_lf = end == '\r';
    c->newlines++;
    if (c->state != SKIP_LINE)
        return end_record(c, f);
    next_record(c);
    return ERR_OK;
}

static enum err plain(struct csv *c, struct fault *f) {
    const char *from = c->in.data + c->pos;
    const char *end = c->in.data + c->in.len;
    const char *p = from;
    while (p < end && *p != c->delimiter && *p != '\n' && *p != '\r')
        p++;
    buf_put(&c->text, from, (size_t)(p - from));
    c->pos += (size_t)(p - from);
    if (p == end)
        return ERR_OK;
    c->pos++;
    if (*p != c->delimiter)
        return end_line(c, *p, f);
    return end_field(c) ? ERR_OK : refuse(c, "more than 512 columns", f);
}

static enum err quoted(struct csv *c) {
    const char *from = c->in.data + c->pos;
    size_t left = c->in.len - c->pos;
    const char *quote = memchr(from, '"', left);
    size_t n = quote ? (size_t)(quote - from) : left;
    for (const char *p = from; (p = memchr(p, '\n', (size_t)(from + n - p))); p++)
        c->newlines++;
    buf_put(&c->text, from, n);
    c->pos += n + (quote != NULL);
    if (quote)
        c->state = QUOTE_SEEN;
    return ERR_OK;
}

static enum err quote_seen(struct csv *c, struct fault *f) {
    char next = c->in.data[c->pos];
    if (next == '"') {
        buf_putc(&c->text, '"');
        c->pos++;
        c->state = QUOTED;
        return ERR_OK;
    }
    if (next == c->delimiter || next == '\n' || next == '\r') {
        c->state = PLAIN;
        return plain(c, f);
    }
    snprintf(
        c->problem, sizeof c->problem,
        "text behind the closing quote of a field that began in line %lld (a quote inside quotes is doubled)",
        (long long)c->quote_line);
    return refuse(c, c->problem, f);
}

static enum err field_start(struct csv *c, struct fault *f) {
    if (c->in.data[c->pos] != '"') {
        c->state = PLAIN;
        return plain(c, f);
    }
    c->state = QUOTED;
    c->quote_line = c->line + c->newlines;
    c->pos++;
    return ERR_OK;
}

static enum err skip_line(struct csv *c, struct fault *f) {
    while (c->pos < c->in.len && c->in.data[c->pos] != '\n' && c->in.data[c->pos] != '\r')
        c->pos++;
    c->start = c->pos;
    return c->pos == c->in.len ? ERR_OK : end_line(c, c->in.data[c->pos++], f);
}

static enum err step(struct csv *c, struct fault *f) {
    if (c->skip_lf && c->in.data[c->pos] == '\n' && c->pos == c->start) {
        c->skip_lf = false;
        c->start = ++c->pos;
        return ERR_OK;
    }
    c->skip_lf = false;
    switch (c->state) {
    case FIELD_START:
        return field_start(c, f);
    case PLAIN:
        return plain(c, f);
    case QUOTED:
        return quoted(c);
    case QUOTE_SEEN:
        return quote_seen(c, f);
    case SKIP_LINE:
        return skip_line(c, f);
    }
    return ERR_INTERNAL;
}

static enum err run(struct csv *c, struct fault *f) {
    enum err e = ERR_OK;
    while (!e && c->pos < c->in.len) {
        e = step(c, f);
        if (!e && c->pos - c->start > RECORD_MAX_BYTES)
            e = refuse(c, "the record is longer than 1 MiB: is a quote left open, or the delimiter another?",
                       f);
    }
    return e;
}

/* Looks at the first line once it is there (or can no longer be). */
static enum err start(struct csv *c, struct fault *f) {
    static const char bom[] = "\xef\xbb\xbf";
    if (c->in.len >= 3 && memcmp(c->in.data, bom, 3) == 0)
        c->start = c->pos = 3;
    const char *from = c->in.data ? c->in.data + c->pos : "";
    size_t n = c->in.len - c->pos;
    enum err e = sniff_text(from, n, f);
    if (e)
        return e;
    while (n && (*from == '\n' || *from == '\r'))
        from++, n--;
    size_t line = 0;
    while (line < n && from[line] != '\n' && from[line] != '\r')
        line++;
    if (line > RECORD_MAX_BYTES)
        return fault_set(f, ERR_DATA_FORMAT,
                         "line 1 is longer than 1 MiB: this is not a CSV file with a header line");
    if (!c->delimiter)
        c->delimiter = sniff_delimiter(from, line);
    c->started = true;
    return ERR_OK;
}

/* Whether the buffer holds a whole line with something in it. */
static bool has_line(const struct csv *c) {
    size_t blank = strspn(c->in.data, " \t\r\n");
    return strcspn(c->in.data + blank, "\r\n") < c->in.len - blank;
}

static void compact(struct csv *c) {
    size_t keep = c->in.len - c->start;
    if (c->start && keep)
        memmove(c->in.data, c->in.data + c->start, keep);
    c->pos -= c->start;
    c->in.len = keep;
    c->start = 0;
}

enum err csv_feed(struct csv *c, const char *data, size_t n, struct fault *f) {
    buf_put(&c->in, data, n);
    if (!c->started) {
        bool ready = c->in.len >= SNIFF_BYTES && (has_line(c) || c->in.len > RECORD_MAX_BYTES + 3);
        if (!ready)
            return ERR_OK;
        enum err e = start(c, f);
        if (e)
            return e;
    }
    enum err e = run(c, f);
    compact(c);
    return e;
}

enum err csv_finish(struct csv *c, struct fault *f) {
    enum err e = c->started ? ERR_OK : start(c, f);
    if (!e)
        e = run(c, f);
    while (!e && c->state == QUOTED) {
        snprintf(c->problem, sizeof c->problem,
                 "a quote opened in line %lld is never closed: the file may be cut off",
                 (long long)c->quote_line);
        e = refuse(c, c->problem, f);
        if (!e)
            e = run(c, f);
    }
    c->ended = true;
    if (!e && c->state != SKIP_LINE && c->pos > c->start)
        e = end_record(c, f);
    if (!e && !c->columns)
        return fault_set(f, ERR_DATA_FORMAT, "the file has no header line");
    return e;
}
