/* The error table and faults. Invariant: a fault's strings are always terminated and valid to print. */
#include "base/err.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct err_line {
    const char *name;
    const char *title;
    int status;
    int exit_status;
};

#define ERR_LINE(code, http, ex, text) {#code, text, http, ex},
static const struct err_line err_lines[] = {ERR_TABLE(ERR_LINE)};

static const struct err_line *line_of(enum err code) {
    return &err_lines[(unsigned)code < ERR_COUNT ? code : ERR_INTERNAL];
}

const char *err_name(enum err code) {
    return line_of(code)->name;
}

int err_status(enum err code) {
    return line_of(code)->status;
}

int err_exit(enum err code) {
    return line_of(code)->exit_status;
}

const char *err_title(enum err code) {
    return line_of(code)->title;
}

enum err err_by_name(const char *name) {
    for (unsigned i = 0; i < ERR_COUNT; i++)
        if (strcmp(err_lines[i].name, name) == 0)
            return (enum err)i;
    return ERR_INTERNAL;
}

/* Drops the bytes that are no UTF-8: what a cut leaves of a character. */
static void keep_valid(char *s) {
    size_t n = strlen(s), out = 0;
    for (size_t i = 0; i < n;) {
        size_t len = 1;
        while (len <= 4 && (i + len > n || !text_utf8_valid(s + i, len)))
            len++;
        if (len > 4) {
            i++;
            continue;
        }
        memmove(s + out, s + i, len);
        out += len;
        i += len;
    }
    s[out] = '\0';
}

static void copy_cut(char *out, size_t size, const char *s) {
    snprintf(out, size, "%s", s);
    keep_valid(out);
}

enum err fault_set(struct fault *f, enum err code, const char *fmt, ...) {
    if (!f)
        return code;
    memset(f, 0, sizeof *f);
    f->code = code;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(f->detail, sizeof f->detail, fmt, ap);
    va_end(ap);
    keep_valid(f->detail);
    return code;
}

enum err fault_param(struct fault *f, const char *param, const char *value, const char *allowed) {
    if (!f)
        return ERR_INTERNAL;
    if (param)
        copy_cut(f->param, sizeof f->param, param);
    if (value)
        copy_cut(f->value, sizeof f->value, value);
    if (allowed)
        copy_cut(f->allowed, sizeof f->allowed, allowed);
    return f->code;
}

void fault_hint(struct fault *f, const char *word) {
    if (!f || f->hint_count >= COUNT_OF(f->hints))
        return;
    copy_cut(f->hints[f->hint_count++], sizeof f->hints[0], word);
}
