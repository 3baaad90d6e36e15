/* Parsing by parameter tables. Invariant: whatever the bytes, *ret_query holds only values within the table's
 * bounds. */
#include "base/params.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct parse {
    const struct param *table;
    size_t n;
    struct arena *arena;
    struct fault *fault;
    char *query;
    uint64_t given;
};

static enum err invalid(const struct parse *s, const struct param *p, const char *value,
                        const char *allowed) {
    fault_set(s->fault, ERR_PARAM_INVALID, "%s must be %s, got \"%.100s\"", p->name, allowed, value);
    return fault_param(s->fault, p->name, value, allowed);
}

static enum err set_int(const struct parse *s, const struct param *p, const char *value) {
    char *end;
    errno = 0;
    long long v = strtoll(value, &end, 10);
    bool digits = *value && strspn(value, "-0123456789") == strlen(value);
    if (errno || !digits || *end || (double)v < p->min || (double)v > p->max)
        return invalid(s, p, value,
                       arena_printf(s->arena, "a whole number from %.0f to %.0f", p->min, p->max));
    *(int64_t *)(void *)(s->query + p->offset) = v;
    return ERR_OK;
}

/* What a REAL of PostgreSQL cannot hold, and an echo of nine digits cannot show. */
static bool is_tiny(double v) {
    return v != 0 && fabs(v) < 1e-9;
}

static enum err set_rate(const struct parse *s, const struct param *p, const char *value) {
    char *end;
    double v = strtod(value, &end);
    bool number = end != value && strspn(value, "-.0123456789") == (size_t)(end - value);
    bool percent = number && (strcmp(end, "pct") == 0 || strcmp(end, "%") == 0);
    if (number && !*end && v >= 0.5 && p->max > 1)
        return invalid(
            s, p, value,
            arena_printf(s->arena, "unambiguous: %spct for percent, %gpct for the fraction", value, v * 100));
    if (percent)
        v /= 100;
    if (number && is_tiny(v))
        return invalid(s, p, value, "0, or at least 0.000000001");
    if (!number || (*end && !percent) || !(v >= p->min && v <= p->max))
        return invalid(
            s, p, value,
            arena_printf(s->arena, "a fraction from %g to %g, or a percentage such as 3pct", p->min, p->max));
    *(double *)(void *)(s->query + p->offset) = v;
    return ERR_OK;
}

static enum err set_number(const struct parse *s, const struct param *p, const char *value) {
    char *end;
    double v = strtod(value, &end);
    bool number = end != value && !*end && strspn(value, "-.0123456789") == strlen(value);
    if (number && is_tiny(v))
        return invalid(s, p, value, "0, or at least 0.000000001");
    if (!number || !(v >= p->min && v <= p->max))
        return invalid(s, p, value, arena_printf(s->arena, "a number from %.9g to %.9g", p->min, p->max));
    *(double *)(void *)(s->query + p->offset) = v;
    return ERR_OK;
}

static enum err set_bool(const struct parse *s, const struct param *p, const char *value) {
    bool yes = strcmp(value, "true") == 0;
    if (!yes && strcmp(value, "false") != 0)
        return invalid(s, p, value, "true or false");
    if (p->type == PARAM_FLAG)
        *(int8_t *)(s->query + p->offset) = yes;
    else
        *(bool *)(s->query + p->offset) = yes;
    return ERR_OK;
}

size_t param_choice(const char *choices, const char *word, size_t len) {
    size_t i = 1;
    for (const char *c = choices; *c; i++) {
        size_t n = strcspn(c, ",");
        if (n == len && memcmp(c, word, n) == 0)
            return i;
        c += n + (c[n] == ',');
    }
    return 0;
}

static void hint_choices(const struct parse *s, const char *choices, const char *value) {
    for (const char *c = choices; *c;) {
        size_t n = strcspn(c, ",");
        if (text_distance(c, n, value, strlen(value), 2) <= 2)
            fault_hint(s->fault, arena_strndup(s->arena, c, n));
        c += n + (c[n] == ',');
    }
}

static enum err not_a_choice(const struct parse *s, const struct param *p, const char *value) {
    enum err e = invalid(s, p, value, arena_printf(s->arena, "one of %s", p->choices));
    hint_choices(s, p->choices, value);
    return e;
}

static enum err set_choice(const struct parse *s, const struct param *p, const char *value) {
    if (!param_choice(p->choices, value, strlen(value)))
        return not_a_choice(s, p, value);
    *(const char **)(void *)(s->query + p->offset) = value;
    return ERR_OK;
}

static enum err set_text(const struct parse *s, const struct param *p, const struct param_arg *arg) {
    struct param_text *t = (struct param_text *)(void *)(s->query + p->offset);
    const char *text = arg->value;
    size_t len = arg->value_len;
    if (t->text) {
        text = arena_printf(s->arena, "%s,%s", t->text, arg->value);
        len += t->len + 1;
    }
    if ((double)len < p->min || (double)len > p->max)
        return invalid(s, p, arg->value,
                       arena_printf(s->arena, "a text of %.0f to %.0f bytes", p->min, p->max));
    *t = (struct param_text){text, len};
    return ERR_OK;
}

/* A word of two letters in the asked case, or NULL. */
static const char *code_word(const struct parse *s, const char *shape, const char *word, size_t len) {
    if (len != 2 && !(len == 3 && shape[0] == 'a'))
        return NULL;
    char *w = arena_strndup(s->arena, word, len);
    for (size_t i = 0; i < len; i++) {
        char lower = (char)(w[i] | 0x20);
        if (lower < 'a' || lower > 'z')
            return NULL;
        w[i] = shape[0] == 'A' ? (char)(lower & ~0x20) : lower;
    }
    return w;
}

static bool has_letters(const char *s, size_t n) {
    char folded[8];
    return text_compact(s, n, folded, sizeof folded) > 0;
}

static enum err set_phrase(const struct parse *s, const struct param *p, const struct param_arg *arg) {
    if (!has_letters(arg->value, arg->value_len))
        return invalid(s, p, arg->value, "words with at least one letter or digit");
    return set_text(s, p, arg);
}

/* What words a list takes. */
static const struct shape {
    const char *name;
    const char *allowed;
} shapes[] = {
    {"AA", "ISO 3166-1 alpha-2 codes such as US,GB"},
    {"aa", "BCP 47 primary tags such as en,es"},
    {"words", "names with a letter or digit, comma between"},
    {"names", "names with a letter or digit, comma between"},
    {"handles", "ids such as 42 or handles such as @name, comma between"},
};

/* The shape of a list; NULL: its words are choices. */
static const struct shape *shape_of(const struct param *p) {
    for (size_t i = 0; i < COUNT_OF(shapes); i++)
        if (strcmp(shapes[i].name, p->choices) == 0)
            return &shapes[i];
    return NULL;
}

static bool is_handle(const char *s, size_t n) {
    return s[0] == '@' ? n > 1 : n <= 18 && strspn(s, "0123456789") >= n;
}

/* A word in the form that is kept, or NULL. */
static const char *list_word(const struct parse *s, const struct param *p, const char *word, size_t len) {
    if (strcasecmp(p->choices, "AA") == 0)
        return code_word(s, p->choices, word, len);
    if (!shape_of(p))
        return param_choice(p->choices, word, len) ? arena_strndup(s->arena, word, len) : NULL;
    if ((double)len > p->max || !has_letters(word, len) ||
        (strcmp(p->choices, "handles") == 0 && !is_handle(word, len)))
        return NULL;
    return arena_strndup(s->arena, word, len);
}

/* The list with one more word. It has room for 4, 8, 16, ...: most have one. */
static void append(struct arena *a, const char ***io_words, size_t *io_n, const char *word) {
    enum { FIRST = 4 };
    size_t n = *io_n;
    if (n == 0 || (n >= FIRST && (n & (n - 1)) == 0)) {
        const char **more = arena_alloc(a, (n ? n * 2 : FIRST) * sizeof *more);
        if (n)
            memcpy(more, *io_words, n * sizeof *more);
        *io_words = more;
    }
    (*io_words)[(*io_n)++] = word;
}

static enum err add_word(const struct parse *s, const struct param *p, const char *word, size_t len) {
    struct param_list *l = (struct param_list *)(void *)(s->query + p->offset);
    const struct shape *shape = shape_of(p);
    const char *whole = arena_strndup(s->arena, word, len);
    bool out = len && word[0] == '-' && p->type == PARAM_LIST;
    const char *w = list_word(s, p, word + out, len - out);
    if (!w && shape && (double)len > p->max && p->max > 0)
        return invalid(s, p, whole, arena_printf(s->arena, "words of at most %.0f bytes", p->max));
    if (!w)
        return shape ? invalid(s, p, whole, shape->allowed) : not_a_choice(s, p, whole);
    if (l->in_count + l->out_count == PARAM_LIST_MAX)
        return invalid(s, p, whole, "at most 50 words");
    if (out)
        append(s->arena, &l->out, &l->out_count, w);
    else
        append(s->arena, &l->in, &l->in_count, w);
    return ERR_OK;
}

static enum err set_list(const struct parse *s, const struct param *p, const char *value) {
    for (const char *c = value;; c++) {
        size_t n = strcspn(c, ",");
        enum err e = add_word(s, p, c, n);
        if (e)
            return e;
        c += n;
        if (!*c)
            return ERR_OK;
    }
}

static enum err set_value(const struct parse *s, const struct param *p, const struct param_arg *arg) {
    switch (p->type) {
    case PARAM_INT:
        return set_int(s, p, arg->value);
    case PARAM_RATE:
        return set_rate(s, p, arg->value);
    case PARAM_NUMBER:
        return set_number(s, p, arg->value);
    case PARAM_BOOL:
    case PARAM_FLAG:
        return set_bool(s, p, arg->value);
    case PARAM_CHOICE:
        return set_choice(s, p, arg->value);
    case PARAM_TEXT:
        return set_text(s, p, arg);
    case PARAM_PHRASE:
        return set_phrase(s, p, arg);
    case PARAM_LIST:
    case PARAM_WORDS:
        return set_list(s, p, arg->value);
    case PARAM_JSON:
        return invalid(s, p, arg->value, "a list or an object");
    }
    return ERR_INTERNAL;
}

enum err param_set(const struct param *p, const struct param_arg *arg, struct arena *a, struct fault *f,
                   void *ret_query) {
    struct parse s = {.table = p, .n = 1, .arena = a, .fault = f, .query = ret_query};
    return set_value(&s, p, arg);
}

void params_hint(const struct param *table, size_t n, const char *name, size_t len, struct fault *f) {
    for (int d = 1; d <= 3; d++)
        for (size_t i = 0; i < n; i++)
            if (text_distance(name, len, table[i].name, strlen(table[i].name), 3) == d)
                fault_hint(f, table[i].name);
    if (!f || !f->hint_count)
        return;
    size_t used = strlen(f->detail);
    snprintf(f->detail + used, sizeof f->detail - used, "; did you mean \"%s\"?", f->hints[0]);
}

static enum err unknown(const struct parse *s, const struct param_arg *arg) {
    fault_set(s->fault, ERR_PARAM_UNKNOWN, "there is no parameter \"%.60s\"", arg->name);
    fault_param(s->fault, arg->name, NULL, NULL);
    params_hint(s->table, s->n, arg->name, arg->name_len, s->fault);
    return ERR_PARAM_UNKNOWN;
}

static bool may_repeat(const struct param *p) {
    return p->type == PARAM_LIST || p->type == PARAM_WORDS || (p->type == PARAM_TEXT && p->choices);
}

static enum err take_arg(struct parse *s, const struct param_arg *arg) {
    for (size_t i = 0; i < s->n; i++) {
        const struct param *p = &s->table[i];
        if (strlen(p->name) != arg->name_len || memcmp(p->name, arg->name, arg->name_len) != 0)
            continue;
        uint64_t bit = UINT64_C(1) << i;
        if (s->given & bit && !may_repeat(p)) {
            fault_set(s->fault, ERR_PARAM_DUPLICATE, "%s was given more than once", p->name);
            return fault_param(s->fault, p->name, arg->value, NULL);
        }
        s->given |= bit;
        if (memchr(arg->value, 0, arg->value_len) || !text_utf8_valid(arg->value, arg->value_len)) {
            fault_set(s->fault, ERR_PARAM_INVALID, "%s must be UTF-8 without control characters", p->name);
            return fault_param(s->fault, p->name, NULL, "UTF-8 text");
        }
        return set_value(s, p, arg);
    }
    return unknown(s, arg);
}

static enum err finish(const struct parse *s) {
    for (size_t i = 0; i < s->n; i++) {
        const struct param *p = &s->table[i];
        if (s->given & UINT64_C(1) << i)
            continue;
        if (p->required) {
            fault_set(s->fault, ERR_PARAM_MISSING, "%s is required", p->name);
            return fault_param(s->fault, p->name, NULL, p->help);
        }
        if (!p->fallback)
            continue;
        struct param_arg arg = {.value = p->fallback, .value_len = strlen(p->fallback)};
        enum err e = set_value(s, p, &arg);
        if (e)
            return e;
    }
    return ERR_OK;
}

enum err params_parse(const struct param *table, size_t n, const struct param_arg *args, size_t n_args,
                      struct arena *a, struct fault *f, void *ret_query, uint64_t *ret_given) {
    struct parse s = {.table = table, .n = n, .arena = a, .fault = f, .query = ret_query};
    for (size_t i = 0; i < n; i++)
        param_set_absent(&table[i], s.query);
    for (size_t i = 0; i < n_args; i++) {
        enum err e = take_arg(&s, &args[i]);
        if (e)
            return e;
    }
    enum err e = finish(&s);
    *ret_given = s.given;
    return e;
}
