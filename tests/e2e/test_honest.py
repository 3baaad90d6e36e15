"""What GET /match says beside its list: facets, exact count, and why a list is empty or thin. On made-up worlds every number
is what brute force finds, and the smallest relaxation does what it says."""
import collections
import random

import psycopg
import pytest
from client import Client
from exact_cases import any_case
from exact_world import SIZES, any_world, write
from honest_brute import BOUNDS, Brute

WORLDS, CASES = 2, 120
FACETS = ("tier", "country", "platform", "language", "price_band")


@pytest.fixture(scope="module")
def honest(databases, migrated_template, program, contract):
    """Makes a client of a service whose world is made from a seed, with the rows of its niches."""
    with databases.one(migrated_template) as url, psycopg.connect(url, autocommit=True) as db:
        with program(url).serve(NICHED_WORKER=0) as service, Client(service, contract) as client:
            def load(seed):
                world = any_world(random.Random(seed), 600)
                write(db, world)
                return client, {slug: world.niche(slug) for slug in SIZES}
            yield load


def narrow_case(rng):
    """A query that few pass."""
    case = any_case(rng, diverse=0.05)
    if case.excluded or rng.random() < 0.4:
        return case
    more = dict(case.filters)
    for _ in range(rng.randint(1, 3)):
        name, value = rng.choice((
            ("country", rng.choice(("JP", "DE", "US,GB", "-US", "FR,-BR", "US,-US"))), ("language", rng.choice(("es", "fr", "de", "-en"))),
            ("platform", rng.choice(("youtube", "-instagram", "tiktok,-tiktok"))), ("max_followers", rng.randint(1, 3000)),
            ("min_followers", rng.randint(90_000, 200_000)), ("min_authenticity", rng.choice((0.9, 0.995, 1))),
            ("min_confidence", rng.choice((0.99, 1)))))
        more[name] = value
    high = int(more.get("max_followers", 100_000))
    if int(more.get("min_followers", 1000)) > high:
        more["min_followers"] = high
    return type(case)(**{**vars(case), "filters": tuple(more.items())})


def numbers(diagnosis):
    return {f["filter"]: {k: v for k, v in f.items() if k != "filter"} for f in diagnosis["filters"]}


def applied(client, relaxation):
    """The total after a relaxation, by its own query and nothing else."""
    response = client.get("/match?" + relaxation["query"])
    assert response.status_code == 200, response.text
    return response.json()["total"], response.json()["items"]


def check_relaxation(client, brute, page, seen):
    relaxation, now = page["diagnosis"]["smallest_relaxation"], len(brute.left())
    fewest, bounds = brute.fewest_to_drop(), brute.nearest_bounds()
    if relaxation is None:
        assert fewest is None and not bounds
        seen["nothing helps"] += 1
        return
    total, items = applied(client, relaxation)
    assert total == relaxation["gives"] > now and items
    names = [c["param"] for c in relaxation["changes"]]
    if bounds:
        name, value = names[0], relaxation["changes"][0]["value"]
        near, gives = bounds[name]
        assert len(names) == 1 and float(value) == near and relaxation["gives"] == gives
        smallest = min((brute.moved(n, v), -g) for n, (v, g) in bounds.items())
        assert (brute.moved(name, near), -gives) == pytest.approx(smallest)
        seen["bound"] += 1
    elif len(names) == 1:
        assert fewest[0] == 1
        seen["word" if relaxation["changes"][0]["value"] else "one"] += 1
    else:
        assert (len(names), relaxation["gives"]) == fewest
        seen["several"] += 1


def check_nothing_smaller(client, brute, case, relaxation):
    """A bound moved by less than it says gives nobody more."""
    change = relaxation["changes"][0]
    if len(relaxation["changes"]) != 1 or change["param"] not in ("min_followers", "max_followers"):
        return
    step = 1 if change["param"] == "min_followers" else -1
    less = {**case.params(), "count": "exact", change["param"]: int(change["value"]) + step}
    less.pop("explain", None)
    if less.get("min_followers", 1000) <= less.get("max_followers", 100_000):
        assert client.ok("/match", **less)["total"] == len(brute.left())


def thin(case, page):
    return len(page["items"]) < min(case.limit, 5)


@pytest.mark.parametrize("seed", range(WORLDS))
def test_all_numbers_are_those_of_brute_force(honest, seed):
    client, rows = honest(f"honest {seed}")
    rng, seen = random.Random(seed), collections.Counter()
    for _ in range(CASES):
        case = narrow_case(rng)
        brute = Brute(case, rows[case.niche])
        facets = rng.sample(FACETS, rng.randint(1, 5))
        page = client.ok("/match", **case.params(), count="exact", facets=",".join(facets))
        assert page["total"] == len(brute.left()), case
        assert page["facets"] == {name: brute.facet(name) for name in facets}, case
        assert (page["diagnosis"] is not None) == thin(case, page), case
        seen.update({"cases": 1, "thin": thin(case, page), "empty": not page["items"], "excluded": case.excluded})
        if not page["diagnosis"]:
            continue
        assert page["diagnosis"]["candidates_in_niche"] == len(rows[case.niche])
        assert page["diagnosis"]["results"] == len(brute.left())
        assert numbers(page["diagnosis"]) == brute.diagnosis(), case
        check_relaxation(client, brute, page, seen)
        if page["diagnosis"]["smallest_relaxation"]:
            check_nothing_smaller(client, brute, case, page["diagnosis"]["smallest_relaxation"])
    print(dict(seen))
    assert all(seen[what] >= 3 for what in ("thin", "empty", "bound", "word", "several", "nothing helps")), seen


# ---- on the sandbox world

def test_a_full_page_has_no_diagnosis_and_nothing_is_counted_unasked(client):
    page = client.match("fitness")
    assert (page["diagnosis"], page["total"], page["facets"]) == (None, None, None)
    assert (page["query"]["count"], page["query"]["facets"]) == ("none", None)


def test_thin_is_fewer_than_five_and_than_the_limit(client):
    three = {"niche": "test-null", "min_followers": 0, "max_followers": 1_000_000_000, "min_authenticity": 0}
    assert client.ok("/match", **three)["diagnosis"]["results"] == 3
    assert client.ok("/match", **three, limit=3)["diagnosis"] is None
    assert client.ok("/match", **three, limit=4)["diagnosis"]["results"] == 3


def test_last_page_is_no_thin_list(client):
    first = client.match("test-many", limit=59)
    last = client.match("test-many", limit=59, cursor=first["next_cursor"])
    assert len(last["items"]) == 1 and last["diagnosis"] is None


def test_nobody_makes_the_niche(client):
    diagnosis = client.match("test-empty")["diagnosis"]
    assert (diagnosis["candidates_in_niche"], diagnosis["results"], diagnosis["smallest_relaxation"]) == (0, 0, None)
    assert all(not f["left_without_it"] for f in diagnosis["filters"]) and diagnosis["other_niches"] == []


def test_other_niches_have_their_counts(client):
    diagnosis = client.match("vegan-fitness", country="AQ")["diagnosis"]
    other = {n["niche"]: n for n in diagnosis["other_niches"]}
    assert {"vegan", "fitness"} <= set(other) and other["vegan"]["relation"] == "parent"
    assert other["vegan"]["creators"] == client.ok("/niches/vegan")["creators"] > 0
    parts = client.match("travel gaming", country="AQ")["diagnosis"]["other_niches"]
    assert [(n["niche"], n["relation"]) for n in parts[:2]] in ([("travel", "part"), ("gaming", "part")],
                                                               [("gaming", "part"), ("travel", "part")])


@pytest.mark.parametrize("niche", ["fitness", "travel gaming"])
def test_relaxation_of_the_sandbox_can_be_applied(client, niche):
    page = client.match(niche, country="AQ", min_followers=99_000, count="exact")
    relaxation = page["diagnosis"]["smallest_relaxation"]
    total, items = applied(client, relaxation)
    assert not page["items"] and total == relaxation["gives"] and len(items) == min(total, 20) > 0


def test_excluded_niche_is_a_filter(client):
    """Where nothing but the niche left out is in the way, the relaxation asks without it."""
    everybody = {"min_followers": 0, "max_followers": 1_000_000_000, "min_authenticity": 0, "count": "exact"}
    fitness = client.ok("/match", niche="vegan-fitness", **everybody)["total"]
    page = client.ok("/match", niche="vegan-fitness -food", **everybody, country="DE,-US")
    found = numbers(page["diagnosis"])["niche"] if page["diagnosis"] else {"removed_alone": 0}
    assert found["removed_alone"] > 0 and fitness >= found["removed_alone"]
    total, items = applied(client, page["diagnosis"]["smallest_relaxation"])
    assert total == page["diagnosis"]["smallest_relaxation"]["gives"]


def test_total_is_what_the_pages_have(client):
    for params in ({"niche": "fitness"}, {"niche": "travel gaming", "min_followers": 0}, {"niche": "vegan", "weights": "loyalty:0"}):
        page = client.ok("/match", **params, count="exact", limit=1)
        assert page["total"] == len(client.walk(**params, limit=100)) > 1


@pytest.mark.parametrize("niche", ["fitness", "travel gaming"])
def test_facets_add_up_to_the_total(client, niche):
    page = client.match(niche, count="exact", facets=",".join(FACETS))
    assert list(page["facets"]) == list(FACETS) and page["query"]["facets"] == list(FACETS)
    for facet in page["facets"].values():
        assert sum(v["count"] for v in facet["values"]) + facet["other"] + facet["unknown"] == page["total"]


def test_tier_shows_what_the_bounds_reach(client):
    def tiers(**bounds):
        return {v["value"] for v in client.match("fitness", facets="tier", **bounds)["facets"]["tier"]["values"]}
    assert tiers() == {"nano", "micro"} == tiers(min_followers=50_000)
    assert tiers(max_followers=1_000_000_000) == {"nano", "micro", "over_100k"}
    assert tiers(min_followers=999) >= {"nano", "micro"}


@pytest.mark.parametrize("params,param,words", [
    ({"facets": "size"}, "facets", "one of tier,country"), ({"facets": "-tier"}, "facets", "one of"), ({"facets": ""}, "facets", "one of"),
    ({"count": "roughly"}, "count", "one of none,exact")])
def test_refusals(client, params, param, words):
    problem = client.problem("/match", 400, "PARAM_INVALID", niche="vegan", **params)
    assert problem["param"] == param and words in problem["detail"]
