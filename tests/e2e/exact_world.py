"""Made-up ranked worlds, written straight into the tables, and the list that brute force finds in them.

Nothing here is taken from the program: numbers of the ranking specification, plain floats, every row looked at.
"""
import math
from datetime import date, timedelta
from dataclasses import dataclass, field, replace
from pathlib import Path

from exact_filters import BRANDS, CITIES, PLATFORMS, TODAY, Details, any_details, any_partners, bounds, keeps, sort_key  # noqa: F401

COUNT = (Path(__file__).parents[2] / "sql" / "queries" / "score_recount.sql").read_text().replace("$1", "1000000")
COMPONENTS = ("relevance", "engagement", "authenticity", "affordability", "loyalty", "freshness")
DEFAULTS = (0.40, 0.20, 0.15, 0.10, 0.08, 0.07)
AUDIENCE_WEIGHT, AUDIENCE_PRIOR, HOME, AWAY = 0.15, 200.0, 0.5, 0.05
GOALS = {
    "awareness": (0.8, 0.8, 1.0, 2.0, 0.5, 1.5), "engagement": (1.0, 2.0, 1.0, 0.8, 1.0, 1.0),
    "conversions": (1.3, 1.3, 1.2, 1.2, 1.0, 0.8), "partnership": (1.0, 1.0, 1.3, 0.8, 3.0, 0.8),
    "launch": (1.0, 1.2, 1.0, 1.0, 0.2, 2.0)}
CAUTIONS = {"low": 0.0, "normal": 0.5, "high": 1.28}
FLOOR, CLOSE = 0.02, 1e-9
SIZES = {"art": 0, "asmr": 1, "books": 3, "cars": 30, "comedy": 400, "music": 3000, "magic": 400}
TIGHT = "magic"  # all but authenticity is 1 here: nobody is below the bound of a scan for whom authenticity counts least
EXCLUDED = "vegan"  # of all accounts some make this too
TOPICS = ("vegan", "fitness", "food", "gaming", "travel", "pets", "dance")  # what likeness is made of
COUNTRIES = (None, None, "US", "US", "US", "GB", "DE", "FR", "ES", "BR")
LANGUAGES = (None, "en", "en", "de", "es")
FOLLOWERS = (0, 1, 999, 1000, 1001, 9999, 10_000, 10_001, 99_999, 100_000, 100_001, 5_000_000)
VALUES = (0.0, 0.02, 0.25, 0.3, 0.5, 0.5, 0.7, 0.9, 1.0)


class TooClose(Exception):
    """A score so near to the edge of two integers that a last bit decides: no case for an exact comparison."""


def ln(x):
    return math.log(min(x, 1.0)) if x >= FLOOR else math.log(FLOOR)


def normal_cdf(x):
    return 0.5 * math.erfc(-x * math.sqrt(0.5))


def quantise(x):
    if abs(x * 10_000 % 1 - 0.5) < CLOSE:
        raise TooClose
    return 0 if not x > 0 else 10_000 if x >= 1 else math.floor(x * 10_000 + 0.5)


def round_half_up(x):
    return math.floor(x + 0.5)


def value(logs, weights):
    total = 0.0
    for w, x in zip(weights, logs):
        total += w * x if w > 0 else 0.0
    return math.exp(total)


@dataclass
class Account:
    creator: int
    account: int
    world: int
    platform: int
    followers: int
    country: str
    language: str
    theta: float
    sigma: float
    tau: float
    values: tuple  # authenticity, affordability, loyalty, freshness
    shares: dict  # of the audience: country -> (share, sample or None)
    topics: dict  # slug -> focus
    more: Details = None
    partners: list = ()  # of the creator
    siblings: list = ()  # all accounts of the creator

    def engagement(self, z):
        return ln(normal_cdf((self.theta - z * self.sigma) / self.tau))


@dataclass
class Row:
    account: Account
    niche: str
    logs: tuple
    conf: int
    sd: float
    related: bool = False
    score: int = field(init=False)

    def __post_init__(self):
        self.score = quantise(value(self.logs, DEFAULTS))


@dataclass
class World:
    accounts: list
    spare: list  # accounts that small niches do not have
    rows: dict  # (account, niche) -> Row

    def niche(self, slug, related=False):
        return [r for r in self.rows.values() if r.niche == slug and r.related == related and r.account.world == 1]


def any_value(rng):
    return rng.choice(VALUES) if rng.random() < 0.6 else rng.random()


def any_account(rng, creator, account, world, like):
    spread = (rng.choice((-3.0, -0.5, 0.0, 0.0, 0.4, 1.5, 6.0)), rng.choice((0.0, 0.1, 0.3, 0.6)), rng.choice((0.3, 0.6)))
    rest = tuple(any_value(rng) for _ in range(4))
    if like and rng.random() < 0.3:  # a twin: ties in everything
        spread, rest = (like.theta, like.sigma, like.tau), like.values
    shares = {}
    if rng.random() < 0.5:
        parts = [(c, rng.random() ** 3) for c in rng.sample(("US", "GB", "DE", "FR", "ES", "BR", "JP"), rng.randint(1, 5))]
        whole, sample = sum(p for _, p in parts), rng.choice((None, 1, 50, 200, 10_000))
        shares = {c: (round(p / whole * rng.choice((1, 0.9)), 4), sample) for c, p in parts}
        if rng.random() < 0.1:
            shares[parts[0][0]] = (shares[parts[0][0]][0], 7)
    platform, followers = rng.choice((1, 1, 2, 3)), rng.choice(FOLLOWERS) if rng.random() < 0.3 else int(1000 * 100 ** rng.random())
    return Account(
        creator, account, world, platform, followers,
        rng.choice(COUNTRIES), rng.choice(LANGUAGES), *spread, rest, shares,
        {t: rng.choice((0.1, 0.249, 0.25, 0.625, rng.random())) for t in TOPICS if rng.random() < 0.3},
        any_details(account, followers), any_partners(creator))


def any_row(rng, account, niche, related=False):
    auth, aff, loy, fresh = map(ln, account.values)
    while True:
        try:
            return Row(account, niche, (ln(any_value(rng)), account.engagement(0.5), auth, aff, loy, fresh),
                       rng.choice((0, 5000, 5000, 7400, 10_000, rng.randint(0, 10_000))), round(rng.random(), 3), related)
        except TooClose:
            continue


def link(rng, accounts):
    """Makes a fifth of them one of two to four accounts of a creator."""
    some = rng.sample(accounts, len(accounts) // 5)
    while len(some) > 4:
        first, *others = (some.pop() for _ in range(rng.choice((2, 2, 2, 3, 4))))
        for a in others:
            a.creator, a.partners = first.creator, first.partners


def any_world(rng, most=3000):
    """Accounts and their rows: `most` (600 or more) of the sandbox, some of them of one creator, then 50 that are second
    accounts of creators, never in one niche with the first, then 50 of the live world, then those of the tight niche. Niches of at most `most` rows; the largest
    has every account of the first kind. Those that come last of them stay out of the other niches."""
    ids = rng.sample(range(1, 10 * most), most + 100 + SIZES[TIGHT])  # so that their order is not that of anything else
    accounts = []
    for i, account in enumerate(ids):
        second, live = most <= i < most + 50, most + 50 <= i < most + 100
        accounts.append(any_account(rng, ids[i - 50] if second else account, account, 0 if live else 1,
                                    accounts[-1] if accounts else None))
    link(rng, accounts[:most - 100])
    owners = {}
    for a in accounts:
        a.siblings = owners.setdefault(a.creator, [])
        a.siblings.append(a.account)
    usual, spare, second = accounts[:most - 100], accounts[most - 100:most - 50], accounts[most:most + 50]
    live, tight = accounts[most + 50:most + 100], accounts[most + 100:]
    for a in tight:
        a.theta, a.sigma, a.tau, a.values = 6.0, 0.0, 0.3, (round(rng.uniform(0.95, 1), 4), 1.0, 1.0, 1.0)
    rows = [replace(any_row(rng, a, TIGHT), logs=(0.0, 0.0, ln(a.values[0]), 0.0, 0.0, 0.0)) for a in tight]
    for slug, size in SIZES.items():
        members = accounts[:most] if size > 400 else rng.sample(usual + second, size)
        if size > most or slug == TIGHT:
            continue
        rows += [any_row(rng, account, slug) for account in members]
        if size > 3:
            rows += [any_row(rng, account, slug, related=rng.random() < 0.5) for account in live]
        if 3 < size <= 400:
            rows += [any_row(rng, account, slug, related=True) for account in rng.sample(spare, 20)]
    return World(accounts, spare, {(r.account.account, r.niche): r for r in rows})


# ---- into the tables

def text(v):
    return "\\N" if v is None else "{}" if v == [] else str(v)


def copy(cursor, table, columns, lines):
    with cursor.copy(f"copy {table} ({columns}) from stdin with (freeze)") as into:
        into.write("".join("\t".join(map(text, line)) + "\n" for line in lines))


ROW = ("creator_id, account_id, niche_id, world, related, kind, score, conf, sd, followers, platform, country, language,"
       " price_usd, l_rel, l_eng, l_auth, l_aff, l_loy, l_fresh, focus, cpe_usual_usd, rel_sd, rel_prior_sd, engagement_rate,"
       " posts_per_week, sponsored_share, last_post_day, price_known, has_contact, verified, siblings")


def row_line(row, ids):
    a, more = row.account, row.account.more
    return (a.creator, a.account, ids[row.niche], a.world, row.related, "related" if row.related else "direct", row.score, row.conf,
            row.sd, a.followers, a.platform, a.country, a.language, 50.0 if more.price is None else more.price, *row.logs, 0.5, 0.3, 0.1, 0.5,
            more.engagement_rate, more.posts_per_week, more.sponsored_share, more.last_post_day, more.price is not None, more.has_contact,
            more.verified, len(a.siblings) > 1)


def day(n):
    return None if n is None else f"{date(1970, 1, 1) + timedelta(n)}"


def write_partners(c, accounts):
    """Brands, and posts and collaborations of each creator, by the first account."""
    brands = {brand: i for i, brand in enumerate(BRANDS, 1)}
    copy(c, "brand", "brand_id, name, brand_key", ((i, brand, BRANDS[brand]) for brand, i in brands.items()))
    c.execute("insert into workspace (workspace_id, name) values (7, 'another') on conflict do nothing")
    partners = [(a, i, *p) for a in accounts if a.account == a.siblings[0] for i, p in enumerate(a.partners)]
    copy(c, "post", "creator_id, account_id, post_key, posted_at, brand_id, source, observed_at",
         ((a.creator, a.account, i, f"{day(first)}T12:00:00Z", brands[brand], "test", "2026-11-01")
          for a, i, brand, kind, first, last in partners if kind == "post"))
    copy(c, "collaboration", "creator_id, workspace_id, brand_id, started_on, ended_on, source",
         ((a.creator, 7 if kind == "private" else None, brands[brand], day(first), day(last), "test")
          for a, i, brand, kind, first, last in partners if kind != "post"))


def write(connection, world, versions="niche_version"):
    """Puts a world in the place of all that was there; gives the ids of niches. versions: where their versions are kept."""
    ids = dict(connection.execute("select slug, niche_id from niche").fetchall())
    seen = "2026-10-30T00:00:00Z"
    with connection.transaction(), connection.cursor() as c:
        c.execute("truncate creator, account, account_key, account_score, creator_niche, niche_match, audience_share, brand, post,"
                  " collaboration, follower_snapshot cascade")
        creators = {a.creator: a.world for a in world.accounts}
        copy(c, "creator", "creator_id, world", creators.items())
        copy(c, "account", "creator_id, account_id, world, platform, username, country, language, followers, source, observed_at",
             ((a.creator, a.account, a.world, a.platform, f"u{a.account}", a.country, a.language, a.followers, "test", seen)
              for a in world.accounts))
        copy(c, "account_key", "world, platform, kind, key, creator_id, account_id",
             ((a.world, a.platform, "username", f"u{a.account}", a.creator, a.account) for a in world.accounts))
        copy(c, "account_score", "creator_id, account_id, world, model_version, posts, niche_ids, post_weights, bio_weight,"
             " engagement, engagement_basis, engagement_usual, engagement_theta, engagement_sigma, engagement_n, engagement_shrink,"
             " engagement_post_sd, engagement_typical, engagement_tau, authenticity, audience_credibility, conversation, signal_phi,"
             " signal_measured, price_usd, price_source, loyalty, brands, brands_repeated, rival_brands, freshness, gap_days,"
             " posts_per_week, words, city_key",
             ((a.creator, a.account, a.world, "2026.1", 0, [], [], 0.0, math.exp(a.engagement(0.5)), "none", 0.03, a.theta, a.sigma,
               0.0, 0.0, 0.38, 100.0, a.tau, a.values[0], 0.8, 0.8, [], 0, 50.0, "prior", a.values[2], 0, 0, False,
               max(a.values[3], FLOOR), 7.0, 1.0, a.more.words and f" {' '.join(a.more.words)} ", CITIES[a.more.city])
              for a in world.accounts))
        copy(c, "follower_snapshot", "creator_id, account_id, day, followers, source",
             ((a.creator, a.account, day(n), followers, "test") for a in world.accounts for n, followers in a.more.snapshots.items()))
        write_partners(c, world.accounts)
        copy(c, "creator_niche", "creator_id, account_id, niche_id, k, n, focus, posts, post_mask, profile, words",
             ((a.creator, a.account, ids[t], 1.0, 2.0, f, 1, 1, 0.0, []) for a in world.accounts for t, f in a.topics.items()))
        copy(c, "audience_share", "creator_id, account_id, dimension, bucket, share, sample_n, source, observed_at",
             ((a.creator, a.account, dimension, bucket, share, sample, "test", seen) for a in world.accounts
              for dimension, bucket, share, sample in (
                  *(("country", b, s, m) for b, (s, m) in a.shares.items()), ("language", "en", 0.5, 3))))
        copy(c, "niche_match", ROW, (row_line(r, ids) for r in world.rows.values()))
        c.execute("update account_score s set platform = p.slug, username = a.username, observed_at = a.observed_at,"
                  " url = profile_url(a.world, p.slug, p.profile_url, a.username)"
                  " from account a join platform p using (platform) where a.creator_id = s.creator_id and a.account_id = s.account_id")
        c.execute("update niche_match m set posts = n.posts, profile = n.profile from creator_niche n"
                  " where n.creator_id = m.creator_id and n.account_id = m.account_id and n.niche_id = m.niche_id")
        for slug in SIZES:
            bump(c, ids[slug], versions)
        if versions == "niche_version":
            count(c)
    connection.execute("analyze niche_match, creator_niche, audience_share, account_score, follower_snapshot")
    return ids


def bump(cursor, niche_id, versions="niche_version"):
    cursor.execute(f"insert into {versions} as v values (1, %s, 1) on conflict (world, niche_id)"
                   " do update set version = v.version + 1", (niche_id,))


def count(cursor):
    """What the scorer does now and then: how many creators niches list, and the floors of their components."""
    cursor.execute(COUNT)


def put(cursor, row, ids):
    """One row anew."""
    line = row_line(row, ids)
    cursor.execute("delete from niche_match where creator_id = %s and account_id = %s and niche_id = %s", line[:3])
    cursor.execute(f"insert into niche_match ({ROW}) values ({','.join(['%s'] * len(line))})", line)


def rescored(rng, row):
    return any_row(rng, replace(row.account, values=tuple(any_value(rng) for _ in range(4))), row.niche)


# ---- brute force

@dataclass(frozen=True)
class Case:
    """A query. multipliers and target None: not given."""
    niche: str
    limit: int = 20
    weights: tuple = None  # pairs (component, text of the multiplier)
    goal: str = None
    caution: str = None
    target: tuple = None  # pairs (country, text of the share)
    diversify: str = None
    excluded: bool = False
    filters: tuple = ()
    explain: str = "false"
    sort_by: str = "score"
    sort_order: str = "desc"

    def params(self):
        out = {"niche": f"{self.niche} -{EXCLUDED}" if self.excluded else self.niche, "limit": self.limit, **dict(self.filters)}
        if self.sorted:
            out.update(sort_by=self.sort_by, sort_order=self.sort_order)
        for name in ("goal", "caution", "diversify"):
            if getattr(self, name) is not None:
                out[name] = getattr(self, name)
        for name, pairs in (("weights", self.weights), ("audience_target", self.target)):
            if pairs:
                out[name] = ",".join(f"{k}:{v}" for k, v in pairs)
        return out if self.explain == "false" else {**out, "explain": self.explain}

    @property
    def own(self):
        return bool(self.weights or self.goal or self.target) or self.z != 0.5

    @property
    def sorted(self):
        return (self.sort_by, self.sort_order) != ("score", "desc")

    @property
    def z(self):
        return CAUTIONS[self.caution or "normal"]

    @property
    def used_weights(self):
        """The seven weights, the last for the audience."""
        given = {name: float(text) for name, text in self.weights or ()}
        multipliers = GOALS[self.goal] if self.goal else [given.get(name, 1.0) for name in COMPONENTS]
        raw = [w * m for w, m in zip(DEFAULTS, multipliers)]
        whole = 0.0
        for w in raw:
            whole += w
        scale = (1 - AUDIENCE_WEIGHT if self.target else 1.0) / whole
        return [w * scale for w in raw] + [AUDIENCE_WEIGHT if self.target else 0.0]

    @property
    def counts_nothing(self):
        """Whether a component of the stored ranking may be anything."""
        return self.z < 0.5 or min(self.used_weights[:len(DEFAULTS)]) == 0


def passing(case, rows):
    f = dict(case.filters)
    low, high = bounds(f)
    authentic, sure = float(f.get("min_authenticity", 0.25)), float(f.get("min_confidence", -1))
    for row in rows:
        a = row.account
        if (low <= a.followers <= high and math.exp(row.logs[2]) >= authentic and row.conf / 10_000 >= sure and keeps(a, f)
                and not (case.excluded and a.topics.get(EXCLUDED, 0) >= 0.25)):
            yield row


def audience_fit(account, target):
    samples = [n for _, n in account.shares.values() if n is not None]
    known = any(country in account.shares for country, _ in target)
    m = float(min(samples)) if samples and known else 0.0
    total = 0.0
    for country, wanted in target:
        share = usual = HOME if account.country == country else AWAY
        if country in account.shares:
            share = (m * account.shares[country][0] + AUDIENCE_PRIOR * usual) / (m + AUDIENCE_PRIOR)
        total += min(share, float(wanted))
    return min(max(total, 0.0), 1.0)


def logs_of(case, row):
    """The seven logarithms as this query sees them."""
    logs = list(row.logs)
    if case.z != 0.5:
        logs[1] = row.account.engagement(case.z)
    return logs + [ln(audience_fit(row.account, case.target)) if case.target else 0.0]


def persons(found):
    """The first of each creator."""
    seen = set()
    return [f for f in found if not (f[-1].account.creator in seen or seen.add(f[-1].account.creator))]


def ranked(case, rows):
    """Every creator of whom an account passes, by the best of those, best first: (score, conf, account, row)."""
    return persons(every_account(case, rows))


def every_account(case, rows):
    """The same with all accounts that pass."""
    weights = case.used_weights
    found = [(quantise(value(logs_of(case, row), weights)), row.conf, row.account.account, row) for row in passing(case, rows)]
    if case.sorted:
        given = dict(case.filters)
        return sorted(found, key=lambda r: (sort_key(r[3], case.sort_by, case.sort_order, given), *r[:3]), reverse=True)
    return sorted(found, key=lambda r: r[:3], reverse=True)


def likeness(a, b):
    """Cosine of what two accounts are about."""
    dot = sum_in_order(a[0][t] * b[0][t] for t in a[0] if t in b[0])
    return dot / (a[1] * b[1]) if a[1] > 0 and b[1] > 0 else 0.0


def sum_in_order(parts):
    total = 0.0
    for part in parts:
        total += part
    return total


def diversified(case, found, ids):
    """Maximal marginal relevance over the best hundred."""
    left, chosen, weight = found[:100], [], float(case.diversify)
    vectors = {}
    for _, _, account, row in left:
        topics = dict(sorted((ids[t], f) for t, f in row.account.topics.items()))
        vectors[account] = (topics, math.sqrt(sum_in_order(f * f for f in topics.values())))
    like = {account: 0.0 for account in vectors}
    while left and len(chosen) < case.limit:
        best = max(left, key=lambda r: weight * r[0] / 10_000 - (1 - weight) * like[r[2]])  # the first of equals
        left.remove(best)
        chosen.append(best)
        for r in left:
            like[r[2]] = max(like[r[2]], likeness(vectors[r[2]], vectors[best[2]]))
    return chosen
