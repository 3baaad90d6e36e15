"""Follower credibility: does the ten-feature logistic of the ranking specification tell fake follower accounts from real
ones? There is no classifier in src/ to run: what is measured is the recipe, fitted anew in each of 5 x 10 folds. Its
coefficients are not kept anywhere (the data are CC BY-NC). part="dev" takes a fixed half of the accounts."""
import numpy as np

import data
import fitting
import metrics
from report import Section, difference, figure

FEATURES = ["ln following/followers", "ln following", "ln followers", "ln posts", "has picture", "is private", "ln bio length",
            "digits in the name", "length of the name", "digits x length"]
REPEATS, FOLDS = 5, 10


def features(rows):
    get = {k: np.array([float(r[k]) for r in rows]) for k in rows[0]}
    following, followers = np.log1p(get["userFollowingCount"]), np.log1p(get["userFollowerCount"])
    digits, length = get["usernameDigitCount"], get["usernameLength"]
    return np.column_stack([following - followers, following, followers, np.log1p(get["userMediaCount"]),
                            get["userHasProfilPic"], get["userIsPrivate"], np.log1p(get["userBiographyLength"]), digits,
                            length, digits * length])


def folds(fake, seed):
    """A fold for each row, with equal shares of fakes."""
    rng = np.random.default_rng(seed)
    out = np.empty(len(fake), int)
    for kind in (0, 1):
        at = rng.permutation(np.flatnonzero(fake == kind))
        out[at] = np.arange(len(at)) % FOLDS
    return out


def out_of_fold(x, fake, seed):
    """Scores of the logistic, and of the single feature (with its direction) that is best on the training folds."""
    scores, single = np.zeros(len(fake)), np.zeros(len(fake))
    fold = folds(fake, seed)
    for k in range(FOLDS):
        train, test = fold != k, fold == k
        fit = fitting.logistic(x[train], fake[train])
        scores[test] = fitting.logistic_score(fit, x[test])
        areas = np.array([metrics.auc(x[train & (fake == 1), j], x[train & (fake == 0), j]) for j in range(x.shape[1])])
        best = int(np.argmax(np.abs(areas - .5)))
        ranks = np.searchsorted(np.sort(x[train, best]), x[test, best], side="left") / train.sum()
        single[test] = ranks if areas[best] > .5 else 1 - ranks
    return scores, single


def areas(scores, fake, pick=None):
    """Mean AUC over the repeats."""
    pick = np.arange(len(fake)) if pick is None else pick
    f = fake[pick]
    return np.mean([metrics.auc(s[pick][f == 1], s[pick][f == 0]) for s in scores])


def run(part):
    rows, fake = data.follower_accounts()
    if part == "dev":
        keep = [data.in_half(f"{i}") for i in range(len(rows))]
        rows, fake = [r for r, k in zip(rows, keep) if k], fake[keep]
    x = features(rows)
    both = [out_of_fold(x, fake, seed) for seed in range(REPEATS)]
    five = [out_of_fold(x[:, :5], fake, seed)[0] for seed in range(REPEATS)]
    methods = {"best single feature": [b[1] for b in both], "logistic, five features": five,
               "logistic, ten features": [b[0] for b in both]}
    rng = np.random.default_rng(23)
    picks = [rng.integers(0, len(fake), len(fake)) for _ in range(500)]
    point = {m: areas(s, fake) for m, s in methods.items()}
    draws = {m: np.array([areas(s, fake, p) for p in picks]) for m, s in methods.items()}
    ten, base = "logistic, ten features", "best single feature"
    probability = [1 / (1 + np.exp(-s)) for s in methods[ten]]
    brier = np.mean([((p - fake) ** 2).mean() for p in probability])
    accuracy = np.mean([((p > .5) == fake).mean() for p in probability])
    s = Section("follower credibility", "real")
    s.note(f"{(fake == 0).sum()} real and {(fake == 1).sum()} fake follower accounts, {REPEATS} x {FOLDS} folds; unit of the "
           f"bootstrap: the account; these are followers, not creators with a bought audience")
    s.table(["method", "AUC", "over the best single feature"],
            [[m, figure(point[m], *metrics.interval(point[m], draws[m]), 4), "" if m == base else
              difference(point[m] - point[base], *metrics.interval(point[m] - point[base], draws[m] - draws[base]))]
             for m in methods])
    s.note(f"ten features: Brier score {brier:.4f}, accuracy {accuracy:.3f}")
    s.verdict("follower credibility", point[ten], "AUC", f"best single feature ({point[base]:.3f})", ">= 0.985",
              point[ten] >= .985, figure(point[ten], *metrics.interval(point[ten], draws[ten]), 4))
    return [s]
