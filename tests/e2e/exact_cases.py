"""Random queries of /match for the tests of exactness."""
from dataclasses import replace

from exact_filters import DAYS, SORTS, any_more
from exact_world import COMPONENTS, GOALS, LANGUAGES, SIZES, TIGHT, Case, TooClose, ranked

EVERYBODY = (("min_followers", 0), ("max_followers", 1_000_000_000), ("min_authenticity", 0))


def any_filters(rng, accounts=None):
    """accounts: those that may be excluded by name; None: the filters of the ranked rows alone."""
    filters = [] if rng.random() < 0.3 else list(EVERYBODY)
    if rng.random() < 0.25:
        low, high = sorted(rng.choice((0, 1000, 1001, 10_000, 99_999, 100_000, 100_001, rng.randint(0, 200_000))) for _ in range(2))
        filters = [("min_followers", low), ("max_followers", high), ("min_authenticity", rng.choice((0, 0.02, 0.25, 0.5, 0.9, 1)))]
    for name, words, p in (("country", ("US", "GB", "DE", "FR", "ES", "BR"), 0.2), ("language", LANGUAGES[1:], 0.1),
                           ("platform", ("instagram", "tiktok", "youtube"), 0.1)):
        if rng.random() < p:
            chosen = rng.sample(sorted(set(words)), rng.randint(1, 3))
            filters.append((name, ",".join("-" * (rng.random() < 0.3) + w for w in chosen)))
    if rng.random() < 0.15:
        filters.append(("min_confidence", rng.choice((0, 0.5, 0.5001, 0.74, 1, round(rng.random(), 4)))))
    more = {} if accounts is None else any_more(rng, accounts)
    if "tier" in more:
        filters = [f for f in filters if f[0] not in ("min_followers", "max_followers")]
    return (*filters, *more.items())


def any_weights(rng, niche):
    if niche == TIGHT and rng.random() < 0.9:
        more = rng.choice(("", *COMPONENTS[:2]))
        return (("authenticity", f"{rng.choice((0.1, 0.2, 0.3, 0.5, 0.9, rng.random())):.3f}"), *([(more, "1.5")] if more else []))
    names = rng.sample(COMPONENTS, rng.randint(1, 6))
    while True:
        pairs = tuple((n, rng.choice(("0", "0.0", ".1", "0.5", "1", "2", "3.7", "5", f"{5 * rng.random():.3f}"))) for n in names)
        if len(pairs) < 6 or any(float(v) for _, v in pairs):
            return pairs


def any_target(rng):
    countries = rng.sample(("US", "GB", "DE", "FR", "ES", "BR", "JP", "ZZ"), rng.choice((1, 2, 2, 3, 4, 8)))
    cuts = [0, *sorted(rng.randint(0, 1000) for _ in countries[1:]), 1000]
    return tuple((c, f"{(b - a) / 1000:g}") for c, a, b in zip(countries, cuts, cuts[1:]))


def any_sort(rng, case):
    """The case sorted by something, without a ranking of its own."""
    by = rng.choice(SORTS)
    order = "asc" if by == "score" else rng.choice(("asc", "desc", "desc"))
    days = ()
    if by == "follower_growth" and "growth_days" not in dict(case.filters) and rng.random() < 0.5:
        days = (("growth_days", rng.choice(DAYS)),)
    return replace(case, weights=None, goal=None, caution=None, target=None, diversify=None, sort_by=by, sort_order=order,
                   filters=(*case.filters, *days))


def any_case(rng, niche=None, diverse=0.1, accounts=None, resorted=0.0):
    kind, niche = rng.random(), niche or rng.choices(list(SIZES), (5, 5, 9, 31, 36, 12, 14))[0]
    case = Case(
        niche=niche,
        limit=rng.choice((1, 2, 3, 7, 20, 50, 100, rng.randint(1, 100))),
        weights=any_weights(rng, niche) if kind < 0.6 else None, goal=rng.choice(list(GOALS)) if kind > 0.85 else None,
        caution=rng.choice((None, None, "normal", "low", "high", "high")), target=any_target(rng) if rng.random() < 0.3 else None,
        diversify=rng.choice(("0", "1", "0.5", "0.8", f"{rng.random():.3f}")) if rng.random() < diverse else None,
        excluded=rng.random() < 0.05, filters=any_filters(rng, accounts), explain=rng.choice(("false", "false", "true", "full")))
    return any_sort(rng, case) if rng.random() < resorted else case


def comparable(rng, rows, **how):
    """A case and its list, none of whose scores hangs on a last bit."""
    while True:
        case = any_case(rng, **how)
        try:
            return case, ranked(case, rows[case.niche])
        except TooClose:
            continue
