/* Options of an import as texts. Invariant: what is read here once is read the same by every process that
 * goes on with the job. */
#include "ingest/import_ask.h"

#include <string.h>

static const char field_letters[] = "abcdefghijklmnopqrstuvwxyz_-";

bool import_delimiter(const char *text, char *ret_delimiter) {
    bool tab = strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0;
    *ret_delimiter = tab ? '\t' : text[0];
    return tab || (strlen(text) == 1 && !strchr("\"\r\n", text[0]));
}

static bool is_field(const char *name) {
    size_t n;
    const struct kind *kinds = kinds_all(&n);
    for (size_t i = 0; i < n; i++)
        if (kind_field(&kinds[i], name))
            return true;
    return strcmp(name, "-") == 0;
}

static enum err bad(struct fault *f, const char *param, const char *value, const char *must) {
    fault_set(f, ERR_PARAM_INVALID, "%s must be %s, got \"%.100s\"", param, must, value);
    return fault_param(f, param, value, must);
}

/* Where the rule at s ends: behind "=field", at a comma or the end. NULL: there is none. */
static char *rule_end(char *s, char **ret_equals) {
    for (char *equals = strchr(s, '='); equals; equals = strchr(equals + 1, '=')) {
        size_t n = strspn(equals + 1, field_letters);
        if (n && equals > s && (!equals[1 + n] || equals[1 + n] == ',')) {
            *ret_equals = equals;
            return equals + 1 + n;
        }
    }
    return NULL;
}

/* "COLUMN=field,COLUMN=field": a column's name may hold commas and equals signs. */
static enum err read_map(struct import_ask *ask, struct fault *f, struct map_options *m) {
    char *s = ask->map_copy, *equals, *end;
    size_t n = strlen(ask->map);
    if (n > IMPORT_ASK_MAP)
        return bad(f, "map", ask->map, "at most 4,000 bytes");
    memcpy(s, ask->map, n + 1);
    for (bool more = true; more; s = end + 1) {
        end = rule_end(s, &equals);
        if (!end || m->rule_count == IMPORT_ASK_RULES)
            return bad(f, "map", s, "COLUMN=field, up to 64 times");
        more = *end != '\0';
        *end = *equals = '\0';
        if (!is_field(equals + 1))
            return bad(f, "map", equals + 1, "COLUMN=field of a field that there is (- leaves it out)");
        ask->rules[m->rule_count++] = (struct map_rule){s, equals + 1};
    }
    m->rules = ask->rules;
    return ERR_OK;
}

enum err import_ask_read(struct import_ask *ask, struct fault *f, struct import_options *ret_options) {
    struct import_options o = {
        .source = ask->source,
        .world = ask->world,
        .encoding = ask->encoding,
        .format = ask->format,
        .strict = ask->strict,
        .workspace_id = ask->workspace_id,
        .map = {.kind = ask->kind, .observed_us = ask->observed_us, .latest_us = ask->latest_us}};
    if (ask->kind && !kind_find(ask->kind))
        return bad(f, "kind", ask->kind, kinds_names());
    if (ask->platform && !(o.map.platform = platform_of(ask->platform, strlen(ask->platform))))
        return bad(f, "platform", ask->platform, "instagram, tiktok or youtube");
    if (ask->delimiter && !import_delimiter(ask->delimiter, &o.delimiter))
        return bad(f, "delimiter", ask->delimiter, "one character or tab");
    enum err e = ask->map ? read_map(ask, f, &o.map) : ERR_OK;
    if (!e)
        *ret_options = o;
    return e;
}

void import_ask_fault(struct fault *f) {
    char *out = f->detail;
    for (const char *in = f->detail; *in;) {
        bool dashes = strchr(" (", *in) && strncmp(in + 1, "--", 2) == 0 && in[3] >= 'a' && in[3] <= 'z';
        *out++ = *in;
        in += dashes ? 3 : 1;
    }
    *out = '\0';
    if (f->code == ERR_USAGE)
        f->code = ERR_PARAM_INVALID;
}
