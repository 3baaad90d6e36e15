/* Why: whoever is ranked may read by what numbers. Invariant: `value` points at the very object the component
 * computes with, so that what is published cannot differ from what is used. */
#include "rank/model.h"

#include "base/macros.h"
#include "rank/affordability.h"
#include "rank/audience_fit.h"
#include "rank/authenticity.h"
#include "rank/engagement.h"
#include "rank/freshness.h"
#include "rank/loyalty.h"
#include "rank/match_score.h"
#include "rank/numeric.h"
#include "rank/relevance.h"
#include "rank/standing.h"

/* The macros among the defaults need an object to point at. */
static const double COMPONENT_FLOOR = RANK_FLOOR;
static const double AUDIENCE_PRIOR = AUDIENCE_PRIOR_FOLLOWERS;
static const double AUDIENCE_WEIGHT = MATCH_AUDIENCE_WEIGHT;

static const struct model_parameter PARAMETERS[] = {
    {"relevance", "half_life_days", &RELEVANCE_DEFAULTS.half_life_days, "M",
     "posts of 30 to 90 days predict the next posts best"},
    {"relevance", "evidence_min", &RELEVANCE_DEFAULTS.evidence_min, "A",
     "least weight of posts and profile that makes a member: six tenths of a post; an emoji alone stays "
     "below"},
    {"relevance", "bio_posts", &RELEVANCE_DEFAULTS.bio_posts, "A",
     "posts that a mention in the bio is worth"},
    {"relevance", "prior_posts", &RELEVANCE_DEFAULTS.prior_posts, "A",
     "weight of the base rate in the beta-binomial share, in posts"},
    {"relevance", "focus_top", &RELEVANCE_DEFAULTS.focus_top, "A", "concave focus, 1 at a share of 1"},
    {"relevance", "focus_half", &RELEVANCE_DEFAULTS.focus_half, "A",
     "concave focus, half of the top at this share"},
    {"relevance", "conjunction", &RELEVANCE_DEFAULTS.conjunction, "A",
     "transfer from all parents of an intersection, times the geometric mean of their focus"},
    {"relevance", "parent", &RELEVANCE_DEFAULTS.parent, "A", "transfer from the best parent"},
    {"relevance", "related", &RELEVANCE_DEFAULTS.related, "M",
     "transfer from a related niche, times npmi; 23 hashtags, to be tested again on new data"},
    {"relevance", "sibling", &RELEVANCE_DEFAULTS.sibling, "A", "transfer from the best sibling"},
    {"relevance", "indirect_cap", &RELEVANCE_DEFAULTS.indirect_cap, "A",
     "most that transfer may add of what is missing"},
    {"relevance", "npmi_min", &RELEVANCE_DEFAULTS.npmi_min, "A", "npmi from which a niche is related"},
    {"relevance", "indirect_sd", &RELEVANCE_DEFAULTS.indirect_sd, "A", "relative sd of the indirect part"},
    {"relevance", "base_rate_min", &RELEVANCE_DEFAULTS.base_rate_min, "A",
     "least base rate of an intersection without its own, and of the spread of the prior"},
    {"engagement", "z", &ENGAGEMENT_DEFAULTS.z, "M",
     "risk term; .5 costs at most .005 NDCG from 3 posts on, 1.28 costs .02 to .06"},
    {"engagement", "half_life_days", &ENGAGEMENT_DEFAULTS.half_life_days, "M",
     "posts of 30 to 90 days predict the next posts best"},
    {"engagement", "nu0", &ENGAGEMENT_DEFAULTS.nu0, "A",
     "weight of the usual spread of posts in the own one, in posts"},
    {"engagement", "clip", &ENGAGEMENT_DEFAULTS.clip, "M",
     "Huber bound in usual spreads; one boosted post costs .004 NDCG instead of .19"},
    {"engagement", "deff", &ENGAGEMENT_DEFAULTS.deff, "M",
     "design effect; 80 % intervals covered 84 / 70 % at 2.2"},
    {"engagement", "weight_floor", &ENGAGEMENT_DEFAULTS.weight_floor, "M",
     "least weight of an old post; on slow accounts .04 NDCG under boosted posts, .008 rank correlation "
     "clean"},
    {"engagement", "spread_clip", &ENGAGEMENT_DEFAULTS.spread_clip, "M",
     "bound of the own spread in usual spreads; a boosted account looks uncertain: up to .03 NDCG"},
    {"engagement", "spread_min_posts", &ENGAGEMENT_DEFAULTS.spread_min_posts, "A",
     "posts from which spread_clip holds; of two posts none is the odd one"},
    {"engagement", "drift", &ENGAGEMENT_DEFAULTS.drift, "M",
     "sd in usual spreads of an account's level between older and later posts, for predictions"},
    {"authenticity", "base_rate", &AUTHENTICITY_DEFAULTS.base_rate, "A", "prior that nothing is unusual"},
    {"authenticity", "sd_measured", &AUTHENTICITY_DEFAULTS.sd_measured, "A",
     "sd of phi of a measured signal"},
    {"authenticity", "sd_missing", &AUTHENTICITY_DEFAULTS.sd_missing, "A", "sd of phi of a missing signal"},
    {"authenticity", "gate", &AUTHENTICITY_DEFAULTS.gate, "A",
     "below it a creator is left out unless asked for"},
    {"authenticity", "uniform_min_n_eff", &AUTHENTICITY_DEFAULTS.uniform_min_n_eff, "A",
     "effective posts from which uniform engagement speaks"},
    {"authenticity", "spike_full_posts", &AUTHENTICITY_DEFAULTS.spike_full_posts, "A",
     "posts from which spikiness speaks in full"},
    {"affordability", "price_10k_usd", &AFFORDABILITY_DEFAULTS.price_10k_usd, "V",
     "$100 per 10,000 followers"},
    {"affordability", "slope", &AFFORDABILITY_DEFAULTS.slope, "V",
     "elasticity of price up to large_followers, from published bands"},
    {"affordability", "slope_large", &AFFORDABILITY_DEFAULTS.slope_large, "V",
     "elasticity of price above large_followers, from published bands"},
    {"affordability", "large_followers", &AFFORDABILITY_DEFAULTS.large_followers, "V",
     "where published bands turn steeper"},
    {"affordability", "price_sd", &AFFORDABILITY_DEFAULTS.price_sd, "A", "sd of ln price at a given size"},
    {"affordability", "score_sd", &AFFORDABILITY_DEFAULTS.score_sd, "A",
     "sd of ln cost that the score is measured in"},
    {"loyalty", "prior_rate", &LOYALTY_DEFAULTS.prior_rate, "A", "share of brands that come back"},
    {"loyalty", "prior_brands", &LOYALTY_DEFAULTS.prior_brands, "A", "weight of that prior in brands"},
    {"loyalty", "full_rate", &LOYALTY_DEFAULTS.full_rate, "A", "repeat rate that scores 1"},
    {"loyalty", "missing", &LOYALTY_DEFAULTS.missing, "A", "value of a part without evidence"},
    {"loyalty", "sd_missing", &LOYALTY_DEFAULTS.sd_missing, "A", "sd of a part without evidence"},
    {"loyalty", "weight_repeat", &LOYALTY_DEFAULTS.weight_repeat, "A", "repeat brands"},
    {"loyalty", "weight_consistency", &LOYALTY_DEFAULTS.weight_consistency, "A", "posting rhythm"},
    {"loyalty", "weight_returning", &LOYALTY_DEFAULTS.weight_returning, "A", "returning audience"},
    {"loyalty", "churn", &LOYALTY_DEFAULTS.churn, "A",
     "cost of two rival brands of one category within 90 days"},
    {"freshness", "half_life_days", &FRESHNESS_DEFAULTS.half_life_days, "A",
     "of recency beyond the usual gap"},
    {"freshness", "step_days", &FRESHNESS_DEFAULTS.step_days, "A", "recency falls in steps of this"},
    {"freshness", "full_ppw", &FRESHNESS_DEFAULTS.full_ppw, "A", "posts a week that score 1"},
    {"freshness", "many_ppw", &FRESHNESS_DEFAULTS.many_ppw, "P",
     "activity has an inverted U (Leung et al. 2022); threshold assumed"},
    {"freshness", "many_slope", &FRESHNESS_DEFAULTS.many_slope, "A",
     "cost of each post a week above many_ppw"},
    {"freshness", "many_floor", &FRESHNESS_DEFAULTS.many_floor, "A", "least activity of those who post much"},
    {"freshness", "prior_posts", &FRESHNESS_DEFAULTS.prior_posts, "A", "Gamma prior of the posting rate"},
    {"freshness", "prior_days", &FRESHNESS_DEFAULTS.prior_days, "A", "Gamma prior of the posting rate"},
    {"freshness", "missing", &FRESHNESS_DEFAULTS.missing, "A", "value without any date"},
    {"freshness", "sd_missing", &FRESHNESS_DEFAULTS.sd_missing, "A", "sd without any date"},
    {"audience_fit", "prior_followers", &AUDIENCE_PRIOR, "A", "weight of the usual audience in followers"},
    {"match", "component_floor", &COMPONENT_FLOOR, "A", "a component below counts as this"},
    {"match", "audience_weight", &AUDIENCE_WEIGHT, "A", "weight of audience fit when there is a target"},
    {"standing", "band", &STANDING_DEFAULTS.band, "A", "peers are within this of ln followers, to each side"},
    {"standing", "peers_min", &STANDING_DEFAULTS.peers_min, "A",
     "fewer peers give no percentile: its standard error would exceed 7 points"},
    {"standing", "peers_side", &STANDING_DEFAULTS.peers_side, "A",
     "the nearest in size that count at most, to each side"},
    {"standing", "effort_relevance", &STANDING_DEFAULTS.effort_relevance, "A",
     "1 little work to 3 much: topical focus"},
    {"standing", "effort_engagement", &STANDING_DEFAULTS.effort_engagement, "A",
     "1 little work to 3 much: an audience that reacts"},
    {"standing", "effort_authenticity", &STANDING_DEFAULTS.effort_authenticity, "A",
     "1 little work to 3 much: replying, disclosure, missing evidence"},
    {"standing", "effort_loyalty", &STANDING_DEFAULTS.effort_loyalty, "A",
     "1 little work to 3 much: brands that come back, rhythm"},
    {"standing", "effort_freshness", &STANDING_DEFAULTS.effort_freshness, "A",
     "1 little work to 3 much: rhythm"},
    {"standing", "compare_min", &STANDING_DEFAULTS.compare_min, "A",
     "accounts of each size that a comparison of small and large ones needs"},
    {"standing", "demand_min", &STANDING_DEFAULTS.demand_min, "A",
     "paid posts of a niche that crowding needs"},
};

const struct model_parameter *model_parameters(size_t *ret_n) {
    *ret_n = COUNT_OF(PARAMETERS);
    return PARAMETERS;
}
