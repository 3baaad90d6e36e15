/* The bodies of writes: JSON members are fields of a kind of the importer, read by the importer's own
 * readers, so that a row means the same in a file and here. Stricter in form: a number is a number, nothing
 * that is wrong is left out silently, and all faults are told at once, each at its place. */
#include "writes.h"

#include "base/clock.h"
#include "base/json.h"
#include "http/body.h"

#include <math.h>
#include <string.h>

bool write_takes(const struct write_way *way, const char *field) {
    size_t n = strlen(field);
    for (const char *p = strstr(way->taken, field); p; p = strstr(p + 1, field))
        if (p[-1] == ' ' && p[n] == ' ')
            return false;
    return true;
}

/* How a type is written in JSON. */
static const struct form {
    const char *wanted;
    enum json_kind kind;
    bool whole; /* a whole number from 0 */
} forms[VALUE_TYPE_COUNT] = {
    [VALUE_TEXT] = {"a text", JSON_TEXT, false},
    [VALUE_KEY] = {"a text", JSON_TEXT, false},
    [VALUE_USERNAME] = {"a text", JSON_TEXT, false},
    [VALUE_PLATFORM] = {"a text", JSON_TEXT, false},
    [VALUE_COUNT] = {"a whole number", JSON_NUMBER, true},
    [VALUE_INTEGER] = {"a whole number", JSON_NUMBER, true},
    [VALUE_DURATION] = {"a number of seconds", JSON_NUMBER, false},
    [VALUE_SHARE] = {"a number from 0 to 1", JSON_NUMBER, false},
    [VALUE_MONEY] = {"an amount in USD", JSON_NUMBER, false},
    [VALUE_AMOUNT] = {"an amount", JSON_NUMBER, false},
    [VALUE_CURRENCY] = {"a text", JSON_TEXT, false},
    [VALUE_TIME] = {"a time such as \"2026-11-18T09:00:00Z\"", JSON_TEXT, false},
    [VALUE_DAY] = {"a day such as \"2026-11-18\"", JSON_TEXT, false},
    [VALUE_BUCKET] = {"a text", JSON_TEXT, false},
    [VALUE_COUNTRY] = {"a text", JSON_TEXT, false},
    [VALUE_LANGUAGE] = {"a text", JSON_TEXT, false},
    [VALUE_BOOL] = {"true or false", JSON_BOOL, false},
    [VALUE_CONTACT] = {"true or false", JSON_BOOL, false},
    [VALUE_LINK] = {"a text", JSON_TEXT, false},
    [VALUE_TAGS] = {"a list of texts", JSON_LIST, false},
    [VALUE_ENGAGER] = {"a text", JSON_TEXT, false},
    [VALUE_WORD] = {"a text", JSON_TEXT, false},
};

/* A list of texts as the importer reads hashtags; NULL if there is something else in it (noted). */
static const char *tags_text(struct request *req, const struct json_value *list) {
    CLEANUP(buf_free) struct buf out = {0};
    struct json w = json_to(&out);
    bool good = true;
    json_array(&w);
    for (const struct json_value *v = list->first; v; v = v->next) {
        if (v->kind == JSON_TEXT)
            json_strn(&w, v->text, v->len);
        else
            body_fault(req, v, "a hashtag must be a text, got %s", json_kind_name(v->kind));
        good &= v->kind == JSON_TEXT;
    }
    json_array_end(&w);
    return good ? arena_strdup(req->arena, out.data) : NULL;
}

/* The number as the importer reads it without mistaking a decimal point; NULL if it is wrong (noted). */
static const char *number_text(struct request *req, const struct json_value *v,
                               const struct field_spec *field) {
    bool digits = v->len && v->len <= 18 && strspn(v->text, "0123456789") == v->len;
    if (forms[field->rule.type].whole) {
        if (!digits)
            body_fault(req, v, "%s must be a whole number from 0, got %.60s", field->name, v->text);
        return digits ? v->text : NULL;
    }
    if (!(v->number >= 0 && v->number < 1e12)) {
        body_fault(req, v, "%s must be %s from 0, got %.60s", field->name, forms[field->rule.type].wanted,
                   v->text);
        return NULL;
    }
    double rounded = round(v->number * 100) / 100;
    bool money = field->rule.type == VALUE_MONEY || field->rule.type == VALUE_AMOUNT;
    if (money && fabs(rounded - v->number) > 1e-6) {
        body_fault(req, v, "%s must have at most two decimals, got %.60s", field->name, v->text);
        return NULL;
    }
    return arena_printf(req->arena, money ? "%.2f" : "%.0f", v->number);
}

/* A member as the text that a file would have; NULL if it is wrong (noted). */
static const char *member_text(struct request *req, const struct json_value *v,
                               const struct field_spec *field) {
    const struct form *form = &forms[field->rule.type];
    if (v->kind != form->kind)
        body_fault(req, v, "%s must be %s, got %s", field->name, form->wanted, json_kind_name(v->kind));
    else if (v->kind == JSON_NUMBER)
        return number_text(req, v, field);
    else if (v->kind == JSON_LIST)
        return tags_text(req, v);
    else
        return v->text;
    return NULL;
}

/* Whether the importer takes the text; what it makes of it goes to *ret_kept (NULL: nothing). */
static bool check_value(struct request *req, const struct json_value *v, const struct field_spec *field,
                        const char *text, const char **ret_kept) {
    const struct write_state *st = req->state;
    struct value_context ctx = {.platform = st->row_platform, .latest_us = st->now_us + CLOCK_DAY};
    CLEANUP(buf_free) struct buf out = {0};
    const char *reason = "";
    enum value_state state = value_read(&field->rule, &ctx, text, strlen(text), &out, &reason);
    *ret_kept = state == VALUE_OK ? arena_strdup(req->arena, out.data) : NULL;
    if (state == VALUE_DROPPED)
        body_fault(req, v, "%s must be a web address, got \"%.100s\"", field->name, text);
    if (state == VALUE_BAD && v->kind == JSON_TEXT)
        body_fault(req, v, "%s %s, got \"%.100s\"", field->name, reason, text);
    else if (state == VALUE_BAD)
        body_fault(req, v, "%s %s", field->name, reason);
    return state != VALUE_BAD && state != VALUE_DROPPED;
}

static void unknown_member(struct request *req, const struct kind *kind, const struct json_value *v) {
    const struct write_state *st = req->state;
    struct param names[KIND_MAX_FIELDS];
    size_t n = 0;
    struct fault f;
    for (size_t i = 0; i < kind->count; i++)
        if (write_takes(st->way, kind->fields[i].name))
            names[n++] = (struct param){.name = kind->fields[i].name};
    bool said = kind_field(kind, v->name) != NULL;
    fault_set(&f, ERR_BODY_INVALID, "%s \"%.60s\"",
              !said          ? "there is no member"
              : st->way->own ? "everybody's, not a workspace's, is"
                             : "the address decides",
              v->name);
    if (!said)
        params_hint(names, n, v->name, v->name_len, &f);
    body_fault(req, v, "%s", f.detail);
}

/* Notes a field that is to be taken away. */
static void note_cleared(struct write_state *st, const char *field) {
    buf_puts(&st->cleared, st->cleared.len ? "," : "{");
    buf_puts(&st->cleared, field);
}

/* What a write of a creator needs to know of its members. */
static void note_member(struct write_state *st, const char *name, const char *kept) {
    if (strcmp(name, "observed_at") == 0)
        st->observed = kept;
    else if (strcmp(name, "platform_account_id") == 0)
        st->id = kept;
}

/* One member; false: it is wrong. */
static bool read_member(struct request *req, const struct kind *kind, const struct json_value *v,
                        struct record_field *fields, bool *given) {
    struct write_state *st = req->state;
    const struct field_spec *field = kind_field(kind, v->name);
    if (!field || !write_takes(st->way, v->name)) {
        unknown_member(req, kind, v);
        return false;
    }
    if (v->kind == JSON_NULL)
        return true;
    const char *kept = NULL;
    const char *text = member_text(req, v, field);
    if (!text || !check_value(req, v, field, text, &kept))
        return false;
    size_t at = (size_t)(field - kind->fields);
    note_member(st, field->name, kept);
    given[at] = kept != NULL;
    fields[at] = kept ? (struct record_field){text, strlen(text)} : (struct record_field){"", 0};
    return true;
}

/* A required field that is not given, nor what does in its place. */
static bool check_required(struct request *req, const struct kind *kind, const struct json_value *object,
                           const bool *given) {
    const struct write_state *st = req->state;
    bool good = true;
    for (size_t i = 0; i < kind->count; i++) {
        const char *name = kind->fields[i].name, *words = name;
        const char *other = kind_instead(name, &words);
        const struct field_spec *instead =
            other && write_takes(st->way, other) ? kind_field(kind, other) : NULL;
        bool required = kind->fields[i].required || (st->way->own && strcmp(name, "platform") == 0);
        bool tried = json_member(object, name) && json_member(object, name)->kind != JSON_NULL;
        if (!required || !write_takes(st->way, name) || given[i] ||
            (instead && given[instead - kind->fields]))
            continue;
        if (!tried)
            body_fault(req, object, instead ? "a row needs %s" : "%s is required", instead ? words : name);
        good = false;
    }
    return good;
}

/* The platform by which usernames of the row are read; of rows that name their accounts, the row's own. */
static int platform_of_row(const struct write_state *st, const struct json_value *object) {
    const struct json_value *v = st->way->own ? json_member(object, "platform") : NULL;
    return !st->way->own ? st->who.platform : v && v->kind == JSON_TEXT ? platform_of(v->text, v->len) : 0;
}

/* One object into a record; false: something of it is wrong. */
static bool read_row(struct request *req, const struct kind *kind, const struct json_value *object,
                     struct record *r, bool *given) {
    struct write_state *st = req->state;
    struct record_field *fields = arena_alloc(req->arena, kind->count * sizeof *fields);
    bool good = true;
    for (size_t i = 0; i < kind->count; i++)
        fields[i] = (struct record_field){"", 0};
    *r = (struct record){.line = (int64_t)object->index + 1, .count = kind->count, .fields = fields};
    if (object->kind != JSON_OBJECT) {
        body_fault(req, object, "a row must be an object, got %s", json_kind_name(object->kind));
        return false;
    }
    st->row_platform = platform_of_row(st, object);
    for (const struct json_value *v = object->first; v; v = v->next)
        good &= read_member(req, kind, v, fields, given);
    good &= check_required(req, kind, object, given);
    if (!st->way->own) {
        fields[st->username_at] = (struct record_field){st->username, strlen(st->username)};
        fields[st->platform_at] = (struct record_field){st->platform, strlen(st->platform)};
    }
    return good;
}

/* The record that names the columns, and room for n more. */
static const struct kind *begin_records(struct request *req, size_t n) {
    struct write_state *st = req->state;
    const struct kind *kind = kind_find(st->way->kind);
    struct record_field *names = arena_alloc(req->arena, kind->count * sizeof *names);
    for (size_t i = 0; i < kind->count; i++)
        names[i] = (struct record_field){kind->fields[i].name, strlen(kind->fields[i].name)};
    st->username_at = (size_t)(kind_field(kind, "username") - kind->fields);
    st->platform_at = (size_t)(kind_field(kind, "platform") - kind->fields);
    st->records = arena_alloc(req->arena, (n + 1) * sizeof *st->records);
    st->records[0] = (struct record){.count = kind->count, .fields = names};
    st->n_records = 1;
    return kind;
}

/* `source` is no field of the importer's: it is where all of a file is from. */
static const struct json_value *take_source(struct request *req, const struct json_value *object) {
    struct write_state *st = req->state;
    struct json_value *rest = arena_alloc(req->arena, sizeof *rest);
    const struct json_value **end = &rest->first;
    *rest = *object;
    rest->first = NULL;
    for (const struct json_value *v = object->first; v; v = v->next) {
        bool source = strcmp(v->name, "source") == 0;
        if (source && v->kind != JSON_NULL && (v->kind != JSON_TEXT || !v->len || v->len > 200))
            body_fault(req, v, "source must be a text of 1 to 200 bytes: where the numbers are from");
        else if (source && v->kind == JSON_TEXT)
            st->source = v->text;
        if (source)
            continue;
        struct json_value *copy = arena_alloc(req->arena, sizeof *copy);
        *copy = *v;
        *end = copy;
        end = &copy->next;
        copy->next = NULL;
    }
    return rest;
}

enum err write_read_object(struct request *req) {
    struct write_state *st = req->state;
    const struct json_value *object;
    bool given[KIND_MAX_FIELDS] = {false};
    enum err e = body_object(req, &object);
    if (e)
        return e;
    const struct kind *kind = begin_records(req, 1);
    const struct json_value *rest = take_source(req, object);
    st->n_records += read_row(req, kind, rest, &st->records[1], given);
    st->records[1].line = 1;
    for (size_t i = 0; i < kind->count; i++) {
        const struct json_value *v = json_member(object, kind->fields[i].name);
        if (!given[i] && write_takes(st->way, kind->fields[i].name) && (v || st->way->makes))
            note_cleared(st, kind->fields[i].name);
    }
    return body_checked(req);
}

/* Reads the rows; a faulty one is left out when the caller asked for that. */
static enum err read_rows(struct request *req, const struct json_value *first, size_t n) {
    struct write_state *st = req->state;
    const struct kind *kind = begin_records(req, n);
    st->rows = first;
    for (const struct json_value *v = first; v; v = v->next) {
        bool given[KIND_MAX_FIELDS] = {false};
        bool good = read_row(req, kind, v, &st->records[st->n_records], given);
        st->n_records += good;
        st->refused += !good;
    }
    return st->refused && (st->q.partial != 1 || st->n_records == 1) ? body_checked(req) : ERR_OK;
}

enum err write_read_rows(struct request *req) {
    const struct json_value *v;
    enum err e = body_value(req, &v);
    if (e)
        return e;
    if (v->kind == JSON_OBJECT)
        return read_rows(req, v, 1);
    if (v->kind == JSON_LIST && v->count >= 1 && v->count <= WRITE_ROWS_MAX)
        return read_rows(req, v->first, v->count);
    body_fault(req, v, "the body must be an object or a list of 1 to %d, got %s of %zu", WRITE_ROWS_MAX,
               json_kind_name(v->kind), v->count);
    return body_checked(req);
}
