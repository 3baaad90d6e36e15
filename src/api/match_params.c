/* The parameters of /match: a table of data. Filters name their column; their SQL is made from the line. */
#include "match.h"
#include "tables.h"

#define AT(member) offsetof(struct match_query, member)

const struct param match_params[] = {
    {"platform", PARAM_LIST, AT(platform), 0, 0, NULL, "instagram,tiktok,youtube", false, PARAM_IN_ID,
     "m.platform", "platforms, comma between; -tiktok leaves one out"},
    {"country", PARAM_LIST, AT(country), 0, 0, NULL, "AA", false, PARAM_IN, "m.country",
     "ISO countries: US,GB; -US"},
    {"language", PARAM_LIST, AT(language), 0, 0, NULL, "aa", false, PARAM_IN, "m.language",
     "languages: en,es; -en"},
    {"min_followers", PARAM_INT, AT(min_followers), 0, 1e9, "1000", NULL, false, PARAM_GE, "m.followers",
     "followers at least"},
    {"max_followers", PARAM_INT, AT(max_followers), 0, 1e9, "100000", NULL, false, PARAM_LE, "m.followers",
     "followers at most; above 100,000 must be said"},
    {"min_authenticity", PARAM_RATE, AT(min_authenticity), 0, 1, "0.25", NULL, false, PARAM_GE,
     "exp(m.l_auth)", "authenticity at least; 0 shows all"},
    {"min_confidence", PARAM_RATE, AT(min_confidence), 0, 1, NULL, NULL, false, PARAM_GE,
     "m.conf / 10000.0::float8", "confidence at least"},
    {"niche", PARAM_TEXT, AT(niche), 1, 200, NULL, "list", true, PARAM_NO_FILTER, NULL,
     "a niche in any spelling: vegan-fitness, Vegan Fitness, #veganfitness, vegan,fitness, keto -vegan"},
    {"weights", PARAM_TEXT, AT(weights), 1, 300, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "multipliers 0 to 5 on the default weights: engagement:2,loyalty:0.5"},
    {"goal", PARAM_CHOICE, AT(goal), 0, 0, NULL, "awareness,engagement,conversions,partnership,launch", false,
     PARAM_NO_FILTER, NULL, "a set of multipliers by what the campaign is for"},
    {"caution", PARAM_CHOICE, AT(caution), 0, 0, "normal", "low,normal,high", false, PARAM_NO_FILTER, NULL,
     "how much thin evidence of engagement costs: z 0, 0.5 or 1.28"},
    {"audience_target", PARAM_TEXT, AT(audience_target), 1, 100, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "countries of the audience wanted, with shares: US:0.6,GB:0.4"},
    {"diversify", PARAM_RATE, AT(diversify), 0, 1, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "0 to 1: weight of the score against likeness to those above; first 100, no cursor"},
    {"limit", PARAM_INT, AT(limit), 1, 100, "20", NULL, false, PARAM_NO_FILTER, NULL, "items in a page"},
    {"cursor", PARAM_TEXT, AT(cursor), 1, 200, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "next_cursor of the page before"},
    {"explain", PARAM_CHOICE, AT(explain), 0, 0, "false", "false,true,full", false, PARAM_NO_FILTER, NULL,
     "true: the arithmetic of each score; full: with logarithms"},
    {"count", PARAM_CHOICE, AT(count), 0, 0, "none", "none,exact", false, PARAM_NO_FILTER, NULL,
     "exact: also how many there are in all"},
    {"facets", PARAM_WORDS, AT(facets), 0, 0, NULL, "tier,country,platform,language,price_band", false,
     PARAM_NO_FILTER, NULL, "how many there are by tier, country, platform, language, price_band"},
    {"why_not", PARAM_TEXT, AT(why_not), 1, 120, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "a creator: @handle, platform/handle or id; says why it is not in the list, or where"},
    {"world", PARAM_CHOICE, AT(world), 0, 0, NULL, "live,sandbox", false, PARAM_NO_FILTER, NULL,
     "real creators or the made-up ones; by default live once there are any"},
};
const size_t match_param_count = COUNT_OF(match_params);
