"""GET /creators/{id}/similar: lookalikes against a brute force over the whole world, in Python."""
import math

import psycopg
import pytest
import sketches

WEIGHTS = {"niches": .45, "audience": .25, "size": .15, "audience_mix": .15}


class World:
    """Everybody who is scored, as the store has them."""

    def __init__(self, db):
        self.creators = dict(db.execute("select niche_id, creators from niche_version where world = 1 and creators > 0").fetchall())
        self.slugs = dict(db.execute("select niche_id, slug from niche").fetchall())
        self.accounts = {account: {"creator": creator, "followers": followers, "platform": platform, "country": country, "niches": [],
                                   "sketch": None, "mix": {}}
                         for account, creator, followers, platform, country in db.execute(
                             "select a.account_id, a.creator_id, a.followers, p.slug, a.country from account a join platform p"
                             " using (platform) join account_score s using (creator_id, account_id) where a.world = 1")}
        for account, niche, share in db.execute("select account_id, niche_id, k / n from creator_niche where k > 0"
                                                " order by account_id, k desc, niche_id"):
            if account in self.accounts and len(self.accounts[account]["niches"]) < 16:
                self.accounts[account]["niches"].append((niche, min(share, 1)))
        for account, theta, hashes in db.execute("select account_id, theta, hashes from audience_sketch"):
            self.accounts[account]["sketch"] = sketches.Sketch(theta, hashes)
        for account, dimension, bucket, share in db.execute("select account_id, dimension, bucket, share from audience_share"):
            self.accounts[account]["mix"].setdefault(dimension, {})[bucket] = share

    def vector(self, a):
        most = max(self.creators.values())
        return {niche: share * math.log1p(most / self.creators.get(niche, 1)) for niche, share in a["niches"]}

    def is_candidate(self, a, b):
        top_a, top_b = ({n for n, _ in x["niches"][:3]} for x in (a, b))
        single = len(a["niches"]) == 1 and [n for n, _ in a["niches"]] == [n for n, _ in b["niches"]]
        audience = a["sketch"] and b["sketch"] and sketches.buckets(a["sketch"]) & sketches.buckets(b["sketch"])
        return bool(a["creator"] != b["creator"] and b["niches"] and (len(top_a & top_b) >= 2 or single or audience))

    def likeness(self, a, b):
        va, vb = self.vector(a), self.vector(b)
        part = {"niches": sum(va[n] * vb.get(n, 0) for n in va) / math.sqrt(sum(x * x for x in va.values()) * sum(x * x for x in vb.values())),
                "audience": sketches.jaccard(a["sketch"], b["sketch"])[0] if a["sketch"] and b["sketch"] and a["platform"] == b["platform"] else None,
                "size": math.exp(-abs(math.log(a["followers"] / b["followers"]))), "audience_mix": None}
        if common := a["mix"].keys() & b["mix"].keys():
            part["audience_mix"] = sum(1 - sum(abs(a["mix"][d].get(k, 0) - b["mix"][d].get(k, 0)) for k in a["mix"][d].keys() | b["mix"][d].keys()) / 2
                                       for d in common) / len(common)
        known = {name: value for name, value in part.items() if value is not None}
        return sum(WEIGHTS[name] * value for name, value in known.items()) / sum(WEIGHTS[name] for name in known), part

    def best(self, seed, limit, keep=lambda a: True):
        found = [(self.likeness(seed, b)[0], b["creator"]) for b in self.accounts.values() if self.is_candidate(seed, b) and keep(b)]
        return sorted(found, reverse=True)[:limit]


@pytest.fixture(scope="module")
def world(sandbox_db):
    return World(sandbox_db)


def check(world, answer, seed, limit, keep=lambda a: True):
    by_creator = {str(a["creator"]): a for a in world.accounts.values()}
    for item in answer["items"]:
        score, part = world.likeness(seed, by_creator[item["creator"]["id"]])
        assert item["similarity"] == pytest.approx(score, abs=3e-4)
        assert item["not_measured"] == [name for name in WEIGHTS if part[name] is None]
        for name, trait in item["traits"].items():
            assert trait["value"] == (None if part[name] is None else pytest.approx(part[name], abs=3e-4))
        assert sum(trait["contribution"] for trait in item["traits"].values()) == pytest.approx(item["similarity"], abs=3e-4)
        assert sum(trait["weight"] for trait in item["traits"].values()) == pytest.approx(1, abs=3e-4)
        assert {world.slugs[n] for n, _ in seed["niches"]} >= set(item["traits"]["niches"]["shared"]) and item["reasons"]
    shown = [item["similarity"] for item in answer["items"]]
    assert shown == sorted(shown, reverse=True) and [item["rank"] for item in answer["items"]] == list(range(1, len(shown) + 1))
    ids = [item["creator"]["id"] for item in answer["items"]]
    assert len(set(ids)) == len(ids) and str(seed["creator"]) not in ids
    if not answer["nearest_only"]:
        assert shown == pytest.approx([score for score, _ in world.best(seed, limit, keep)], abs=3e-4)


def test_the_brute_force_finds_the_same(client, world):
    """Those with an audience first, then every 90th of the others: complete lists wherever no list of candidates was cut."""
    sampled = [a for a in world.accounts.values() if a["sketch"] and a["niches"]][:14]
    seeds = sampled + [a for a in list(world.accounts.values())[::90] if a["niches"]]
    complete = 0
    for seed in seeds:
        answer = client.ok(f"/creators/{seed['creator']}/similar", limit=20)
        check(world, answer, seed, 20)
        complete += not answer["nearest_only"]
    assert len(seeds) > 30 and complete > len(seeds) / 2


def test_who_shares_an_audience_is_found(client, world):
    """Also when the niches differ; most pairs share at least one bucket (1 - (1 - J)^32)."""
    seen = 0
    for seed in [a for a in world.accounts.values() if a["sketch"]]:
        if not any(sketches.jaccard(seed["sketch"], b["sketch"])[0] > 0.1 for b in world.accounts.values()
                   if b["sketch"] and b is not seed and b["niches"]):
            continue
        answer = client.ok(f"/creators/{seed['creator']}/similar", limit=100)
        shared = [item for item in answer["items"] if (item["traits"]["audience"]["value"] or 0) > 0.1]
        assert shared and any("engage with both" in reason for item in shared for reason in item["reasons"])
        assert all(item["traits"]["audience"]["error"] < 1 for item in shared)
        seen += 1
    assert seen >= 5


@pytest.mark.parametrize("params, keep", [
    ({"platform": "tiktok"}, lambda a: a["platform"] == "tiktok"), ({"platform": "-tiktok"}, lambda a: a["platform"] != "tiktok"),
    ({"country": "us,GB"}, lambda a: a["country"] in ("US", "GB")), ({"country": "-US"}, lambda a: a["country"] not in (None, "US")),
    ({"min_followers": 9000}, lambda a: a["followers"] >= 9000), ({"max_followers": 9000}, lambda a: a["followers"] <= 9000),
    ({"min_followers": 20000, "max_followers": 20000}, lambda a: a["followers"] == 20000),
    ({"niche": "Yoga"}, lambda a: any(niche == "yoga" for niche in a["slugs"])), ({"limit": 1}, lambda a: True),
    ({"limit": 100}, lambda a: True)])
def test_filters(client, world, params, keep):
    for a in world.accounts.values():
        a["slugs"] = [world.slugs[n] for n, _ in a["niches"]]
    for seed in list(world.accounts.values())[64:70]:
        answer = client.ok(f"/creators/{seed['creator']}/similar", **{"limit": 20, **params})
        check(world, answer, seed, params.get("limit", 20), keep)
        by_creator = {str(a["creator"]): a for a in world.accounts.values()}
        assert all(keep(by_creator[item["creator"]["id"]]) for item in answer["items"])
        echo = answer["query"]
        for name, value in params.items():
            assert echo[name] == {"us,GB": ["US", "GB"], "-US": ["-US"], "tiktok": ["tiktok"], "-tiktok": ["-tiktok"], "Yoga": "yoga"}.get(value, value)


@pytest.mark.parametrize("path, params, status, code, param", [
    ("/creators/99999999999999999999/similar", {}, 400, "PARAM_INVALID", "id"), ("/creators/abc/similar", {}, 404, "CREATOR_UNKNOWN", None), ("/creators/999999999/similar", {}, 404, "CREATOR_UNKNOWN", None),
    ("/creators/1/similar", {"limit": 0}, 400, "PARAM_INVALID", "limit"), ("/creators/1/similar", {"limit": 101}, 400, "PARAM_INVALID", "limit"),
    ("/creators/1/similar", {"platform": "myspace"}, 400, "PARAM_INVALID", "platform"),
    ("/creators/1/similar", {"country": "USA"}, 400, "PARAM_INVALID", "country"),
    ("/creators/1/similar", {"min_followers": 5, "max_followers": 4}, 400, "PARAM_INVALID", "min_followers"),
    ("/creators/1/similar", {"min_followers": -1}, 400, "PARAM_INVALID", "min_followers"),
    ("/creators/1/similar", {"max_followers": 1e10}, 400, "PARAM_INVALID", "max_followers"),
    ("/creators/1/similar", {"niche": "vegan,comedy"}, 400, "PARAM_INVALID", "niche"),
    ("/creators/1/similar", {"niche": "qqqqzzzz"}, 404, "NICHE_UNKNOWN", "niche"),
    ("/creators/1/similar", {"nich": "vegan"}, 400, "PARAM_UNKNOWN", "nich")])
def test_wrong_questions(client, path, params, status, code, param):
    problem = client.problem(path, status, code, **params)
    assert problem.get("param") == param


def test_missing_parts_and_the_hidden(sandbox_niched, ask):
    """Audience shares count where both have them; siblings and those who opted out do not appear; rescoring keeps the keys."""
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        keys = db.execute("select t.xmin::text, t.* from lookalike_key t order by 3, 4, 5, 6").fetchall()
        db.execute("insert into account_dirty (creator_id, account_id) select creator_id, account_id from account on conflict do nothing")
        sandbox_niched.run("score")
        assert db.execute("select t.xmin::text, t.* from lookalike_key t order by 3, 4, 5, 6").fetchall() == keys
        with sandbox_niched.serve() as service:
            client = ask(service)
            before = client.ok("/creators/67/similar", limit=20)
            hidden, sibling, third = (int(item["creator"]["id"]) for item in before["items"][:3])
            db.execute("update creator set opted_out = true where creator_id = %s", [hidden])
            own, = db.execute("select account_id from account where creator_id = 67").fetchone()
            account, = db.execute("select account_id from account where creator_id = %s", [third]).fetchone()
            for table in ("account", "account_score", "lookalike_key", "account_key", "creator_niche", "niche_match", "post"):
                db.execute(f"update {table} set creator_id = 67 where creator_id = %s", [sibling])
            db.execute("update account set followers = 1 where creator_id = 67 and account_id <> %s", [own])
            db.execute("delete from audience_share where creator_id in (67, %s)", [third])
            db.execute("insert into audience_share (creator_id, account_id, dimension, bucket, share, source, observed_at) values"
                       " (67, %(own)s, 'country', 'US', .7, 't', now()), (67, %(own)s, 'country', 'GB', .3, 't', now()),"
                       " (%(other)s, %(account)s, 'country', 'US', .5, 't', now()), (%(other)s, %(account)s, 'age', '18-24', 1, 't', now())",
                       {"own": own, "other": third, "account": account})
            answer = client.ok("/creators/67/similar", limit=20)
            ids = [int(item["creator"]["id"]) for item in answer["items"]]
            assert not {67, hidden, sibling} & set(ids) and third in ids
            world = World(db)
            check_me = next(item for item in answer["items"] if int(item["creator"]["id"]) == third)
            assert check_me["traits"]["audience_mix"] == {"value": 0.75, "weight": pytest.approx(.2, abs=1e-3), "dimensions": 1,
                                                          "contribution": pytest.approx(.15, abs=1e-3)}
            score, _ = world.likeness(world.accounts[own], world.accounts[account])
            assert check_me["similarity"] == pytest.approx(score, abs=3e-4)
            client.problem(f"/creators/{hidden}/similar", 404, "CREATOR_UNKNOWN")
            db.execute("select forget_creators(array[67])")
            client.problem("/creators/67/similar", 404, "CREATOR_UNKNOWN")
            for table in ("audience_sketch", "lookalike_key"):
                assert db.execute(f"select count(*) from {table} where creator_id = 67").fetchone() == (0,)
