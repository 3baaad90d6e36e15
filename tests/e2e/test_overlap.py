"""GET /overlap: samples and model, against an independent computation."""
import itertools
import math

import psycopg
import pytest
import sketches
from test_similar import World


@pytest.fixture(scope="module")
def world(sandbox_db):
    return World(sandbox_db)


def sampled(world, platform):
    return [a for a in world.accounts.values() if a["sketch"] and a["platform"] == platform]


def model(world, a, b):
    """Followers shared: chance among the people of the most telling common niche, times 1 + cosine."""
    va, vb = world.vector(a), world.vector(b)
    common = sorted(((va[n] * vb[n], n) for n in va if n in vb), reverse=True)
    creators = world.creators[common[0][1]] if common else max(world.creators.values())
    people = max(10000 * creators, a["followers"] + b["followers"])
    cosine = world.likeness(a, b)[1]["niches"]
    return people, min(a["followers"] * b["followers"] / people * (1 + cosine), a["followers"], b["followers"])


@pytest.mark.parametrize("platform", ["instagram", "tiktok", "youtube"])
def test_samples(client, world, platform):
    """All pairs of up to 20 by their samples, and the union."""
    group = sorted(sampled(world, platform), key=lambda a: len(a["sketch"].hashes), reverse=True)[:20]
    answer = client.ok("/overlap", creators=",".join(str(a["creator"]) for a in group))
    by_id = {str(a["creator"]): a["sketch"] for a in group}
    assert [c["id"] for c in answer["creators"]] == list(by_id)
    assert [(p["a"], p["b"]) for p in answer["pairs"]] == list(itertools.combinations(by_id, 2))
    for pair in answer["pairs"]:
        one, two = by_id[pair["a"]], by_id[pair["b"]]
        j, error = sketches.jaccard(one, two)
        theta = min(one.theta, two.theta)
        shared = len(one.below(theta) & two.below(theta)) / theta
        assert (pair["method"], pair["basis"], pair["population"]) == ("sketch", "engagers", None)
        assert pair["jaccard"] == pytest.approx(j, abs=1e-4) and pair["shared"] == pytest.approx(shared, abs=0.51)
        assert pair["error"] == (None if error is None else pytest.approx(error, abs=1e-4))
        assert pair["people_a"] == pytest.approx(len(one.hashes) / one.theta, abs=0.51)
        assert pair["share_of_b"] == pytest.approx(min(shared / (len(two.hashes) / two.theta), 1), abs=1e-3)
    theta = min(s.theta for s in by_id.values())
    union = len(set().union(*(s.below(theta) for s in by_id.values()))) / theta
    summed = sum(len(s.hashes) / s.theta for s in by_id.values())
    total = answer["total"]
    assert total["method"] == "sketch" and total["people_unique"] == pytest.approx(min(union, summed), abs=0.51)
    assert total["duplicated_share"] == pytest.approx(1 - min(union, summed) / summed, abs=1e-3)
    assert total["error"] == pytest.approx(math.sqrt((1 - theta) / (union * theta)), abs=1e-4)
    followers = sum(c["followers"] for c in answer["creators"])
    assert total["unique_reach"] == pytest.approx(followers * min(union, summed) / summed, rel=1e-4)


def test_model(client, world):
    """Of a pair without samples, and of one on two platforms; the total of two is their pair."""
    tiktok, instagram = sampled(world, "tiktok")[0], sampled(world, "instagram")[0]
    plain = [a for a in world.accounts.values() if not a["sketch"] and a["niches"]][5:60:9]
    for a, b in [(tiktok, instagram), (tiktok, plain[0]), *itertools.combinations(plain, 2)]:
        answer = client.ok("/overlap", creators=f"{a['creator']},{b['creator']}")
        (pair,), total = answer["pairs"], answer["total"]
        people, shared = model(world, a, b)
        assert (pair["method"], pair["basis"], pair["error"], total["method"], total["error"]) == ("model", "followers", None, "model", None)
        assert pair["population"] == pytest.approx(people, abs=1) and pair["shared"] == pytest.approx(shared, rel=2e-3, abs=0.6)
        assert total["people_summed"] == a["followers"] + b["followers"] and pair["share_of_a"] == pytest.approx(shared / a["followers"], abs=1e-3)
        assert total["people_unique"] == pytest.approx(a["followers"] + b["followers"] - shared, rel=1e-3, abs=1.1)
        assert total["unique_reach"] == total["people_unique"]


def test_properties_of_many(client, world):
    """Whatever the order: the same total, no more than the sum, no less than the largest, and it grows with each creator."""
    group = [a for a in world.accounts.values() if a["niches"]][64:84]
    ids = [str(a["creator"]) for a in group]
    last = 0
    for n in range(2, 21, 3):
        total = client.ok("/overlap", creators=",".join(ids[:n]))["total"]
        assert total == client.ok("/overlap", creators=",".join(reversed(ids[:n])))["total"]
        assert max(a["followers"] for a in group[:n]) <= total["people_unique"] <= total["people_summed"]
        assert total["people_unique"] >= last - 1
        last = total["people_unique"]
    mixed = client.ok("/overlap", creators=",".join(str(a["creator"]) for a in sampled(world, "tiktok")[:2] + group[:2]))
    assert {pair["method"] for pair in mixed["pairs"]} == {"sketch", "model"} and mixed["total"]["method"] == "model"


def test_names_and_ids_are_the_same(client, sandbox_db):
    rows = sandbox_db.execute("select a.creator_id, p.slug, a.username from account a join platform p using (platform)"
                              " where a.creator_id in (64, 65) order by 1").fetchall()
    ids = client.ok("/overlap", creators=f"{rows[0][0]},{rows[1][0]}")
    names = client.ok("/overlap", creators=f"{rows[0][1]}/@{rows[0][2].upper()}, {rows[1][1]}/{rows[1][2]}", world="sandbox")
    assert {**names, "query": 0} == {**ids, "query": 0}
    twice = client.get(f"/overlap?creators={rows[0][0]}&creators={rows[1][0]}")
    assert twice.json() == ids and ids["query"]["creators"] == ["64", "65"]


@pytest.mark.parametrize("creators, status, code, word", [
    ("1,2,999999999,tiktok/nobody_there", 404, "CREATOR_UNKNOWN", '"999999999", "tiktok/nobody_there"'),
    ("myspace/tom,1", 404, "CREATOR_UNKNOWN", "myspace/tom"), ("101", 400, "PARAM_INVALID", "at least 2"),
    (",".join(map(str, range(1, 22))), 400, "PARAM_INVALID", "at most 20"), ("1,1", 400, "PARAM_INVALID", "the same creator"),
    ("1,,2", 400, "PARAM_INVALID", "platform/@handle"), ("1,bob", 400, "PARAM_INVALID", '"bob"'), ("1,tiktok/@", 400, "PARAM_INVALID", "tiktok/@"),
    ("1,/x", 400, "PARAM_INVALID", '"/x"'), ('1,tiktok/a"b\\', 404, "CREATOR_UNKNOWN", "tiktok/a"), ("1," + "9" * 19, 400, "PARAM_INVALID", "999"),
    ("", 400, "PARAM_INVALID", "creators"), ("x" * 2001, 400, "PARAM_INVALID", "creators")])
def test_wrong_lists(client, creators, status, code, word):
    problem = client.problem("/overlap", status, code, creators=creators)
    assert problem["param"] == "creators" and word in problem["detail"]


def test_missing_list_and_world(client):
    client.problem("/overlap", 400, "PARAM_MISSING")
    client.problem("/overlap", 400, "PARAM_INVALID", creators="1,2", world="mars")
    assert len(client.ok("/overlap", creators=",".join(map(str, range(1, 21))))["pairs"]) == 190


def test_worlds_do_not_mix_and_the_hidden_are_not_there(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve() as service:
        client = ask(service)
        db.execute("update creator set opted_out = true where creator_id = 70")
        db.execute("update creator set world = 0 where creator_id = 71; update account set world = 0 where creator_id = 71")
        assert "70" in client.problem("/overlap", 404, "CREATOR_UNKNOWN", creators="69,70")["detail"]
        assert "not of one world" in client.problem("/overlap", 400, "PARAM_INVALID", creators="69,71")["detail"]
