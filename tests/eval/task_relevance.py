"""Niche relevance: who of all accounts will use a hashtag of the niche in the later half of the own posts?

Two readings of "niche". Taxonomy niches: posts are matched and accounts ranked by the service's scorer (score_account), with
base rates and npmi of the training half as `niched fit` would write them. Single hashtags, as in the study: a tag is topical
if the taxonomy reads a niche that is not generic from it; relevance_count, relevance_npmi and relevance_score of src/rank.

Training: the older half of each account's posts; test: the later half. part="dev" halves the older half again."""
import numpy as np

import data
import metrics
import tool
from report import Section, difference, figure

LEAST_POSTS = 8  # in the two halves together
LEAST_USERS = 5  # accounts that use it, in each half
SUPPORT = 3      # accounts behind an npmi, as in score/context.h


def split(part):
    """(account, training rows, later rows) of accounts with enough posts."""
    out = []
    for a in data.tiktok():
        end = len(a.posts) if part == "test" else len(a.posts) // 2
        if end >= LEAST_POSTS:
            out.append((a, range(0, end // 2), range(end // 2, end)))
    return out


def match_posts(accounts):
    """For each account the niches of each post, {slug: p}, as the service reads its hashtags."""
    lines = [tool.line("match", "hashtag", tool.plain(" ".join(t))) for a, _, _ in accounts for t in a.tags]
    answers = iter(tool.run(lines))
    return [[{s: float(v[0]) for s, v in tool.pairs(next(answers))} for _ in a.tags] for a, _, _ in accounts]


def score_lines(accounts):
    lines = []
    for a, train, _ in accounts:
        lines.append(tool.line("account", a.platform, a.followers, "nan", "", "", "", ""))
        for i in train:
            lines.append(tool.line("post", *a.posts[i], tool.plain(" ".join(a.tags[i]))))
        lines.append("score")
    return lines


def npmi_of(users, count):
    """{(a, b): (npmi, support)} of things used by sets of accounts, by relevance_npmi."""
    names = sorted(users)
    asked = [(a, b, len(users[a] & users[b])) for i, a in enumerate(names) for b in names[i + 1:]
             if len(users[a] & users[b]) >= SUPPORT]
    answers = tool.run([tool.line("npmi", len(users[a]) / count, len(users[b]) / count, both / count)
                        for a, b, both in asked]) if asked else []
    out = {}
    for (a, b, both), answer in zip(asked, answers):
        out[a, b] = out[b, a] = float(answer), both
    return out


def scored_rows(answer):
    """(engagement, {slug: (kind, relevance)}) of a score line."""
    return float(answer.split()[0]), {s: (v[0], float(v[1])) for s, v in tool.pairs(answer)}


class Queries:
    """Scores of methods and what came later, one row of accounts per query."""

    def __init__(self, names, later, methods):
        self.names, self.later, self.methods = names, later, methods  # later, methods[m]: queries x accounts
        self.measured = {}
        for m, scores in methods.items():
            self.measured[m] = np.array([[metrics.ndcg(s, g), metrics.recall(s, g)] for s, g in zip(scores, later)]).T

    def table(self, section):
        names = list(self.methods)
        values = np.array([self.measured[m] for m in names])  # methods x 2 x queries
        draws = [metrics.bootstrap_means(values[:, w], 11) for w in (0, 1)]
        mean = values.mean(axis=2)
        rows = []
        for i, m in enumerate(names):
            cells = [figure(mean[i, w], *metrics.interval(mean[i, w], draws[w][i])) for w in (0, 1)]
            gaps = [self.gap(m, "plain share", w) for w in (0, 1)]
            rows.append([m, *cells, *("" if m == "plain share" else difference(*g) for g in gaps)])
        section.table(["method", "NDCG@10", "recall@50", "NDCG@10 over plain share", "recall@50 over plain share"], rows)

    def gap(self, a, b, what):
        """a less b with its interval over queries."""
        d = self.measured[a][what] - self.measured[b][what]
        return (d.mean(), *metrics.interval(d.mean(), metrics.bootstrap_means(d, 11)[0]))

    def verdicts(self, section, what_kind):
        binary = self.gap("niched", "binary", 0)
        gaps = [self.gap("niched", "plain share", w) for w in (0, 1)]
        for g, unit in zip(gaps, ("NDCG@10", "recall@50")):
            section.verdict(f"relevance, {what_kind}, {unit}", g[0], f"{unit} difference", "plain share", "> 0", g[0] > 0,
                            difference(*g))
        excluded = any(g[1] > 0 for g in gaps)
        section.verdict(f"relevance, {what_kind}: interval excludes 0 for NDCG@10 or recall@50", float(excluded), "yes/no",
                        "plain share", "yes", excluded, "yes" if excluded else "no")
        section.verdict(f"relevance, {what_kind}, over binary tag", binary[0], "NDCG@10 difference", "binary tag", "> 0", binary[1] > 0,
                        difference(*binary))


def user_sets(hits, accounts, half, names):
    out = {n: set() for n in names}
    for at, (posts, (_, train, later)) in enumerate(zip(hits, accounts)):
        for i in (train, later)[half]:
            for s in posts[i]:
                if s in out:
                    out[s].add(at)
    return out


def taxonomy_queries(accounts):
    """Queries over the niches of the taxonomy, and the material for the match score."""
    niches = tool.niches()
    topical = [s for s, (generic, _, _) in niches.items() if not generic]
    hits = match_posts(accounts)
    older, later = (user_sets(hits, accounts, half, topical) for half in (0, 1))
    names = [s for s in topical if min(len(older[s]), len(later[s])) >= LEAST_USERS]
    posts = sum(len(train) for _, train, _ in accounts)
    rate = {s: max(1e-4, min(.5, sum(h[i].get(s, 0) for h, (_, train, _) in zip(hits, accounts) for i in train) / posts))
            for s in topical}
    fits = [tool.line("fit", s, r) for s, r in rate.items()]
    relations = [tool.line("related", a, b, *v) for (a, b), v in sorted(npmi_of({s: u for s, u in older.items()
                                                                                if len(u) >= SUPPORT}, len(accounts)).items())]
    now = [tool.line("context", max(a.posts[-1, 0] for a, _, _ in accounts))]
    with_npmi = [scored_rows(x) for x in tool.run(fits + relations + now + score_lines(accounts))]
    without = [scored_rows(x) for x in tool.run(fits + now + score_lines(accounts))]

    def column(rows, kinds=("direct", "all_parents", "related")):
        return np.array([[r.get(s, ("none", 0.0))[1] * (r.get(s, ("none", 0))[0] in kinds) for _, r in rows] for s in names])
    shares = np.array([[np.mean([h[i].get(s, 0.0) for i in train]) for h, (_, train, _) in zip(hits, accounts)]
                       for s in names])
    methods = {"random": np.zeros(shares.shape), "binary": (shares > 0) * 1.0, "plain share": shares,
               "niched": column(with_npmi), "no NPMI": column(without),
               "listed rows only": column(with_npmi, ("direct", "all_parents"))}
    future = np.array([[at in later[s] for at in range(len(accounts))] for s in names], float)
    return Queries(names, future, methods), hits, np.array([e for e, _ in with_npmi])


def hashtag_queries(accounts):
    tags = [[{t.lower() for t in a.tags[i]} for i in range(len(a.tags))] for a, _, _ in accounts]
    every = sorted({t for posts in tags for post in posts for t in post if not set(t) & set("\t\n ")})
    niches = tool.niches()
    answers = tool.run([tool.line("match", "hashtag", "#" + t) for t in every])
    topical = [t for t, a in zip(every, answers) if any(not niches[s][0] and v[1] == "0" for s, v in tool.pairs(a))]
    as_hits = [[dict.fromkeys(post, 1.0) for post in posts] for posts in tags]
    older, later = (user_sets(as_hits, accounts, half, topical) for half in (0, 1))
    names = [t for t in topical if min(len(older[t]), len(later[t])) >= LEAST_USERS]
    posts = sum(len(train) for _, train, _ in accounts)
    used = [t for t in topical if len(older[t]) >= SUPPORT]
    rate = {t: sum(t in post for ps, (_, train, _) in zip(tags, accounts) for post in (ps[i] for i in train)) / posts
            for t in used + names}
    npmi = npmi_of({t: older[t] for t in used}, len(accounts))
    near = {t: sorted(((v[0], b) for (a, b), v in npmi.items() if a == t), reverse=True)[:10] for t in names}
    k, n, focus, share = counted(accounts, tags, used, rate)
    with_npmi, without = [], []
    for t in names:
        for at in range(len(accounts)):
            own = [float(k[t][at]), float(n[at]), rate[t]]
            related = [x for v, b in near[t] if k[b][at] > 0 for x in (v, focus[b][at])]
            with_npmi.append(tool.line("relevance", *own, *related))
            without.append(tool.line("relevance", *own))
    shape = (len(names), len(accounts))
    got = [np.array([float(x.split()[0]) for x in tool.run(lines)]).reshape(shape) for lines in (with_npmi, without)]
    shares = np.array([share[t] for t in names])
    future = np.array([[at in later[t] for at in range(len(accounts))] for t in names], float)
    return Queries(names, future, {"random": np.zeros(shape), "binary": (shares > 0) * 1.0, "plain share": shares,
                                   "niched": got[0], "no NPMI": got[1]})


def counted(accounts, tags, used, rate):
    """Decayed k, n, focus by relevance_count, and the plain share, for each tag and account."""
    lines, where = [], []
    for at, (a, train, _) in enumerate(accounts):
        newest = a.posts[train[-1], 0]
        mine = set().union(*(tags[at][i] for i in train))
        for t in [None, *(t for t in used if t in mine)]:
            fields = [x for i in train for x in ((newest - a.posts[i, 0]) / data.DAY, float(t in tags[at][i]))]
            lines.append(tool.line("count", 0, rate.get(t, .01), *fields))
            where.append((t, at))
    k, focus, share = ({t: np.zeros(len(accounts)) for t in used} for _ in range(3))
    n = np.zeros(len(accounts))
    for (t, at), answer in zip(where, tool.run(lines)):
        values = [float(x) for x in answer.split()]
        n[at] = values[1]
        if t is not None:
            k[t][at], focus[t][at] = values[0], values[3]
            train = accounts[at][1]
            share[t][at] = np.mean([t in tags[at][i] for i in train])
    return k, n, focus, share


def match_section(accounts, queries, hits, engagement):
    """Relevance and engagement together: later engagement (per play) on posts in the niche."""
    s = Section("match score: engagement on later posts in the niche (ablation arithmetic mean)", "real")
    s.note("gain: rank of the mean later likes, comments and shares per play on posts in the niche, 0 without such a post; "
           "engagement is score_account's, on the seed benchmark, weights .40 and .20 of the default renormalised")
    later = np.zeros(queries.later.shape)
    for q, name in enumerate(queries.names):
        for at, (a, _, rows) in enumerate(accounts):
            rates = [a.engagements([i])[0] / max(1.0, a.posts[i, 4]) for i in rows if name in hits[at][i]]
            later[q, at] = np.mean(rates) if rates else 0
        positive = later[q] > 0
        later[q, positive] = metrics.average_ranks(later[q, positive]) / positive.sum()
    relevance = queries.methods["niched"]
    lines = [tool.line("geometric", r, e) for row in relevance for r, e in zip(row, engagement)]
    answers = np.array([[float(x) for x in a.split()] for a in tool.run(lines)])
    geometric = answers[:, 0].reshape(relevance.shape) * (relevance > 0)
    w = answers[0, 1:]
    raw = np.array([np.mean(a.engagements(list(train)) / np.maximum(1, a.posts[list(train), 4])) for a, train, _ in accounts])
    wide = np.ones(relevance.shape)
    methods = {"followers": wide * [a.followers for a, _, _ in accounts], "engagement only": wide * engagement,
               "relevance only": relevance, "share x rate": queries.methods["plain share"] * raw,
               "arithmetic mean": (w[0] * relevance + w[1] * engagement) * (relevance > 0), "niched": geometric}
    values = np.array([[metrics.ndcg(row, g) for row, g in zip(m, later)] for m in methods.values()])
    draws = metrics.bootstrap_means(values, 13)
    mean, rows = values.mean(axis=1), []
    for i, name in enumerate(methods):
        gap = mean[i] - mean[-1]
        rows.append([name, figure(mean[i], *metrics.interval(mean[i], draws[i])),
                     "" if name == "niched" else difference(gap, *metrics.interval(gap, draws[i] - draws[-1]))])
    s.table(["method", "NDCG@10", "less niched's"], rows)
    return s


def run(part):
    data.need("tiktok_famous_2020")
    accounts = split(part)
    out = []
    queries, hits, engagement = taxonomy_queries(accounts)
    tags = hashtag_queries(accounts)
    for kind, q in (("taxonomy niches", queries), ("single hashtags", tags)):
        s = Section(f"niche relevance by future hashtag use, {kind}", "real")
        s.note(f"{len(q.names)} niches, all of {len(accounts)} accounts ranked, a niche has {q.later.sum(axis=1).mean():.0f} "
               f"later users in the mean; older half of the posts against the later half; unit of the bootstrap: the niche"
               + (" (niches and those above them overlap)" if kind == "taxonomy niches" else ""))
        q.table(s)
        q.verdicts(s, kind)
        s.tried("no NPMI, listed rows only (rows above); nothing else: the aim is recall, related niches are filler")
        out.append(s)
    return out + [match_section(accounts, queries, hits, engagement)]
