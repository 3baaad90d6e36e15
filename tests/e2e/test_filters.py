"""Every filter of GET /match and its sorting on the sandbox world: what is valid, the bounds, what is refused, exclusion, and
that what is not known passes nothing. The expected sets come from the evidence by plain SQL. (Any combination of them, by
brute force: test_exact.py.)"""
import itertools

import psycopg
import pytest
from client import Client

ALL = {"min_followers": 0, "max_followers": 1_000_000_000, "min_authenticity": 0}  # what leaves nobody out
PRICE = "case when s.price_source <> 'prior' then s.price_usd end"
GROWTH = ("(select (a.followers - f.followers)::float8 / nullif(f.followers, 0) from follower_snapshot f"
          " where f.creator_id = a.creator_id and f.account_id = a.account_id and f.day = ("
          "select max(g.day) from follower_snapshot g where g.creator_id = a.creator_id and g.account_id = a.account_id"
          " and g.day <= date '2026-11-01' - {}))")
SPONSORED = ("(select case when count(p.sponsored) >= 3 then avg(p.sponsored::int) end from ("
             "select * from post x where x.creator_id = a.creator_id and x.account_id = a.account_id"
             " order by x.posted_at desc, x.post_key desc limit 64) p where p.sponsored is not null"
             " and p.posted_at >= s.last_post_at - interval '90 days')")
AGE = "date '2026-11-01' - (s.last_post_at at time zone 'UTC')::date"
PARTNER = ("exists (select 1 from collaboration c join brand b using (brand_id) where c.creator_id = a.creator_id"
           " and c.started_on <= date '2026-11-01' and coalesce(c.ended_on, 'infinity') >= date '2026-11-01' - 180"
           " and c.workspace_id is null and b.name = 'Lensbarrow')")


def keys(items):
    return [(item["creator"]["platform"], item["creator"]["username"]) for item in items]


def holding(db, condition):
    """Accounts of the sandbox for which a condition is known to hold."""
    return set(db.execute(
        "select p.slug, a.username from account a join platform p on p.platform = a.platform"
        " join account_score s on s.creator_id = a.creator_id and s.account_id = a.account_id"
        f" where a.world = 1 and ({condition}) is true").fetchall())


@pytest.fixture(scope="module")
def everyone(client):
    return client.walk(niche="fitness", limit=100, **ALL)


# ---- what passes

@pytest.mark.parametrize("filters,condition", [
    ({"min_engagement_rate": "5pct"}, "s.engagement_rate >= 0.05"),
    ({"max_engagement_rate": "0.05"}, "s.engagement_rate <= 0.05"),
    ({"min_engagement_rate": "0.05", "max_engagement_rate": "20pct"}, "s.engagement_rate between 0.05 and 0.2"),
    ({"max_price_usd": "100"}, f"{PRICE} <= 100"),
    ({"min_price_usd": "50.5", "max_price_usd": "300"}, f"{PRICE} between 50.5 and 300"),
    ({"last_post_days": "0"}, f"{AGE} <= 0"),
    ({"last_post_days": "3"}, f"{AGE} <= 3"),
    ({"last_post_days": "30"}, f"{AGE} <= 30"),
    ({"min_posts_per_week": "3"}, "s.posts >= 2 and s.posts_per_week >= 3"),
    ({"min_posts_per_week": "0"}, "s.posts >= 2"),
    ({"min_follower_growth": "2pct"}, f"{GROWTH.format(30)} >= 0.02"),
    ({"min_follower_growth": "-0.02"}, f"{GROWTH.format(30)} >= -0.02"),
    ({"min_follower_growth": "5pct", "growth_days": "60"}, f"{GROWTH.format(60)} >= 0.05"),
    ({"max_sponsored_share": "0"}, f"{SPONSORED} <= 0"),
    ({"max_sponsored_share": "20pct"}, f"{SPONSORED} <= 0.2"),
    ({"max_sponsored_share": "1"}, f"{SPONSORED} is not null"),
    ({"has_contact": "true"}, "a.has_contact"), ({"has_contact": "false"}, "not a.has_contact"),
    ({"verified": "true"}, "a.verified"), ({"verified": "false"}, "not a.verified"),
    ({"city": "london"}, "a.city = 'London'"),
    ({"city": "LONDON,new york"}, "a.city in ('London', 'New York')"),
    ({"city": "-london"}, "a.city <> 'London'"),
    ({"q": "yoga"}, "a.name ~* '\\myoga\\M' or a.bio ~* '\\myoga\\M'"),
    ({"brand_conflict": "lensbarrow"}, f"not {PARTNER}"),
    ({"brand_conflict": "LENS-BARROW,nobody-has-heard-of-it"}, f"not {PARTNER}"),
    ({"country": "US", "has_contact": "true", "last_post_days": "7", "max_price_usd": "500"},
     f"a.country = 'US' and a.has_contact and {AGE} <= 7 and {PRICE} <= 500"),
], ids=lambda v: v if isinstance(v, str) and len(v) < 40 else "&".join(v) if isinstance(v, dict) else "sql")
def test_who_passes(client, sandbox_db, everyone, filters, condition):
    passing = holding(sandbox_db, condition)
    found = keys(client.walk(niche="fitness", limit=100, **ALL, **filters))
    assert found == [key for key in keys(everyone) if key in passing]
    if filters != {"last_post_days": "0"}:
        assert 0 < len(found) < len(everyone), "the filter says something"


def test_every_way_to_make_a_list_filters(client, sandbox_db):
    """The stored order, an own ranking, and a compound on the fly."""
    passing = holding(sandbox_db, f"a.has_contact and {AGE} <= 60 and s.engagement_rate >= 0.02")
    filters = {"has_contact": "true", "last_post_days": 60, "min_engagement_rate": "2pct"}
    for how in ({"niche": "fitness"}, {"niche": "fitness", "weights": "engagement:2"}, {"niche": "fitness", "diversify": "1"},
                {"niche": "gaming travel"}, {"niche": "fitness", "sort_by": "followers"}):
        walk = (lambda **more: client.ok("/match", **more)["items"]) if "diversify" in how else client.walk
        whole, found = keys(walk(limit=100, **ALL, **how)), keys(walk(limit=100, **ALL, **how, **filters))
        expected = [key for key in whole if key in passing]
        assert found[:len(expected)] == expected if "diversify" in how else found == expected, how
        assert found, how


# ---- what is not known

@pytest.mark.parametrize("filters", [
    {"country": "US"}, {"country": "-US"}, {"language": "-en"}, {"city": "London"}, {"city": "-London"},
    {"min_engagement_rate": "0"}, {"max_engagement_rate": "1000pct"}, {"min_price_usd": "0"}, {"max_price_usd": "10000000"},
    {"last_post_days": "36500"}, {"min_posts_per_week": "0"}, {"min_follower_growth": "-1"}, {"max_sponsored_share": "1"},
    {"audience_country": "US", "min_audience_share": "0"}, {"audience_country": "-US", "min_audience_share": "1"},
    {"verified": "true"}, {"verified": "false"}], ids=lambda f: ",".join(f"{k}={v}" for k, v in f.items()))
def test_unknown_passes_nothing(client, filters):
    """The creators of test-null: nothing is known of them but handle and bio."""
    assert len(client.match("test-null", **ALL)["items"]) == 3
    page = client.match("test-null", **ALL, **filters)
    assert page["items"] == [] and not page["has_more"]


def test_nothing_known_is_needed_to_exclude(client):
    """Nobody is left out because a brand or a list of names says nothing about them."""
    for filters in ({"brand_conflict": "Lensbarrow"}, {"exclude": "@nobody"}, {"has_contact": "false"}, {"q": "TestNull"}):
        assert len(client.match("test-null", **ALL, **filters)["items"]) == 3


# ---- tiers

@pytest.mark.parametrize("tier,low,high", [("nano", 1000, 9999), ("micro", 10_000, 100_000)])
def test_tier_sets_the_bounds(client, tier, low, high):
    page = client.match("fitness", tier=tier, limit=100)
    asked = page["query"]
    assert (asked["tier"], asked["min_followers"], asked["max_followers"]) == (tier, low, high)
    assert page["items"] == client.match("fitness", min_followers=low, max_followers=high, limit=100)["items"] != []
    for other in ("min_followers", "max_followers"):
        problem = client.problem("/match", 400, "PARAM_INVALID", niche="fitness", tier=tier, **{other: 5000})
        assert problem["param"] == "tier" and problem["value"] == tier and "not both" in problem["detail"]


# ---- exclude

def test_exclude(client, everyone):
    gone = [everyone[0], everyone[3], everyone[7]]
    ids = ",".join(item["creator"]["id"] for item in gone[:2])
    handle = "@" + gone[2]["creator"]["username"].upper()
    for value in (f"{ids},{handle}", [*ids.split(","), handle]):
        found = client.walk(niche="fitness", limit=100, exclude=value, **ALL)
        assert keys(found) == [key for key in keys(everyone) if key not in keys(gone)]
    assert client.match("fitness", exclude=f"{ids},{handle}")["query"]["exclude"] == [*ids.split(","), handle]


def test_at_most_fifty_are_excluded(client, everyone):
    ids = [item["creator"]["id"] for item in everyone[:51]]
    assert keys(client.walk(niche="fitness", limit=100, exclude=",".join(ids[:50]), **ALL)) == keys(everyone)[50:]
    problem = client.problem("/match", 400, "PARAM_INVALID", niche="fitness", exclude=",".join(ids))
    assert problem["param"] == "exclude" and "50" in problem["detail"]


# ---- words

@pytest.mark.parametrize("asked,finds", [("plant-based", True), ("PLANT based", True), ("pláňt BASED", True), ("plant base", False),
                                         ("based plant gym", True), ("gym", True), ("plantbased", False), ("plant gym unknown", False)])
def test_q_folds_and_needs_all_words(sandbox_searched, asked, finds):
    assert len(sandbox_searched.match("test-null", q=asked, **ALL)["items"]) == finds


@pytest.fixture(scope="module")
def sandbox_searched(databases, sandbox_template, program, contract):
    """One creator of test-null has a name, a bio and a city."""
    with databases.one(sandbox_template) as url, psycopg.connect(url, autocommit=True) as db:
        db.execute("with a as (update account set name = 'Plânt-Based', bio = '#testnull GYM', city = 'São Paulo, SP'"
                   " where username = 'test_null_1' returning creator_id, account_id)"
                   " insert into account_dirty (creator_id, account_id) select * from a")
        program(url).run("score")
        with program(url).serve(NICHED_WORKER=0) as service, Client(service, contract) as client:
            yield client


@pytest.mark.parametrize("asked,finds", [("sao paulo", 1), ("São-Paulo", 1), ("saopaulo", 1), ("Paulo", 0), ("-sao paulo", 0),
                                         ("-rio", 1), ("rio,SAO PAULO", 1)])
def test_city_folds(sandbox_searched, asked, finds):
    assert len(sandbox_searched.match("test-null", city=asked, **ALL)["items"]) == finds


# ---- what may be asked

@pytest.mark.parametrize("name,value,echoed", [
    ("min_engagement_rate", "0", 0), ("min_engagement_rate", "0.000000001", 0.000000001), ("min_engagement_rate", "0.499", 0.499), ("max_engagement_rate", "1000pct", 10),
    ("max_engagement_rate", "60%", 0.6), ("min_price_usd", "0", 0), ("max_price_usd", "10000000", 1e7), ("max_price_usd", "12.34", 12.34),
    ("last_post_days", "0", 0), ("last_post_days", "36500", 36500), ("min_posts_per_week", "0", 0), ("min_posts_per_week", "1000", 1000),
    ("min_follower_growth", "-1", -1), ("min_follower_growth", "1000pct", 10), ("max_sponsored_share", "0", 0),
    ("max_sponsored_share", "1", 1), ("max_sponsored_share", "0.6", 0.6), ("has_contact", "true", True), ("verified", "false", False),
    ("q", "a", "a"), ("q", "x" * 100, "x" * 100), ("city", "Berlin,-São Paulo", ["Berlin", "-São Paulo"]), ("city", "x" * 60, ["x" * 60]),
    ("exclude", "1,@A.b_c", ["1", "@A.b_c"]), ("exclude", "9" * 18, ["9" * 18]), ("brand_conflict", 'Wood & "Wren",-x', ['Wood & "Wren"', "-x"]),
    ("sort_by", "price", "price"), ("sort_order", "asc", "asc"), ("tier", "nano", "nano")])
def test_valid_values_are_echoed(client, name, value, echoed):
    assert client.match("fitness")["query"][name] == {"sort_by": "score", "sort_order": "desc"}.get(name)
    assert client.match("fitness", **{name: value})["query"][name] == echoed


@pytest.mark.parametrize("name,value,says", [
    ("min_engagement_rate", "0.0000000001", "0, or at least 0.000000001"), ("min_posts_per_week", "0.0000000001", "0, or at least"),
    ("min_engagement_rate", "0.5", "0.5pct for percent, 50pct for the fraction"), ("max_engagement_rate", "3", "3pct for percent"),
    ("min_engagement_rate", "-0.01", "fraction"), ("max_engagement_rate", "1001pct", "fraction"), ("min_engagement_rate", "x", "fraction"),
    ("min_price_usd", "-1", "number from 0"), ("max_price_usd", "10000000.01", "number from 0"), ("max_price_usd", "$5", "number from 0"),
    ("min_price_usd", "nan", "number"), ("last_post_days", "-1", "whole number"), ("last_post_days", "36501", "whole number"),
    ("last_post_days", "1.5", "whole number"), ("min_posts_per_week", "-1", "number"), ("min_posts_per_week", "1001", "number"),
    ("min_follower_growth", "-1.01", "fraction"), ("min_follower_growth", "0.5", "50pct"), ("min_follower_growth", "1001pct", "fraction"),
    ("growth_days", "0", "whole number from 1"), ("growth_days", "3651", "whole number"), ("max_sponsored_share", "1.01", "fraction"),
    ("max_sponsored_share", "-0.1", "fraction"), ("audience_country", "USA", "ISO 3166"), ("min_audience_share", "1.1", "fraction"),
    ("has_contact", "yes", "true or false"), ("has_contact", "", "true or false"), ("verified", "1", "true or false"),
    ("q", "", "letter or digit"), ("q", "!?", "letter or digit"), ("q", "x" * 101, "bytes"), ("city", "", "letter or digit"),
    ("city", "Berlin,", "letter or digit"), ("city", "-", "letter or digit"), ("city", "x" * 61, "60 bytes"),
    ("exclude", "name", "@name"), ("exclude", "@", "@name"), ("exclude", "-5", "@name"), ("exclude", "9" * 19, "@name"),
    ("brand_conflict", "", "letter or digit"), ("brand_conflict", "x" * 61, "60 bytes"), ("tier", "macro", "nano,micro"),
    ("sort_by", "likes", "one of score"), ("sort_order", "up", "asc,desc")])
def test_invalid_values_are_refused(client, name, value, says):
    problem = client.problem("/match", 400, "PARAM_INVALID", niche="fitness", **{name: value})
    assert problem["param"] == name and says in problem["detail"], problem


@pytest.mark.parametrize("params,param", [
    ({"min_engagement_rate": "0.2", "max_engagement_rate": "0.1"}, "min_engagement_rate"),
    ({"min_price_usd": "2", "max_price_usd": "1.99"}, "min_price_usd"), ({"min_followers": 200_000}, "min_followers"),
    ({"audience_country": "US"}, "audience_country"), ({"min_audience_share": "0.3"}, "min_audience_share"),
    ({"growth_days": 30}, "growth_days")])
def test_what_contradicts_itself_or_says_half(client, params, param):
    assert client.problem("/match", 400, "PARAM_INVALID", niche="fitness", **params)["param"] == param


def test_equal_bounds_are_a_range(client):
    assert client.match("fitness", min_price_usd=100, max_price_usd=100)["query"]["min_price_usd"] == 100
    assert client.match("fitness", min_follower_growth="0", growth_days=3650)["query"]["growth_days"] == 3650


def test_filters_that_nobody_set_are_null(client):
    query = client.match("fitness")["query"]
    assert {name for name, value in query.items() if value is None} >= {
        "city", "tier", "min_engagement_rate", "max_engagement_rate", "min_price_usd", "max_price_usd", "last_post_days",
        "min_posts_per_week", "min_follower_growth", "max_sponsored_share", "audience_country", "min_audience_share", "has_contact",
        "verified", "q", "exclude", "brand_conflict"} and query["growth_days"] == 30


# ---- order

SORTS = {
    "followers": lambda item: item["followers"], "engagement_rate": lambda item: item["engagement_rate"],
    "authenticity": lambda item: item["authenticity"], "price": lambda item: None if item["price_source"] == "prior" else item["price_usd"],
    "last_post": lambda item: item["last_post_at"] and item["last_post_at"][:10]}


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("by", SORTS)
def test_sorted_by(client, everyone, by, order):
    found = client.walk(niche="fitness", limit=100, sort_by=by, sort_order=order, **ALL)
    assert sorted(keys(found)) == sorted(keys(everyone))
    values = [SORTS[by](item) for item in found]
    known = [v for v in values if v is not None]
    assert values == sorted(known, reverse=order == "desc") + [None] * (len(values) - len(known)), "unknown comes last"
    assert len(set(known)) > 5
    unknown = [item["score"] for item in found if SORTS[by](item) is None]
    assert unknown == sorted(unknown, reverse=True), "ties are in the order of the score"


def test_sorted_by_growth(client, sandbox_db):
    rows = dict(((p, u), g) for p, u, g in sandbox_db.execute(
        f"select p.slug, a.username, {GROWTH.format(60)} from account a join platform p on p.platform = a.platform where a.world = 1"))
    found = client.walk(niche="fitness", limit=100, sort_by="follower_growth", growth_days=60, **ALL)
    known = [g for g in map(rows.get, keys(found)) if g is not None]
    assert known == sorted(known, reverse=True) and len(known) > 10
    assert all(rows[key] is None for key in keys(found)[len(known):])


def test_the_worst_first(client, everyone):
    worst = client.walk(niche="fitness", limit=100, sort_order="asc", **ALL)
    assert [item["score"] for item in worst] == sorted(item["score"] for item in everyone)


@pytest.mark.parametrize("limit", [1, 7])
def test_pages_of_a_sorted_list_make_the_whole(client, limit):
    params = {"niche": "test-many", "sort_by": "price", "sort_order": "asc"}
    whole = client.ok("/match", limit=100, **params)["items"]
    assert keys(client.walk(limit=limit, **params)) == keys(whole) and len(whole) == 60


def test_cursor_is_bound_to_the_order(client):
    params = {"niche": "test-many", "sort_by": "follower_growth", "growth_days": 30}
    cursor = client.ok("/match", **params)["next_cursor"]
    assert client.ok("/match", **params, cursor=cursor)["items"]
    for other in ({"sort_by": "followers", "growth_days": None}, {"sort_order": "asc"}, {"growth_days": 60}):
        changed = {k: v for k, v in {**params, **other}.items() if v is not None}
        client.problem("/match", 400, "PARAM_CURSOR", cursor=cursor, **changed)
    client.problem("/match", 400, "PARAM_CURSOR", cursor=cursor, niche="test-many")


@pytest.mark.parametrize("how", [{"weights": "engagement:2"}, {"goal": "launch"}, {"caution": "high"}, {"audience_target": "US:1"},
                                 {"diversify": "0.5"}, {"niche": "gaming travel"}], ids=lambda how: next(iter(how)))
def test_sorting_does_not_go_with_another_ranking(client, how):
    for order, param in (({"sort_by": "price"}, "sort_by"), ({"sort_order": "asc"}, "sort_order")):
        problem = client.problem("/match", 400, "PARAM_INVALID", **{"niche": "fitness", **how, **order})
        assert problem["param"] == param and problem["detail"]


def test_explanation_in_a_sorted_list(client):
    items = client.match("fitness", sort_by="followers", explain="true", limit=10)["items"]
    by_score = {item["creator"]["id"]: item for item in client.walk(niche="fitness", limit=100, explain="true")}
    assert [{**item, "rank": 0} for item in items] == [{**by_score[item["creator"]["id"]], "rank": 0} for item in items]


# ---- why a list is thin

@pytest.mark.parametrize("filters", [
    {"min_engagement_rate": "900pct"}, {"max_engagement_rate": "0"}, {"min_price_usd": "9999999"}, {"max_price_usd": "0.5"},
    {"last_post_days": "0"}, {"min_posts_per_week": "999"}, {"min_follower_growth": "900pct"},
    {"min_follower_growth": "900pct", "growth_days": "7"}, {"max_sponsored_share": "0", "min_posts_per_week": "500.5"}, {"city": "Nowhere"},
    {"city": "Nowhere,-Elsewhere"}, {"q": "qwertyuiop"}, {"verified": "true", "q": "qwertyuiop"}, {"tier": "micro", "country": "FJ"},
    {"tier": "nano", "min_engagement_rate": "800pct"}, {"tier": "micro", "min_confidence": "0.999", "city": "nowhere"},
    {"audience_country": "US", "min_audience_share": "0.9"}, {"audience_country": "-US", "min_audience_share": "0.5", "q": "qwertyuiop"},
], ids=lambda f: ",".join(f"{k}={v}" for k, v in f.items()))
def test_the_smallest_relaxation_gives_what_it_says(client, filters):
    page = client.match("fitness", limit=100, count="exact", **filters)
    assert page["total"] < 5
    diagnosis = page["diagnosis"]
    shown = {line["filter"]: line for line in diagnosis["filters"]}
    assert set(shown) >= set(filters) - {"tier", "growth_days", "min_audience_share"}
    relaxation = diagnosis["smallest_relaxation"]
    assert relaxation, diagnosis
    assert client.get("/match?" + relaxation["query"]).json()["total"] == relaxation["gives"] > page["total"]
    changed = {"niche": "fitness", "limit": 100, "count": "exact", **filters}
    for change in relaxation["changes"]:
        changed[change["param"]] = change["value"]
    changed = {name: value for name, value in changed.items() if value is not None}
    assert client.ok("/match", **changed)["total"] == relaxation["gives"]


@pytest.mark.parametrize("filters,name,asked,unknown", [
    ({"tier": "micro"}, "min_followers", "10000", False), ({"country": "US"}, "country", "US", True),
    ({"last_post_days": "9"}, "last_post_days", "9", True), ({"max_price_usd": "9"}, "max_price_usd", "9", True),
    ({"min_follower_growth": "2pct"}, "min_follower_growth", "2pct", True), ({"city": "-Oslo"}, "city", "-Oslo", True),
    ({"verified": "true"}, "verified", "true", True), ({"q": "zzz"}, "q", "zzz", False), ({"exclude": "@test_null_1"}, "exclude", "@test_null_1", False),
    ({"audience_country": "US", "min_audience_share": "1"}, "audience_country", "US", True)], ids=lambda v: str(v)[:40])
def test_why_not_names_the_filter(client, filters, name, asked, unknown):
    account, = client.match("test-null", why_not="test_null_1", **{**ALL, **filters} if "tier" not in filters else {**filters, "min_authenticity": 0}
                            )["why_not"]["accounts"]
    failed = {line["filter"]: line for line in account["failed"]}
    assert (failed[name]["asked"], failed[name]["unknown"]) == (asked, unknown)


# ---- opted out

def test_who_opted_out_appears_nowhere(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve(NICHED_WORKER=0) as service:
        client = ask(service)
        before = client.walk(niche="fitness", limit=100, **ALL)
        one = before[0]["creator"]
        creator, = db.execute("update creator set opted_out = true where creator_id = %s returning creator_id", [one["id"]]).fetchone()
        listed = db.execute("select count(*) from niche_match m join niche n using (niche_id)"
                            " where n.slug = 'fitness' and m.related = false").fetchone()[0]
        db.execute("insert into account_dirty (creator_id, account_id) select creator_id, account_id from account"
                   " where creator_id = %s", [creator])
        sandbox_niched.run("score")
        service.wait("/readyz", 200)
        for how in ({}, {"weights": "engagement:2"}, {"sort_by": "followers"}, {"q": one["name"].split()[0]}, {"diversify": "1"}):
            walk = client.walk if "diversify" not in how else lambda **p: client.ok("/match", **p)["items"]
            assert one["id"] not in {item["creator"]["id"] for item in walk(niche="fitness", limit=100, **ALL, **how)}, how
        for niche in ("gaming travel", "fitness yoga"):
            assert one["id"] not in {item["creator"]["id"] for item in client.walk(niche=niche, limit=100, **ALL)}
        client.problem(f"/creators/{one['id']}", 404, "CREATOR_UNKNOWN")
        client.problem(f"/creators/{one['platform']}/{one['username']}", 404, "CREATOR_UNKNOWN")
        assert db.execute("select count(*) from niche_match where creator_id = %s", [creator]).fetchone() == (0,)
        assert db.execute("select count(*) from niche_match m join niche n using (niche_id)"
                          " where n.slug = 'fitness' and m.related = false").fetchone()[0] == listed - 1
        assert db.execute("select v.creators from niche_version v join niche n using (niche_id)"
                          " where n.slug = 'fitness' and v.world = 1").fetchone() == (listed - 1,)


# ---- statements

SPY = """
alter table niche_version rename to niche_version_kept;
create table spied (prepared bigint);
create sequence looks;
create function spy(v bigint) returns bigint language plpgsql volatile security definer as $$
begin
  if nextval('looks') % 16 = 0 then -- to list them takes longer than what is asked
    insert into spied select count(*) from pg_prepared_statements;
  end if;
  return v;
end $$;
create view niche_version as select world, niche_id, creators, spy(version) as version, floors, bounded from niche_version_kept;
grant select on niche_version to public;
"""


def test_prepared_statements_are_bounded(sandbox_niched, ask):
    """One statement a combination of filters, at most 128 a connection; beyond, a combination is asked without a name."""
    optional = {"country": "US", "language": "en", "platform": "tiktok", "has_contact": "true", "q": "yoga", "last_post_days": 9,
                "min_price_usd": 1, "city": "london"}
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        db.execute(SPY)
        with sandbox_niched.serve(NICHED_WORKER=0, NICHED_LOOPS=1) as service:
            client = ask(service)
            combinations = [dict(c) for n in range(5) for c in itertools.combinations(optional.items(), n)]
            assert len(combinations) > 140
            lists = [keys(client.match("fitness", weights="engagement:2", **c)["items"]) for c in combinations]
            assert lists == [keys(client.match("fitness", weights="engagement:2", **c)["items"]) for c in combinations]
            assert lists[0] and db.execute("select max(prepared) from spied").fetchone()[0] == 128 + 1  # that names the workspace
            assert db.execute("select count(*) from spied").fetchone()[0] > 10
