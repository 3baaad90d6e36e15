/* What a plan takes for granted, and what to look at before booking, said in its answer. */
#include "plan_assume.h"

#include "rank/plan_inputs.h"

#include <math.h>
#include <string.h>

static void say(struct json *w, const char *name, double value, const char *note) {
    json_object(w);
    json_kstr(w, "name", name);
    json_kf64(w, "value", value, 4);
    json_kstr(w, "note", note);
    json_object_end(w);
}

static const struct {
    const char *name, *note;
} models[] = {
    {"people",
     "the people of a country who want the niche are the wanted followers of all creators listed here, each "
     "counted once, whether affordable or not; if there are fewer of them, audiences overlap more"},
    {"target_share",
     "of those whom a creator reaches, the share that wants the niche is the share of posts that gives "
     "the creator's relevance"},
    {"reach_beyond_usual",
     "where views are not counted, engagement beyond the usual comes from as much more views on TikTok and "
     "YouTube; on Instagram reach stays the usual one"},
    {"overlap",
     "where samples of who engages with two creators can be compared, the people in both are counted once, "
     "and "
     "the sampled stand for all whom a creator reaches; else audiences meet by chance within a country, "
     "which is "
     "all that the search, proof.at_least and the spread of the range know; age and gender are not used"},
    {"repeat_posts", "each further post of a creator reaches a random part of the same audience anew"},
    {"credible_share", "followers count by the credibility of the creator's audience"},
};

void plan_assumptions_json(const struct plan_state *st, struct json *w) {
    json_key(w, "assumptions");
    json_array(w);
    for (size_t i = 0; i < COUNT_OF(models); i++)
        say(w, models[i].name, NAN, models[i].note);
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++) {
        static const char *const names[] = {"reach_instagram", "reach_tiktok", "reach_youtube"};
        struct plan_reach_prior r = plan_reach_prior_of((enum rank_platform)p);
        say(w, names[p], r.at_reference, r.source);
    }
    say(w, "views_most", PLAN_VIEWS_MOST,
        "times the usual: nobody whose views were not counted is taken to have more, whatever the "
        "engagement");
    say(w, "home_share", USUAL_HOME_SHARE,
        "of an audience that was not measured, in the creator's own country");
    say(w, "conversion_rate", plan_conversion_rate(0, 0),
        "orders for each person who engages, before any are reported: yours move a creator's to (2 + orders) "
        "/ (400 + "
        "people who engaged with the reported posts, typically, at least those who clicked)");
    say(w, "price_sd", AFFORDABILITY_DEFAULTS.price_sd,
        "spread of ln price where none is known; low and high are quartiles");
    say(w, "derived_price_sd", PLAN_DERIVED_PRICE_SD,
        "the same where the price of a post is known and another is asked");
    say(w, "deliverable_multiplier", price_deliverable_multiplier(st->q.deliverable),
        "price of the deliverable against that of a post");
    say(w, "handling_usd", (double)st->q.handling_usd, "for each creator, once");
    say(w, "made_up_target_share", PLAN_MACRO_TARGET_SHARE,
        "of a large general account's audience that wants the niche; the least of anybody's");
    say(w, "draws", PLAN_DRAWS, "of the range: engagement varies, log-normal, always by the same seed");
    json_array_end(w);
}

static bool seen_before(const struct plan_row *rows, size_t i) {
    for (size_t j = 0; j < i; j++)
        if (rows[j].country && strcmp(rows[j].country, rows[i].country) == 0)
            return true;
    return false;
}

/* What a marketer would ask before booking. */
void plan_cautions_json(struct request *req, const struct plan_row *rows, size_t n, struct json *w) {
    const struct plan_state *st = plan_state_of(req);
    const struct param_list *asked = &st->match.q.country;
    size_t countries = 0, guessed = 0, reported = 0;
    for (size_t i = 0; i < n; i++) {
        countries += rows[i].country && !seen_before(rows, i);
        guessed += !rows[i].quoted;
        reported += isnan(rows[i].orders_reported) ? 0 : 1;
    }
    json_key(w, "cautions");
    json_array(w);
    if (countries > 1 && !asked->in_count && !st->match.ranking.target_count)
        json_str(w,
                 arena_printf(req->arena,
                              "the creators live in %zu countries: country or audience_target narrows that",
                              countries));
    if (guessed)
        json_str(w, arena_printf(req->arena, "%zu of %zu prices are what is usual at the size, not quotes",
                                 guessed, n));
    if (st->overlap.left_out_count)
        json_str(w, "somebody was left out whose audience the others have: expected.overlap.left_out");
    if (st->problem.goal == PLAN_CONVERSIONS && !reported)
        json_str(w, "no orders are reported of these creators: all are taken to sell at the same rate");
    if (n > 1 && rows[0].gain > 0.5 * st->side.utility)
        json_str(w, "more than half of the result is one creator's");
    json_array_end(w);
}
