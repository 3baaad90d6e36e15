"""What GET /match says beside its list, computed in plain Python over every row of a made-up world: no statement and no
number is taken from the program."""
import math
from collections import Counter
from itertools import combinations

from exact_filters import PREDICATES, TODAY, bounds, fraction, growth, sort_key
from exact_world import EXCLUDED, PLATFORMS, logs_of, quantise, value

DEFAULTS = {"min_followers": "1000", "max_followers": "100000", "min_authenticity": "0.25"}
COMPANIONS = {"tier", "growth_days", "min_audience_share"}  # parameters that are part of another filter
# what a bound looks at: 1 for at least, -1 for at most; None where it is not known
BOUNDS = {
    "min_followers": (1, lambda r, f: r.account.followers), "max_followers": (-1, lambda r, f: r.account.followers),
    "min_authenticity": (1, lambda r, f: math.exp(r.logs[2])), "min_confidence": (1, lambda r, f: r.conf / 10_000),
    "min_engagement_rate": (1, lambda r, f: r.account.more.engagement_rate),
    "max_engagement_rate": (-1, lambda r, f: r.account.more.engagement_rate),
    "min_price_usd": (1, lambda r, f: r.account.more.price), "max_price_usd": (-1, lambda r, f: r.account.more.price),
    "min_posts_per_week": (1, lambda r, f: r.account.more.posts_per_week),
    "max_sponsored_share": (-1, lambda r, f: r.account.more.sponsored_share),
    "last_post_days": (-1, lambda r, f: None if r.account.more.last_post_day is None else TODAY - r.account.more.last_post_day),
    "min_follower_growth": (1, lambda r, f: growth(r.account, f.get("growth_days", 30)))}
LISTS = {"platform": lambda r: PLATFORMS[r.account.platform], "country": lambda r: r.account.country,
         "language": lambda r: r.account.language}


def verdict(name, asked, row, given):
    """True: passes; False: does not; None: not known, which does not pass either."""
    if name == "niche":
        return row.account.topics.get(EXCLUDED, 0) < 0.25
    if name in PREDICATES:
        return PREDICATES[name](row.account, asked, given)
    sign, get = BOUNDS[name]
    return sign * get(row, given) >= sign * float(asked)


def in_force(case):
    """Name and asked value of every filter, defaults too."""
    given = {k: str(v) for k, v in case.filters}
    low, high = bounds(given)
    filters = {**DEFAULTS, **given, "min_followers": str(low), "max_followers": str(high)}
    return {**{k: v for k, v in filters.items() if k not in COMPANIONS}, **({"niche": None} if case.excluded else {})}


class Brute:
    """Every candidate with its verdicts."""

    def __init__(self, case, rows):
        self.filters, self.rows, self.given = in_force(case), rows, dict(case.filters)
        self.verdicts = [{name: verdict(name, asked, row, self.given) for name, asked in self.filters.items()} for row in rows]
        sets = {}  # of each creator: of each account the filters that fail, and whether it is beyond a caller's reach
        for row, v in zip(rows, self.verdicts):
            sets.setdefault(row.account.creator, set()).add(
                (frozenset(n for n, ok in v.items() if not ok), any(v[n] is None for n in DEFAULTS)))
        self.sets = Counter(map(frozenset, sets.values()))

    def accounts_left(self, *ignored):
        """Those that pass all filters but these."""
        return [row for row, v in zip(self.rows, self.verdicts) if all(ok for name, ok in v.items() if name not in ignored)]

    def left(self, *ignored):
        """Their creators."""
        return {row.account.creator for row in self.accounts_left(*ignored)}

    def removed(self, test):
        """Creators of whom every account's verdict is one of these."""
        return len({r.account.creator for r in self.rows}
                   - {r.account.creator for r, v in zip(self.rows, self.verdicts) if not test(v)})

    def diagnosis(self):
        return {name: {"removed_alone": self.removed(lambda v, name=name: not v[name]),
                       "removed_unknown": self.removed(lambda v, name=name: v[name] is None),
                       "left_without_it": len(self.left(name))} for name in self.filters}

    def reachable(self, dropped):
        """Those that pass when these are dropped as a caller can: one with a default still keeps out what is not known."""
        return sum(n for sets, n in self.sets.items() if any(failing <= dropped and not hopeless for failing, hopeless in sets))

    def fewest_to_drop(self):
        """How many filters must go for anybody more to be listed, and the most that so many give; None: nothing helps."""
        for n in range(1, len(self.filters) + 1):
            best = max((self.reachable(set(names)) for names in combinations(self.filters, n)), default=0)
            if best > len(self.left()):
                return n, best
        return None

    def nearest_bounds(self):
        """Of each bound that lets in somebody alone: its nearest value and how many there are then."""
        out = {}
        for name in self.filters.keys() & BOUNDS.keys():
            sign, get = BOUNDS[name]
            inside = self.left()
            whole = {1: math.floor, -1: math.ceil}[sign] if name in ("min_price_usd", "max_price_usd", "min_posts_per_week") else float
            kept_out = [(r, whole(get(r, self.given))) for r, v in zip(self.rows, self.verdicts) if r.account.creator not in inside
                        and v[name] is False and all(ok for n, ok in v.items() if n != name)]
            if kept_out:
                near = max((v for _, v in kept_out), key=lambda v: sign * v)
                out[name] = (near, len(inside | {r.account.creator for r, v in kept_out if v == near}))
        return out

    def moved(self, name, value):
        """By how much a bound moves, in proportion."""
        asked = fraction(self.filters[name])
        return abs(value - asked) / max(abs(value), abs(asked))

    def why_not(self, case, row):
        """Reason, rank, score, the names of the failing filters and of those not known."""
        if row not in self.rows:
            return "not_in_niche", None, None, [], []
        failing = {name: ok for name, ok in self.verdicts[self.rows.index(row)].items() if not ok}
        if failing:
            return "filtered", None, None, list(failing), [name for name, ok in failing.items() if ok is None]
        weights = case.used_weights
        places = sorted(((self.key(case, r), quantise(value(logs_of(case, r), weights)), r.conf, r.account.account) for r in self.accounts_left()),
                        reverse=True)
        owners = {r.account.account: r.account.creator for r in self.rows}
        first = {}
        for p in places:
            first.setdefault(owners[p[3]], p)
        places = [p for p in places if first[owners[p[3]]] is p]
        mine = next((p for p in places if p[3] == row.account.account), None)
        if not mine:
            return "other_account", None, None, [], []
        return "ranked", places.index(mine) + 1, (mine[1] + 5) // 10, [], []

    def key(self, case, row):
        return sort_key(row, case.sort_by, case.sort_order, self.given) if case.sorted else 0

    def ahead_by(self, case, item, row):
        """By how much an item is ahead of a row in what the list is sorted by, in the unit of the answer; None: not known."""
        other = next(r for r in self.rows if f"u{r.account.account}" == item["creator"]["username"])
        theirs, mine = self.key(case, other), self.key(case, row)
        if math.isinf(theirs) or math.isinf(mine):
            return None
        shown = {"authenticity": lambda v: math.exp(-abs(v)), "score": lambda v: v / 100}.get(case.sort_by, lambda v: v)
        return round(abs(shown(theirs) - shown(mine)), 4)

    def facet(self, name):
        ignored = {"tier": ("min_followers", "max_followers"), "price_band": ("min_price_usd", "max_price_usd")}.get(name, (name,))
        whose = {}
        for row in self.accounts_left(*ignored):
            whose.setdefault(self.facet_value(name, row), set()).add(row.account.creator)
        unknown = len(whose.pop(None, ()))
        counts = {value: len(creators) for value, creators in whose.items()}
        if float(self.filters["min_followers"]) >= 1000:
            counts.pop("under_1k", None)
        if float(self.filters["max_followers"]) <= 100_000:
            counts.pop("over_100k", None)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return {"values": [{"value": v, "count": n} for v, n in ranked[:50]], "other": sum(n for _, n in ranked[50:]),
                "unknown": unknown}

    @staticmethod
    def facet_value(name, row):
        if name in LISTS:
            return LISTS[name](row)
        if name == "tier":
            f = row.account.followers
            return "under_1k" if f < 1000 else "nano" if f < 10_000 else "micro" if f <= 100_000 else "over_100k"
        price = row.account.more.price
        bands = ((50, "under_50"), (100, "50_100"), (250, "100_250"), (500, "250_500"), (1000, "500_1000"), (math.inf, "from_1000"))
        return None if price is None else next(band for most, band in bands if price < most)
