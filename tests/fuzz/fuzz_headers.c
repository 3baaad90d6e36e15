/* Headers that we read ourselves: Accept, Accept-Encoding, If-None-Match, Content-Type. */
#include "fuzz.h"

#include "../../src/http/accept.h"
#include "../../src/http/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    char *s = fuzz_text(data, n);
    static const char *const types[] = {"application/json", "text/csv", "application/x-ndjson"};
    static const char *const codings[] = {"identity", "gzip", "zstd"};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        double media = accept_media(s, types[i]), coding = accept_coding(s, codings[i]);
        HOLDS(media >= 0 && media <= 1 && coding >= 0 && coding <= 1);
        bool ok = body_media_ok(s, types[i]);
        HOLDS(!ok || strlen(s) >= strlen(types[i]));
    }
    bool one = accept_tag(s, "W/\"1.abc\""), all = strchr(s, '*') != NULL,
         named = strstr(s, "\"1.abc\"") != NULL;
    HOLDS(!one || all || named);
    free(s);
    return 0;
}
