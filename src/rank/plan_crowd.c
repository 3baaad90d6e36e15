/* Why: two creators of one audience look like twice the people to a model that lets audiences meet by chance;
 * samples of who engages tell. Invariants: a sample is only compared below a theta that all of its group
 * have; without samples the value is the planner's utility, to rounding. */
#include "rank/plan_crowd.h"

#include "rank/numeric.h"
#include "rank/plan_parts.h"

#include <math.h>

enum { GROUPS_MAX = 8 };

struct sampled_person {
    uint64_t hash;
    uint32_t member;
};

/* Those who can be compared: their samples below one theta, by hash. */
struct crowd_group {
    double theta; /* as a share of all people */
    struct sampled_person *people;
    size_t n;
    size_t members;
};

struct plan_crowd {
    const struct plan_problem *problem;
    const size_t *members;
    size_t n;
    struct plan_cover cover[PLAN_GOALS];
    struct plan_item *items[PLAN_GOALS];
    uint8_t *group;  /* of each member, from 1; 0: by the model */
    double *sampled; /* people in its sample below theta */
    struct crowd_group groups[GROUPS_MAX];
    size_t n_groups;
};

/* One group's answer for one goal. */
struct crowd_sum {
    double segments[PLAN_SEGMENTS_MAX]; /* shares counted */
    double error;
};

/* Sums over people: value v counted once, g counted for each creator; of each member's g, what others have
 * too. */
struct moments {
    double n, v, g, vv, vg, gg;
    double shared[PLAN_CREATORS_MAX];
};

static const struct plan_candidate *candidate(const struct plan_crowd *c, size_t k) {
    return &c->problem->candidates[c->members[k]];
}

static bool takes_part(const struct plan_candidate *x, int hashed_as, uint64_t theta) {
    return x->hashed_as == hashed_as && x->sketch.theta && x->sketch.theta >= theta &&
           sketch_below(&x->sketch, theta) >= PLAN_SAMPLE_LEAST;
}

static size_t count_parts(const struct plan_crowd *c, int hashed_as, uint64_t theta) {
    size_t n = 0;
    for (size_t k = 0; k < c->n; k++) {
        n += takes_part(candidate(c, k), hashed_as, theta);
    }
    return n;
}

/* Merges the first n hashes of a member into the people, from the end. */
static void merge(struct crowd_group *g, const uint64_t *hashes, size_t n, uint32_t k) {
    size_t to = g->n + n;
    size_t from = g->n;
    g->n = to;
    while (n) {
        bool old = from && g->people[from - 1].hash > hashes[n - 1];
        g->people[--to] = old ? g->people[from - 1] : (struct sampled_person){hashes[n - 1], k};
        from -= old;
        n -= !old;
    }
}

static void open_group(struct plan_crowd *c, int hashed_as, uint64_t theta, struct arena *a) {
    struct crowd_group *g = &c->groups[c->n_groups++];
    const struct sketch cut = {.theta = theta};
    size_t room = 0;
    for (size_t k = 0; k < c->n; k++) {
        room += takes_part(candidate(c, k), hashed_as, theta) ? candidate(c, k)->sketch.count : 0;
    }
    *g = (struct crowd_group){.theta = sketch_fraction(&cut),
                              .people = arena_alloc(a, room * sizeof *g->people)};
    for (size_t k = 0; k < c->n; k++) {
        const struct sketch *s = &candidate(c, k)->sketch;
        if (!takes_part(candidate(c, k), hashed_as, theta)) {
            continue;
        }
        size_t below = sketch_below(s, theta);
        c->group[k] = (uint8_t)c->n_groups;
        c->sampled[k] = (double)below;
        g->members++;
        merge(g, s->hashes, below, (uint32_t)k);
    }
}

/* Groups those whose samples can be compared with those of member k, unless they are. */
static void find_group(struct plan_crowd *c, size_t k, struct arena *a) {
    int hashed_as = candidate(c, k)->hashed_as;
    uint64_t best = 0;
    size_t most = 1;
    for (size_t i = 0; i < k; i++) {
        if (candidate(c, i)->hashed_as == hashed_as) {
            return;
        }
    }
    for (size_t i = 0; i < c->n; i++) {
        uint64_t theta = candidate(c, i)->sketch.theta;
        size_t n = candidate(c, i)->hashed_as == hashed_as && theta ? count_parts(c, hashed_as, theta) : 0;
        if (n > most || (n == most && n > 1 && theta > best)) {
            most = n;
            best = theta;
        }
    }
    if (best && c->n_groups < GROUPS_MAX) {
        open_group(c, hashed_as, best, a);
    }
}

struct plan_crowd *plan_crowd_new(const struct plan_problem *p, const size_t *members, size_t n,
                                  struct arena *a) {
    struct plan_crowd *c = arena_alloc(a, sizeof *c);
    *c = (struct plan_crowd){.problem = p, .members = members, .n = n};
    c->group = arena_alloc(a, n + 1);
    c->sampled = arena_alloc(a, (n + 1) * sizeof *c->sampled);
    for (int goal = 0; goal < PLAN_GOALS; goal++) {
        c->items[goal] = arena_alloc(a, (n + 1) * sizeof *c->items[goal]);
        for (size_t k = 0; k < n; k++) {
            c->items[goal][k] = (struct plan_item){.candidate = candidate(c, k)};
        }
        plan_cover_open(p, (enum plan_goal)goal, c->items[goal], n, a, &c->cover[goal]);
    }
    for (size_t k = 0; k < n; k++) {
        c->group[k] = 0;
    }
    for (size_t k = 0; k < n; k++) {
        find_group(c, k, a);
    }
    return c;
}

struct plan_coverage plan_crowd_coverage(const struct plan_crowd *c) {
    struct plan_coverage coverage = {0};
    for (size_t i = 0; i < c->n_groups; i++) {
        coverage.creators += c->groups[i].members;
        coverage.pairs += c->groups[i].members * (c->groups[i].members - 1) / 2;
    }
    return coverage;
}

/* One sampled person, whom the n members at `who` reach. */
static void add_person(const struct plan_crowd *c, enum plan_goal goal, const struct sampled_person *who,
                       size_t n, struct crowd_sum *sum, struct moments *m) {
    const struct plan_item *base = c->items[goal == PLAN_REACH ? PLAN_REACH : PLAN_ENGAGEMENT];
    double v = 0.0;
    double gross = 0.0;
    for (size_t g = 0; g < c->cover[goal].n; g++) {
        double most = 0.0;
        for (size_t i = 0; i < n; i++) {
            most = fmax(most, base[who[i].member].counted[g] / c->sampled[who[i].member]);
        }
        double missed = 1.0;
        for (size_t i = 0; most > 0.0 && i < n; i++) {
            double x = c->items[goal][who[i].member].counted[g] / c->sampled[who[i].member];
            missed *= 1.0 - fmin(x / most, 1.0);
            gross += c->cover[goal].worth[g] * x;
            m->shared[who[i].member] += n > 1 ? c->cover[goal].worth[g] * x : 0.0;
        }
        sum->segments[g] += most * (1.0 - missed);
        v += c->cover[goal].worth[g] * most * (1.0 - missed);
    }
    m->n++;
    m->v += v;
    m->g += gross;
    m->vv += v * v;
    m->vg += v * gross;
    m->gg += gross * gross;
}

/* Relative standard error of v: of v / g as a ratio of two sums over the sampled people (Cochran 1977, 6.4),
 * and of how many of its people a member's sample happens to hold, where others hold them too: of two noisy
 * weights the larger is kept, about a quarter of the variance; at least that of one person more or less. */
static double error_of(const struct plan_crowd *c, const struct moments *m, double theta) {
    double ratio = m->g > 0.0 ? m->v / m->g : 0.0;
    double square = fmax(0.0, m->vv - 2.0 * ratio * m->vg + ratio * ratio * m->gg);
    square *= m->n / fmax(m->n - 1.0, 1.0);
    for (size_t k = 0; k < c->n; k++) {
        square += m->shared[k] > 0.0 ? 0.25 * m->shared[k] * m->shared[k] / c->sampled[k] : 0.0;
    }
    if (!(m->v > 0.0)) {
        return 0.0;
    }
    return sqrt(1.0 - theta) * fmax(sqrt(square) / m->v, 1.0 / m->n);
}

static struct crowd_sum sum_group(const struct plan_crowd *c, const struct crowd_group *g,
                                  enum plan_goal goal, const bool *in) {
    struct crowd_sum sum = {0};
    struct moments m = {0};
    struct sampled_person who[PLAN_CREATORS_MAX + 1];
    for (size_t i = 0; i < g->n;) {
        size_t n = 0;
        uint64_t hash = g->people[i].hash;
        for (; i < g->n && g->people[i].hash == hash; i++) {
            who[n] = g->people[i];
            n += !in || in[who[n].member];
        }
        if (n) {
            add_person(c, goal, who, n, &sum, &m);
        }
    }
    sum.error = error_of(c, &m, g->theta);
    return sum;
}

/* What is left of each segment by those who go by the model. */
static void leave_by_model(const struct plan_crowd *c, enum plan_goal goal, const bool *in,
                           double *ret_left) {
    for (size_t g = 0; g < c->cover[goal].n; g++) {
        ret_left[g] = 1.0;
    }
    for (size_t k = 0; k < c->n; k++) {
        for (size_t g = 0; (!in || in[k]) && !c->group[k] && g < c->cover[goal].n; g++) {
            ret_left[g] *= 1.0 - c->items[goal][k].counted[g];
        }
    }
}

void plan_crowd_net(const struct plan_crowd *c, enum plan_goal goal, const bool *in,
                    struct plan_net *ret_net) {
    const struct plan_cover *cover = &c->cover[goal];
    double left[PLAN_SEGMENTS_MAX];
    double square = 0.0;
    struct crowd_sum sums[GROUPS_MAX] = {0};
    leave_by_model(c, goal, in, left);
    for (size_t i = 0; i < c->n_groups; i++) {
        sums[i] = sum_group(c, &c->groups[i], goal, in);
        for (size_t g = 0; g < cover->n; g++) {
            sums[i].segments[g] = fmin(sums[i].segments[g], PLAN_REACH_MOST);
            left[g] *= 1.0 - sums[i].segments[g];
        }
    }
    *ret_net = (struct plan_net){.error = NAN};
    for (size_t g = 0; g < cover->n; g++) {
        ret_net->share_of_segments[g] = 1.0 - left[g];
        ret_net->together += cover->worth[g] * (1.0 - left[g]);
    }
    for (size_t i = 0; i < c->n_groups; i++) {
        double own = 0.0; /* what this group alone counts */
        for (size_t g = 0; g < cover->n; g++) {
            own += cover->worth[g] * left[g] * sums[i].segments[g] / (1.0 - sums[i].segments[g]);
        }
        square += own * own * sums[i].error * sums[i].error;
    }
    if (c->n_groups && ret_net->together > 0.0) {
        ret_net->error = sqrt(square) / ret_net->together;
    }
}

/* People of worth in one group's samples, however many a segment has. */
static double people_of(const struct plan_crowd *c, const struct crowd_group *group, enum plan_goal goal,
                        const bool *in) {
    struct crowd_sum sum = sum_group(c, group, goal, in);
    double people = 0.0;
    for (size_t g = 0; g < c->cover[goal].n; g++) {
        people += c->cover[goal].worth[g] * sum.segments[g];
    }
    return people;
}

size_t plan_crowd_twin(const struct plan_crowd *c, enum plan_goal goal) {
    bool in[PLAN_CREATORS_MAX] = {false};
    struct plan_left nobody;
    size_t found = SIZE_MAX;
    double least = INFINITY;
    plan_left_reset(&c->cover[goal], &nobody);
    for (size_t k = 0; k < c->n; k++) {
        in[k] = true;
    }
    for (size_t k = 0; k < c->n; k++) {
        if (!c->group[k] || candidate(c, k)->include) {
            continue;
        }
        const struct crowd_group *group = &c->groups[c->group[k] - 1];
        in[k] = false;
        double news = people_of(c, group, goal, NULL) - people_of(c, group, goal, in);
        in[k] = true;
        double per_dollar = news / fmax(candidate(c, k)->price_usd + c->problem->handling_usd, PLAN_SPARE);
        if (news < PLAN_TWIN_SHARE * plan_gain(&c->cover[goal], &nobody, &c->items[goal][k]) &&
            per_dollar < least) {
            found = k;
            least = per_dollar;
        }
    }
    return found;
}

struct plan_worth plan_worth_of(const struct plan_problem *p, enum plan_goal goal, const size_t *members,
                                size_t n, struct arena *a) {
    const struct plan_crowd *c = plan_crowd_new(p, members, n, a);
    struct plan_left nobody;
    struct plan_worth worth = {0};
    plan_left_reset(&c->cover[goal], &nobody);
    for (size_t k = 0; k < n; k++) {
        worth.cost_usd += candidate(c, k)->price_usd + p->handling_usd;
        worth.gross_reach += candidate(c, k)->gross_reach;
        worth.alone += plan_gain(&c->cover[goal], &nobody, &c->items[goal][k]);
    }
    struct plan_net net;
    plan_crowd_net(c, goal, NULL, &net);
    worth.together = net.together;
    worth.error = net.error;
    worth.overlap_discount = worth.alone > 0.0 ? fmax(0.0, 1.0 - worth.together / worth.alone) : 0.0;
    return worth;
}
