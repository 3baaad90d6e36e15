/* Why: a brand wants somebody who is there, measured by the creator's own rhythm and not by the brand's
 * impatience. Invariant: silence changes the value in whole weeks only, so that an idle account is rewritten
 * at most once a week. */
#include "rank/freshness.h"

#include <math.h>

const struct freshness_params FRESHNESS_DEFAULTS = {.half_life_days = 21.0,
                                                    .step_days = 7.0,
                                                    .full_ppw = 2.0,
                                                    .many_ppw = 10.0,
                                                    .many_slope = 0.05,
                                                    .many_floor = 0.5,
                                                    .prior_posts = 2.0,
                                                    .prior_days = 14.0,
                                                    .missing = 0.5,
                                                    .sd_missing = 0.3};

double freshness_daily_rate(double posts, double days) {
    return (FRESHNESS_DEFAULTS.prior_posts + posts) / (FRESHNESS_DEFAULTS.prior_days + days);
}

static double activity_of(double ppw) {
    const struct freshness_params *p = &FRESHNESS_DEFAULTS;
    if (ppw <= p->many_ppw) {
        return fmin(1.0, ppw / p->full_ppw);
    }
    return fmax(p->many_floor, 1.0 - p->many_slope * (ppw - p->many_ppw));
}

void freshness_score(const struct freshness_input *in, struct freshness *ret_freshness) {
    const struct freshness_params *p = &FRESHNESS_DEFAULTS;
    double prior_sd = rank_sd_ln(p->sd_missing, p->missing);
    struct freshness f = {
        .estimate = {.value = p->missing, .sd_ln = prior_sd, .prior_sd_ln = prior_sd, .measured = false},
        .recency = NAN,
        .activity = NAN,
        .days_over = NAN,
        .next_change_days = NAN,
    };
    if (!isnan(in->days_since_post)) {
        double gap = isnan(in->gap_days) ? 1.0 / freshness_daily_rate(0.0, 0.0) : in->gap_days;
        double ppw = isnan(in->posts_per_week) ? 7.0 / gap : in->posts_per_week;
        f.days_over = p->step_days * floor(fmax(0.0, in->days_since_post - gap) / p->step_days);
        f.next_change_days = gap + f.days_over + p->step_days;
        f.recency = exp2(-f.days_over / p->half_life_days);
        f.activity = activity_of(ppw);
        f.estimate.value = f.recency * sqrt(f.activity);
        f.estimate.sd_ln = 0.0;
        f.estimate.measured = true;
    }
    *ret_freshness = f;
}
