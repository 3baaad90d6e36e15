"""What GET /match says beside its list: facets, exact count, and why a list is empty or thin. On made-up worlds every number
is what brute force finds, and the smallest relaxation does what it says."""
import collections
import random

import psycopg
import pytest
from client import Client
from exact_cases import any_case
from exact_world import PLATFORMS, SIZES, TooClose, any_world, every_account, ranked, write
from exact_filters import PREDICATES, fraction
from honest_brute import COMPANIONS, Brute
from pytest import approx
from rounds import seeds
from test_compound import any_several, best_rows

WORLDS, CASES = 2, 120
FACETS = ("tier", "country", "platform", "language", "price_band")


@pytest.fixture(scope="module")
def honest(databases, migrated_template, program, contract):
    """Makes a client of a service whose world is made from a seed, with the rows of its niches."""
    with databases.one(migrated_template) as url, psycopg.connect(url, autocommit=True) as db:
        with program(url).serve(NICHED_WORKER=0) as service, Client(service, contract) as client:
            def load(seed):
                world = any_world(random.Random(seed), 600)
                load.world, load.ids = world, write(db, world)
                return client, {slug: world.niche(slug) for slug in SIZES}, world.accounts
            yield load


def narrow_case(rng, accounts):
    """A query that few pass."""
    case = any_case(rng, diverse=0.05, accounts=accounts)
    if case.excluded or "tier" in dict(case.filters) or rng.random() < 0.6:
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
    asked = {**brute.filters, **brute.given}
    changes = [c for c in relaxation["changes"] if c["param"] not in COMPANIONS and c["value"] != asked.get(c["param"])]
    names = [c["param"] for c in changes]
    if bounds:
        name, value = names[0], changes[0]["value"]
        near, gives = bounds[name]
        assert len(names) == 1 and fraction(value) == pytest.approx(near, rel=1e-15) and relaxation["gives"] == gives
        smallest = min((brute.moved(n, v), -g) for n, (v, g) in bounds.items())
        assert (brute.moved(name, near), -gives) == pytest.approx(smallest)
        seen["bound"] += 1
    elif len(names) == 1:
        assert fewest[0] == 1
        seen["word" if changes[0]["value"] else "one"] += 1
    else:
        assert (len(names), relaxation["gives"]) == fewest
        seen["several"] += 1


def check_nothing_smaller(client, brute, case, relaxation):
    """A bound moved by less than it says gives nobody more."""
    change = relaxation["changes"][0]
    if len(relaxation["changes"]) != 1 or "tier" in brute.given or change["param"] not in ("min_followers", "max_followers"):
        return
    step = 1 if change["param"] == "min_followers" else -1
    less = {**case.params(), "count": "exact", change["param"]: int(change["value"]) + step}
    less.pop("explain", None)
    if less.get("min_followers", 1000) <= less.get("max_followers", 100_000):
        assert client.ok("/match", **less)["total"] == len(brute.left())


def thin(case, page):
    return len(page["items"]) < min(case.limit, 5)


@pytest.mark.parametrize("seed", seeds(WORLDS))
def test_all_numbers_are_those_of_brute_force(honest, seed):
    client, rows, accounts = honest(f"honest {seed}")
    rng, seen = random.Random(seed), collections.Counter()
    for _ in range(CASES):
        case = narrow_case(rng, accounts)
        brute = Brute(case, rows[case.niche])
        facets = rng.sample(FACETS, rng.randint(1, 5))
        page = client.ok("/match", **case.params(), count="exact", facets=",".join(facets))
        assert page["total"] == len(brute.left()), case
        assert page["facets"] == {name: brute.facet(name) for name in facets}, case
        assert (page["diagnosis"] is not None) == thin(case, page), case
        seen.update(name for name, _ in case.filters)
        seen.update({"cases": 1, "thin": thin(case, page), "empty": not page["items"], "excluded": case.excluded})
        if not page["diagnosis"]:
            continue
        assert page["diagnosis"]["candidates_in_niche"] == len({r.account.creator for r in rows[case.niche]})
        assert page["diagnosis"]["results"] == len(brute.left())
        assert numbers(page["diagnosis"]) == brute.diagnosis(), case
        check_relaxation(client, brute, page, seen)
        if page["diagnosis"]["smallest_relaxation"]:
            check_nothing_smaller(client, brute, case, page["diagnosis"]["smallest_relaxation"])
    print(dict(seen))
    assert set(PREDICATES) <= set(seen), "every filter was asked for"
    assert all(seen[what] >= 3 for what in ("thin", "empty", "bound", "word", "several", "nothing helps")), seen


def check_why_not(case, brute, page, row):
    found, = page["why_not"]["accounts"]
    reason, rank, tenths, failing, unknown = brute.why_not(case, row)
    assert (found["reason"], found["rank"]) == (reason, rank), case
    assert (found["shown_by"] is not None) == (reason == "other_account")
    assert found["score"] == (None if tenths is None else tenths / 10)
    assert sorted(f["filter"] for f in found["failed"]) == sorted(failing)
    assert sorted(f["filter"] for f in found["failed"] if f["unknown"]) == sorted(unknown)
    shown = [item["creator"]["username"] for item in page["items"]]
    assert found["shown"] == (found["username"] in shown)
    gap = found["below_last_shown"]
    assert (gap is not None) == (reason == "ranked" and bool(shown) and not found["shown"])
    if gap:
        assert gap["sorted_by"] == (approx(brute.ahead_by(case, page["items"][-1], row)) if case.sorted else None), case
        assert gap["points"] == round(page["items"][-1]["score"] - found["score"], 1)
        assert round(sum(gap["components"].values()), 1) == gap["points"]
        assert gap["most"] is None or gap["components"][gap["most"]] == max(gap["components"].values()) > 0
    return reason


@pytest.mark.parametrize("seed", seeds(WORLDS))
def test_places_of_those_who_are_asked_about(honest, seed):
    """Of anybody, whatever the ranking: the filters that fail, or the very rank."""
    client, rows, accounts = honest(f"why not {seed}")
    rng, seen = random.Random(seed), collections.Counter()
    while seen["cases"] < CASES:
        case = any_case(rng, niche=rng.choice(("cars", "comedy", "comedy", "magic", "books")), diverse=0, accounts=accounts, resorted=0.5)
        row = rng.choice(rows[case.niche] if rng.random() < 0.9 else rows["comedy"])
        row = next((r for r in rows[case.niche] if r.account is row.account), row)
        try:
            shown = {f[2] for f in ranked(case, rows[case.niche])}
            hidden = [f[3] for f in every_account(case, rows[case.niche]) if f[2] not in shown]
        except TooClose:
            continue
        row = rng.choice(hidden) if hidden and rng.random() < 0.4 else row
        a = row.account
        name = rng.choice((f"@U{a.account}", f"u{a.account}", f"{('instagram', 'tiktok', 'youtube')[a.platform - 1]}/u{a.account}"))
        page = client.ok("/match", **case.params(), why_not=name)
        seen.update({"cases": 1, check_why_not(case, Brute(case, rows[case.niche]), page, row): 1, "own": case.own,
                     "sorted": case.sorted, "sorted gap": case.sorted and bool(page["why_not"]["accounts"][0]["below_last_shown"])})
    print(dict(seen))
    assert all(seen[what] >= 5 for what in ("ranked", "filtered", "own", "sorted", "sorted gap", "other_account")), seen


@pytest.mark.parametrize("seed", seeds(WORLDS))
def test_places_in_any_of_several_niches(honest, seed):
    """Of anybody: by the surest row what fails, by the best row the rank among the full matches, related ones listed or not."""
    client, rows, accounts = honest(f"why not any {seed}")
    rng, seen = random.Random(seed), collections.Counter()
    while seen["cases"] < CASES:
        case = any_several(rng)
        mine = [row for slug in case.niches for row in rows[slug]]
        part = [row for slug in case.niches for row in honest.world.niche(slug, related=True)]
        try:
            full = best_rows(case, mine, honest.ids)
            best_rows(case, part, honest.ids)
        except TooClose:
            continue
        a = rng.choice([row.account for row in (part if rng.random() < 0.2 else mine)] or [a for a in accounts if a.world])
        page = client.ok("/match", **case.params(), why_not=f"{PLATFORMS[a.platform]}/u{a.account}")
        assert page["total"] == len(full), case
        found, = page["why_not"]["accounts"]
        surest = max((row for row in mine if row.account is a), key=lambda row: (row.conf, -honest.ids[row.niche]), default=None)
        if not surest:
            related = any(row.account is a for row in part)
            assert (found["reason"], found["rank"]) == ("in_part" if related else "not_in_niche", None), case
        else:
            failing = Brute(case, [surest]).why_not(case, surest)[3]
            other = [f[2] for f in full if f[3].account.creator == a.creator and f[2] != a.account]
            assert sorted(f["filter"] for f in found["failed"]) == sorted(failing), case
            places = [place for place, f in enumerate(full, 1) if f[2] == a.account]
            assert found["reason"] == ("filtered" if failing else "other_account" if other else "ranked") and [found["rank"]] == (places or [None]), case
            if places:
                assert found["score"] == (full[places[0] - 1][0] + 5) // 10 / 10
        seen.update({"cases": 1, found["reason"]: 1, "own": case.own, "any": len(case.niches) > 1, "related": case.related})
    print(dict(seen))
    assert all(seen[what] >= 5 for what in ("ranked", "filtered", "in_part", "own", "any", "related")), seen


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
    ({"include": "everything"}, "include", "one of evidence,contact"), ({"include": "-evidence"}, "include", "one of"), ({"why_not": ""}, "why_not", "1 to 120"), ({"why_not": "x" * 121}, "why_not", "1 to 120"), ({"count": "roughly"}, "count", "one of none,exact")])
def test_refusals(client, params, param, words):
    problem = client.problem("/match", 400, "PARAM_INVALID", niche="vegan", **params)
    assert problem["param"] == param and words in problem["detail"]


# ---- why_not

def account(client, why_not, **params):
    page = client.ok("/match", **{"niche": "fitness", **params}, why_not=why_not)
    return page["why_not"]["accounts"][0], page


def test_why_not_of_one_further_down(client):
    items = client.walk(niche="fitness", limit=100)
    for at in (20, len(items) - 1):
        creator = items[at]["creator"]
        found, page = account(client, f"{creator['platform']}/{creator['username']}")
        assert (found["reason"], found["rank"], found["shown"], found["score"]) == ("ranked", at + 1, False, items[at]["score"])
        assert found["creator_id"] == creator["id"] and found["evidence"][0]["match"] == items[at]["match"]
        assert found["below_last_shown"]["points"] == round(page["items"][-1]["score"] - items[at]["score"], 1)
    first, page = account(client, items[0]["creator"]["id"])
    assert (first["rank"], first["shown"], first["below_last_shown"]) == (1, True, None)


def test_why_not_names_what_was_asked_and_what_is_so(client):
    item = client.match("fitness", limit=1, country="GB")["items"][0]
    found, _ = account(client, "@" + item["creator"]["username"].upper(), country="US", min_followers=item["followers"] + 1,
                       max_followers=1_000_000_000)
    assert found["reason"] == "filtered"
    assert found["failed"] == [
        {"filter": "country", "asked": "US", "value": "GB", "unknown": False},
        {"filter": "min_followers", "asked": str(item["followers"] + 1), "value": str(item["followers"]), "unknown": False}]
    item = next(i for i in client.walk(niche="fitness", limit=100) if i["creator"]["country"] is None)
    found, _ = account(client, "@" + item["creator"]["username"], country="US")
    assert found["failed"] == [{"filter": "country", "asked": "US", "value": None, "unknown": True}]


def test_why_not_of_somebody_elsewhere_has_the_evidence(client):
    listed = {i["creator"]["id"] for i in client.walk(niche="vegan-fitness", limit=100, min_followers=0, max_followers=1_000_000_000,
                                                      min_authenticity=0)}
    other = next(i for i in client.walk(niche="gaming", limit=100) if i["creator"]["id"] not in listed)
    found, _ = account(client, other["creator"]["id"], niche="vegan-fitness")
    assert found["reason"] in ("not_in_niche", "in_part") and found["rank"] is None and found["failed"] == []
    evidence, = found["evidence"]
    assert evidence["niche"] == "vegan-fitness" and (evidence["posts_weighted"] or 0) < evidence["posts_weighted_needed"] == 0.6


def test_why_not_within_a_compound(client):
    items = client.match("travel gaming", limit=100)["items"]
    found, _ = account(client, items[-1]["creator"]["id"], niche="travel gaming", limit=1)
    assert (found["reason"], found["rank"], found["score"]) == ("ranked", len(items), items[-1]["score"])
    assert [e["niche"] for e in found["evidence"]] == client.match("travel gaming")["query"]["niche"]["resolved"]
    found, _ = account(client, items[0]["creator"]["id"], niche="travel gaming", min_followers=items[0]["followers"] + 1,
                       max_followers=1_000_000_000)
    assert found["reason"] == "filtered" and [f["filter"] for f in found["failed"]] == ["min_followers"]


@pytest.mark.parametrize("how", [
    {"niche": "vegan,comedy", "niche_mode": "any"}, {"niche": "vegan,comedy,travel", "niche_mode": "any", "weights": "engagement:3"},
    {"niche": "vegan,comedy", "niche_mode": "any", "country": "US", "min_confidence": 0.7}, {"niche": "fitness", "include": "related"},
    {"niche": "travel gaming", "include": "related", "min_followers": 0}, {"niche": "fitness", "diversify": "0.9", "limit": 100},
    {"niche": "travel gaming", "goal": "launch"}], ids=str)
def test_why_not_whatever_the_list(client, how):
    """The rank is the place among the full matches, page or not, counted without the count of the page."""
    whole = client.ok("/match", **{**how, "limit": 100})["items"] if "diversify" in how else client.walk(**{**how, "limit": 100})
    full = [item for item in whole if item["match"] != "related"]
    places = {item["creator"]["id"]: at for at, item in enumerate(full, 1)}
    total = client.ok("/match", **{**how, "limit": 1}, count="exact")["total"]
    assert "diversify" in how or total == len(full)
    for item in (full[0], full[len(full) // 2], full[-1]):
        found, page = account(client, f"{item['creator']['platform']}/{item['creator']['username']}", **{**how, "limit": 3})
        assert found["reason"] == "ranked" and found["score"] == item["score"]
        assert "diversify" in how or found["rank"] == places[item["creator"]["id"]]


def test_who_opted_out_looks_like_nobody(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve(NICHED_WORKER=0) as service:
        client = ask(service)
        creator = client.match("fitness", limit=1)["items"][0]["creator"]
        db.execute("update creator set opted_out = true where creator_id = %s", (creator["id"],))
        nobody = client.match("fitness", why_not="nobody.of.that.name")["why_not"]
        assert nobody == {"asked": "nobody.of.that.name", "reason": "unknown_creator", "accounts": []}
        for name in (creator["id"], creator["username"], f"{creator['platform']}/{creator['username']}"):
            assert client.match("fitness", why_not=name)["why_not"] == {**nobody, "asked": name}


@pytest.mark.parametrize("name", ["myspace/ann", "999999999999999999", "@", "/", "tiktok/", "x'; drop table niche; --", "é", "9" * 30])
def test_names_that_nobody_has(client, name):
    assert client.match("fitness", why_not=name)["why_not"] == {"asked": name, "reason": "unknown_creator", "accounts": []}


def test_one_handle_on_several_platforms(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve(NICHED_WORKER=0) as service:
        client = ask(service)
        creator = client.match("fitness", limit=1)["items"][0]["creator"]
        other = next(i["creator"] for i in client.match("fitness", limit=50)["items"] if i["creator"]["platform"] != creator["platform"])
        db.execute("update account_key k set key = %s from platform p where p.platform = k.platform and p.slug = %s and k.kind = 'username'"
                   " and k.key = %s", (creator["username"], other["platform"], other["username"]))
        accounts = client.match("fitness", why_not=creator["username"])["why_not"]["accounts"]
        assert {(a["platform"], a["creator_id"]) for a in accounts} == {(c["platform"], c["id"]) for c in (creator, other)}


# ---- include

@pytest.mark.parametrize("niche", ["fitness", "vegan-fitness", "travel gaming"])
def test_evidence_is_the_newest_posts_about_the_niche(client, sandbox_db, niche):
    page = client.match(niche, include="evidence", limit=50)
    slugs = page["query"]["niche"]["resolved"]
    shown = 0
    for item in page["items"]:
        posts = sandbox_db.execute(
            "select post_key, posted_at, caption, likes from post p join account a using (creator_id, account_id) join platform f"
            " on f.platform = a.platform where f.slug = %s and a.username = %s order by posted_at desc, post_key desc limit 64",
            (item["creator"]["platform"], item["creator"]["username"])).fetchall()
        masks = [row[0] for row in sandbox_db.execute(
            "select post_mask from creator_niche c join niche n using (niche_id) join account a using (creator_id, account_id)"
            " join platform f on f.platform = a.platform where n.slug = any(%s) and f.slug = %s and a.username = %s",
            (slugs, item["creator"]["platform"], item["creator"]["username"]))]
        every, some = -1, 0
        for mask in masks:
            every, some = every & mask, some | mask
        chosen = (every if len(masks) == len(slugs) and every else some) & (1 << 64) - 1
        if not chosen:
            continue
        expected = [post for i, post in enumerate(posts) if chosen >> i & 1][:3]
        assert [post["key"] for post in item["evidence"]] == [post[0] for post in expected]
        for post, (_, _, caption, likes) in zip(item["evidence"], expected):
            assert post["likes"] == likes and post["words"], item["creator"]["username"]
            assert post["caption"] == (caption if caption is None or len(caption) <= 200 else caption[:200] + "…")
        shown += 1
    assert shown >= min(3, len(page["items"])) and all(item["contact"] is None for item in page["items"])


def test_words_of_the_evidence_are_in_the_post(client):
    for item in client.match("vegan-fitness", include="evidence")["items"]:
        for post in item["evidence"]:
            for where, word in (text.split(": ", 1) for text in post["words"]):
                text = " ".join(post["hashtags"]) + (post["caption"] or "")
                assert where in ("hashtag", "caption") and (len(post["caption"] or "") > 200 or word.split()[0][:3] in text.casefold())


def test_nothing_is_included_unasked(client):
    page = client.match("fitness", limit=2)
    assert all((item["evidence"], item["contact"]) == (None, None) for item in page["items"])
    assert client.match("test-empty", include="evidence")["items"] == []


def test_contact_needs_a_key(client):
    response = client.get("/match", params={"niche": "fitness", "include": "contact"})
    assert response.status_code == 401 and response.headers["WWW-Authenticate"] == "Bearer"
    problem = response.json()
    assert (problem["code"], problem["param"]) == ("AUTH_REQUIRED", "include") and "NICHED_ANONYMOUS_CONTACT" in problem["detail"]


def test_contact_where_it_is_open(sandbox, ask, sandbox_db):
    with sandbox.serve(NICHED_ANONYMOUS_CONTACT=1) as service:
        items = ask(service).match("fitness", include="evidence,contact", limit=100)["items"]
    assert all((item["contact"] is not None) == item["creator"]["has_contact"] for item in items)
    reached = [item for item in items if item["contact"] and item["contact"]["email"]]
    assert reached and all(item["contact"]["email"] in item["creator"]["bio"] for item in reached)
    for item in items:
        link, = sandbox_db.execute("select bio_link from account a join platform p using (platform) where p.slug = %s and username = %s",
                                   (item["creator"]["platform"], item["creator"]["username"])).fetchone()
        assert not item["contact"] or item["contact"]["link"] == link
