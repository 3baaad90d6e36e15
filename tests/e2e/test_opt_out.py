"""opt_out_creator(): who opts out is in no answer once the notice came, without a scorer."""
import psycopg
import pytest
from patience import SLOW, wait_until

ALL = {"min_followers": 0, "max_followers": 1_000_000_000, "min_authenticity": 0}


@pytest.fixture
def world(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve(NICHED_WORKER=0) as service:
        yield db, ask(service), sandbox_niched, service


def listed(client, who, **params):
    return who in {item["creator"]["id"] for item in client.walk(**{"limit": 100, **ALL, **params})}


def test_gone_with_the_next_request(world):
    db, client, niched, service = world
    first, second = [item["creator"] for item in client.match("fitness", limit=2, **ALL)["items"]]
    who, name = first["id"], f"{first['platform']}/{first['username']}"
    other = next(c["id"] for c in (item["creator"] for item in client.match("fitness", limit=100, **ALL)["items"])
                 if who in [n["creator"]["id"] for n in client.ok(f"/creators/{c['id']}/similar", limit=50)["items"]])
    plan = {"niche": "fitness", "budget_usd": 200_000, "max_creators": 100, **ALL}
    assert who in [c["creator"]["id"] for c in client.ok("/plan", **plan)["creators"]]
    before = client.match("fitness", count="exact", facets="platform", **ALL)
    answer = client.get("/match", params={"niche": "fitness", **ALL})
    version = db.execute("select v.version from niche_version v join niche n using (niche_id) where n.slug = 'fitness' and v.world = 1")
    version, = version.fetchone()

    assert db.execute("select opt_out_creator(%s, true)", [int(who)]).fetchone() == (True,)
    wait_until(lambda: not listed(client, who, niche="fitness"), seconds=5 * SLOW)  # what is kept goes with the notice of the commit
    for how in ({}, {"sort_by": "followers"}, {"weights": "engagement:2"}, {"include": "related"}, {"niche": "fitness,gaming", "niche_mode": "any"},
                {"niche": "fitness travel"}, {"q": first["name"].split()[0]}):
        assert not listed(client, who, **{"niche": "fitness", **how}), how
    again = client.get("/match", params={"niche": "fitness", **ALL}, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 200 and again.headers["ETag"] != answer.headers["ETag"], "no answer of before is good any more"
    after = client.match("fitness", count="exact", facets="platform", **ALL)
    assert after["total"] == before["total"] - 1
    assert sum(v["count"] for v in after["facets"]["platform"]["values"]) == after["total"]
    for asked in (who, name):
        assert client.match("fitness", why_not=asked)["why_not"] == {"asked": asked, "reason": "unknown_creator", "accounts": []}
    assert who not in [n["creator"]["id"] for n in client.ok(f"/creators/{other}/similar", limit=50)["items"]]
    assert who not in [c["creator"]["id"] for c in client.ok("/plan", **plan)["creators"]]
    for path in (f"/creators/{who}", f"/creators/{name}", f"/creators/{who}/similar"):
        client.problem(path, 404, "CREATOR_UNKNOWN")
    assert client.get("/overlap", params={"creators": f"{who},{second['id']}"}).status_code == 404
    assert db.execute("select v.version from niche_version v join niche n using (niche_id) where n.slug = 'fitness' and v.world = 1"
                      ).fetchone()[0] > version

    niched.run("score")
    service.wait("/readyz", 200)
    assert not listed(client, who, niche="fitness"), "nor after the accounts were scored anew"
    assert db.execute("select opt_out_creator(%s, false)", [int(who)]).fetchone() == (True,)
    niched.run("score")
    back = client.match("fitness", count="exact", facets="platform", **ALL)
    assert [item["creator"]["id"] for item in back["items"]] == [item["creator"]["id"] for item in before["items"]]
    assert (back["total"], back["facets"]) == (before["total"], before["facets"])


@pytest.mark.parametrize("out", [True, False])
def test_nobody_of_that_id(world, out):
    db = world[0]
    rows = db.execute("select count(*) from niche_match").fetchone()
    assert db.execute("select opt_out_creator(0, %s)", [out]).fetchone() == (False,)
    assert db.execute("select count(*) from niche_match").fetchone() == rows
