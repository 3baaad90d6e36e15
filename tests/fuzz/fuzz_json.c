/* JSON bodies: what is read is bounded, UTF-8 without NUL, and each value has a pointer; a profile by its
 * table. */
#include "fuzz.h"

#include "../../src/api/tables.h"
#include "base/json_read.h"
#include "base/text.h"
#include "http/body.h"

static void walk(const struct json_value *v, struct arena *a, int depth) {
    HOLDS(depth <= JSON_DEPTH_MAX);
    HOLDS(!v->text || (strlen(v->text) == v->len && text_utf8_valid(v->text, v->len)));
    HOLDS(!v->name || (strlen(v->name) == v->name_len && text_utf8_valid(v->name, v->name_len)));
    const char *pointer = json_pointer(v, a);
    HOLDS(text_utf8_valid(pointer, strlen(pointer)));
    size_t count = 0;
    for (const struct json_value *m = v->first; m; m = m->next, count++) {
        HOLDS(m->parent == v && m->index == count);
        walk(m, a, depth + 1);
    }
    HOLDS(count == v->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    struct arena *a = arena_new(16384);
    struct request *req = arena_alloc(a, sizeof *req);
    const struct json_value *v = NULL;
    const char *pointer = NULL;
    req->arena = a;
    enum err e = json_read((const char *)data, n, a, &req->fault, &v, &pointer);
    HOLDS(e == ERR_OK || (e == ERR_BODY_SYNTAX && text_utf8_valid(pointer, strlen(pointer))));
    if (!e) {
        walk(v, a, 0);
        struct body_given given;
        char *room = arena_alloc(a, 16384);
        body_read(req, v, request_members, request_member_count, room, &given);
        e = body_checked(req);
        HOLDS(e == ERR_OK || e == ERR_BODY_INVALID);
    }
    arena_free(a);
    return 0;
}
