/* From a platform's objects to rows of the import: NDJSON in memory, then the path that every file takes. */
#include "pull_own.h"

#include "base/clock.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const cJSON *pull_at(const cJSON *object, const char *path) {
    while (object) {
        char name[64];
        size_t len = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)len, path);
        object = cJSON_GetObjectItemCaseSensitive(object, name);
        if (!path[len])
            return object;
        path += len + 1;
    }
    return NULL;
}

const char *pull_text(const cJSON *object, const char *path) {
    return cJSON_GetStringValue(pull_at(object, path));
}

static void put_list(struct json *w, const cJSON *list) {
    const cJSON *item;
    json_array(w);
    cJSON_ArrayForEach(item, list) {
        if (cJSON_IsString(item))
            json_str(w, item->valuestring);
    }
    json_array_end(w);
}

static void put_value(struct json *w, const char *name, const cJSON *value) {
    bool number = cJSON_IsNumber(value) && value->valuedouble == floor(value->valuedouble) &&
                  fabs(value->valuedouble) <= 9e15;
    if (!number && !cJSON_IsString(value) && !cJSON_IsBool(value) && !cJSON_IsArray(value))
        return;
    json_key(w, name);
    if (number)
        json_i64(w, (int64_t)value->valuedouble);
    else if (cJSON_IsString(value))
        json_str(w, value->valuestring);
    else if (cJSON_IsArray(value))
        put_list(w, value);
    else
        json_bool(w, cJSON_IsTrue(value));
}

void pull_row(struct buf *rows, const cJSON *object, const struct pull_field *fields, size_t n,
              const char *fixed) {
    struct json w = json_to(rows);
    json_object(&w);
    for (size_t i = 0; i < n; i++)
        put_value(&w, fields[i].name, pull_at(object, fields[i].path));
    if (fixed)
        buf_printf(rows, "%s%s", w.comma ? "," : "", fixed);
    json_object_end(&w);
    buf_putc(rows, '\n');
}

struct memory {
    const struct buf *text;
    size_t at;
};

static enum err read_memory(void *ctx, char *buf, size_t n, struct fault *f, size_t *ret_n) {
    (void)f;
    struct memory *m = ctx;
    size_t left = m->text->len - m->at;
    *ret_n = n < left ? n : left;
    memcpy(buf, m->text->data + m->at, *ret_n);
    m->at += *ret_n;
    return ERR_OK;
}

static void note_refusal(struct pull *p, const struct import_summary *s) {
    p->s->refused += s->refused;
    if (p->s->refusal[0] || !s->refused || !s->problems.count)
        return;
    const struct problem *first = &s->problems.items[0];
    snprintf(p->s->refusal, sizeof p->s->refusal, "%s%s%s", first->column, *first->column ? " " : "",
             first->reason);
}

static enum err import_rows(struct pull *p, const char *kind, struct buf *rows, struct fault *f,
                            int64_t *ret_created, int64_t *ret_updated) {
    if (!rows->len)
        return ERR_OK;
    struct import_summary *s = calloc(1, sizeof *s);
    if (!s)
        return fault_set(f, ERR_NO_MEMORY, "no memory to import with");
    struct memory memory = {rows, 0};
    struct import_options o = {.source = p->platform->source,
                               .world = IMPORT_WORLD_LIVE,
                               .encoding = "utf-8",
                               .map = {.kind = kind,
                                       .platform = p->platform->platform,
                                       .observed_us = p->o->now_us,
                                       .latest_us = p->o->now_us + CLOCK_DAY},
                               .secrets = p->o->secrets};
    enum err e = import_run(p->db, &o, (struct import_source){read_memory, &memory}, NULL, NULL, f, s);
    bool all_refused = e == ERR_DATA_INVALID && s->rows && s->refused == s->rows;
    note_refusal(p, s);
    *ret_created += s->created;
    *ret_updated += s->updated;
    import_summary_done(s);
    free(s);
    rows->len = 0;
    return all_refused ? ERR_OK : e;
}

enum err pull_import(struct pull *p, struct fault *f) {
    enum err e =
        import_rows(p, "creators", &p->accounts, f, &p->s->accounts_created, &p->s->accounts_updated);
    return e ? e : import_rows(p, "posts", &p->posts, f, &p->s->posts_created, &p->s->posts_updated);
}
