"""What is fitted, always on the training part: the benchmark by median regression with tau and s by moments, and the
logistic regression of the follower classifier. Deterministic."""
import numpy as np

NORMAL_MAD = 0.6745
TAU_MIN = 0.05


def least_squares_line(x, y):
    slope, level = np.polyfit(x, y, 1)
    return level, slope


def median_line(x, y):
    """Least absolute deviations, exactly: the best line goes through two of the points, so descend from point to point;
    through a given point it is a weighted median of slopes."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    level, slope = least_squares_line(x, y)
    at = int(np.argmin(np.abs(y - level - slope * x)))
    best = np.inf
    for _ in range(200):
        dx = x - x[at]
        usable = np.flatnonzero(dx != 0)
        slopes = (y[usable] - y[at]) / dx[usable]
        order = np.argsort(slopes, kind="stable")
        weight = np.abs(dx[usable][order]).cumsum()
        pick = order[np.searchsorted(weight, weight[-1] / 2)]
        candidate = slopes[pick]
        loss = np.abs(y - y[at] - candidate * dx).sum()
        if loss >= best - 1e-12:
            break
        best, slope, level = loss, candidate, y[at] - candidate * x[at]
        at = int(usable[pick])
    return level, slope


def spread_within(rates):
    """s: pooled MAD of ln rates about the account's mean, corrected for the mean's own error."""
    parts = [(r - r.mean()) * np.sqrt(len(r) / (len(r) - 1)) for r in rates if len(r) > 1]
    return float(np.median(np.abs(np.concatenate(parts))) / NORMAL_MAD)


def spread_between(residuals, rates):
    """tau: DerSimonian-Laird, the variance of the accounts' residuals less the mean of their sampling variance."""
    own = np.mean([np.var(r, ddof=1) / len(r) for r in rates if len(r) > 1])
    return float(max(TAU_MIN, np.sqrt(max(0.0, np.var(residuals) - own))))


TIERS = np.log(np.array([1e3, 5e3, 1e4, 5e4, 1e5, 5e5, 1e6, 5e6, 1e7]))


def tier_levels(ln_followers, y):
    """For each account the median of its flat tier (of the whole where a tier has fewer than 5)."""
    tier = np.searchsorted(TIERS, ln_followers, side="right")
    out = np.full(len(y), np.median(y))
    for t in np.unique(tier):
        if (tier == t).sum() >= 5:
            out[tier == t] = np.median(y[tier == t])
    return out


def benchmark(followers, rates, line=median_line):
    """(alpha, beta, tau, s) from the accounts' ln rates, a list of arrays."""
    level = np.array([np.median(r) for r in rates])
    x = np.log(np.maximum(followers, 1) / 1e4)
    alpha, beta = line(x, level)
    return alpha, beta, spread_between(level - alpha - beta * x, rates), spread_within(rates)


def logistic(x, y, ridge=1.0):
    """Weights (intercept first) of a ridge-penalised logistic regression on standardised features by Newton's method,
    with the means and deviations of the training part."""
    mean, sd = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    design = np.column_stack([np.ones(len(x)), (x - mean) / sd])
    penalty = np.diag([1e-9] + [ridge] * x.shape[1])
    w = np.zeros(design.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ w, -30, 30)))
        gradient = design.T @ (y - p) - penalty @ w
        step = np.linalg.solve((design.T * (p * (1 - p))) @ design + penalty, gradient)
        norm = np.abs(step).max()
        w += step * min(1.0, 4 / norm if norm > 0 else 1.0)
        if norm < 1e-9:
            break
    return w, mean, sd


def logistic_score(fit, x):
    w, mean, sd = fit
    return w[0] + ((x - mean) / sd) @ w[1:]
