/* Field tables at work. Invariant: every type has one line in each switch; -Wswitch keeps it so. */
#include "base/fields.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void field_set_null(const struct field *f, void *ret_struct) {
    void *p = (char *)ret_struct + f->offset;
    switch (f->type) {
    case FIELD_I64:
    case FIELD_ID:
    case FIELD_TIME:
        *(int64_t *)p = FIELD_NULL_I64;
        break;
    case FIELD_F64:
        *(double *)p = NAN;
        break;
    case FIELD_TEXT:
        *(const char **)p = NULL;
        break;
    case FIELD_BOOL:
        *(int8_t *)p = FIELD_NULL_BOOL;
        break;
    case FIELD_TEXTS:
        *(struct text_list *)p = (struct text_list){0};
        break;
    case FIELD_NUMBERS:
        *(struct number_list *)p = (struct number_list){0};
        break;
    }
}

/* An integer as PostgreSQL writes it: a sign and digits, never out of range. */
static int64_t integer_of(const char *s) {
    bool minus = *s == '-';
    uint64_t v = 0;
    for (s += minus; *s >= '0' && *s <= '9'; s++)
        v = v * 10 + (uint64_t)(*s - '0');
    return (int64_t)(minus ? 0 - v : v);
}

void field_set(const struct field *f, const char *text, void *ret_struct) {
    if (!text) {
        field_set_null(f, ret_struct);
        return;
    }
    void *p = (char *)ret_struct + f->offset;
    switch (f->type) {
    case FIELD_I64:
    case FIELD_ID:
    case FIELD_TIME:
        *(int64_t *)p = integer_of(text);
        break;
    case FIELD_F64:
        *(double *)p = strtod(text, NULL);
        break;
    case FIELD_TEXT:
        *(const char **)p = text;
        break;
    case FIELD_BOOL:
        *(int8_t *)p = text[0] == 't';
        break;
    case FIELD_TEXTS:
    case FIELD_NUMBERS:
        break;
    }
}

static void write_time(struct json *w, int64_t us) {
    char tmp[32];
    clock_format(us, tmp);
    json_str(w, tmp);
}

static void write_list(struct json *w, const struct text_list *list) {
    json_array(w);
    for (size_t i = 0; i < list->count; i++)
        json_str(w, list->items[i]);
    json_array_end(w);
}

static void write_value(const struct field *f, const void *row, struct json *w) {
    const void *p = (const char *)row + f->offset;
    int64_t number =
        f->type == FIELD_I64 || f->type == FIELD_ID || f->type == FIELD_TIME ? *(const int64_t *)p : 0;
    if (number == FIELD_NULL_I64) {
        json_null(w);
        return;
    }
    switch (f->type) {
    case FIELD_I64:
        json_i64(w, number);
        break;
    case FIELD_ID:
        json_id(w, number);
        break;
    case FIELD_TIME:
        write_time(w, number);
        break;
    case FIELD_F64:
        json_f64(w, *(const double *)p, f->decimals);
        break;
    case FIELD_TEXT:
        json_str(w, *(const char *const *)p);
        break;
    case FIELD_BOOL:
        if (*(const int8_t *)p == FIELD_NULL_BOOL)
            json_null(w);
        else
            json_bool(w, *(const int8_t *)p != 0);
        break;
    case FIELD_TEXTS:
        write_list(w, p);
        break;
    case FIELD_NUMBERS:
        json_null(w);
        break;
    }
}

static bool same_group(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

void fields_json_of(const struct field *fields, size_t n, const bool *chosen, const void *row,
                    struct json *w) {
    const char *group = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &fields[i];
        if (!f->json || (chosen && !chosen[i]))
            continue;
        if (!same_group(group, f->group)) {
            if (group)
                json_object_end(w);
            if (f->group) {
                json_key(w, f->group);
                json_object(w);
            }
            group = f->group;
        }
        json_key(w, f->json);
        write_value(f, row, w);
    }
    if (group)
        json_object_end(w);
}

struct fields_plan fields_plan(const struct field *fields, size_t n, const bool *chosen, struct arena *a) {
    struct fields_plan plan = {.steps = arena_alloc(a, (n + 1) * sizeof *plan.steps), .after = ""};
    const char *group = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &fields[i];
        if (!f->json || (chosen && !chosen[i]))
            continue;
        bool other = !same_group(group, f->group), opens = other && f->group;
        const char *before = arena_concat(a, other && group ? "}" : "", plan.n ? "," : "", opens ? "\"" : "",
                                          opens ? f->group : "", opens ? "\":{" : "", "\"", f->json, "\":");
        plan.steps[plan.n++] = (struct fields_step){f, before, strlen(before)};
        group = f->group;
    }
    plan.after = group ? "}" : "";
    return plan;
}

void fields_json_planned(const struct fields_plan *plan, const void *row, struct json *w) {
    for (const struct fields_step *s = plan->steps; s < plan->steps + plan->n; s++) {
        buf_put(w->out, s->before, s->before_len);
        w->comma = false;
        write_value(s->field, row, w);
    }
    buf_puts(w->out, plan->after);
    w->comma = plan->n > 0;
}

void fields_json(const struct field *fields, size_t n, const void *row, struct json *w) {
    fields_json_of(fields, n, NULL, row, w);
}
