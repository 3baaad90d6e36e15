"""GET /match on the sandbox world: what a niche means, filters, order, pages, the arithmetic, refusals."""
import json
import math
from decimal import Decimal
from urllib.parse import urlsplit

import psycopg
import pytest

ALL = {"min_followers": 0, "max_followers": 1_000_000_000, "min_authenticity": 0}  # what leaves nobody out


def keys(items):
    return [(item["creator"]["platform"], item["creator"]["username"]) for item in items]


# ---- what a niche means

@pytest.mark.parametrize("asked,resolved,how", [
    ("vegan-fitness", ["vegan-fitness"], "slug"),
    ("Vegan Fitness", ["vegan-fitness"], "alias"),
    ("VEGAN_FITNESS", ["vegan-fitness"], "alias"),
    ("#veganfitness", ["vegan-fitness"], "alias"),
    ("Végan   Fítness", ["vegan-fitness"], "alias"),
    ("vegan,fitness", ["vegan-fitness"], "compound"),
    ("fitness and vegan influencers", ["vegan-fitness"], "compound"),
    ("vegan gaming", ["gaming", "vegan"], "compound"),
    ("vegan travel", ["vegan-travel"], "alias"),
    ("vegan fitnes", ["vegan-fitness"], "spelling"),
    ("photograhpy", ["photography"], "spelling"),
])
def test_niche_is_resolved_and_echoed(client, asked, resolved, how):
    niche = client.match(asked)["query"]["niche"]
    assert (sorted(niche["resolved"]), niche["how"]) == (resolved, how)
    assert niche["asked"] == asked and niche["mode"] == "all" and niche["excluded"] == []


def test_one_niche_in_all_spellings_is_one_list(client):
    lists = [keys(client.match(asked)["items"]) for asked in ("vegan-fitness", "#VeganFitness", "vegan,fitness", "vegan fitnes")]
    assert lists[0] and all(other == lists[0] for other in lists)


def test_a_niche_may_be_given_more_than_once(client):
    page = client.get("/match?niche=vegan&niche=fitness").json()
    assert page["query"]["niche"]["asked"] == "vegan,fitness" and page["query"]["niche"]["resolved"] == ["vegan-fitness"]


def test_unknown_niche_suggests(client):
    problem = client.problem("/match", 404, "NICHE_UNKNOWN", niche="veganfitnezzzz")
    assert problem["param"] == "niche" and problem["value"] == "veganfitnezzzz"
    assert "vegan-fitness" in problem["did_you_mean"] and "veganfitnezzzz" in problem["detail"]
    assert [s["niche"] for s in problem["suggestions"]] == problem["did_you_mean"]
    for suggestion in problem["suggestions"]:
        assert suggestion["creators"] == client.ok(f"/niches/{suggestion['niche']}")["creators"]
    for unlike in ("qqqqqqqqqqqq", "nonsenseniche"):
        nothing = client.problem("/match", 404, "NICHE_UNKNOWN", niche=unlike)
        assert "did_you_mean" not in nothing and "suggestions" not in nothing
    assert "vegan" in client.problem("/match", 404, "NICHE_UNKNOWN", niche="vegan foobarbaz")["did_you_mean"]


@pytest.mark.parametrize("asked,resolved,excluded,how", [
    ("plantbased workout", ["vegan-fitness"], [], None), ("fitness vegano", ["vegan-fitness"], [], None),
    ("végan", ["vegan"], [], "alias"), ("vegan+fitness", ["vegan-fitness"], [], "compound"), ("keto -vegan", ["keto"], ["vegan"], "compound"),
    ("  vegan  ", ["vegan"], [], "alias"), ("Vegan/Fitness", ["vegan-fitness"], [], "compound"), ("ＶＥＧＡＮ", ["vegan"], [], "alias"),
    ("vegan & fitness", ["vegan-fitness"], [], "compound"), ("veganfitness", ["vegan-fitness"], [], "alias"),
    ("vegane fitness", ["vegan-fitness"], [], None), ("#vegan #fitness", ["vegan-fitness"], [], None)])
def test_spellings_that_people_type(client, asked, resolved, excluded, how):
    niche = client.match(asked)["query"]["niche"]
    assert (niche["asked"], niche["resolved"], niche["excluded"]) == (asked, resolved, excluded)
    assert how is None or niche["how"] == how


def test_excluded_niche(client, sandbox_db):
    page = client.match("fitness -vegan", limit=100, **ALL)
    assert page["query"]["niche"]["resolved"] == ["fitness"] and page["query"]["niche"]["excluded"] == ["vegan"]
    vegan = {tuple(row) for row in sandbox_db.execute(
        "select p.slug, a.username from creator_niche x join account a using (creator_id, account_id)"
        " join platform p on p.platform = a.platform join niche n using (niche_id)"
        " where n.slug = 'vegan' and x.focus >= 0.25")}
    everyone, rest = client.walk(niche="fitness", limit=100, **ALL), client.walk(niche="fitness -vegan", limit=100, **ALL)
    assert vegan & set(keys(everyone))
    assert keys(rest) == [key for key in keys(everyone) if key not in vegan]


def test_fitness_star_is_not_vegan_fitness(client):
    stars = client.match("fitness", min_followers=500_000, max_followers=1_000_000_000)["items"]
    stars = [item for item in stars if not any("vegan" in niche for niche in item["niches"])]
    assert stars, "the cast has two"
    listed = client.walk(niche="vegan-fitness", limit=100, **ALL)
    assert listed and not set(keys(stars)) & set(keys(listed))


def test_compound_without_a_niche_of_its_own(client):
    """Everybody listed makes each of the niches; the list is ordered, filtered and paged as any other."""
    page = client.match("travel gaming", limit=100, explain="true", **ALL)
    both = keys(page["items"])
    assert both and sorted(page["query"]["niche"]["resolved"]) == ["gaming", "travel"]
    for niche in ("travel", "gaming"):
        assert set(both) <= set(keys(client.walk(niche=niche, limit=100, **ALL)))
    assert both == keys(client.match("gaming, travel", limit=100, **ALL)["items"])
    assert both == keys(client.walk(niche="travel gaming", limit=3, **ALL)) and len(set(both)) == len(both)
    scores = [item["score"] for item in page["items"]]
    assert scores == sorted(scores, reverse=True)
    english = keys(item for item in page["items"] if item["creator"]["language"] == "en")
    assert english == keys(client.match("travel gaming", limit=100, language="en", **ALL)["items"])


def test_niches_that_answer_errors(client):
    """For tests of those who call."""
    for niche, status, code, seconds in (("test-429", 429, "LIMIT_RATE", "30"), ("test-503", 503, "STORE_UNAVAILABLE", "5")):
        response = client.get("/match", params={"niche": niche})
        assert (response.status_code, response.json()["code"], response.headers["Retry-After"]) == (status, code, seconds)


# ---- filters

def test_default_bounds_of_followers(client):
    page = client.match("fitness", limit=100)
    assert (page["query"]["min_followers"], page["query"]["max_followers"], page["query"]["min_authenticity"]) == (1000, 100000, 0.25)
    assert all(1000 <= item["followers"] <= 100000 and item["authenticity"] >= 0.245 for item in page["items"])


@pytest.mark.parametrize("bounds", [(5000, 20000), (0, 1000), (100_000, 1_000_000_000)])
def test_followers(client, bounds):
    narrow = client.walk(niche="fitness", limit=100, min_followers=bounds[0], max_followers=bounds[1], min_authenticity=0)
    wide = client.walk(niche="fitness", limit=100, **ALL)
    assert keys(narrow) == keys(item for item in wide if bounds[0] <= item["followers"] <= bounds[1])


@pytest.mark.parametrize("name,values", [("platform", ("instagram", "tiktok", "youtube")), ("country", ("US", "GB", "DE")),
                                         ("language", ("en", "de", "es"))])
def test_list_filters(client, name, values):
    everyone = client.walk(niche="fitness", limit=100)
    found = {value: keys(item for item in everyone if item["creator"][name] == value) for value in values}
    assert sum(map(bool, found.values())) >= 2, found
    for value in values:
        assert keys(client.walk(niche="fitness", limit=100, **{name: value})) == found[value]
    first, second, third = values
    two = client.walk(niche="fitness", limit=100, **{name: f"{first},{second}"})
    assert keys(two) == keys(item for item in everyone if item["creator"][name] in (first, second))
    assert two == client.walk(niche="fitness", limit=100, **{name: [first, second]})
    without = client.walk(niche="fitness", limit=100, **{name: f"-{first},-{third}"})
    assert keys(without) == keys(item for item in everyone if item["creator"][name] not in (first, third, None))
    page = client.match("fitness", **{name: f"{first},-{third}"})
    assert page["query"][name] == [first, f"-{third}"]
    assert all(item["creator"][name] == first for item in page["items"])


def test_codes_in_any_case(client):
    assert client.match("fitness", country="us")["query"]["country"] == ["US"]
    assert client.match("fitness", language="EN")["query"]["language"] == ["en"]


@pytest.mark.parametrize("asked,value", [("0.4", 0.4), ("40pct", 0.4), ("1", 1), ("0", 0)])
def test_shares(client, asked, value):
    for name in ("authenticity", "confidence"):
        page = client.match("fitness", limit=100, **{f"min_{name}": asked})
        assert page["query"][f"min_{name}"] == pytest.approx(value, abs=1e-9)
        assert all(item[name] >= value - 0.005 for item in page["items"])


def test_filters_hold_together(client):
    found = client.walk(niche="fitness", country="US,GB", platform="-tiktok", min_followers=2000, min_confidence="30pct")
    assert found and all(item["creator"]["country"] in ("US", "GB") and item["creator"]["platform"] != "tiktok" and
                         2000 <= item["followers"] <= 100000 and item["confidence"] >= 0.295 for item in found)


def test_nobody_fits(client):
    page = client.match("fitness", min_followers=999_999_999, max_followers=1_000_000_000)
    assert page["items"] == [] and not page["has_more"] and page["next_cursor"] is None


def test_worlds_do_not_mix(client):
    assert client.match("fitness")["world"] == "sandbox"  # no real creator was imported
    live = client.match("fitness", world="live")
    assert (live["world"], live["items"], live["related_available"]) == ("live", [], 0)
    assert client.match("fitness", world="sandbox")["items"] == client.match("fitness")["items"]


def test_made_up_creators_have_addresses_that_lead_nowhere(client):
    for item in client.match("fitness", limit=100)["items"]:
        for url in filter(None, (item["creator"]["url"], item["creator"]["picture_url"])):
            assert urlsplit(url).hostname.endswith(".invalid"), url


# ---- order and pages

def test_order_is_the_total_one_of_the_store(client, sandbox_db):
    rows = sandbox_db.execute(
        "select p.slug, a.username from niche_match m join niche n using (niche_id) join account a using (creator_id, account_id)"
        " join platform p on p.platform = a.platform where n.slug = 'fitness' and not m.related and m.world = 1"
        " order by m.score desc, m.conf desc, m.account_id desc").fetchall()
    items = client.walk(niche="fitness", limit=100, **ALL)
    assert len(items) > 100 and keys(items) == rows
    scores = [item["score"] for item in items]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("limit", [1, 7, 20, 100])
def test_pages_make_the_whole(client, limit):
    whole = client.match("test-many", limit=100)["items"]
    assert len(whole) == 60
    items = client.walk(niche="test-many", limit=limit)
    assert [{**item, "rank": 0} for item in items] == [{**item, "rank": 0} for item in whole]
    assert len(set(keys(items))) == 60
    assert [item["rank"] for item in items] == [i % limit + 1 for i in range(60)]


def test_default_page(client):
    page = client.match("test-many")
    assert len(page["items"]) == page["query"]["limit"] == 20 and page["has_more"]


def test_link_leads_to_the_next_page(client):
    params = {"niche": "Test Many", "limit": 25, "country": ["US", "-GB"], "explain": "true"}
    response, seen = client.get("/match", params=params), []
    while True:
        seen += keys(response.json()["items"])
        if "Link" not in response.headers:
            break
        assert response.links["next"]["url"].startswith("/match?")
        response = client.get(response.links["next"]["url"])
        assert response.json()["items"][0]["explanation"]
    assert len(seen) == len(set(seen)) == 60 and not response.json()["has_more"]


def test_cursor_allows_another_limit(client):
    first = client.match("test-many", limit=10)
    rest = client.match("test-many", limit=100, cursor=first["next_cursor"])
    assert len(rest["items"]) == 50 and not rest["has_more"]


def test_cursor_that_was_tampered_with(client):
    cursor = client.match("test-many")["next_cursor"]
    for at in (0, len(cursor) // 3, len(cursor) // 2, len(cursor) - 2):
        other = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1:]
        problem = client.problem("/match", 400, "PARAM_CURSOR", niche="test-many", cursor=other)
        assert problem["param"] == "cursor"
    for other in (cursor[:-4], cursor + "AAAA", "A", "!!!!", "0" * 200):
        client.problem("/match", 400, "PARAM_CURSOR", niche="test-many", cursor=other)


@pytest.mark.parametrize("other", [{"niche": "fitness"}, {"country": "US"}, {"min_followers": 1001}, {"world": "live"},
                                   {"min_confidence": "0"}, {"niche": "test-many -vegan"}])
def test_cursor_of_another_query(client, other):
    cursor = client.match("test-many")["next_cursor"]
    client.problem("/match", 400, "PARAM_CURSOR", **{"niche": "test-many", "cursor": cursor, **other})


def test_cursor_survives_a_restart_with_a_secret_file_and_not_without(sandbox, ask, tmp_path):
    secret = {"NICHED_SECRET_FILE": tmp_path / "secret"}
    with sandbox.serve(secret) as service:
        first = ask(service).match("test-many", limit=30)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600 and (tmp_path / "secret").stat().st_size == 32
    with sandbox.serve(secret) as service:
        rest = ask(service).match("test-many", limit=100, cursor=first["next_cursor"])["items"]
        assert len(set(keys(first["items"] + rest))) == 60
    with sandbox.serve() as service:
        ask(service).problem("/match", 400, "PARAM_CURSOR", niche="test-many", cursor=first["next_cursor"])


def test_same_bytes(client, sandbox, ask):
    params = {"niche": "vegan fitness", "limit": 100, "explain": "full", **ALL}
    first = client.get("/match", params=params).content
    assert first == client.get("/match", params=params).content
    with sandbox.serve(NICHED_LOOPS=1) as service:
        assert first == ask(service).get("/match", params=params).content


# ---- the arithmetic

@pytest.mark.parametrize("niche", ["vegan-fitness", "fitness", "test-many", "test-null", "travel gaming"])
def test_points_lost_sum_to_what_is_missing(client, niche):
    answer = client.get("/match", params={"niche": niche, "limit": 100, "explain": "true", **ALL})
    page = json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)
    assert page["items"]
    for item in page["items"]:
        parts = item["explanation"]["components"].values()
        assert sum(part["points_lost"] for part in parts) == 100 - item["score"]
        low, high = item["explanation"]["interval80"]
        assert low <= item["score"] <= high and "ln_score" not in item["explanation"]


@pytest.mark.parametrize("niche", ["vegan-fitness", "fitness", "test-null", "travel gaming"])
def test_logarithms_sum_to_the_score(client, niche):
    page = client.match(niche, limit=100, explain="full", **ALL)
    for item in page["items"]:
        ln_score, parts = item["explanation"]["ln_score"], item["explanation"]["components"]
        assert abs(sum(part["log_contribution"] for part in parts.values()) - ln_score) <= 1e-9
        assert abs(100 * math.exp(ln_score) - item["score"]) <= 0.0551
        for name, part in parts.items():
            assert part["weight"] == page["query"]["weights"][name]
            assert math.exp(part["log_contribution"] / part["weight"]) == pytest.approx(part["value"], abs=0.00051)


def test_explanation_repeats_the_item(client):
    for item in client.match("fitness", limit=100, explain="true")["items"]:
        parts = item["explanation"]["components"]
        assert parts["engagement"]["rate"] == item["engagement_rate"]
        assert parts["engagement"]["basis"] == item["engagement_rate_basis"]
        assert parts["engagement"]["ratio"] == item["engagement_vs_peers"]
        assert parts["affordability"]["price_usd"] == item["price_usd"]
        assert parts["affordability"]["price_source"] == item["price_source"]
        assert parts["authenticity"]["value"] == pytest.approx(item["authenticity"], abs=0.006)
        assert parts["loyalty"]["repeat_brands"] <= parts["loyalty"]["brands"]
        assert item["match"] == "all_parents" or parts["relevance"]["posts"] or parts["relevance"]["words"]


def test_weights_are_those_of_the_model(client):
    page = client.match("fitness", limit=1)
    assert page["query"]["weights"] == {"relevance": 0.4, "engagement": 0.2, "authenticity": 0.15, "affordability": 0.1,
                                        "loyalty": 0.08, "freshness": 0.07}
    assert page["model_version"] == "2026.1"


def test_answer_is_short_at_first_sight(client):
    for explain in ({}, {"explain": "false"}):
        assert all("explanation" not in item for item in client.match("fitness", **explain)["items"])


def test_what_was_not_measured(client):
    items = client.match("test-null", **ALL)["items"]
    assert len(items) == 3
    for item in items:
        assert (item["engagement_rate"], item["engagement_vs_peers"], item["last_post_at"]) == (None, None, None)
        assert item["engagement_rate_basis"] == "none" and item["price_source"] == "prior"
        assert {"engagement", "price"} <= set(item["not_measured"]) and item["confidence"] < 0.5
        assert "engagement was not measured" in item["cautions"]


def test_reasons_and_cautions(client):
    items = client.match("vegan-fitness", limit=100)["items"]
    assert items and all(item["reasons"] for item in items)
    assert any("recent posts are about" in reason for reason in items[0]["reasons"])
    assert all(len(item["not_measured"]) == len(set(item["not_measured"])) for item in items)


# ---- refusals

@pytest.mark.parametrize("params,code,param,words", [
    ({}, "PARAM_MISSING", "niche", "required"),
    ({"niche": ""}, "PARAM_INVALID", "niche", "1 to 200"),
    ({"niche": "x" * 201}, "PARAM_INVALID", "niche", "1 to 200"),
    ({"niche": "-vegan"}, "PARAM_INVALID", "niche", "at least one"),
    ({"niche": "vegan -vegan"}, "PARAM_INVALID", "niche", "leaves out"),
    ({"niche": "!?"}, "PARAM_INVALID", "niche", "at least one"),
    ({"niche": "vegan", "min_followers": "abc"}, "PARAM_INVALID", "min_followers", '"abc"'),
    ({"niche": "vegan", "min_followers": "1e3"}, "PARAM_INVALID", "min_followers", "whole number"),
    ({"niche": "vegan", "min_followers": " 5"}, "PARAM_INVALID", "min_followers", "whole number"),
    ({"niche": "vegan", "min_followers": "+5"}, "PARAM_INVALID", "min_followers", "whole number"),
    ({"niche": "vegan", "min_followers": ""}, "PARAM_INVALID", "min_followers", "whole number"),
    ({"niche": "vegan", "min_followers": "-1"}, "PARAM_INVALID", "min_followers", "from 0 to"),
    ({"niche": "vegan", "max_followers": "9" * 30}, "PARAM_INVALID", "max_followers", "from 0 to 1000000000"),
    ({"niche": "vegan", "min_followers": 50, "max_followers": 49}, "PARAM_INVALID", "min_followers", "must not exceed"),
    ({"niche": "vegan", "limit": "0"}, "PARAM_INVALID", "limit", "from 1 to 100"),
    ({"niche": "vegan", "limit": "101"}, "PARAM_INVALID", "limit", "from 1 to 100"),
    ({"niche": "vegan", "limit": "9223372036854775808"}, "PARAM_INVALID", "limit", "from 1 to 100"),
    ({"niche": "vegan", "limit": ["5", "5"]}, "PARAM_DUPLICATE", "limit", "more than once"),
    ({"niche": "vegan", "cursor": ""}, "PARAM_INVALID", "cursor", "1 to 200"),
    ({"niche": "vegan", "platform": "myspace"}, "PARAM_INVALID", "platform", "instagram,tiktok,youtube"),
    ({"niche": "vegan", "platform": ""}, "PARAM_INVALID", "platform", "one of"),
    ({"niche": "vegan", "platform": "tiktok,,youtube"}, "PARAM_INVALID", "platform", "one of"),
    ({"niche": "vegan", "platform": "TikTok"}, "PARAM_INVALID", "platform", "one of"),
    ({"niche": "vegan", "country": "USA"}, "PARAM_INVALID", "country", "ISO 3166-1"),
    ({"niche": "vegan", "country": "U1"}, "PARAM_INVALID", "country", "ISO 3166-1"),
    ({"niche": "vegan", "language": "english"}, "PARAM_INVALID", "language", "BCP 47"),
    ({"niche": "vegan", "country": ",".join(["US"] * 51)}, "PARAM_INVALID", "country", "at most 50"),
    ({"niche": "vegan", "min_authenticity": "1.01"}, "PARAM_INVALID", "min_authenticity", "fraction from 0 to 1"),
    ({"niche": "vegan", "min_authenticity": "-0.1"}, "PARAM_INVALID", "min_authenticity", "fraction from 0 to 1"),
    ({"niche": "vegan", "min_authenticity": "nan"}, "PARAM_INVALID", "min_authenticity", "fraction"),
    ({"niche": "vegan", "min_confidence": "inf"}, "PARAM_INVALID", "min_confidence", "fraction"),
    ({"niche": "vegan", "min_confidence": "101pct"}, "PARAM_INVALID", "min_confidence", "fraction"),
    ({"niche": "vegan", "min_confidence": "0x1"}, "PARAM_INVALID", "min_confidence", "fraction"),
    ({"niche": "vegan", "explain": "yes"}, "PARAM_INVALID", "explain", "false,true,full"),
    ({"niche": "vegan", "world": "both"}, "PARAM_INVALID", "world", "live,sandbox"),
    ({"nich": "vegan"}, "PARAM_UNKNOWN", "nich", '"niche"'),
    ({"niche": "vegan", "Limit": "5"}, "PARAM_UNKNOWN", "Limit", '"limit"'),
    ({"niche": "vegan", "zzzzzzzzz": "5"}, "PARAM_UNKNOWN", "zzzzzzzzz", "zzzzzzzzz"),
])
def test_bad_input_is_refused_with_its_reason(client, params, code, param, words):
    problem = client.problem("/match", 400, code, **params)
    assert problem["param"] == param and words in problem["detail"], problem
    sent = params.get(param)
    if code == "PARAM_INVALID" and isinstance(sent, str) and "," not in sent and len(sent) < 100:
        assert problem.get("value", "") == sent and problem.get("allowed") or param == "niche", problem


@pytest.mark.parametrize("sent,near", [("nich", "niche"), ("min_follower", "min_followers"), ("plattform", "platform"),
                                       ("contry", "country"), ("languages", "language"), ("cursr", "cursor")])
def test_unknown_parameter_names_the_nearest(client, sent, near):
    assert client.problem("/match", 400, "PARAM_UNKNOWN", niche="vegan", **{sent: "1"})["did_you_mean"][0] == near


def test_misspelt_choice_names_the_nearest(client):
    assert client.problem("/match", 400, "PARAM_INVALID", niche="vegan", platform="tiktak")["did_you_mean"] == ["tiktok"]


@pytest.mark.parametrize("text", ["é" * 90, "x" + "é" * 90, "日本語" * 20, "a\"b\\c", "<script>", "x'; drop table niche; --", "a\tb\n"],
                         ids=["even", "odd", "three", "quotes", "html", "sql", "control"])
def test_refused_value_comes_back_as_it_was(client, text):
    """Cut at whole characters, escaped, never obeyed."""
    for problem in (client.problem("/match", 400, "PARAM_INVALID", niche="vegan", limit=text),
                    client.problem("/match", 400, "PARAM_INVALID", niche="vegan", platform=text),
                    client.problem("/match", 400, "PARAM_UNKNOWN", niche="vegan", **{text: "1"})):
        assert "\ufffd" not in json.dumps(problem, ensure_ascii=False)
        assert text.startswith(problem.get("value", text)) or problem["param"] == text


def test_retired_model_ends_its_cursors(sandbox_niched, ask):
    with sandbox_niched.serve(NICHED_WORKER=0) as service, psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        client = ask(service)
        db.execute("update niche_match set world = 0")  # the sandbox keeps the seeds: only live cursors retire with a model
        cursor = client.match("test-many", world="live")["next_cursor"]
        db.execute("begin; update model set status = 'retired';"
                   " insert into model values ('2026.2', 'active', '2026-12-01', 'test'); notify niched; commit")
        for _ in range(300):
            if client.match("test-many", world="live")["model_version"] == "2026.2":
                break
        response = client.get("/match", params={"niche": "test-many", "world": "live", "cursor": cursor})
        assert response.status_code == 410 and response.json()["code"] == "PARAM_CURSOR_RETIRED"


def test_a_compound_without_a_niche_takes_every_ranking(client):
    whole = client.walk(niche="vegan,comedy", limit=100, **ALL)
    target = client.match("vegan,comedy", audience_target="US:1", explain="true", limit=100, **ALL)
    assert sorted(keys(target["items"])) == sorted(keys(whole)) and whole
    assert all("audience_fit" in item["explanation"]["components"] for item in target["items"])
    diverse = client.match("vegan,comedy", diversify="0.5", limit=100, **ALL)
    assert sorted(keys(diverse["items"])) == sorted(keys(whole))
    middle = sorted(item["confidence"] for item in whole)[len(whole) // 2]
    sure = client.walk(niche="vegan,comedy", limit=100, min_confidence=round(middle - 0.006, 3), **ALL)  # what is shown is rounded
    near = [item for item in whole if item["confidence"] == round(middle - 0.01, 2)]
    assert [k for k in keys(sure) if k not in keys(near)] == keys(item for item in whole if item["confidence"] >= middle)  # its own, not that of each part


def test_part_of_a_compound(client):
    page = client.match("travel gaming", limit=100, include="related", **ALL)
    walked = client.walk(niche="travel gaming", limit=100, include="related", **ALL)
    full = [item for item in walked if item["match"] != "related"]
    assert keys(full) == keys(client.walk(niche="travel gaming", limit=100, **ALL))
    part = walked[len(full):]
    assert part and all(item["match"] == "related" and len(item["matched_niches"]) == 1 for item in part)
    members = {niche: set(keys(client.walk(niche=niche, limit=100, **ALL))) for niche in ("travel", "gaming")}
    assert set(keys(part)) == members["travel"] ^ members["gaming"] and page["related_available"] == min(100, len(part))
    assert all(sorted(item["matched_niches"]) == ["gaming", "travel"] for item in full)


def test_related_are_counted_anew_when_the_niche_changes(sandbox_niched, ask):
    """A loop remembers the number; a version that was raised makes it worthless, also where the list stays as it is."""
    listed = "select n.slug, n.niche_id, count(*) from niche_match m join niche n using (niche_id) where m.world = 1 and m.related" \
             " and m.followers between 1000 and 100000 and exp(m.l_auth) >= 0.25 group by 1, 2 order by 3 desc limit 1"
    with sandbox_niched.serve(NICHED_WORKER=0, NICHED_CACHE_MB=0, NICHED_LOOPS=1) as service, \
            psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        client = ask(service)
        slug, niche, count = db.execute(listed).fetchone()
        before = client.ok("/match", niche=slug)
        assert before["related_available"] == min(count, 100) and client.ok("/match", niche=slug) == before
        keep = 3
        db.execute("delete from niche_match where niche_id = %s and related and account_id not in"
                   " (select account_id from niche_match where niche_id = %s and related and followers between 1000 and 100000"
                   "  and exp(l_auth) >= 0.25 limit %s)", (niche, niche, keep))
        db.execute("update niche_version set version = version + 1 where niche_id = %s", (niche,))
        after = client.ok("/match", niche=slug)
        assert after["related_available"] == keep and after["items"] == before["items"]
