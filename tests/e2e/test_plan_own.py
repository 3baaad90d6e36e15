"""GET /plan with what only some stores hold: samples of audiences, and a workspace's own quotes and conversion reports."""
import random

import psycopg
import pytest
from test_plan import NICHE, ids, plan, utility

THETA = 0.25


def give_sketch(db, creator, people, theta=THETA):
    """All accounts of a creator get a sketch of these hashes (below theta)."""
    hashes = b"".join(h.to_bytes(8, "big") for h in sorted(people))
    db.execute("delete from audience_sketch where creator_id = %s", [creator])
    db.execute("insert into audience_sketch (creator_id, account_id, theta, hashes) select creator_id, account_id, %s, %s from account where creator_id = %s",
               [theta, hashes, creator])


def people(rng, n):
    return {rng.randrange(int(2 ** 64 * THETA)) for _ in range(n)}


def close(a, b, rel):
    assert abs(a - b) <= rel * max(abs(a), abs(b)), (a, b)


@pytest.fixture
def store(sandbox_niched):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        db.execute("delete from audience_sketch")
        yield sandbox_niched, db


# ---- samples of audiences

def test_samples_count_each_person_once(store, ask):
    niched, db = store
    with niched.serve() as service:
        client, rng = ask(service), random.Random(3)
        params = {"platform": "tiktok", "country": "US", "goal": "awareness"}
        model = plan(client, **params)
        assert model["expected"]["overlap_method"] == "model" and model["expected"]["overlap"]["error"] is None
        chosen = ids(model)
        n = len(chosen)
        assert n >= 4 and model["expected"]["overlap"]["pairs_by_model"] == n * (n - 1) // 2
        # nobody in common: the sum, but for what fills a segment
        for creator in chosen:
            give_sketch(db, creator, people(rng, 200))
        apart = plan(client, **params)
        assert ids(apart) == chosen and apart["expected"]["overlap_method"] == "sketch" and apart["proof"] == model["proof"]
        overlap = apart["expected"]["overlap"]
        assert (overlap["creators_by_sketch"], overlap["pairs_by_sketch"], overlap["pairs_by_model"]) == (n, n * (n - 1) // 2, 0)
        assert model["expected"]["net_reach"] < apart["expected"]["net_reach"] <= sum(c["wanted_reach"] for c in apart["creators"]) + n
        assert 0 < overlap["error"] < 0.02 and overlap["left_out"] == []
        close(sum(c["gain"] for c in apart["creators"]), utility(apart), 0.001)
        # half of each audience is the same 100 people
        same = people(rng, 100)
        for creator in chosen:
            give_sketch(db, creator, same | people(rng, 100))
        half = plan(client, include=",".join(chosen), **params)
        assert set(ids(half)) >= set(chosen) and half["expected"]["overlap"]["left_out"] == []
        assert half["expected"]["overlap_discount"] > apart["expected"]["overlap_discount"] + 0.2
        assert max(c["wanted_reach"] for c in half["creators"]) <= half["expected"]["net_reach"]
        # one without a sample, one with too small a one: these go by the model
        db.execute("delete from audience_sketch where creator_id = %s", [chosen[0]])
        give_sketch(db, chosen[1], people(rng, 15))
        mixed = plan(client, include=",".join(chosen), **params)
        assert mixed["expected"]["overlap_method"] == "mixed" and mixed["expected"]["overlap"]["creators_by_model"] == len(ids(mixed)) - (n - 2)


def test_whose_audience_others_have_is_left_out(store, ask):
    niched, db = store
    with niched.serve() as service:
        client, rng = ask(service), random.Random(5)
        before = plan(client, platform="tiktok", country="US")
        chosen = ids(before)
        one, two = chosen[0], chosen[1]
        for creator in chosen:
            give_sketch(db, creator, people(rng, 200))
        same = people(rng, 250)
        give_sketch(db, one, same)
        give_sketch(db, two, same)
        after = plan(client, platform="tiktok", country="US")
        out = after["expected"]["overlap"]["left_out"]
        assert len(out) == 1 and out[0] in (one, two) and out[0] not in ids(after) and len({one, two} & set(ids(after))) == 1
        assert any("left out" in said for said in after["cautions"])
        forced = plan(client, platform="tiktok", country="US", include=f"{one},{two}")
        assert utility(after) >= utility(forced) - 1 and after["cost"]["total_usd"]["mid"] < forced["cost"]["total_usd"]["mid"] and forced["expected"]["overlap"]["left_out"] == []
        # what is proven is proven of the whole pool, by the model
        assert after["proof"]["optimal"] is False and after["proof"]["at_least"] <= before["proof"]["at_least"]
        assert after["proof"]["candidates"] == before["proof"]["candidates"]
        low, high = after["expected"]["range"]["p10"], after["expected"]["range"]["p90"]
        assert low < utility(after) < high * 1.5


# ---- a workspace's own

def test_own_quotes(store, ask):
    niched, db = store
    account = "(select account_id from niche_match m join niche n using (niche_id) where creator_id = %s and slug = %s and not related limit 1)"
    quote = ("insert into price (creator_id, account_id, workspace_id, deliverable, amount_usd, source, valid_from) values"
             f" (%s, {account}, 1, %s, %s, 'quote', %s)")
    with niched.serve() as service, niched.serve(NICHED_WRITES="off") as reader:
        client, other = ask(service), ask(reader)
        before = plan(client)
        creator = ids(before)[0]
        price = lambda c, **more: next(x for x in plan(c, include=creator, **more)["creators"] if x["creator"]["id"] == creator)["price_usd"]  # noqa: E731
        public = price(client)
        db.execute(quote, [creator, creator, NICHE, "post", 111, "2026-09-01"])
        db.execute(quote, [creator, creator, NICHE, "post", 123, "2026-10-01"])  # the newer one
        db.execute(quote, [creator, creator, NICHE, "post", 99, "2026-12-01"])  # not yet: today is 2026-11-01
        assert price(client) == {"low": 123, "mid": 123, "high": 123, "source": "your quote"}
        assert price(other) == public  # who has no workspace sees nothing of it
        assert price(client, months=2)["mid"] == 246
        story = price(client, deliverable="story")  # derived from the post: not as sure
        assert story["source"] == "your quote" and story["low"] < story["mid"] < story["high"]
        db.execute(quote, [creator, creator, NICHE, "story", 40, "2026-10-01"])
        assert price(client, deliverable="story") == {"low": 40, "mid": 40, "high": 40, "source": "your quote"}
        db.execute(quote, [creator, creator, NICHE, "post", 100_000, "2026-10-15"])
        assert creator not in ids(plan(client)) and creator in ids(plan(other))  # too dear now
        assert ids(plan(other)) == ids(before)


def test_conversion_reports(store, ask):
    niched, db = store
    with niched.serve() as service, niched.serve(NICHED_WRITES="off") as reader:
        client, other = ask(service), ask(reader)
        before = plan(client, goal="conversions")
        assert {(c["conversion_rate"], c["orders_reported"]) for c in before["creators"]} == {(0.005, None)}
        assert any("no orders" in said for said in before["cautions"]) and not any("no orders" in said for said in plan(client)["cautions"])
        creator, last = ids(before)[0], ids(before)[-1]
        typical, = db.execute("select engagement_typical from account_score join niche_match m using (creator_id, account_id) join niche n using (niche_id)"
                              " where creator_id = %s and slug = %s and not related", [creator, NICHE]).fetchone()
        report = "insert into conversion_report (creator_id, collaboration_id, workspace_id, clicks, orders, window_days, reported_at, source) values" \
                 " (%s, %s, %s, %s, %s, 30, %s, 'test')"
        brand, = db.execute("insert into brand (name, brand_key) values ('Own Brand', 'ownbrand') returning brand_id").fetchone()
        job, = db.execute("insert into collaboration (creator_id, workspace_id, brand_id, posts, started_on, source) values (%s, 1, %s, 3, '2026-08-01', 'test')"
                          " returning collaboration_id", [creator, brand]).fetchone()
        db.execute(report, [creator, job, 1, None, 5, "2026-08-10"])
        db.execute(report, [creator, job, 1, None, 40, "2026-09-10"])  # the same collaboration, later: this one counts
        db.execute(report, [creator, None, 1, None, 10, "2026-09-20"])  # another post

        def said(c):
            return next((x["conversion_rate"], x["orders_reported"]) for x in plan(c, goal="conversions", include=creator)["creators"] if x["creator"]["id"] == creator)
        rate, orders = said(client)
        assert orders == 50 and rate == pytest.approx((2 + 50) / (400 + 4 * typical), abs=1e-5)
        assert said(other) == (0.005, None)
        db.execute(report, [creator, None, 1, 1_000_000, 0, "2026-09-21"])  # who clicked was there
        rate, orders = said(client)
        assert orders == 50 and rate == pytest.approx(52 / (400 + 1_000_000), abs=1e-5)
        # who sold much is worth more than the prior thinks, whoever did not is worth less
        db.execute("delete from conversion_report")
        db.execute(report, [last, None, 1, None, 0, "2026-09-20"])
        db.execute(report, [creator, None, 1, None, 5000, "2026-09-20"])
        after = plan(client, goal="conversions")
        assert creator in ids(after) and utility(after) > utility(before) and not any("no orders" in said for said in after["cautions"])
