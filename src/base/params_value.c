/* What a line of a parameter table holds: its absence, whether there is something, and how it is echoed. */
#include "base/params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void param_set_absent(const struct param *p, void *ret_query) {
    void *at = (char *)ret_query + p->offset;
    if (p->type == PARAM_INT)
        *(int64_t *)at = PARAM_NONE;
    else if (p->type == PARAM_RATE || p->type == PARAM_NUMBER)
        *(double *)at = NAN;
    else if (p->type == PARAM_BOOL)
        *(bool *)at = false;
    else if (p->type == PARAM_TEXT)
        *(struct param_text *)at = (struct param_text){0};
    else if (p->type == PARAM_CHOICE || p->type == PARAM_JSON)
        memset(at, 0, sizeof(void *));
    else
        memset(at, 0, sizeof(struct param_list));
}

bool param_is_set(const struct param *p, const void *query) {
    const void *at = (const char *)query + p->offset;
    switch (p->type) {
    case PARAM_INT:
        return *(const int64_t *)at != PARAM_NONE;
    case PARAM_RATE:
    case PARAM_NUMBER:
        return !isnan(*(const double *)at);
    case PARAM_BOOL:
        return *(const bool *)at;
    case PARAM_CHOICE:
        return *(const char *const *)at != NULL;
    case PARAM_TEXT:
        return ((const struct param_text *)at)->text != NULL;
    case PARAM_LIST:
    case PARAM_WORDS:
        return ((const struct param_list *)at)->in_count + ((const struct param_list *)at)->out_count > 0;
    case PARAM_JSON:
        return *(const struct json_value *const *)at != NULL;
    }
    return false;
}

static void list_json(const struct param_list *l, struct json *w) {
    json_array(w);
    for (size_t i = 0; i < l->in_count; i++)
        json_str(w, l->in[i]);
    for (size_t i = 0; i < l->out_count; i++) {
        char word[64];
        snprintf(word, sizeof word, "-%s", l->out[i]);
        json_str(w, word);
    }
    json_array_end(w);
}

void params_json(const struct param *table, size_t n, const void *query, struct json *w) {
    for (size_t i = 0; i < n; i++) {
        const struct param *p = &table[i];
        const void *at = (const char *)query + p->offset;
        if (p->op == PARAM_NO_FILTER)
            continue;
        json_key(w, p->name);
        if (!param_is_set(p, query))
            json_null(w);
        else if (p->type == PARAM_INT)
            json_i64(w, *(const int64_t *)at);
        else if (p->type == PARAM_RATE || p->type == PARAM_NUMBER)
            json_f64(w, *(const double *)at, 9);
        else
            list_json(at, w);
    }
}
