"""GET /niches and GET /niches/{slug}."""
import pytest


def slugs(answer):
    return [niche["slug"] for niche in answer["items"]]


def test_list(client, sandbox_db):
    answer = client.ok("/niches")
    assert answer["world"] == "sandbox" and len(answer["items"]) == 50
    counts = [niche["creators"] for niche in answer["items"]]
    assert counts == sorted(counts, reverse=True) and counts[0] > 0
    everything = client.ok("/niches", limit=1000)
    stored = {slug for slug, in sandbox_db.execute("select slug from niche where status = 'active'")}
    assert set(slugs(everything)) == stored and len(stored) >= 100
    assert slugs(everything)[:50] == slugs(answer)


def test_count_is_what_match_lists(client):
    for slug in ("vegan-fitness", "test-many", "test-empty"):
        everyone = client.walk(niche=slug, limit=100, min_followers=0, max_followers=10**9, min_authenticity=0)
        assert client.ok(f"/niches/{slug}")["creators"] == len(everyone)


def test_counts_are_of_one_world(client):
    live = client.ok("/niches", world="live")
    assert live["world"] == "live" and not any(niche["creators"] for niche in live["items"])
    assert client.ok("/niches/vegan", world="live")["creators"] == 0


@pytest.mark.parametrize("q,first", [("vegan", "vegan"), ("VEGAN-FIT", "vegan-fitness"), ("#veganfitness", "vegan-fitness"),
                                     ("photogr", "photography"), ("vegan fitnes", "vegan-fitness"), ("test-ma", "test-many")])
def test_search(client, q, first):
    found = client.ok("/niches", q=q)
    assert slugs(found)[0] == first


def test_search_by_prefix_finds_the_family(client):
    found = slugs(client.ok("/niches", q="vegan"))
    assert {"vegan", "vegan-fitness", "vegan-recipes"} <= set(found)


def test_search_that_finds_nothing(client):
    assert client.ok("/niches", q="qqqqqqqqqq")["items"] == []


def test_limit(client):
    assert slugs(client.ok("/niches", limit=3)) == slugs(client.ok("/niches"))[:3]


def test_one(client, sandbox_db):
    niche = client.ok("/niches/vegan-fitness")
    assert niche["label"].lower() == "vegan fitness" and {"vegan", "fitness"} <= set(niche["parents"])
    assert "vegan-fitness" in client.ok("/niches/vegan")["children"]
    assert niche["world"] == "sandbox" and not niche["generic"] and 0 < niche["base_rate"] < 0.5
    aliases = {alias for alias, in sandbox_db.execute("select alias from niche_alias join niche using (niche_id) where slug = 'vegan-fitness'")}
    assert set(niche["aliases"]) <= aliases and niche["aliases"]
    listed = next(item for item in client.ok("/niches", q="vegan-fitness")["items"] if item["slug"] == "vegan-fitness")
    assert {**listed, "world": "sandbox"} == niche


def test_empty_niche_of_the_sandbox(client):
    assert client.ok("/niches/test-empty")["creators"] == 0
    assert client.match("test-empty")["items"] == []


@pytest.mark.parametrize("slug,near", [("vegan-fitnes", "vegan-fitness"), ("VEGAN", "vegan"), ("vegan fitness", "vegan-fitness")])
def test_unknown_niche_suggests(client, slug, near):
    problem = client.problem(f"/niches/{slug}", 404, "NICHE_UNKNOWN")
    assert near in problem["did_you_mean"] and slug in problem["detail"]


@pytest.mark.parametrize("params,code,param", [
    ({"q": ""}, "PARAM_INVALID", "q"), ({"q": "x" * 101}, "PARAM_INVALID", "q"), ({"q": "%_!"}, "PARAM_INVALID", "q"),
    ({"q": ["a", "b"]}, "PARAM_DUPLICATE", "q"), ({"limit": 0}, "PARAM_INVALID", "limit"), ({"limit": 1001}, "PARAM_INVALID", "limit"),
    ({"qq": "vegan"}, "PARAM_UNKNOWN", "qq"), ({"world": ""}, "PARAM_INVALID", "world")])
def test_bad_input(client, params, code, param):
    assert client.problem("/niches", 400, code, **params)["param"] == param


def test_niche_takes_no_search(client):
    assert client.problem("/niches/vegan", 400, "PARAM_UNKNOWN", q="x")["param"] == "q"
