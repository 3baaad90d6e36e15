/* Reading one value of a file: from what people and tools write to what the store keeps. */
#ifndef NICHED_INGEST_VALUES_H
#define NICHED_INGEST_VALUES_H

#include "base/buf.h"
#include "base/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(type, SQL type of its staging column, reader, what would be right). The reader is value_<name>. */
#define VALUE_TYPES(X)                                                                                       \
    X(TEXT, "text", value_text, "must be text")                                                              \
    X(KEY, "text", value_key, "must be an id without blanks, at most 200 characters")                        \
    X(USERNAME, "text", value_username, "must be a username such as @anna or its profile address")           \
    X(PLATFORM, "smallint", value_platform, "must be instagram, tiktok or youtube")                          \
    X(COUNT, "bigint", value_count, "must be a whole number such as 12000, 1,234 or 8.1M")                   \
    X(INTEGER, "integer", value_integer, "must be a whole number up to 2147483647")                          \
    X(DURATION, "integer", value_duration, "must be seconds, h:mm:ss or PT1H2M3S")                           \
    X(SHARE, "double precision", value_share, "must be a share such as 0.0267 or 2.67%")                     \
    X(MONEY, "numeric", value_money, "must be an amount in USD such as 120 or 1,250.50")                     \
    X(AMOUNT, "numeric", value_amount, "must be an amount such as 120 or 1,250.50, its currency beside it")  \
    X(CURRENCY, "text", value_currency, "must be a currency code such as EUR")                               \
    X(TIME, "timestamptz", value_time, "must be a time such as 2026-11-18T09:00:00Z or unix seconds")        \
    X(DAY, "date", value_day, "must be a day such as 2026-11-18")                                            \
    X(BUCKET, "text", value_bucket, "must be a country, a language, an age such as 25-34, or f, m or x")     \
    X(COUNTRY, "text", value_country, "must be a country: ISO 3166 code or English name")                    \
    X(LANGUAGE, "text", value_language, "must be a language: code such as en, en-US, or English name")       \
    X(BOOL, "boolean", value_bool, "must be true or false")                                                  \
    X(CONTACT, "boolean", value_contact, "must be an e-mail address, true or false")                         \
    X(LINK, "text", value_link, "must be a web address")                                                     \
    X(TAGS, "text[]", value_tags, "must be hashtags: ['a', 'b'], [\"a\", \"b\"], or a, b")                   \
    X(ENGAGER, "bytea", value_engager,                                                                       \
      "must be an account id or username without blanks, at most 200 characters")                            \
    X(WORD, "text", value_word, "must be one of")

#define VALUE_ENUM(type, sql, reader, reason) VALUE_##type,
enum value_type { VALUE_TYPES(VALUE_ENUM) VALUE_TYPE_COUNT };
#undef VALUE_ENUM

/* Bytes of the hash that is all that is kept of an ENGAGER; as many as a hash of a sketch has. */
enum { ENGAGER_HASH_BYTES = 8 };

/* What a value is read by. */
struct value_rule {
    enum value_type type;
    int max_chars;          /* TEXT, LINK: longest in code points; longer is refused */
    bool minus_one_is_null; /* COUNT: some tools write -1 for a hidden count */
    const char *words;      /* WORD: "video reel=video ..." : accepted words, folded, and what they mean */
};

/* What is the same for a whole row. */
struct value_context {
    int platform;                       /* of the row; 0 if not known yet */
    int64_t latest_us;                  /* times after this are refused */
    const struct crypto_secret *secret; /* salts ENGAGER; NULL: a dry run, in which nothing is kept */
    char dimension[16]; /* of the row's BUCKET: country, language, age or gender; "" if there is none */
};

enum value_state {
    VALUE_OK,
    VALUE_NULL,    /* empty, or a word for nothing (none, null, N/A, nan) */
    VALUE_DROPPED, /* not what the column is for, and no harm in leaving it empty (a bio link that is no
                      address) */
    VALUE_BAD,
};

/* Reads the n bytes s. VALUE_OK: appends the text that PostgreSQL takes (not yet escaped for COPY) to
 * *ret_text. VALUE_BAD: *ret_reason is what would be right, "must be ..." or "is ...", a constant or held in
 * *ret_text. */
enum value_state value_read(const struct value_rule *rule, const struct value_context *c, const char *s,
                            size_t n, struct buf *ret_text, const char **ret_reason);
/* The SQL type of the column that a type is staged in. */
const char *value_sql_type(enum value_type type);
/* The platform (1 instagram, 2 tiktok, 3 youtube: table `platform`) of a name or short name in any case; 0 if
 * none. */
int platform_of(const char *s, size_t n);
/* The name of a platform; "" if unknown. */
const char *platform_name(int platform);

/* One reader of VALUE_TYPES: as value_read, for a trimmed, valid UTF-8 text that is no word for nothing. It
 * may leave *ret_reason as it was (the reason of the table). */
#define VALUE_READER(type, sql, reader, reason)                                                              \
    enum value_state reader(const struct value_rule *rule, const struct value_context *c, const char *s,     \
                            size_t n, struct buf *ret_text, const char **ret_reason);
VALUE_TYPES(VALUE_READER)
#undef VALUE_READER

#endif
