/* Why: what time does to an account: brands that come back, a rhythm kept or lost. Invariant: every change
 * that time alone brings is announced as a due day after today, or there is none. */
#include "work.h"

#include "base/clock.h"
#include "rank/freshness.h"
#include "rank/loyalty.h"

#include <math.h>
#include <stdlib.h>

enum {
    BOOKINGS_MAX = SCORE_BOOKINGS_MAX + SCORE_POSTS_MAX,
    BOOKING_DAYS = 730,    /* 24 months */
    BOOKING_GAP_DAYS = 14, /* closer ones of a brand are one booking [A] */
    RIVAL_DAYS = 90,
    RETURNING_POSTS = 5,
};

static int newest_first(const void *a, const void *b) {
    const struct score_booking *x = a;
    const struct score_booking *y = b;
    if (x->day != y->day)
        return x->day > y->day ? -1 : 1;
    if (x->brand_id != y->brand_id)
        return x->brand_id < y->brand_id ? -1 : 1;
    return (x->trade > y->trade) - (x->trade < y->trade);
}

/* Takes a booking that counts today; of those that do not yet or that will not any more it remembers the day.
 */
static void take(struct score_booking b, int32_t today, struct score_booking *all, size_t *io_n,
                 int32_t *io_due) {
    int32_t change = b.day > today ? b.day : b.day + BOOKING_DAYS;
    if (change > today && change < *io_due)
        *io_due = change;
    if (b.day <= today && change > today && *io_n < BOOKINGS_MAX)
        all[(*io_n)++] = b;
}

static size_t bookings_of(const struct account_evidence *ev, const struct account_work *w, int32_t today,
                          struct score_booking all[BOOKINGS_MAX], int32_t *io_due) {
    size_t n = 0;
    for (size_t i = 0; i < w->n_posts; i++) {
        const struct score_post *p = &ev->posts[w->order[i]];
        int32_t day = (int32_t)(p->posted_us / CLOCK_DAY);
        if (p->sponsored > 0 && p->brand_id)
            take((struct score_booking){p->brand_id, p->trade, day, -1}, today, all, &n, io_due);
    }
    for (size_t i = 0; i < ev->n_bookings; i++)
        take(ev->bookings[i], today, all, &n, io_due);
    qsort(all, n, sizeof *all, newest_first);
    return n;
}

/* Whether any two brands of one trade were booked within 90 days; bookings newest first. */
static bool has_rivals(const struct score_booking *all, size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; all[i].trade && j < n && all[i].day - all[j].day <= RIVAL_DAYS; j++)
            if (all[j].trade == all[i].trade && all[j].brand_id != all[i].brand_id)
                return true;
    return false;
}

/* Counts brands and those booked again; bookings newest first. */
static void count_brands(const struct score_booking *all, size_t n, struct loyalty_input *in) {
    for (size_t i = 0; i < n; i++) {
        bool first = true;
        for (size_t j = 0; first && j < i; j++)
            first = all[j].brand_id != all[i].brand_id;
        if (!first)
            continue;
        int32_t last = all[i].day;
        bool again = false;
        for (size_t j = i + 1; !again && j < n; j++) {
            bool same = all[j].brand_id == all[i].brand_id;
            again = same && last - all[j].day > BOOKING_GAP_DAYS;
            last = same ? all[j].day : last;
        }
        in->brands++;
        in->returned += again;
    }
}

/* Recurring of distinct authors under the newest posts; NaN if nothing is known of them. */
static double returning_audience(const struct account_evidence *ev, const struct account_work *w) {
    double authors = 0.0;
    double recurring = 0.0;
    for (size_t i = 0; i < w->n_posts && i < RETURNING_POSTS; i++) {
        const struct score_post *p = &ev->posts[w->order[i]];
        if (p->distinct_authors > 0.0 && p->recurring_authors >= 0.0) {
            authors += p->distinct_authors;
            recurring += p->recurring_authors;
        }
    }
    return authors > 0.0 ? fmin(1.0, recurring / authors) : NAN;
}

void loyalty_find(const struct account_evidence *ev, int32_t today, struct account_work *w,
                  struct account_quality *q, int32_t *ret_due_day) {
    struct score_booking all[BOOKINGS_MAX];
    int32_t due = SCORE_NO_DAY;
    size_t n = bookings_of(ev, w, today, all, &due);
    q->consistency = loyalty_regularity(w->age_days, w->n_posts);
    q->returning_audience = returning_audience(ev, w);
    struct loyalty_input in = {
        .consistency = loyalty_consistency(ev->platform, q->consistency),
        .returning = q->returning_audience,
        .churn = has_rivals(all, n),
    };
    count_brands(all, n, &in);
    struct loyalty l;
    loyalty_score(&in, &l);
    w->x[MATCH_LOYALTY] = l.estimate;
    q->loyalty = l.estimate.value;
    q->brands = in.brands;
    q->brands_repeated = in.returned;
    q->rival_brands = in.churn;
    *ret_due_day = due;
}

void freshness_find(int64_t now_us, struct account_work *w, struct account_quality *q, int32_t *ret_due_day) {
    double day = (double)CLOCK_DAY;
    bool dated = w->n_posts > 0;
    double span = dated ? w->age_days[w->n_posts - 1] : 0.0;
    double rate = freshness_daily_rate((double)w->n_posts, span);
    struct freshness_input in = {
        .days_since_post = dated ? fmax(0.0, (double)(now_us - w->newest_us) / day) : NAN,
        .gap_days = 1.0 / rate,
        .posts_per_week = 7.0 * rate,
    };
    struct freshness f;
    freshness_score(&in, &f);
    bool floored = f.estimate.value <= RANK_FLOOR;
    f.estimate.value = fmax(f.estimate.value, RANK_FLOOR);
    w->x[MATCH_FRESHNESS] = f.estimate;
    q->freshness = f.estimate.value;
    q->gap_days = in.gap_days;
    q->posts_per_week = in.posts_per_week;
    *ret_due_day = SCORE_NO_DAY;
    if (dated && !floored)
        *ret_due_day = (int32_t)ceil((double)w->newest_us / day + f.next_change_days);
}
