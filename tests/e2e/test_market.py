"""GET /niches/{slug}: "should I become one?", against the same arithmetic done here over a dump of the store."""
import math
import statistics
from collections import defaultdict

import psycopg
import pytest

BINS = [(0, 999), (1000, 1999), (2000, 4999), (5000, 9999), (10000, 19999), (20000, 49999), (50000, 100000), (100001, 1000000),
        (1000001, None)]
TIERS = {"below_1000": BINS[:1], "nano": BINS[1:4], "micro": BINS[4:7], "larger": BINS[7:]}
NICHES = ("food", "fitness", "vegan-fitness", "lifestyle", "keto", "test-many")


class Market:
    def __init__(self, db):
        self.listed = defaultdict(list)
        for slug, *row in db.execute(
                "select n.slug, creator_id, account_id, m.followers, m.platform, s.engagement_basis, s.engagement_rate, s.engagement_usual,"
                " s.price_usd, price_source from niche_match m join account_score s using (creator_id, account_id)"
                " join niche n using (niche_id) where m.world = 1 and not related"):
            self.listed[slug].append(row)
        self.booked = defaultdict(list)
        for creator, brand, posts in db.execute(
                "select creator_id, brand_id, coalesce(posts, 1) from collaboration where workspace_id is null"
                " and compensation is distinct from 'gifted' and started_on > date '2026-11-01' - 365 and started_on <= date '2026-11-01'"):
            self.booked[creator].append((brand, posts))
        self.named = defaultdict(set)
        for account, brand in db.execute("select account_id, brand_id from post where sponsored and brand_id is not null"
                                         " and posted_at >= date '2026-11-01' - 364 and posted_at < date '2026-11-02'"):
            self.named[account].add(brand)
        self.posted = dict(db.execute("select account_id, count(*) from post where sponsored and posted_at >= date '2026-11-01' - 364"
                                      " and posted_at < date '2026-11-02' group by 1"))

    def paid(self, row):
        return max(sum(posts for _, posts in self.booked[row[0]]), self.posted.get(row[1], 0))


@pytest.fixture(scope="module")
def market(sandbox_db):
    return Market(sandbox_db)


def inside(row, bounds):
    return bounds[0] <= row[2] and (bounds[1] is None or row[2] <= bounds[1])


def quartiles(xs):
    xs = sorted(xs)
    if len(xs) < 5:
        return [None] * 3

    def at(q):
        low = int(q * (len(xs) - 1))
        return xs[low] + (xs[min(low + 1, len(xs) - 1)] - xs[low]) * (q * (len(xs) - 1) - low)
    return [at(q) for q in (0.25, 0.5, 0.75)]


def hold_quartiles(said, xs, decimals):
    assert said["creators"] == len(xs)
    for key, want in zip(("p25", "p50", "p75"), quartiles(xs)):
        assert (said[key] is None) == (want is None)
        if want is not None:
            assert said[key] == pytest.approx(want, abs=0.5 * 10 ** -decimals + 1e-9)


@pytest.mark.parametrize("slug", NICHES)
def test_supply_and_usual_numbers(client, market, slug):
    answer, rows = client.ok(f"/niches/{slug}"), market.listed[slug]
    said = answer["market"]
    assert said["as_of"] == "2026-11-01" and sum(line["creators"] for line in said["supply"]) == answer["creators"] == len(rows)
    for line, bounds in zip(said["supply"], BINS):
        assert (line["min_followers"], line["max_followers"]) == bounds and bounds in TIERS[line["tier"]]
        assert line["creators"] == sum(inside(row, bounds) for row in rows)
    for tier, bins in TIERS.items():
        assert said["tiers"][tier] == sum(inside(row, bounds) for row in rows for bounds in bins)
    hold_quartiles(said["engagement_vs_usual"], [row[5] / row[6] for row in rows if row[5] is not None], 2)
    hold_quartiles(said["price_usd"], [row[7] for row in rows if row[8] != "prior"], 0)


@pytest.mark.parametrize("slug", NICHES)
def test_demand_and_crowding(client, market, slug):
    said, rows = client.ok(f"/niches/{slug}")["market"], market.listed[slug]
    paid = sum(market.paid(row) for row in rows)
    assert market.named
    brands = {brand for row in rows for brand, _ in market.booked[row[0]]} | {brand for row in rows for brand in market.named[row[1]]}
    demand = said["demand"]
    assert (demand["months"], demand["paid_posts"], demand["brands"]) == (12, paid, len(brands))
    assert demand["paid_posts_per_creator"] == pytest.approx(paid / len(rows), abs=0.0051)
    everywhere = [row for listed in market.listed.values() for row in listed]
    usual = len(everywhere) / sum(market.paid(row) for row in everywhere)
    if paid < 10:
        assert said["crowding"]["value"] is None and "10" in said["crowding"]["text"]
    else:
        assert said["crowding"]["value"] == pytest.approx(len(rows) / paid / usual, abs=0.0051)
        assert ("more" in said["crowding"]["text"]) == (len(rows) / paid > usual)


def compare(rows):
    """(ratio, low, high, small n, large n), None where too few."""
    strata = defaultdict(lambda: ([], []))
    for _, _, followers, platform, basis, rate, *_ in rows:
        if rate and followers >= 1000:
            strata[platform, basis][followers > 100000].append(math.log(rate))
    weights = total = small_n = large_n = 0
    for small, large in strata.values():
        if len(small) < 2 or len(large) < 2:
            continue
        variance = statistics.variance(small) / len(small) + statistics.variance(large) / len(large)
        weights += 1 / variance
        total += (statistics.fmean(small) - statistics.fmean(large)) / variance
        small_n, large_n = small_n + len(small), large_n + len(large)
    if min(small_n, large_n) < 20:
        return None
    ratio, sd = math.exp(total / weights), math.sqrt(1 / weights)
    return ratio, ratio * math.exp(-1.959964 * sd), ratio * math.exp(1.959964 * sd), small_n, large_n


@pytest.mark.parametrize("slug", NICHES)
def test_small_against_large(client, market, slug):
    said, want = client.ok(f"/niches/{slug}")["market"]["small_against_large"], compare(market.listed[slug])
    if want is None:
        assert said["holds"] is said["ratio"] is said["low95"] is None and "20" in said["text"]
        return
    assert (said["small_creators"], said["large_creators"]) == want[3:]
    for key, value in zip(("ratio", "low95", "high95"), want):
        assert said[key] == pytest.approx(value, abs=0.0051)
    assert said["holds"] is (want[1] > 1)
    assert ("does not hold" in said["text"]) != said["holds"]


def test_both_answers_are_seen(client, market):
    decided = {slug: compare(rows) for slug, rows in market.listed.items()}
    assert None in decided.values() and any(decided.values())


def test_empty_niche_and_other_world(client):
    for answer in (client.ok("/niches/test-empty"), client.ok("/niches/fitness", world="live")):
        said = answer["market"]
        assert answer["creators"] == 0 and said["small_against_large"]["holds"] is None
        assert said["crowding"]["value"] is said["price_usd"]["p50"] is said["demand"]["paid_posts_per_creator"] is None


def test_the_thesis_can_fail(sandbox_niched, ask):
    """Larger creators made the better ones, and figures follow what is scored."""
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        db.execute("update account_score s set engagement_rate = engagement_rate * 50 from account a where a.account_id = s.account_id"
                   " and a.followers > 100000")
        db.execute("update niche_version set version = version + 1")
        sandbox_niched.run("score")
        with sandbox_niched.serve() as service:
            said = ask(service).ok("/niches/food")["market"]["small_against_large"]
    assert said["holds"] is False and said["high95"] < 1 and "larger creators engage more" in said["text"]
