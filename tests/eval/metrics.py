"""What a ranking, an interval or a class is judged by. Ties are resolved in expectation or by halves, never by order.

Larger scores are better everywhere. A bootstrap resamples units (accounts, niches, pools) and takes the paired difference
of two methods on the same draw; intervals are 95 %, around the figure of the whole sample."""
import numpy as np

TOP = 10
GRADED = 20  # of a pool of 100, the best 20 by what came later have a gain: 20, 19, ... 1 twentieths


def average_ranks(x):
    """1 for the smallest; ties get their mean rank. Along the last axis of a 1-D array."""
    x = np.asarray(x, float)
    order = np.argsort(x, kind="stable")
    ranks = np.empty(len(x))
    _, start, count = np.unique(x[order], return_index=True, return_counts=True)
    ranks[order] = np.repeat(start + (count + 1) / 2, count)
    return ranks


def spearman(x, y):
    a, b = average_ranks(x), average_ranks(y)
    if a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def auc(positive, negative):
    """Probability that a positive scores above a negative, ties one half."""
    positive, negative = np.asarray(positive, float), np.asarray(negative, float)
    ranks = average_ranks(np.concatenate([positive, negative]))
    n, m = len(positive), len(negative)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def expected_gains(scores, gains):
    """Gains in the order of the scores, each replaced by the mean of those it ties with."""
    scores, gains = np.asarray(scores, float), np.asarray(gains, float)
    order = np.argsort(-scores, kind="stable")
    s, g = scores[order], gains[order]
    _, group = np.unique(-s, return_inverse=True)
    return (np.bincount(group, g) / np.bincount(group))[group]


def discounts(k):
    return 1 / np.log2(np.arange(2, k + 2))


def ndcg(scores, gains, k=TOP):
    """Expected NDCG@k over the orders of tied items; nan without any gain."""
    best = np.sort(np.asarray(gains, float))[::-1][:k]
    ideal = (best * discounts(len(best))).sum()
    if ideal <= 0:
        return float("nan")
    got = expected_gains(scores, gains)[:k]
    return float((got * discounts(len(got))).sum() / ideal)


def recall(scores, relevant, k=50):
    """Expected share of the relevant items among the first k."""
    relevant = np.asarray(relevant, float)
    return float(expected_gains(scores, relevant)[:k].sum() / relevant.sum())


def f1(predicted, actual):
    predicted, actual = np.asarray(predicted, bool), np.asarray(actual, bool)
    both = (predicted & actual).sum()
    return float(2 * both / max(1, predicted.sum() + actual.sum()))


def interval(point, draws):
    """95 % around the point by the spread of bootstrap draws (their own mean taken out: a draw repeats units, which moves
    the level of some measures a little)."""
    draws = np.asarray(draws, float)
    draws = draws[np.isfinite(draws)]
    if len(draws) == 0:
        return float("nan"), float("nan")
    low, high = np.percentile(draws - draws.mean(), [2.5, 97.5])
    return point + low, point + high


def bootstrap_means(values, seed, draws=2000):
    """values: methods x units. Means over resampled units: methods x draws, the same units for every method."""
    values = np.atleast_2d(np.asarray(values, float))
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, values.shape[1], (draws, values.shape[1]))
    return values[:, picks].mean(axis=2)


# ---- pools: many accounts ranked among 100, vectorised over methods and pools

def pool_gains(target):
    """Graded gains of pools (rows) by the rank of what came later."""
    place = np.argsort(np.argsort(-target, axis=1, kind="stable"), axis=1, kind="stable")
    return np.clip(GRADED - place, 0, None) / GRADED


def pool_measures(scores, targets, pools):
    """scores: methods x accounts, targets: targets x accounts, pools: pools x size of indices.
    NDCG@10 and Spearman, each targets x methods, means over the pools."""
    s = scores[:, pools]
    order = np.argsort(-s, axis=2, kind="stable")
    ranks = np.empty_like(s)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(s.shape[2], dtype=float), s.shape), axis=2)
    ranks -= ranks.mean(axis=2, keepdims=True)
    found, rho = [], []
    for target in targets:
        t = target[pools]
        gains = pool_gains(t)
        best = -np.sort(-gains, axis=1)[:, :TOP]
        got = np.take_along_axis(np.broadcast_to(gains, s.shape), order[:, :, :TOP], axis=2)
        found.append(((got * discounts(TOP)).sum(axis=2) / (best * discounts(TOP)).sum(axis=1)).mean(axis=1))
        place = np.argsort(np.argsort(-t, axis=1, kind="stable"), axis=1, kind="stable").astype(float)
        place -= place.mean(axis=1, keepdims=True)
        rho.append(((ranks * place).sum(axis=2)
                    / np.sqrt((ranks ** 2).sum(axis=2) * (place ** 2).sum(axis=1))).mean(axis=1))
    return np.array(found), np.array(rho)
