"""What the training parts say about constants of src/rank, by hand: constants.py build/rank_tool. Looks at no test part;
changes nothing. Instagram here is small private accounts, TikTok mostly large ones."""
import sys

import numpy as np

import data
import fitting
import task_engagement as engagement
import tool


def trigamma(x):
    """Second derivative of ln gamma, by recurrence and its asymptotic series."""
    total = 0.0
    while x < 12:
        total += 1 / x ** 2
        x += 1
    return total + 1 / x + 1 / (2 * x ** 2) + 1 / (6 * x ** 3) - 1 / (30 * x ** 5)


def prior_weight(variances, n):
    """nu0 from how much the accounts' own variances differ beyond chance: var ln s^2 = psi'((n-1)/2) + psi'(nu0/2)."""
    left = np.var(np.log(variances)) - trigamma((n - 1) / 2)
    if left <= 0:
        return float("inf")
    low, high = .05, 1e4
    for _ in range(80):
        middle = (low * high) ** .5
        low, high = (middle, high) if trigamma(middle / 2) > left else (low, middle)
    return low


def design_effect(case):
    """How much further the mean of later posts is from that of n older ones than independent posts would be."""
    out = []
    for n in engagement.SIZES[1:]:
        rates = np.array([np.log((e + .5) / d) for e, d, _ in case.training(n)])
        later = np.log(case.future)
        gap = (later.mean(axis=1) - rates.mean(axis=1)) ** 2
        own = (rates.var(axis=1, ddof=1) * (n - 1) + later.var(axis=1, ddof=1) * (case.later - 1)) / (n + case.later - 2)
        out.append(gap.mean() / (own.mean() * (1 / n + 1 / case.later)))
    return " / ".join(f"{x:.2f}" for x in out)


def curves():
    for name, platform, basis, least in engagement.SETS:
        case = engagement.Case(name, platform, basis, least, "dev")
        n = max(engagement.SIZES)
        rates = [np.log((e + .5) / d) for e, d, _ in case.training(n)]
        alpha, beta, tau, s = fitting.benchmark(case.followers, rates)
        seed = list(map(float, tool.run([tool.line("seed", platform, basis)])[0].split()))
        x = np.array(rates)
        centred = x - x.mean(axis=1, keepdims=True)
        lag = (centred[:, 1:] * centred[:, :-1]).mean() / (centred ** 2).mean()
        print(f"\n{name}: {len(case.accounts)} accounts, median {np.median(case.followers):.0f} followers, {n} posts each")
        print(f"  rate at 10k {np.exp(alpha):.3f} (seed {np.exp(seed[0]):.3f}), beta {beta:+.3f} ({seed[1]:+.3f}), "
              f"tau {tau:.2f} ({seed[2]:.2f}), s {s:.2f} ({seed[3]:.2f})")
        print(f"  lag-1 correlation {lag:+.2f} (its expectation without any: {-1 / n:+.2f}); nu0 "
              f"{prior_weight(x.var(axis=1, ddof=1), n):.1f}; design effect from n = 6 / 10: {design_effect(case)}")
        for drift in (.2, .3, .4, .5):
            defaults = tool.defaults()
            scored = {}
            for size in engagement.SIZES:
                train = case.training(size)
                lines, curve = engagement.request(case, train, defaults, tuple(seed))
                scored[None, 0, size] = engagement.Scored(case, train, curve, tool.run(lines), 0)
            z, _ = engagement.intervals(case, scored, drift)
            shares = " / ".join(f"{np.mean(np.abs(r) <= engagement.Z80):.2f}" for r in z)
            print(f"  coverage of 80 % at drift {drift}: {shares}")


def signals():
    for name, accounts, least in (("TikTok", data.tiktok(), 1000), ("Instagram", data.instagram(), 200)):
        half = [a for a in accounts if a.followers >= least and len(a.posts) >= 10 and data.in_half(f"{name.lower()} {a.key}")]
        size = np.log(np.array([a.followers for a in half]))
        ratio = np.array([np.median(np.log((a.posts[-64:, 2] + .5) / (a.posts[-64:, 1] + .5))) for a in half])
        x = size - np.log(1e4)
        level, slope = fitting.median_line(x, ratio)
        robust = np.median(np.abs(ratio - np.median(ratio))) / fitting.NORMAL_MAD
        print(f"\n{name}, fitting half, {len(half)} accounts: comments per like {np.exp(np.median(ratio)):.4f}, sd of the "
              f"logarithm {ratio.std():.2f} (robust {robust:.2f}); at 10k followers {np.exp(level):.4f}, slope {slope:+.2f} "
              f"per ln followers, sd about it {(ratio - level - slope * x).std():.2f}")
        following = np.array([a.following / a.followers for a in half])
        if np.isfinite(following).all():
            quantiles = ", ".join(f"{q:.2f}" for q in np.percentile(following, [10, 50, 90]))
            print(f"  following per follower p10, p50, p90: {quantiles}")


if __name__ == "__main__":
    tool.PATH = sys.argv[1]
    curves()
    signals()
