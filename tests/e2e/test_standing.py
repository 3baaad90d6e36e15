"""GET /creators/{id}/standing and GET /standing, against the same arithmetic done here over a dump of the store."""
import bisect
import json
import math
import re

import psycopg
import pytest

COMPONENTS = ["relevance", "engagement", "authenticity", "affordability", "loyalty", "freshness"]
LN = ["l_rel", "l_eng", "l_auth", "l_aff", "l_loy", "l_fresh"]
WEIGHTS = dict(zip(COMPONENTS, (0.40, 0.20, 0.15, 0.10, 0.08, 0.07)))
EFFORT = {"relevance": 2, "engagement": 3, "authenticity": 1, "loyalty": 2, "freshness": 1}
PLATFORMS = ["instagram", "tiktok", "youtube"]
BAND, LEAST, SIDE = 0.35, 50, 500
ME = {"niche": "vegan fitness", "platform": "instagram", "followers": 12000, "avg_likes": 540, "avg_comments": 32}


class World:
    """The rows that a standing is made of."""

    def __init__(self, db):
        columns = ["creator_id", "account_id", "niche_id", "followers", "platform", "country", "score", *LN]
        self.rows = [dict(zip(columns, row)) for row in db.execute(
            f"select {', '.join(columns)} from niche_match where world = 1 and not related")]
        self.theta = {account: value for account, value in db.execute(
            "select account_id, engagement_theta / engagement_tau from account_score where world = 1")}
        self.strongest = dict(db.execute("select account_id, niche_ids[1] from account_score where world = 1"))
        self.ids = dict(db.execute("select slug, niche_id from niche"))
        self.slugs = {v: k for k, v in self.ids.items()}
        self.parents = {}
        for child, parent in db.execute("select child_id, parent_id from niche_edge join niche on niche_id = parent_id"
                                        " where not is_generic order by 1, 2"):
            self.parents.setdefault(child, []).append(parent)
        self.db = db

    def near(self, rows, followers, account):
        inside = sorted((r for r in rows if r["account_id"] != account
                         and math.exp(-BAND) * followers <= r["followers"] <= math.exp(BAND) * followers),
                        key=lambda r: (r["followers"], r["account_id"]))
        smaller = [r for r in inside if r["followers"] < followers]
        return smaller[-SIDE:] + [r for r in inside if r["followers"] >= followers][:SIDE]

    def peers(self, slug, platform, followers, account=0, country=None):
        """(scope, slug or None, rows)"""
        niche, p = self.ids[slug], PLATFORMS.index(platform) + 1

        def of(niche_id, country=None):
            return self.near([r for r in self.rows if r["niche_id"] == niche_id and r["platform"] == p
                              and country in (None, r["country"])], followers, account)

        if country and len(found := of(niche, country)) >= LEAST:
            return "niche", slug, found
        if len(found := of(niche)) >= LEAST:
            return "niche", slug, found
        wider = [(len(rows), -i, parent, rows) for i, parent in enumerate(self.parents.get(niche, [])) if len(rows := of(parent)) >= LEAST]
        if wider:
            _, _, parent, found = max(wider)
            return "parent", self.slugs[parent], found
        # the nearest accounts first, then those of them that have a strongest niche
        accounts = [dict(zip(("account_id", "followers"), row)) for row in self.db.execute(
            "select account_id, followers from account join creator using (creator_id) where account.world = 1 and platform = %s"
            " and not opted_out and followers is not null", [p])]
        mine = {(r["account_id"], r["niche_id"]): r for r in self.rows}
        found = [mine[key] for r in self.near(accounts, followers, account)
                 if (key := (r["account_id"], self.strongest.get(r["account_id"]))) in mine]
        return ("platform", None, found) if len(found) >= LEAST else (None, None, found)


@pytest.fixture(scope="module")
def world(sandbox_db):
    return World(sandbox_db)


def percentile(x, xs):
    xs = sorted(xs)
    below, upto = bisect.bisect_left(xs, x), bisect.bisect_right(xs, x)
    return (below + (upto - below) / 2) / len(xs)


def quantile(xs, q):
    xs = sorted(xs)
    at = q * (len(xs) - 1)
    low = int(at)
    return xs[low] + (xs[min(low + 1, len(xs) - 1)] - xs[low]) * (at - low)


def near(got, want, half):
    assert got == pytest.approx(want, abs=half + 1e-9)


def hold_peers(answer, expected):
    scope, slug, rows = expected
    peers = answer["peers"]
    assert (peers["scope"], peers["niche"], peers["accounts"]) == (scope, slug, len(rows))
    if scope is None:
        assert peers["why"] and peers["min_followers"] is None and answer["gaps"] == []
        assert answer["score_percentile"] is None and all(c["percentile"] is c["p75"] is None for c in answer["components"])
        return []
    assert peers["why"] is None
    assert (peers["min_followers"], peers["max_followers"]) == (min(r["followers"] for r in rows), max(r["followers"] for r in rows))
    assert bool(peers["widened"]) == (scope != "niche" or answer["query"].get("country") not in (None, [peers["country"]]))
    return rows


def hold_components(answer, rows, ln):
    for c, (component, column) in enumerate(zip(answer["components"], LN)):
        assert component["component"] == COMPONENTS[c] and component["weight"] == WEIGHTS[COMPONENTS[c]]
        near(component["value"], math.exp(ln[c]), 0.0005)
        values = [math.exp(r[column]) for r in rows]
        for key, q in (("p25", 0.25), ("p50", 0.5), ("p75", 0.75)):
            near(component[key], quantile(values, q), 0.0005)
        if component["measured"]:
            near(component["percentile"], percentile(ln[c], [r[column] for r in rows]), 0.0005)
        else:
            assert component["percentile"] is None


def hold_gaps(answer, rows, ln):
    want = []
    for c, name in enumerate(COMPONENTS):
        target = max(quantile([math.exp(r[LN[c]]) for r in rows], 0.75), 0.02)
        gain = 100 * answer["exact_score"] * ((target / math.exp(ln[c])) ** WEIGHTS[name] - 1)
        if gain > 0 and name in EFFORT:
            want.append((gain, name, target))
    want.sort(key=lambda g: -g[0] / EFFORT[g[1]])
    assert [g["component"] for g in answer["gaps"]] == [name for _, name, _ in want]
    for gap, (gain, name, target) in zip(answer["gaps"], want):
        near(gap["gain_points"], gain, 0.05)
        near(gap["target"], target, 0.0005)
        assert gap["effort"] == EFFORT[name]


def row_of(db, account, niche):
    return db.execute(f"select {', '.join(LN)}, score, conf, kind from niche_match where account_id = %s and niche_id = %s",
                      [account, niche]).fetchone()


def some_members(db, n):
    """(creator, account, niche, platform, followers), more of the large niches, the same at each run"""
    return db.execute("select creator_id, account_id, n.slug, p.slug, followers from niche_match m join niche n using (niche_id)"
                      " join platform p using (platform) where world = 1 and not related"
                      " order by md5(creator_id::text || n.slug) limit %s", [n]).fetchall()


def test_standing_is_what_the_rows_say(client, world):
    scopes = set()
    for creator, account, slug, platform, followers in some_members(world.db, 60):
        answer = client.ok(f"/creators/{creator}/standing", niche=slug, platform=platform)
        ln = row_of(world.db, account, world.ids[slug])
        assert answer["creator"]["id"] == str(creator) and answer["creator"]["followers"] == followers
        assert (answer["niche"]["slug"], answer["niche"]["how"], answer["match"]) == (slug, "slug", ln[8])
        near(answer["score"], ln[6] / 100, 0.05)
        near(answer["confidence"], ln[7] / 10000, 0.005)
        rows = hold_peers(answer, world.peers(slug, platform, followers, account))
        scopes.add(answer["peers"]["scope"])
        if not rows:
            continue
        answer["exact_score"] = ln[6] / 10000
        hold_components(answer, rows, ln)
        hold_gaps(answer, rows, ln)
        near(answer["score_percentile"], percentile(ln[6], [r["score"] for r in rows]), 0.0005)
        if answer["components"][1]["measured"]:
            near(answer["engagement"]["peer_percentile"],
                 percentile(world.theta[account], [world.theta[r["account_id"]] for r in rows]), 0.0005)
            assert answer["engagement"]["peer_percentile_with_risk"] == answer["components"][1]["percentile"]
    assert scopes >= {"niche", "parent", "platform"}


def phi(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def test_engagement_against_the_curve(client, world):
    for creator, account, slug, platform, _ in some_members(world.db, 40):
        e = client.ok(f"/creators/{creator}/standing", niche=slug, platform=platform)["engagement"]
        theta, sigma, tau, basis, typical = world.db.execute(
            "select engagement_theta, engagement_sigma, engagement_tau, engagement_basis, engagement_typical from account_score"
            " where account_id = %s", [account]).fetchone()
        near(e["more_posts_worth"], phi(theta / tau) - phi((theta - 0.5 * sigma) / tau), 0.0005)
        assert e["basis"] == basis and e["risk_z"] == 0.5
        if basis == "none":
            assert e["rate"] is e["curve_percentile"] is e["peer_percentile"] is None
            continue
        near(e["curve_percentile"], phi(theta / tau), 0.0005)
        near(e["curve_percentile_with_risk"], phi((theta - 0.5 * sigma) / tau), 0.0005)
        near(e["ratio"], e["rate"] / e["usual_rate"], 0.02 * max(1, e["ratio"]))


def test_price_band(client, world):
    lies = set()
    for creator, account, slug, platform, _ in some_members(world.db, 60):
        p = client.ok(f"/creators/{creator}/standing", niche=slug, platform=platform)["price"]
        cpe, typical, price, source = world.db.execute(
            "select cpe_usual_usd, engagement_typical, s.price_usd, price_source from niche_match m join account_score s"
            " using (creator_id, account_id) where m.account_id = %s and niche_id = %s", [account, world.ids[slug]]).fetchone()
        band = [math.exp(math.log(cpe) + math.log(typical) + d) for d in (-0.6, 0, 0.6)]
        for key, want in zip(("low_usd", "mid_usd", "high_usd"), band):
            near(p[key], want, 0.5)
        if source == "prior":
            assert p["quote_usd"] is p["quote_source"] is p["quote_lies"] is None
            continue
        want = ("below_band" if price < band[0] else "above_band" if price > band[2]
                else "below_middle" if price < band[1] else "above_middle")
        assert (p["quote_source"], p["quote_lies"]) == (source, want)
        lies.add(want)
    assert len(lies) >= 3


def test_default_is_the_strongest_niche(client, world):
    for creator, account, slug, platform, _ in some_members(world.db, 10):
        answer = client.ok(f"/creators/{creator}/standing", platform=platform)
        assert answer["niche"]["how"] == "strongest" and world.ids[answer["niche"]["slug"]] == world.strongest[account]
        assert answer == client.ok(f"/creators/{creator}/standing", platform=platform)


def test_affordability_is_never_a_gap_and_levers_are_honest(client, world):
    words = re.compile(r"charge|cheap|discount|lower your price|\bbuy|delete|pods?\b|giveaway", re.I)
    levers = set()
    for creator, _, slug, platform, _ in some_members(world.db, 80):
        answer = client.ok(f"/creators/{creator}/standing", niche=slug, platform=platform)
        for gap in answer["gaps"]:
            assert gap["component"] != "affordability"
            levers |= {lever["lever"] for lever in gap["levers"]}
            assert not words.search(json.dumps(gap["levers"]))
    assert levers >= {"topical_focus", "replying", "rhythm", "missing_evidence"}


def test_provenance(client, world):
    creator, account, slug, platform, _ = some_members(world.db, 1)[0]
    said = {(line["what"], line["source"]): line for line in client.ok(f"/creators/{creator}/standing", platform=platform)["provenance"]}
    posts, newest = world.db.execute("select count(*), max(observed_at)::date::text from post where account_id = %s", [account]).fetchone()
    assert said["profile", "sandbox"]["rows"] == 1
    if posts:
        assert (said["posts", "sandbox"]["rows"], said["posts", "sandbox"]["newest"]) == (posts, newest)


def test_which_account_of_several(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        (one, first), (other, second) = (db.execute(
            "select creator_id, account_id from niche_match join niche using (niche_id) where world = 1 and slug = 'vegan-fitness'"
            " and platform = %s order by score desc limit 1", [p]).fetchone() for p in (1, 2))
        for table in ("account", "account_score", "niche_match", "creator_niche"):
            db.execute(f"update {table} set creator_id = %s where creator_id = %s", [one, other])
        best, = db.execute("select platform from niche_match join niche using (niche_id) where slug = 'vegan-fitness'"
                           " and account_id = any(%s) order by score desc limit 1", [[first, second]]).fetchone()
    with sandbox_niched.serve(NICHED_WORKER="0") as service:
        client = ask(service)
        for platform in PLATFORMS[:2]:
            answer = client.ok(f"/creators/{one}/standing", niche="vegan-fitness", platform=platform)
            assert answer["creator"]["platform"] == platform
        assert client.ok(f"/creators/{one}/standing", niche="vegan-fitness")["creator"]["platform"] == PLATFORMS[best - 1]
        problem = client.problem(f"/creators/{one}/standing", 404, "CREATOR_UNKNOWN", platform="youtube")
        assert problem["param"] == "platform" and "youtube" in problem["detail"]


def test_creator_without_standing(client, world):
    assert "999999999" in client.problem("/creators/999999999/standing", 404, "CREATOR_UNKNOWN")["detail"]
    assert client.problem("/creators/99999999999999999999/standing", 400, "PARAM_INVALID")["param"] == "id"
    creator, _, slug, platform, _ = some_members(world.db, 1)[0]
    foreign, = world.db.execute("select slug from niche where status = 'active' and niche_id not in (select niche_id from niche_match"
                                " where creator_id = %s) order by slug limit 1", [creator]).fetchone()
    problem = client.problem(f"/creators/{creator}/standing", 404, "NICHE_UNKNOWN", niche=foreign)
    assert foreign in problem["detail"] and problem["did_you_mean"]
    opted, = world.db.execute("select creator_id from account where world = 1 and followers is null order by 1 limit 1").fetchone() or (None,)
    if opted:
        assert "followers" in client.problem(f"/creators/{opted}/standing", 404, "CREATOR_UNKNOWN")["detail"]


@pytest.mark.parametrize("params,code,param", [
    ({"niche": "vegan,comedy"}, "PARAM_INVALID", "niche"), ({"niche": "keto -vegan"}, "PARAM_INVALID", "niche"),
    ({"niche": ""}, "PARAM_INVALID", "niche"), ({"platform": "myspace"}, "PARAM_INVALID", "platform"),
    ({"plattform": "tiktok"}, "PARAM_UNKNOWN", "plattform")])
def test_bad_input(client, params, code, param):
    assert client.problem("/creators/76/standing", 400, code, **params)["param"] == param


# ---- somebody who is not in the store

def test_somebody_else_is_compared_with_the_same_peers(client, world):
    for slug, platform, followers in (("food", "instagram", 9000), ("vegan-fitness", "tiktok", 20000), ("fitness", "youtube", 5000),
                                      ("lifestyle", "tiktok", 1500), ("food", "tiktok", 3_000_000)):
        answer = client.ok("/standing", niche=slug, platform=platform, followers=followers, engagement_rate="5pct", price_usd=100)
        rows = hold_peers(answer, world.peers(slug, platform, followers))
        assert answer["creator"] == {"id": None, "name": None, "platform": platform, "username": None, "url": None, "followers": followers}
        assert answer["provenance"] == [] and answer["match"] is None
        if not rows:
            assert "50" in answer["peers"]["why"]
            continue
        for component, column in zip(answer["components"], LN):
            near(component["p75"], quantile([math.exp(r[column]) for r in rows], 0.75), 0.0005)
            assert component["measured"] == (component["component"] in ("engagement", "affordability"))
            assert (component["percentile"] is None) != component["measured"]
        near(answer["components"][1]["percentile"],
             percentile(answer["components"][1]["value"], [math.exp(r["l_eng"]) for r in rows]), 0.01)


def test_somebody_of_the_store_again(client, world):
    """One average post on the followers benchmark, by hand: e^alpha .033, beta -.25, tau .60, s .38 (Instagram)."""
    answer = client.ok("/standing", **ME)
    usual = 0.033 * (12000 / 10000) ** -0.25
    rate = (540 + 32 + 0.5) / 12000
    own = math.sqrt((4 * 0.38 ** 2 + 0) / 4)
    shrink = 0.60 ** 2 / (0.60 ** 2 + own ** 2 / 0.5)
    theta, sigma = shrink * math.log(rate / usual), math.sqrt(shrink * own ** 2 / 0.5)
    e = answer["engagement"]
    near(e["rate"], rate, 0.00005)
    near(e["usual_rate"], usual, 0.00005)
    near(e["curve_percentile"], phi(theta / 0.6), 0.0006)
    near(e["curve_percentile_with_risk"], phi((theta - 0.5 * sigma) / 0.6), 0.0006)
    near(answer["price"]["engagements_per_post"], 12000 * usual * math.exp(theta), 0.6)
    assert e["posts_effective"] == 0.5 and e["basis"] == "followers"


def test_views_make_the_rate_one_per_view(client):
    per_view = client.ok("/standing", **{**ME, "platform": "tiktok", "avg_views": 8000})["engagement"]
    assert per_view["basis"] == "views" and per_view["rate"] == pytest.approx(572.5 / 8000, abs=0.0001)
    assert client.ok("/standing", **{**ME, "platform": "tiktok"})["engagement"]["basis"] == "followers"
    assert client.ok("/standing", **{**ME, "avg_views": 8000})["engagement"]["basis"] == "followers"  # Instagram


def test_what_is_not_given_is_listed(client):
    bare = client.ok("/standing", niche="vegan", platform="instagram", followers=9000, avg_likes=300)
    assert {"price", "posting_rhythm", "comments", "collaborations"} <= set(bare["not_measured"])
    assert bare["price"]["quote_usd"] is None and bare["components"][5]["measured"] is False
    full = client.ok("/standing", niche="vegan", platform="instagram", followers=9000, avg_likes=300, avg_comments=9, price_usd=90,
                     posts_per_week=3)
    assert not {"price", "posting_rhythm", "comments"} & set(full["not_measured"])
    assert full["price"]["quote_source"] == "given" and full["components"][5]["value"] == 1
    assert full["confidence"] > bare["confidence"]


def test_country(client, world):
    us = client.ok("/standing", **{**ME, "niche": "food", "country": "us"})
    expected = world.peers("food", "instagram", 12000, country="US")
    hold_peers(us, expected)
    assert us["query"]["country"] == ["US"]
    none = client.ok("/standing", **{**ME, "niche": "food", "country": "LI"})
    assert none["peers"]["country"] is None and "LI" in none["peers"]["widened"][0]
    assert none["peers"]["accounts"] == client.ok("/standing", **{**ME, "niche": "food"})["peers"]["accounts"]


def test_worlds_are_kept_apart(client):
    live = client.ok("/standing", **ME, world="live")
    assert live["world"] == "live" and live["peers"]["accounts"] == 0 and live["peers"]["why"] and live["gaps"] == []


@pytest.mark.parametrize("change,code,param", [
    ({"avg_likes": None, "avg_comments": None}, "PARAM_MISSING", "engagement_rate"), ({"avg_likes": None}, "PARAM_INVALID", "avg_comments"),
    ({"avg_likes": None, "avg_comments": None, "avg_views": 5}, "PARAM_INVALID", "avg_views"),
    ({"engagement_rate": "3pct"}, "PARAM_INVALID", "engagement_rate"),
    ({"avg_likes": None, "avg_comments": None, "engagement_rate": "3"}, "PARAM_INVALID", "engagement_rate"),
    ({"avg_likes": -1}, "PARAM_INVALID", "avg_likes"), ({"avg_likes": "many"}, "PARAM_INVALID", "avg_likes"),
    ({"avg_likes": 1e9 + 1}, "PARAM_INVALID", "avg_likes"), ({"avg_views": -1}, "PARAM_INVALID", "avg_views"),
    ({"avg_comments": "x"}, "PARAM_INVALID", "avg_comments"), ({"followers": 0}, "PARAM_INVALID", "followers"),
    ({"followers": None}, "PARAM_MISSING", "followers"), ({"platform": None}, "PARAM_MISSING", "platform"),
    ({"niche": None}, "PARAM_MISSING", "niche"), ({"niche": "vegan,comedy"}, "PARAM_INVALID", "niche"),
    ({"price_usd": 0}, "PARAM_INVALID", "price_usd"), ({"posts_per_week": 0}, "PARAM_INVALID", "posts_per_week"),
    ({"posts_per_week": 201}, "PARAM_INVALID", "posts_per_week"), ({"country": "US,GB"}, "PARAM_INVALID", "country"),
    ({"country": "-US"}, "PARAM_INVALID", "country"), ({"country": "USA"}, "PARAM_INVALID", "country")])
def test_bad_numbers(client, change, code, param):
    params = {k: v for k, v in {**ME, **change}.items() if v is not None}
    problem = client.problem("/standing", 400, code, **params)
    assert problem["param"] == param and problem["allowed"]


def test_unknown_niche(client):
    problem = client.problem("/standing", 404, "NICHE_UNKNOWN", **{**ME, "niche": "fitnes vgnx"})
    assert problem["param"] == "niche" and "vgnx" in problem["detail"]


@pytest.mark.parametrize("change", [{"followers": 1}, {"followers": 10**9}, {"avg_likes": 0, "avg_comments": 0}, {"avg_likes": 1e9},
                                    {"price_usd": 1e7}, {"posts_per_week": 0.01}, {"posts_per_week": 200}, {"avg_views": 0}])
def test_boundaries(client, change):
    answer = client.ok("/standing", **{**ME, **change})
    assert 0 <= answer["score"] <= 100 and answer["price"]["low_usd"] <= answer["price"]["mid_usd"] <= answer["price"]["high_usd"]
