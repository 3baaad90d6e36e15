/* First looks at a file. Invariant: never refuses a file for what stands in a data row (that is the row's
 * matter). */
#include "ingest/sniff.h"

#include <stdbool.h>
#include <string.h>

#define MAGIC(bytes, what)                                                                                   \
    { bytes, sizeof(bytes) - 1, what }
static const struct magic {
    const char *bytes;
    size_t len;
    const char *what;
} magics[] = {
    MAGIC("\x28\xb5\x2f\xfd", "a zstd file; unpack it first"),
    MAGIC("BZh", "a bzip2 file; unpack it first"),
    MAGIC("\xfd"
          "7zXZ",
          "an xz file; unpack it first"),
    MAGIC("PK\x03\x04", "a ZIP file or an Excel workbook; save the sheet as CSV"),
    MAGIC("\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV"),
    MAGIC("SQLite format 3", "an SQLite database"),
    MAGIC("PAR1", "a Parquet file"),
    MAGIC("%PDF-", "a PDF document"),
    MAGIC("\x89PNG", "a picture"),
    MAGIC("\xff\xd8\xff", "a picture"),
    MAGIC("\x7f"
          "ELF",
          "a program"),
    MAGIC("[", "a JSON array; write one object a line (NDJSON: jq -c '.[]')"),
};

static bool is_control(unsigned char c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

static enum err check_control(const char *data, size_t n, struct fault *f) {
    size_t look = n < SNIFF_BYTES ? n : SNIFF_BYTES;
    size_t controls = 0;
    for (size_t i = 0; i < look; i++)
        controls += is_control((unsigned char)data[i]);
    const char *end = memchr(data, '\n', look);
    if (memchr(data, '\0', end ? (size_t)(end - data) : look))
        return fault_set(f, ERR_DATA_FORMAT, "this is a binary file: there is a NUL byte in its first line");
    if (controls > 4 && controls * 50 > look)
        return fault_set(f, ERR_DATA_FORMAT,
                         "this is a binary file: %zu of its first %zu bytes are control characters", controls,
                         look);
    return ERR_OK;
}

enum err sniff_text(const char *data, size_t n, struct fault *f) {
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (n >= magics[i].len && memcmp(data, magics[i].bytes, magics[i].len) == 0)
            return fault_set(f, ERR_DATA_FORMAT, "this is not a CSV file but %s", magics[i].what);
    size_t blank = 0;
    while (blank < n && strchr(" \t\r\n", data[blank]) && data[blank])
        blank++;
    if (blank == n)
        return fault_set(f, ERR_DATA_FORMAT, "the file is empty%s", n ? " but for blanks" : "");
    return check_control(data, n, f);
}

char sniff_delimiter(const char *line, size_t n) {
    static const char candidates[] = ",;\t|";
    size_t counts[sizeof candidates - 1] = {0};
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        quoted ^= line[i] == '"';
        const char *hit = quoted || !line[i] ? NULL : strchr(candidates, line[i]);
        if (hit)
            counts[hit - candidates]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < sizeof candidates - 1; i++)
        if (counts[i] > counts[best])
            best = i;
    return candidates[best];
}
