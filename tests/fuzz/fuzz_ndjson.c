/* NDJSON: any bytes, in chunks of any size, give the same records. */
#include "fuzz_records.h"

#include "ingest/ndjson.h"

static enum err read_by(const uint8_t *data, size_t n, size_t chunk, struct fuzz_sum *ret) {
    struct fault f = {0};
    struct ndjson *c = ndjson_new(fuzz_record, ret);
    HOLDS(c);
    enum err e = ERR_OK;
    for (size_t at = 0; !e && at < n; at += chunk)
        e = ndjson_feed(c, (const char *)data + at, n - at < chunk ? n - at : chunk, &f);
    if (!e)
        e = ndjson_finish(c, &f);
    ndjson_free(c);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    struct fuzz_sum whole = {0}, parts = {0};
    size_t chunk = n ? (size_t)data[0] % 16 + 1 : 1;
    enum err e = read_by(data, n, n ? n : 1, &whole), again = read_by(data, n, chunk, &parts);
    HOLDS((e == ERR_OK) == (again == ERR_OK));
    HOLDS(e || (whole.hash == parts.hash && whole.records == parts.records));
    return 0;
}
