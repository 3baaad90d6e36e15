/* Why: who writes a client of this service wants answers that never change: sixty creators of test-many
 * (three pages of twenty), three of test-null of whom next to nothing is known. Invariant: nothing here
 * depends on options; every fixture differs from the others in followers and engagement. */
#include "ingest/sandbox_rows.h"

#define MANY       60
#define MANY_POSTS 8
#define DAY_S      INT64_C(86400)

/* From 1,100 by 7.7 % each to about 88,000. */
static int64_t many_followers(int number) {
    int64_t milli = 1100000;
    for (int i = 1; i < number; i++)
        milli = milli * 1077 / 1000;
    return milli / 1000;
}

static void many_name(struct sandbox_pen *pen, int number, const char *before, const char *behind) {
    buf_printf(pen->out, "%s%02d%s", before, number, behind);
}

static void many_creator(struct sandbox_pen *pen, int number) {
    many_name(pen, number, "instagram,test_many_", ",");
    many_name(pen, number, "99000000000", ",");
    many_name(pen, number, "Test Many ", ",");
    many_name(pen, number, "fixture ", " of sixty #testmany,");
    many_name(pen, number, "https://test-many-", ".example.invalid/links,");
    many_name(pen, number, "https://pictures.example.invalid/test-many-", ".jpg,");
    buf_puts(pen->out, "Test,US,Portland,en,false,");
    sandbox_cell_number(pen->out, many_followers(number));
    buf_printf(pen->out, ",%d,%d,,,2020-01-01T00:00:00Z\n", 300 + number, 200 + number);
}

/* Likes of 6.0 % of followers for 01 down to 1.25 % for 60, lower for the larger as everywhere; post by post
 * a few percent more or less, comments 2 % of likes. Ages 3, 9, .. 45 days. */
static void many_posts(struct sandbox_pen *pen, int number) {
    static const int64_t wobble[MANY_POSTS] = {1000, 1060, 930, 1110, 980, 890, 1030, 1150};
    int64_t rate = 60800 - (int64_t)number * 800; /* parts per million */
    for (int64_t i = 0; i < MANY_POSTS; i++) {
        int64_t posted_s = SANDBOX_CLOCK_S - (3 + 6 * i) * DAY_S - (int64_t)number * 60;
        int64_t likes = many_followers(number) * rate / 1000000 * wobble[i] / 1000;
        many_name(pen, number, "instagram,test_many_", ",");
        buf_printf(pen->out, "%d%d,", 9900000 + number, (int)i + 1);
        sandbox_cell_time(pen->out, posted_s);
        buf_printf(pen->out, ",image,fixture post %d #testmany,testmany,false,,false,,,", (int)i + 1);
        sandbox_cell_number(pen->out, likes);
        buf_putc(pen->out, ',');
        sandbox_cell_number(pen->out, likes / 50 + 1);
        buf_puts(pen->out, ",,,\n");
    }
}

static void null_creator(struct sandbox_pen *pen, int number) {
    static const int followers[] = {5000, 20000, 50000};
    buf_printf(pen->out, "instagram,test_null_%d,,,#testnull,,,,,,,,%d,,,,,\n", number,
               followers[number - 1]);
}

void sandbox_rows_fixture(struct sandbox_pen *pen, enum sandbox_file file, int index) {
    bool many = index < MANY;
    if (many && file == SANDBOX_CREATORS)
        many_creator(pen, index + 1);
    else if (many && file == SANDBOX_POSTS)
        many_posts(pen, index + 1);
    else if (file == SANDBOX_CREATORS)
        null_creator(pen, index - MANY + 1);
}
