/* The list of creators that /overlap is asked for: ids and names, as the arrays of its statement. Invariant:
 * what the caller wrote only ever becomes an element of an array in quotes. */
#include "overlap.h"

#include <string.h>

enum { CREATORS_MIN = 2 };

/* Appends an array element of PostgreSQL in quotes. */
static void put_quoted(struct buf *out, const char *text, size_t n) {
    buf_putc(out, '"');
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '"' || text[i] == '\\')
            buf_putc(out, '\\');
        buf_putc(out, text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 0x20) : text[i]);
    }
    buf_putc(out, '"');
}

/* One word of the list: an id, or platform/@handle. False if it is neither. */
static bool put_word(const char *word, struct buf columns[3]) {
    size_t n = strlen(word);
    const char *slash = strchr(word, '/');
    bool id = n && n <= 18 && strspn(word, "0123456789") == n;
    if (!id && (!slash || slash == word || !slash[1 + (slash[1] == '@')]))
        return false;
    for (size_t i = 0; i < 3; i++)
        buf_putc(&columns[i], columns[i].len ? ',' : '{');
    const char *handle = id ? "" : slash + 1 + (slash[1] == '@');
    buf_puts(&columns[0], id ? word : "null");
    if (id) {
        buf_puts(&columns[1], "null");
        buf_puts(&columns[2], "null");
        return true;
    }
    put_quoted(&columns[1], word, (size_t)(slash - word));
    put_quoted(&columns[2], handle, strlen(handle));
    return true;
}

static enum err refuse(struct request *req, const char *value) {
    return fault_param(&req->fault, "creators", value, "2 to 20 ids or platform/@handles");
}

/* Splits the list into the state and into the arrays of the statement. */
enum err overlap_list(struct request *req, struct overlap_state *st, const char *ret_arrays[3]) {
    struct buf columns[3] = {{0}};
    char *rest = arena_strdup(req->arena, st->q.creators.text);
    enum err e = ERR_OK;
    for (char *word; !e && (word = strsep(&rest, ",")) != NULL;) {
        word += strspn(word, " ");
        word[strcspn(word, " ")] = '\0';
        if (st->n == OVERLAP_CREATORS)
            e = request_fail(req, ERR_PARAM_INVALID, "creators may be at most %d", OVERLAP_CREATORS);
        else if (!put_word(word, columns))
            e = request_fail(req, ERR_PARAM_INVALID, "a creator is an id or platform/@handle, got \"%.100s\"",
                             word);
        else
            st->asked[st->n++] = word;
        if (e)
            e = refuse(req, word);
    }
    if (!e && st->n < CREATORS_MIN) {
        request_fail(req, ERR_PARAM_INVALID, "creators must be at least %d, got \"%.100s\"", CREATORS_MIN,
                     st->q.creators.text);
        e = refuse(req, st->q.creators.text);
    }
    for (size_t i = 0; i < 3; i++) {
        ret_arrays[i] = arena_printf(req->arena, "%s}", columns[i].data ? columns[i].data : "{");
        buf_free(&columns[i]);
    }
    return e;
}
