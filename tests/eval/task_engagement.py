"""Engagement: rank accounts by n older posts, judge by their later posts; clean, with bought engagement in a tenth of the
older posts' owners, and as an 80 % interval. Every score is rank_tool's (engagement_score of src/rank).

Split by time within each account: the newest LATER posts are the test part, the n posts before them the training part, on
which the benchmark is fitted too (attacked, where the attack is). part="dev" leaves the test part alone: it moves the split
back by LATER posts and judges by the DEV_LATER before them."""
import numpy as np

import data
import fitting
import metrics
import tool
from report import Section, difference, figure

SIZES = (3, 6, 10)
LATER, DEV_LATER = 8, 5
POOL = 100
DRAWS, POINT_SHUFFLES, ATTACK_SEEDS = 300, 40, 4
SETS = [("TikTok by followers", "tiktok", "followers", 1000), ("TikTok by plays", "tiktok", "views", 1000),
        ("Instagram by followers", "instagram", "followers", 200)]
TARGETS = ("mean rate", "median rate", "rate for the size")
BASELINES = ("random", "followers", "raw mean", "Wilson", "median")
VARIANTS = ("niched", "z = 0", "z = 1.28", "no Huber", "no shrinkage", "no decay", "least squares", "seed curve",
            "flat tiers")
METHODS = BASELINES + VARIANTS
HARD = BASELINES[2:]  # those that an estimator is compared with
Z80 = 1.2816


class Case:
    """The accounts of one set under one basis with their training rows and later rates."""

    def __init__(self, name, platform, basis, least, part):
        self.name, self.platform, self.basis = name, platform, basis
        later = LATER if part == "test" else DEV_LATER
        skip = 0 if part == "test" else LATER
        self.later = later
        accounts = data.tiktok() if platform == "tiktok" else data.instagram()
        need = max(SIZES) + later + skip
        self.accounts = [a for a in accounts if a.followers >= least and len(a.posts) >= need
                         and (basis == "followers" or (a.posts[-need:, 4] > 0).all())]
        self.followers = np.array([a.followers for a in self.accounts])
        self.train = [a.posts[:len(a.posts) - skip - later][-max(SIZES):] for a in self.accounts]
        ends = [(len(a.posts) - skip - later, len(a.posts) - skip) for a in self.accounts]
        self.future = np.array([(a.engagements(slice(*e)) + .5) / self.denominators(a, a.posts[slice(*e)])
                                for a, e in zip(self.accounts, ends)])
        self.targets = np.array([self.future.mean(axis=1), np.median(self.future, axis=1), self.for_size()])

    def denominators(self, account, posts):
        return posts[:, 4] if self.basis == "views" else np.full(len(posts), account.followers)

    def for_size(self):
        """Later ln rate less the running median of the 61 accounts nearest in followers: no curve of ours in it."""
        level = np.median(np.log(self.future), axis=1)
        order = np.argsort(self.followers, kind="stable")
        out = np.empty(len(level))
        for place, at in enumerate(order):
            low = min(max(0, place - 30), max(0, len(order) - 61))
            out[at] = level[at] - np.median(level[order[low:low + 61]])
        return out

    def bought(self, attack, n, rng):
        """Which of n posts are boosted."""
        if attack == "chance":
            return np.flatnonzero(rng.random(n) < .3)
        return rng.permutation(n)[:1 if attack == "one" else int(np.ceil(.3 * n))]

    def training(self, n, attack=None, seed=0):
        """(engagements, denominators, ages) of the newest n training posts of each account."""
        rng = np.random.default_rng([seed, n, len(self.accounts)])
        hit = rng.random(len(self.accounts)) < .1
        out = []
        for i, (a, posts) in enumerate(zip(self.accounts, self.train)):
            posts = posts[-n:]
            e = np.nansum(posts[:, 1:4], axis=1)
            if attack and hit[i]:
                e[self.bought(attack, n, rng)] *= 10 if attack == "one" else 5
            out.append((e, self.denominators(a, posts), (posts[-1, 0] - posts[:, 0]) / data.DAY))
        return out


ATTACKS = {"one": "one older post x10", "many": "30 % of older posts x5",
           "chance": "each older post x5 with probability .3"}


BOUGHT = {"one": "one of 3, 6, 10", "many": "1 of 3, 2 of 6, 3 of 10", "chance": "a binomial number, of some accounts more than half of the posts"}
TRIED_ATTACKED = ("own spread s_i from residuals clipped at 1.5 s (as before), 2, 2.5 and 3 s: 30 % x5 by plays -.00 / +.003 / +.007 / +.006 "
                  "over the median, Instagram -.04 / -.004 / +.004 / +.008 (with least weight .3), clean by plays for the size +.001 / -.003 / "
                  "-.006 / -.006; least weight of an old post 0 / .2 / .3; a redescending location (rejecting beyond 2 to 5 s): no "
                  "better than Huber. The median itself loses .006 by plays under x5 and .011 on Instagram, and clean niched is "
                  "only .010 and .018 above the clean median, so +.03 over it is out of reach there")
TRIED_INTERVAL = ("drift .2 to .6 s (with least weight .2) on splits before the dev part's end, m = 2 / 5 / 8 later posts, n = 3, 6, 10: at .4 .82 / .84 / .82 by "
                  "followers, .82 / .83 / .80 by plays, .82 / .79 / .77 on Instagram; before, deff 2 and no drift, it fell with m and "
                  "n from .88 to .74")


def variant_lines(defaults, curve, straight, seed_curve):
    def one(k, z=None, clip=None, tau=None, of=curve, half_life=None):
        alpha, beta, between, s = of
        return tool.line("variant", str(k), defaults["z"] if z is None else z, half_life or defaults["half_life"], defaults["nu0"],
                         clip or defaults["clip"], defaults["deff"], alpha, beta, tau or between, s)
    flat = (0.0, 1.0, curve[2], curve[3])  # mu = ln(followers / 10,000): the tier's level is passed as a size
    return [one(0), one(1, z=0.0), one(2, z=1.28), one(3, clip=1e9), one(4, tau=100.0),
            one(5, half_life=1e9), one(6, of=straight), one(7, of=seed_curve), one(8, of=flat)]


def request(case, train, defaults, seed_curve):
    """The lines for one training part, and its curve."""
    rates = [np.log((e + .5) / d) for e, d, _ in train]
    curve = fitting.benchmark(case.followers, rates)
    straight = fitting.benchmark(case.followers, rates, fitting.least_squares_line)
    tiers = fitting.tier_levels(np.log(case.followers), np.array([np.median(r) for r in rates]))
    lines = variant_lines(defaults, curve, straight, seed_curve)
    for f, tier, (e, d, ages) in zip(case.followers, tiers, train):
        posts = [repr(float(x)) for row in zip(e, d, ages) for x in row]
        lines.append("\t".join(["engagement", "0,1,2,3,4,5,6,7", repr(float(f)), *posts]))
        lines.append("\t".join(["engagement", "8", repr(1e4 * np.exp(tier)), *posts]))
    return lines, curve


def baselines(case, train, curve, seed):
    """Baselines as ln rates: accounts x baselines, and the same less the benchmark's curve."""
    rng = np.random.default_rng(seed)
    mean = np.array([(e / d).mean() for e, d, _ in train])
    median = np.array([np.median(e / d) for e, d, _ in train])
    trials = np.array([d.sum() for _, d, _ in train])
    p = np.minimum(1.0, np.array([e.sum() for e, _, _ in train]) / trials)
    z = 1.96
    wilson = (p + z * z / (2 * trials) - z * np.sqrt(p * (1 - p) / trials + z * z / (4 * trials ** 2))) / (1 + z * z / trials)
    mu = curve[0] + curve[1] * np.log(case.followers / 1e4)
    rate = np.array([rng.random(len(mean)), case.followers, *np.log(np.maximum([mean, wilson, median], 1e-12))])
    return rate, np.vstack([rate[:2], rate[2:] - mu])


class Scored:
    """Scores of all methods for one training part: on the rate and on the rate for the size; the estimator's numbers."""

    def __init__(self, case, train, curve, answers, seed):
        rows = np.array([[float(x) for x in (a + " " + b).split()] for a, b in zip(answers[::2], answers[1::2])])
        cube = rows.reshape(len(rows), len(VARIANTS), 8)
        value, theta, sigma, self.own_sd, self.location, mu, self.n_eff, _ = cube.transpose(2, 1, 0)
        z = np.array([.5, 0, 1.28] + [.5] * (len(VARIANTS) - 3))[:, None]
        rate, size = baselines(case, train, curve, seed)
        self.rate = np.vstack([rate, mu + theta - z * sigma])
        self.size = np.vstack([size, value])
        self.centre, self.sigma, self.curve = mu + theta, sigma, curve


def score_all(case, defaults):
    """(attack, seed, n) -> Scored, in one run of the tool."""
    seed_curve = tuple(map(float, tool.run([tool.line("seed", case.platform, case.basis)])[0].split()))
    keys = [(attack, seed, n) for attack in (None, *ATTACKS) for seed in range(ATTACK_SEEDS if attack else 1)
            for n in SIZES]
    trains = {k: case.training(k[2], k[0], k[1]) for k in keys}
    lines, curves = [], {}
    for k in keys:
        more, curves[k] = request(case, trains[k], defaults, seed_curve)
        lines += more
    answers = tool.run(lines)
    each = 2 * len(case.accounts)
    return {k: Scored(case, trains[k], curves[k], answers[i * each:(i + 1) * each], i) for i, k in enumerate(keys)}


def measure(case, scored, attack, seeds, order):
    """targets x methods, (NDCG@10, Spearman), means over n, seeds and the pools that an order of accounts is cut into."""
    pools = order[:len(order) // POOL * POOL].reshape(-1, POOL)
    ndcg, rho = 0, 0
    for seed in seeds:
        for n in SIZES:
            s = scored[attack, seed, n]
            a, b = metrics.pool_measures(s.rate, case.targets[:2], pools)
            c, d = metrics.pool_measures(s.size, case.targets[2:], pools)
            ndcg, rho = ndcg + np.vstack([a, c]), rho + np.vstack([b, d])
    return np.array([ndcg, rho]) / (len(seeds) * len(SIZES))


def resampled(case, scored, attack):
    """Point (2 x targets x methods) and bootstrap draws of it over accounts."""
    rng = np.random.default_rng(20261101)
    seeds = list(range(ATTACK_SEEDS)) if attack else [0]
    count = len(case.accounts)
    shuffles = POINT_SHUFFLES // len(seeds)
    point = np.mean([measure(case, scored, attack, seeds, rng.permutation(count)) for _ in range(shuffles)], axis=0)
    draws = [measure(case, scored, attack, [seeds[i % len(seeds)]], rng.permutation(rng.integers(0, count, count)))
             for i in range(DRAWS)]
    return point, np.array(draws)


COLUMNS = [("NDCG@10 mean rate", 0, 0), ("Spearman mean rate", 0, 1), ("NDCG@10 median rate", 1, 0),
           ("NDCG@10 for the size", 2, 0), ("Spearman for the size", 2, 1)]  # head, target, measure
ATTACKED_COLUMNS = [COLUMNS[i] for i in (0, 1, 3)]


def show(section, point, draws, columns):
    rows = []
    for i, method in enumerate(METHODS):
        cells = []
        for _, t, what in columns:
            cells.append(figure(point[what, t, i], *metrics.interval(point[what, t, i], draws[:, what, t, i])))
        ours = METHODS.index("niched")
        lead = point[0, 0, i] - point[0, 0, ours]
        gap = draws[:, 0, 0, i] - draws[:, 0, 0, ours]
        rows.append([method, *cells, "" if i == ours else difference(lead, *metrics.interval(lead, gap))])
    section.table(["method", *[c[0] for c in columns], "NDCG@10 less niched's (mean rate)"], rows)


def lead_over_best(point, draws, what, target):
    """niched less the best of the hard baselines, with its interval and that baseline."""
    ours, hard = METHODS.index("niched"), [METHODS.index(b) for b in HARD]
    best = hard[int(np.argmax(point[what, target, hard]))]
    gap = point[what, target, ours] - point[what, target, best]
    return gap, metrics.interval(gap, draws[:, what, target, ours] - draws[:, what, target, best]), METHODS[best]


def clean_task(case, scored):
    s = Section(f"engagement, clean: {case.name}", "real")
    s.note(f"{len(case.accounts)} accounts, {POOL} to a pool, n = 3, 6, 10 older posts, {case.later} later ones; "
           "unit of the bootstrap: the account")
    s.note("judged by the mean and the median of the later rates, and for the size: later median ln rate less the running "
           "median of the 61 accounts nearest in followers (baselines less the fitted curve there); best 20 of a pool have a gain")
    point, draws = resampled(case, scored, None)
    show(s, point, draws, COLUMNS)
    for t in (0, 2):
        for what, unit in ((0, "NDCG@10"), (1, "Spearman")):
            gap, (low, high), best = lead_over_best(point, draws, what, t)
            s.verdict(f"engagement clean, {case.name}, {TARGETS[t]}, {unit}", gap, f"{unit} difference", f"best baseline ({best})",
                      ">= -0.005", gap >= -.005, difference(gap, low, high))
    return s


def attacked_task(case, scored):
    sections = []
    for attack, words in ATTACKS.items():
        s = Section(f"engagement, 10 % of creators attacked, {words}: {case.name}", "semi-synthetic")
        point, draws = resampled(case, scored, attack)
        show(s, point, draws, ATTACKED_COLUMNS)
        gap, (low, high), best = lead_over_best(point, draws, 0, 0)
        least = 0.0 if attack == "one" else .03
        s.verdict(f"engagement attacked ({words}), {case.name}", gap, "NDCG@10 difference", f"best baseline ({best})",
                  f">= {least:+.3f}", gap >= least, difference(gap, low, high))
        s.note(f"bought: {BOUGHT[attack]}; the later posts are not touched")
        if case.name == "TikTok by plays":
            s.note("plays are not bought along")
        s.tried(TRIED_ATTACKED)
        sections.append(s)
    return sections


def coverage(inside, seed=5):
    """Share with its interval over accounts; inside: n x accounts."""
    each = np.mean(inside, axis=0)
    return each.mean(), metrics.interval(each.mean(), metrics.bootstrap_means(each, seed)[0])


def intervals(case, scored, drift):
    """Per n: (z of the later mean ln rate in our interval, inside of the normal interval on the raw mean, width ratio)."""
    ours, raw = [], []
    later = np.log(case.future).mean(axis=1)
    for n in SIZES:
        x = scored[None, 0, n]
        sd = np.sqrt(x.sigma[0] ** 2 + (drift * x.curve[3]) ** 2 + x.own_sd[0] ** 2 / case.later)
        ours.append((later - x.centre[0]) / sd)
        rates = np.array([e / d for e, d, _ in case.training(n)])
        half = Z80 * rates.std(axis=1, ddof=1) * np.sqrt(1 / n + 1 / case.later)
        raw.append(np.abs(case.future.mean(axis=1) - rates.mean(axis=1)) <= half)
    return np.array(ours), np.array(raw)


def calibration_task(cases, defaults):
    s = Section("interval calibration: 80 % interval of the mean ln rate of the later posts", "real")
    s.note("interval: mu + theta +- 1.2816 sqrt(sigma^2 + (drift s)^2 + s_i^2 / m), as engagement_predict_sd of src/rank, m later posts; the normal interval on "
           "the raw mean: mean +- 1.2816 sd sqrt(1/n + 1/m) against the later mean rate")
    rows, verdicts = [], []
    for case, scored in cases:
        z, raw = intervals(case, scored, defaults["drift"])
        share, (low, high) = coverage(np.abs(z) <= Z80)
        base, (base_low, base_high) = coverage(raw)
        by_n = " / ".join(f"{np.mean(np.abs(row) <= Z80):.2f}" for row in z)
        rows.append([case.name, figure(share, low, high), by_n, f"{(z < -Z80).mean():.2f} / {(z > Z80).mean():.2f}",
                     figure(base, base_low, base_high)])
        verdicts.append((case.name, share, (low, high), base))
    s.table(["set", "coverage", "n = 3 / 6 / 10", "below / above (.10 each)", "normal interval on the raw mean"], rows)
    for name, share, (low, high), base in verdicts:
        s.verdict(f"interval calibration, {name}", share, "coverage of 80 % intervals",
                  f"normal interval on the raw mean ({base:.3f})", "0.77 to 0.83", .77 <= share <= .83,
                  figure(share, low, high))
    s.tried(TRIED_INTERVAL)
    return s


def run_set(index, part):
    """(clean section, attacked sections, case and scores for the calibration)."""
    data.need("tiktok_famous_2020" if SETS[index][1] == "tiktok" else "instafake_2019")
    case = Case(*SETS[index], part)
    scored = score_all(case, tool.defaults())
    return [clean_task(case, scored)], attacked_task(case, scored), (case, scored)
