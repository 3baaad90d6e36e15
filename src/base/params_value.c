/* What a line of a parameter table holds: its absence, whether there is something, and how it is echoed. */
#include "base/params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void param_set_absent(const struct param *p, void *ret_query) {
    void *at = (char *)ret_query + p->offset;
    switch (p->type) {
    case PARAM_INT:
        *(int64_t *)at = PARAM_NONE;
        return;
    case PARAM_RATE:
    case PARAM_NUMBER:
        *(double *)at = NAN;
        return;
    case PARAM_BOOL:
        *(bool *)at = false;
        return;
    case PARAM_FLAG:
        *(int8_t *)at = PARAM_NO_FLAG;
        return;
    case PARAM_CHOICE:
    case PARAM_JSON:
        memset(at, 0, sizeof(void *));
        return;
    case PARAM_TEXT:
    case PARAM_PHRASE:
        *(struct param_text *)at = (struct param_text){0};
        return;
    case PARAM_LIST:
    case PARAM_WORDS:
        memset(at, 0, sizeof(struct param_list));
        return;
    }
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
    case PARAM_FLAG:
        return *(const int8_t *)at != PARAM_NO_FLAG;
    case PARAM_CHOICE:
        return *(const char *const *)at != NULL;
    case PARAM_TEXT:
    case PARAM_PHRASE:
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
        char word[PARAM_TEXT_MAX];
        snprintf(word, sizeof word, "-%s", l->out[i]);
        json_str(w, word);
    }
    json_array_end(w);
}

static void value_json(const struct param *p, const void *at, struct json *w) {
    switch (p->type) {
    case PARAM_INT:
        json_i64(w, *(const int64_t *)at);
        return;
    case PARAM_RATE:
    case PARAM_NUMBER:
        json_f64(w, *(const double *)at, 9);
        return;
    case PARAM_BOOL:
        json_bool(w, *(const bool *)at);
        return;
    case PARAM_FLAG:
        json_bool(w, *(const int8_t *)at);
        return;
    case PARAM_CHOICE:
        json_str(w, *(const char *const *)at);
        return;
    case PARAM_TEXT:
    case PARAM_PHRASE:
        json_strn(w, ((const struct param_text *)at)->text, ((const struct param_text *)at)->len);
        return;
    case PARAM_LIST:
    case PARAM_WORDS:
        list_json(at, w);
        return;
    case PARAM_JSON:
        json_null(w);
        return;
    }
}

void params_json(const struct param *table, size_t n, const void *query, struct json *w) {
    for (size_t i = 0; i < n; i++) {
        const struct param *p = &table[i];
        if (p->op == PARAM_NO_FILTER)
            continue;
        json_key(w, p->name);
        if (param_is_set(p, query))
            value_json(p, (const char *)query + p->offset, w);
        else
            json_null(w);
    }
}
