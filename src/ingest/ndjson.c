/* The NDJSON reader. Invariants: the buffer holds the lines that are looked at, then one line and one chunk;
 * a record has exactly the header's fields. */
#include "ingest/ndjson.h"

#include "base/buf.h"
#include "base/macros.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct span {
    size_t from, len;
};

struct ndjson {
    record_sink sink;
    void *ctx;
    struct buf in;
    size_t pos;    /* where the next line begins */
    size_t looked; /* ... that was not looked at for keys */
    int64_t line;  /* its number, from 1 */
    int64_t looked_lines;
    bool started;  /* the header was handed over */
    bool skipping; /* inside a line that is too long */
    char *keys[RECORD_MAX_FIELDS];
    size_t key_count;
    struct buf quoted; /* the line at hand with its long numbers as strings */
    struct buf text;   /* values of the record at hand */
    struct buf path;
    struct span spans[RECORD_MAX_FIELDS];
    struct record_field fields[RECORD_MAX_FIELDS];
    char problem[160];
};

/* Takes a key and its value; false ends the walk. */
typedef bool (*on_value)(struct ndjson *r, const char *key, const cJSON *value);

struct ndjson *ndjson_new(record_sink sink, void *ctx) {
    struct ndjson *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->sink = sink;
    r->ctx = ctx;
    r->line = 1;
    return r;
}

void ndjson_free(struct ndjson *r) {
    if (!r)
        return;
    for (size_t i = 0; i < r->key_count; i++)
        free(r->keys[i]);
    buf_free(&r->in);
    buf_free(&r->quoted);
    buf_free(&r->text);
    buf_free(&r->path);
    free(r);
}

/* cJSON reads numbers as doubles: whole ones of 16 digits or more become strings first. */
static void quote_long_numbers(const char *s, size_t n, struct buf *out) {
    bool in_string = false;
    out->len = 0;
    for (size_t i = 0; i < n;) {
        size_t len = in_string ? 0 : strspn(s + i, "-+.eE0123456789");
        len = len > n - i ? n - i : len;
        bool whole = len >= 16 && strspn(s + i, "-0123456789") >= len;
        if (whole)
            buf_printf(out, "\"%.*s\"", (int)len, s + i);
        else if (len)
            buf_put(out, s + i, len);
        if (len) {
            i += len;
            continue;
        }
        in_string ^= s[i] == '"';
        size_t step = in_string && s[i] == '\\' && i + 1 < n ? 2 : 1;
        buf_put(out, s + i, step);
        i += step;
    }
}

static bool has_nul(const char *s, size_t n) {
    return memchr(s, '\0', n) || memmem(s, n, "\\u0000", 6);
}

/* The object of a line; NULL with r->problem. */
static cJSON *parse(struct ndjson *r, const char *s, size_t n) {
    *r->problem = '\0';
    if (n > RECORD_MAX_BYTES)
        snprintf(r->problem, sizeof r->problem, "the line is longer than 1 MiB");
    else if (has_nul(s, n))
        snprintf(r->problem, sizeof r->problem, "there is a NUL character in it");
    if (*r->problem)
        return NULL;
    quote_long_numbers(s, n, &r->quoted);
    const char *end = NULL;
    cJSON *object = cJSON_ParseWithLengthOpts(r->quoted.data, r->quoted.len + 1, &end, 1);
    if (cJSON_IsObject(object))
        return object;
    snprintf(r->problem, sizeof r->problem,
             object ? "the line is not a JSON object: write one object a line"
                    : "the line is not valid JSON");
    cJSON_Delete(object);
    return NULL;
}

static bool walk(struct ndjson *r, const cJSON *object, int depth, on_value take) {
    const cJSON *item;
    cJSON_ArrayForEach(item, object) {
        size_t before = r->path.len;
        buf_printf(&r->path, "%s%s", before ? "." : "", item->string);
        bool deeper = cJSON_IsObject(item) && depth < NDJSON_DEPTH;
        bool go_on = deeper ? walk(r, item, depth + 1, take) : take(r, r->path.data, item);
        r->path.len = before;
        if (!go_on)
            return false;
    }
    return true;
}

static size_t key_index(const struct ndjson *r, const char *key) {
    size_t i = 0;
    while (i < r->key_count && strcmp(r->keys[i], key) != 0)
        i++;
    return i;
}

static bool note_key(struct ndjson *r, const char *key, const cJSON *value) {
    (void)value;
    size_t i = key_index(r, key);
    if (i < r->key_count)
        return true;
    if (r->key_count == RECORD_MAX_FIELDS)
        return false;
    r->keys[i] = strdup(key);
    if (!r->keys[i])
        abort();
    r->key_count++;
    return true;
}

/* The list of the names in a list of objects, else NULL. */
static cJSON *names_of(const cJSON *list) {
    const cJSON *item;
    cJSON *names = cJSON_CreateArray();
    cJSON_ArrayForEach(item, list) {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "name");
        if (!name)
            name = cJSON_GetObjectItemCaseSensitive(item, "title");
        if (cJSON_IsString(name))
            cJSON_AddItemToArray(names, cJSON_CreateString(name->valuestring));
    }
    if (cJSON_GetArraySize(names) > 0)
        return names;
    cJSON_Delete(names);
    return NULL;
}

static void put_json(struct buf *out, const cJSON *value) {
    cJSON *names = cJSON_IsArray(value) ? names_of(value) : NULL;
    char *text = cJSON_PrintUnformatted(names ? names : value);
    if (!text)
        abort();
    buf_puts(out, text);
    cJSON_free(text);
    cJSON_Delete(names);
}

static bool put_value(struct ndjson *r, const char *key, const cJSON *value) {
    size_t i = key_index(r, key);
    if (i == r->key_count) {
        snprintf(r->problem, sizeof r->problem, "has the key \"%.60s\", which none of the first %d lines had",
                 key, NDJSON_LOOK_LINES);
        return false;
    }
    size_t from = r->text.len;
    if (cJSON_IsString(value))
        buf_puts(&r->text, value->valuestring);
    else if (!cJSON_IsNull(value))
        put_json(&r->text, value);
    r->spans[i] = (struct span){from, r->text.len - from};
    return true;
}

static enum err hand_over(struct ndjson *r, const char *s, size_t n, struct fault *f) {
    cJSON *object = parse(r, s, n);
    r->text.len = r->path.len = 0;
    buf_puts(&r->text, "");
    memset(r->spans, 0, r->key_count * sizeof *r->spans);
    bool good = object && walk(r, object, 1, put_value);
    cJSON_Delete(object);
    for (size_t i = 0; i < r->key_count; i++)
        r->fields[i] = (struct record_field){r->text.data + r->spans[i].from, r->spans[i].len};
    struct record rec = {.line = r->line, .count = r->key_count, .fields = r->fields};
    if (!good)
        rec = (struct record){.line = r->line, .problem = r->problem};
    return r->sink(r->ctx, &rec, f);
}

static bool is_blank(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r')
            return false;
    return true;
}

/* Length of the next line from `at`, or -1 if it is not there yet; *ret_next: behind its end. */
static long line_at(const struct ndjson *r, size_t at, bool ended, size_t *ret_next) {
    const char *from = r->in.data + at;
    const char *end = memchr(from, '\n', r->in.len - at);
    if (!end && (!ended || at == r->in.len))
        return -1;
    size_t n = end ? (size_t)(end - from) : r->in.len - at;
    *ret_next = at + n + (end != NULL);
    return (long)n;
}

/* Gathers keys; true once enough was seen. */
static bool look(struct ndjson *r, bool ended) {
    size_t next = 0;
    for (long n; (n = line_at(r, r->looked, ended, &next)) >= 0; r->looked = next) {
        if (++r->looked_lines > NDJSON_LOOK_LINES)
            return true;
        cJSON *object = parse(r, r->in.data + r->looked, (size_t)n);
        r->path.len = 0;
        bool room = !object || walk(r, object, 1, note_key);
        cJSON_Delete(object);
        if (!room)
            return true;
    }
    return ended || r->in.len > NDJSON_LOOK_BYTES;
}

static enum err start(struct ndjson *r, struct fault *f) {
    if (!r->key_count)
        return fault_set(f, ERR_DATA_FORMAT, "none of the first lines is a JSON object%s%s",
                         *r->problem ? ": " : "", r->problem);
    for (size_t i = 0; i < r->key_count; i++)
        r->fields[i] = (struct record_field){r->keys[i], strlen(r->keys[i])};
    r->started = true;
    struct record header = {.line = 1, .count = r->key_count, .fields = r->fields};
    return r->sink(r->ctx, &header, f);
}

static enum err run(struct ndjson *r, bool ended, struct fault *f) {
    enum err e = ERR_OK;
    size_t next = 0;
    for (long n; !e && (n = line_at(r, r->pos, ended, &next)) >= 0; r->pos = next, r->line++) {
        const char *s = r->in.data + r->pos;
        if (!r->skipping && !is_blank(s, (size_t)n))
            e = hand_over(r, s, (size_t)n, f);
        r->skipping = false;
    }
    bool endless = !e && !r->skipping && r->in.len - r->pos > RECORD_MAX_BYTES;
    if (endless) { /* told once, then dropped until its end */
        e = hand_over(r, r->in.data + r->pos, r->in.len - r->pos, f);
        r->skipping = true;
    }
    if (r->skipping)
        r->pos = r->in.len;
    memmove(r->in.data, r->in.data + r->pos, r->in.len - r->pos);
    r->in.len -= r->pos;
    r->pos = 0;
    return e;
}

static enum err go_on(struct ndjson *r, bool ended, struct fault *f) {
    if (!r->started) {
        if (!look(r, ended))
            return ERR_OK;
        enum err e = start(r, f);
        if (e)
            return e;
    }
    return run(r, ended, f);
}

enum err ndjson_feed(struct ndjson *r, const char *data, size_t n, struct fault *f) {
    static const char mark[] = "\xef\xbb\xbf";
    bool marked = !r->in.len && !r->started && n >= 3 && memcmp(data, mark, 3) == 0;
    size_t skip = marked ? 3 : 0;
    buf_put(&r->in, data + skip, n - skip);
    return go_on(r, false, f);
}

enum err ndjson_finish(struct ndjson *r, struct fault *f) {
    buf_puts(&r->in, "");
    return go_on(r, true, f);
}
