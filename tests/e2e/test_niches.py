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
    assert {**listed, "market": niche["market"], "world": "sandbox"} == niche


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


@pytest.mark.parametrize("q,alias", [("plantbased", "plantbased"), ("vegan", None)])
def test_the_alias_that_matched_is_shown(client, q, alias):
    found = client.ok("/niches", q=q)["items"]
    assert found and (found[0]["matched_alias"] or "").startswith(alias or ""), found[0]
    assert alias is not None or found[0]["matched_alias"] is None
    assert all(niche["matched_alias"] is None for niche in client.ok("/niches")["items"])


def test_accents_and_case_do_not_count(client):
    plain = client.ok("/niches", q="vegan fit")
    assert plain["items"] and plain == client.ok("/niches", q="Végan-FÍT") == client.ok("/niches", q="#vegan_fit")


def test_prefixes_come_by_creators(client):
    """What is the very word, then slugs that begin with it, most creators first."""
    found = client.ok("/niches", q="fitness", limit=50)["items"]
    assert found[0]["slug"] == "fitness"
    begins = [n["creators"] for n in client.ok("/niches", q="vegan-", limit=50)["items"][1:] if n["slug"].startswith("vegan-")]
    assert len(begins) > 2 and begins == sorted(begins, reverse=True)
    assert client.ok("/niches", q="fitness", limit=1)["items"] == found[:1]


def test_suggestions_of_one_niche_have_counts(client):
    problem = client.problem("/niches/vegan-fitnes", 404, "NICHE_UNKNOWN")
    assert problem["suggestions"][0] == {"niche": "vegan-fitness", "creators": client.ok("/niches/vegan-fitness")["creators"]}


def test_fixture_niches_are_what_they_are_for(client):
    everybody = {"min_followers": 0, "max_followers": 10**9, "min_authenticity": 0}
    empty = client.match("test-empty", **everybody)
    assert empty["items"] == [] and empty["diagnosis"]["candidates_in_niche"] == 0 and not empty["has_more"]
    pages, cursor = [], None
    while True:
        pages.append(client.match("test-many", **({"cursor": cursor} if cursor else {})))
        cursor = pages[-1]["next_cursor"]
        if not cursor:
            break
    assert [len(page["items"]) for page in pages] == [20, 20, 20]
    for item in client.match("test-null", **everybody)["items"]:
        assert item["engagement_rate"] is None and item["last_post_at"] is None and item["not_measured"]
