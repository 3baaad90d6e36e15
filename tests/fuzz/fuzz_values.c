/* One cell of a file, read as each type that a column may have. What is accepted is valid UTF-8 without NUL.
 */
#include "fuzz.h"

#include "base/text.h"
#include "ingest/places.h"
#include "ingest/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const char *s = (const char *)data;
    const struct crypto_secret secret = {{1}};
    static const char *const dimensions[] = {"country", "language", "age", "gender"};
    struct value_context c = {
        .platform = n ? data[0] % 4 : 0, .latest_us = INT64_C(1800000000000000), .secret = &secret};
    snprintf(c.dimension, sizeof c.dimension, "%s", dimensions[n ? data[0] % COUNT_OF(dimensions) : 0]);
    struct buf out = {0};
    for (int type = 0; type < VALUE_TYPE_COUNT; type++) {
        struct value_rule rule = {.type = (enum value_type)type,
                                  .max_chars = 100,
                                  .minus_one_is_null = n > 3,
                                  .words = "video reel=video"};
        const char *reason = NULL;
        out.len = 0;
        enum value_state state = value_read(&rule, &c, s, n, &out, &reason);
        HOLDS(state != VALUE_BAD || reason);
        if (state == VALUE_OK)
            HOLDS(text_utf8_valid(out.data, out.len) && !memchr(out.data, 0, out.len));
    }
    buf_free(&out);
    char code[4];
    (void)place_country(s, n, code);
    (void)place_language(s, n, code);
    int platform = platform_of(s, n);
    HOLDS(platform >= 0 && platform <= 3);
    return 0;
}
