/* Cursors of /match: no bytes are a cursor but those that were written, and these only for their query and
 * model. */
#include "fuzz.h"

#include "../../src/api/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    char *s = fuzz_text(data, n);
    struct arena *a = arena_new(4096);
    const struct api_shared shared = {.secrets = {.at = {{.bytes = "a secret of the fuzzer"}}, .count = 1}};
    struct api api = {.shared = &shared};
    struct request *req = arena_alloc(a, sizeof *req);
    req->arena = a;
    req->app = &api;
    struct match_place place;
    enum err e = match_cursor_read(req, (struct param_text){s, n}, 1, "m", &place);
    HOLDS(e == ERR_PARAM_CURSOR);
    const char *good =
        match_cursor_write(req, 1, "m", (struct match_place){.key = 0.5, .score = 7, .account_id = 3});
    char *changed = arena_strdup(a, good);
    size_t len = strlen(good), at = n ? data[0] % len : 0;
    char to = n > 1 ? (char)data[1] : 'A';
    bool same = changed[at] == to || !to;
    changed[at] = to ? to : changed[at];
    e = match_cursor_read(req, (struct param_text){changed, len}, 1, "m", &place);
    HOLDS(same ? e == ERR_OK && place.account_id == 3 : e == ERR_PARAM_CURSOR || at == len - 1);
    HOLDS(match_cursor_read(req, (struct param_text){good, len}, 2, "m", &place) == ERR_PARAM_CURSOR);
    HOLDS(match_cursor_read(req, (struct param_text){good, len}, 1, "n", &place) == ERR_PARAM_CURSOR_RETIRED);
    arena_free(a);
    free(s);
    return 0;
}
