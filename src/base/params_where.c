/* Filters as SQL. Invariant: the caller's bytes are parameter values only, never text of a statement; which
 * lines are set, and which have one word alone, decides the text; their values do not. */
#include "base/params.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 500 };

struct build {
    const struct param *table;
    size_t n;
    const void *query;
    const struct param_named *named;
    struct arena *arena;
    size_t first;
    const char **values;
    size_t count;
    struct buf sql;
    const char *column; /* of the line at work */
};

static void put_value(struct build *b, const char *value) {
    if (b->count == PARAM_VALUES_MAX)
        abort();
    buf_printf(&b->sql, "$%zu", b->first + b->count);
    b->values[b->count++] = value;
}

static void put_element(struct buf *out, const char *s, size_t n) {
    buf_putc(out, '"');
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '"' || s[i] == '\\')
            buf_putc(out, '\\');
        buf_putc(out, s[i]);
    }
    buf_putc(out, '"');
}

static const char *array_done(struct buf *out, struct arena *a) {
    buf_putc(out, '}');
    const char *text = arena_strndup(a, out->data, out->len);
    buf_free(out);
    return text;
}

/* A word as it is compared: folded, or its position in the choices. */
static const char *word_text(const struct param *p, const char *word, struct arena *a) {
    char folded[SHOWN_MAX];
    if (p->op == PARAM_IN_ID)
        return arena_printf(a, "%zu", param_choice(p->choices, word, strlen(word)));
    if (strcmp(p->choices, "words") != 0)
        return word;
    text_compact(word, strlen(word), folded, sizeof folded);
    return arena_strndup(a, folded, strlen(folded));
}

/* {"a","b"} of words as they are compared. */
static const char *array_text(const struct param *p, const char *const *words, size_t n, struct arena *a) {
    struct buf out = {0};
    buf_putc(&out, '{');
    for (size_t i = 0; i < n; i++) {
        const char *word = word_text(p, words[i], a);
        buf_puts(&out, i ? "," : "");
        put_element(&out, word, strlen(word));
    }
    return array_done(&out, a);
}

/* {"% plant %","% runner %"} of the words of a phrase; folded words have no % and no backslash. */
static const char *phrase_text(const struct param_text *t, struct arena *a) {
    char folded[SHOWN_MAX];
    struct buf out = {0};
    text_words(t->text, t->len, folded, sizeof folded);
    buf_putc(&out, '{');
    for (const char *c = folded; *c; c += strspn(c, " ")) {
        size_t n = strcspn(c, " ");
        buf_puts(&out, c == folded ? "" : ",");
        const char *pattern = arena_printf(a, "%% %.*s %%", (int)n, c);
        put_element(&out, pattern, strlen(pattern));
        c += n;
    }
    return array_done(&out, a);
}

/* A line's value as a parameter: of a list the words wanted, or those excluded. */
static const char *value_text(const struct build *b, const struct param *p, bool excluded) {
    const void *at = (const char *)b->query + p->offset;
    const struct param_list *l = at;
    switch (p->type) {
    case PARAM_INT:
        return arena_printf(b->arena, "%lld", (long long)*(const int64_t *)at);
    case PARAM_RATE:
    case PARAM_NUMBER:
        return arena_printf(b->arena, "%.17g", *(const double *)at);
    case PARAM_BOOL:
        return *(const bool *)at ? "true" : "false";
    case PARAM_FLAG:
        return *(const int8_t *)at ? "true" : "false";
    case PARAM_CHOICE:
        return *(const char *const *)at;
    case PARAM_TEXT:
        return ((const struct param_text *)at)->text;
    case PARAM_PHRASE:
        return phrase_text(at, b->arena);
    case PARAM_LIST:
    case PARAM_WORDS:
        return excluded ? array_text(p, l->out, l->out_count, b->arena)
                        : array_text(p, l->in, l->in_count, b->arena);
    case PARAM_JSON:
        return NULL;
    }
    return NULL;
}

static bool is_name(const char *name, const char *s, size_t n) {
    return strlen(name) == n && memcmp(name, s, n) == 0;
}

static const char *named_value(const struct build *b, const char *name, size_t n) {
    for (const struct param_named *x = b->named; x && x->name; x++)
        if (is_name(x->name, name, n))
            return x->value;
    for (size_t i = 0; i < b->n; i++)
        if (is_name(b->table[i].name, name, n))
            return value_text(b, &b->table[i], false);
    abort();
}

/* An expression with its {names} made parameters; `own` is what {} stands for. */
static void put_expression(struct build *b, const char *expression, const char *own) {
    for (const char *c = expression; *c;) {
        size_t n = strcspn(c, "{");
        buf_put(&b->sql, c, n);
        c += n;
        if (!*c)
            break;
        n = strcspn(c, "}");
        put_value(b, n == 1 ? own : named_value(b, c + 1, n - 1));
        c += n + 1;
    }
}

static void put_column(struct build *b, const struct param *p) {
    size_t at = b->sql.len;
    put_expression(b, p->column, NULL);
    b->column = arena_strndup(b->arena, b->sql.data + at, b->sql.len - at);
}

static void put_words(struct build *b, const struct param *p, bool excluded) {
    const struct param_list *l = (const void *)((const char *)b->query + p->offset);
    const char *type = p->op == PARAM_IN_ID ? "::smallint" : "::text";
    buf_puts(&b->sql, excluded ? "not " : "");
    if (p->op == PARAM_HOLDS) {
        put_expression(b, p->column, value_text(b, p, excluded));
        return;
    }
    put_column(b, p);
    bool alone = !excluded && l->in_count == 1; /* such a one an index finds and keeps its order */
    buf_puts(&b->sql, alone ? " = " : " = any(");
    put_value(b, alone ? word_text(p, l->in[0], b->arena) : value_text(b, p, excluded));
    buf_printf(&b->sql, alone ? "%s" : "%s[])", type);
}

static void put_list(struct build *b, const struct param *p) {
    const struct param_list *l = (const void *)((const char *)b->query + p->offset);
    if (l->in_count)
        put_words(b, p, false);
    buf_puts(&b->sql, l->in_count && l->out_count ? " and " : "");
    if (l->out_count)
        put_words(b, p, true);
}

/* A comparison has no cast: the parameter takes the type of the column. */
static void put_comparison(struct build *b, const struct param *p, const char *begin, const char *end) {
    put_column(b, p);
    buf_puts(&b->sql, begin);
    put_value(b, value_text(b, p, false));
    buf_puts(&b->sql, end);
}

static void put_predicate(struct build *b, const struct param *p) {
    switch (p->op) {
    case PARAM_GE:
        put_comparison(b, p, " >= ", "");
        return;
    case PARAM_LE:
        put_comparison(b, p, " <= ", "");
        return;
    case PARAM_EQ:
        put_comparison(b, p, " = ", "");
        return;
    case PARAM_LIKE:
        put_comparison(b, p, " like all (", "::text[])");
        return;
    case PARAM_IN:
    case PARAM_IN_ID:
    case PARAM_HOLDS:
        put_list(b, p);
        return;
    case PARAM_NOT:
        buf_puts(&b->sql, "not (");
        put_expression(b, p->column, value_text(b, p, false));
        buf_puts(&b->sql, ")");
        return;
    case PARAM_NO_FILTER:
    case PARAM_WITH:
        return;
    }
}

struct params_where params_where(const struct param *table, size_t n, const void *query, size_t first,
                                 const struct param_named *named, struct arena *a) {
    struct params_where w = {0};
    CLEANUP(buf_free) struct buf all = {0};
    struct build b = {.table = table,
                      .n = n,
                      .query = query,
                      .named = named,
                      .arena = a,
                      .first = first,
                      .values = w.values};
    buf_puts(&all, "");
    for (size_t i = 0; i < n; i++) {
        const struct param *p = &table[i];
        if (p->op == PARAM_NO_FILTER || p->op == PARAM_WITH || !param_is_set(p, query))
            continue;
        b.sql.len = 0;
        b.column = NULL;
        put_predicate(&b, p);
        w.each[w.each_count].line = i;
        w.each[w.each_count].column = b.column;
        w.each[w.each_count].sql = arena_strndup(a, b.sql.data, b.sql.len);
        buf_printf(&all, " and %s", w.each[w.each_count++].sql);
    }
    buf_free(&b.sql);
    w.count = b.count;
    w.sql = arena_strndup(a, all.data, all.len);
    return w;
}

const char *params_expression(const struct param *table, size_t n, const void *query, const char *expression,
                              size_t first, const struct param_named *named, struct arena *a,
                              const char **values, size_t *io_n) {
    struct build b = {.table = table,
                      .n = n,
                      .query = query,
                      .named = named,
                      .arena = a,
                      .first = first,
                      .values = values,
                      .count = *io_n};
    buf_puts(&b.sql, "");
    b.first -= *io_n;
    put_expression(&b, expression, NULL);
    *io_n = b.count;
    const char *text = arena_strndup(a, b.sql.data, b.sql.len);
    buf_free(&b.sql);
    return text;
}
