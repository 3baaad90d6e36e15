"""What filters and sorting look at, made up, and what they keep by brute force: True, False, or None where it is not known.

Nothing here is taken from the program: the words of openapi.yaml, plain Python.
"""
import math
import random
import struct
import unicodedata
from dataclasses import dataclass

TODAY = 20758  # 2026-11-01, days since 1970
NOW = "2026-11-01T09:00:00Z"
PLATFORMS = {1: "instagram", 2: "tiktok", 3: "youtube"}
TIERS = {"nano": (1000, 9999), "micro": (10_000, 100_000)}
CITIES = {None: None, "Berlin": "berlin", "São Paulo": "saopaulo", "New York": "newyork", "Saint-Denis": "saintdenis"}
ASKED_CITIES = ("berlin", "BERLIN", "Sao Paulo", "são-paulo", "newyork", "New York", "saint denis", "nowhere")
BRANDS = {"Nike": "nike", "Café Olé": "cafeole", "Wood & Wren": "woodwren", "H&M": "hm"}
ASKED_BRANDS = ("nike", "NIKE", "Cafe Ole", "café olé", "Wood and Wren", "Wood&Wren", "h & m", "Nobody")
WORDS = ("plant", "based", "runner", "vegan", "coach", "berlin", "7")
ASKED_WORDS = ("Plant", "PLÁNT based", "runner", "coach vegan", "7", "plan", "vegan-coach")
SORTS = ("score", "followers", "engagement_rate", "authenticity", "price", "follower_growth", "last_post")
AUDIENCE = ("US", "GB", "DE", "FR", "JP", "ZZ")
DAYS = (1, 7, 30, 90)


def f32(x):
    """As a real of PostgreSQL."""
    return None if x is None else struct.unpack("f", struct.pack("f", x))[0]


def fraction(text):
    return float(text[:-3]) / 100 if text.endswith("pct") else float(text)


def words_of(text):
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in plain).split()


@dataclass
class Details:
    """Of an account; None is unknown."""
    engagement_rate: float
    posts_per_week: float
    sponsored_share: float
    last_post_day: int
    price: float
    has_contact: bool
    verified: bool
    words: list
    city: str
    snapshots: dict  # day -> followers


def any_details(account, followers):
    rng = random.Random(f"details of {account}")

    def maybe(*values):
        return rng.choice((None, *values))
    snapshots = {}
    if rng.random() < 0.6:
        for ago in rng.sample((0, 1, 6, 7, 8, 29, 30, 31, 45, 90, 91), rng.randint(1, 6)):
            snapshots[TODAY - ago] = rng.choice((0, followers, int(followers / 1.05), int(followers / 1.5), 2 * followers))
    return Details(
        f32(maybe(0.0, 0.03, 0.05, 0.2, 1.0, 1.79, rng.random() / 5)), f32(maybe(0.0, 0.5, 2.0, 3.5, rng.random() * 10)),
        f32(maybe(0.0, 0.2, 1 / 3, 0.5, 1.0)), maybe(*(TODAY - n for n in (0, 1, 7, 7, 30, 31, 400)), TODAY + 1),
        maybe(5.0, 49.99, 50.0, 120.0, round(rng.random() * 300, 2)), rng.random() < 0.5, maybe(True, False, False),
        maybe(*(rng.sample(WORDS, rng.randint(1, 4)) for _ in range(3))), rng.choice(list(CITIES)), snapshots)


def any_partners(creator):
    """(brand, kind, first day, last day): of a post both are its day; "private" is another workspace's business."""
    rng = random.Random(f"partners of {creator}")
    out = []
    while rng.random() < 0.4:
        first = TODAY + rng.choice((-400, -181, -180, -179, -30, -1, 0, 1))
        kind = rng.choice(("post", "post", "public", "public", "private"))
        last = first if kind == "post" else rng.choice((None, first, first + 30, first + 250))
        out.append((rng.choice(list(BRANDS)), kind, first, last))
    return out


# ---- three-valued predicates: account, wanted and excluded words or the text given, all that was given

def at_least(value, bound):
    return None if value is None else value >= bound


def at_most(value, bound):
    return None if value is None else value <= bound


def in_list(have, text, form=str):
    if have is None:
        return None
    words = text.split(",")
    chosen, left_out = [form(w) for w in words if w[0] != "-"], [form(w[1:]) for w in words if w[0] == "-"]
    return (not chosen or have in chosen) and have not in left_out


def growth(a, days):
    """Against the newest snapshot of so many days ago or more."""
    old = [day for day in a.more.snapshots if day <= TODAY - int(days)]
    before = a.more.snapshots[max(old)] if old else 0
    return (a.followers - before) / before if before else None


def audience(a, text, given):
    if not a.shares:
        return None
    words, least = text.split(","), fraction(given["min_audience_share"])

    def enough(countries):
        total = 0.0
        for country in sorted(a.shares):
            total += a.shares[country][0] if country in countries else 0.0
        return total >= least
    chosen, left_out = [w for w in words if w[0] != "-"], [w[1:] for w in words if w[0] == "-"]
    return (not chosen or enough(chosen)) and not (left_out and enough(left_out))


def conflict(a, text):
    keys = {"".join(words_of(name)) for name in text.split(",")}
    for brand, kind, first, last in a.partners:
        ran = first <= TODAY and (last is None or last >= TODAY - 180)
        if BRANDS[brand] in keys and ran and kind != "private":
            return True
    return False


def q_holds(a, text):
    return None if a.more.words is None else all(w in a.more.words for w in words_of(text))


PREDICATES = {
    "platform": lambda a, v, f: in_list(PLATFORMS[a.platform], v),
    "country": lambda a, v, f: in_list(a.country, v),
    "language": lambda a, v, f: in_list(a.language, v),
    "city": lambda a, v, f: in_list(CITIES[a.more.city], v, lambda w: "".join(words_of(w))),
    "min_engagement_rate": lambda a, v, f: at_least(a.more.engagement_rate, f32(fraction(v))),
    "max_engagement_rate": lambda a, v, f: at_most(a.more.engagement_rate, f32(fraction(v))),
    "min_price_usd": lambda a, v, f: at_least(a.more.price, float(v)),
    "max_price_usd": lambda a, v, f: at_most(a.more.price, float(v)),
    "last_post_days": lambda a, v, f: at_least(a.more.last_post_day, TODAY - int(v)),
    "min_posts_per_week": lambda a, v, f: at_least(a.more.posts_per_week, f32(float(v))),
    "min_follower_growth": lambda a, v, f: at_least(growth(a, f.get("growth_days", 30)), fraction(v)),
    "max_sponsored_share": lambda a, v, f: at_most(a.more.sponsored_share, f32(fraction(v))),
    "audience_country": lambda a, v, f: audience(a, v, f),
    "has_contact": lambda a, v, f: a.more.has_contact == (v == "true"),
    "verified": lambda a, v, f: None if a.more.verified is None else a.more.verified == (v == "true"),
    "q": lambda a, v, f: q_holds(a, v),
    "exclude": lambda a, v, f: not {str(a.creator), *(f"@u{n}" for n in a.siblings)} & set(v.lower().split(",")),
    "brand_conflict": lambda a, v, f: not conflict(a, v),
}


def keeps(account, given):
    """Whether all that was given holds for sure."""
    return all(PREDICATES[name](account, str(value), given) is True for name, value in given.items() if name in PREDICATES)


def bounds(given):
    low, high = TIERS.get(given.get("tier"), (1000, 100_000))
    return int(given.get("min_followers", low)), int(given.get("max_followers", high))


# ---- sorting

def sort_key(row, by, order, given):
    """The larger the earlier; what is not known comes last either way."""
    a = row.account
    value = {
        "score": row.score, "followers": a.followers, "engagement_rate": a.more.engagement_rate, "authenticity": row.logs[2],
        "price": a.more.price, "follower_growth": growth(a, given.get("growth_days", 30)), "last_post": a.more.last_post_day}[by]
    return -math.inf if value is None else -value if order == "asc" else value


# ---- what may be asked

def some(rng, words, most=3, minus=0.3):
    return ",".join("-" * (rng.random() < minus) + w for w in rng.sample(sorted(set(words)), rng.randint(1, most)))


def any_more(rng, accounts):
    """Filters beside the usual ones, most of the time few."""
    def rate():
        return rng.choice(("0", "0.03", "3pct", "5pct", "20pct", "100pct", "179pct", f"{rng.random() / 5:.4f}"))

    def handles():
        chosen = rng.sample(accounts, min(len(accounts), rng.randint(1, 8)))
        return ",".join(rng.choice((str(a.creator), f"@u{a.account}", f"@U{a.account}")) for a in chosen) or "1"
    makers = {
        "city": lambda: some(rng, ASKED_CITIES), "tier": lambda: rng.choice(list(TIERS)),
        "min_engagement_rate": rate, "max_engagement_rate": rate,
        "min_price_usd": lambda: rng.choice(("0", "5", "49.99", "50")), "max_price_usd": lambda: rng.choice(("50", "120", "300.5")),
        "last_post_days": lambda: rng.choice((0, 1, 7, 30, 3650)), "min_posts_per_week": lambda: rng.choice(("0", "2", "3.5", "0.5001")),
        "min_follower_growth": lambda: rng.choice(("0", "5pct", "0.05", "-0.5", "50pct", "-1")),
        "max_sponsored_share": lambda: rng.choice(("0", "0.2", "0.5", "1", "33pct")),
        "audience_country": lambda: some(rng, AUDIENCE), "has_contact": lambda: rng.choice(("true", "false")),
        "verified": lambda: rng.choice(("true", "false")), "q": lambda: rng.choice(ASKED_WORDS), "exclude": handles,
        "brand_conflict": lambda: some(rng, ASKED_BRANDS, minus=0)}
    n = rng.choice((0, 0, 1, 1, 1, 2, 3))
    out = {name: makers[name]() for name in rng.sample(list(makers), n)}
    if "audience_country" in out:
        out["min_audience_share"] = rng.choice(("0", "0.1", "20pct", "0.5", "1"))
    if "min_follower_growth" in out and rng.random() < 0.7:
        out["growth_days"] = rng.choice(DAYS)
    for low, high in (("min_engagement_rate", "max_engagement_rate"), ("min_price_usd", "max_price_usd")):
        if low in out and high in out and fraction(out[low]) > fraction(out[high]):
            del out[low]
    return out
