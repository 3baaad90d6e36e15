"""GET /plan: whom to book for a budget, and what one big creator would do instead."""
import concurrent.futures
import json

import httpx
import psycopg
import pytest
from patience import NEVER_S

NICHE = "vegan-fitness"
UTILITY = {"net_reach": "net_reach", "engaged_people": "engaged", "conversions": "conversions"}


def plan(client, niche=NICHE, budget=2000, **more):
    return client.ok("/plan", **{"niche": niche, "budget_usd": budget, **more})


def ids(answer):
    return [item["creator"]["id"] for item in answer["creators"]]


def utility(answer):
    return answer["expected"][UTILITY[answer["query"]["maximises"]]]


def refusal(client, status=400, **params):
    response = client.get("/plan", params=params)
    assert response.status_code == status, response.text
    return response.json()


# ---- parameters

@pytest.mark.parametrize("name,good,bad", [
    ("budget_usd", [1, 10_000_000], [0, 10_000_001, "x", "1e3", "20.5", ""]), ("handling_usd", [0, 10_000], [-1, 10_001]),
    ("posts_per_creator", [1, 20], [0, 21]), ("months", [1, 24], [0, 25]), ("min_creators", [1, 50], [0, 101]),
    ("max_creators", [1, 100], [0, 101]), ("min_score", [0, 100], [-1, 101]),
    ("deliverable", ["post", "story", "reel", "video"], ["podcast", "usage_rights"]),
    ("goal", ["awareness", "engagement", "conversions", "partnership", "launch"], ["reach"]),
    ("include", ["@ivy.vegan_c", "76", "@Ivy.Vegan_C,98"], ["", ",", "76,,98", "ivy", "x" * 61]),
    ("exclude", ["@ivy.vegan_c,98"], ["", "ivy"]), ("country", ["US", "-US"], ["USA"]), ("tier", ["micro"], ["macro"]),
    ("min_followers", [0, 100_000], [-1, 100_001]), ("audience_target", ["US:1", "US:0.6,GB:0.4"], ["US:0.5", "us:1"]),
    ("caution", ["low", "high"], ["none"]), ("world", ["sandbox"], ["moon"])])
def test_parameter(client, name, good, bad):
    for value in good:
        answer = plan(client, **{name: value})
        echoed = answer["query"].get(name)
        assert name in ("world", "include", "exclude", "country", "audience_target", "tier") or echoed == value
    for value in bad:
        problem = refusal(client, **{"niche": NICHE, "budget_usd": 2000, name: value})
        assert problem["code"].startswith("PARAM_") and problem["param"] in (name, "min_followers")


def test_required_and_unknown(client):
    assert refusal(client, niche=NICHE)["code"] == "PARAM_MISSING"
    assert refusal(client, budget_usd=5)["param"] == "niche"
    assert refusal(client, niche=NICHE, budget_us=2000)["did_you_mean"] == ["budget_usd"]
    for name in ("limit", "cursor", "weights", "explain", "diversify"):  # of /match alone
        assert refusal(client, niche=NICHE, budget_usd=5, **{name: "1"})["code"] == "PARAM_UNKNOWN"


def test_contradictions(client):
    assert refusal(client, niche=NICHE, budget_usd=5, min_creators=3, max_creators=2)["param"] == "min_creators"
    assert refusal(client, niche=NICHE, budget_usd=5, include="76,98", max_creators=1)["param"] == "include"
    assert refusal(client, 404, niche=NICHE, budget_usd=5, include="@nobody-here")["code"] == "CREATOR_UNKNOWN"
    assert refusal(client, 404, niche=NICHE, budget_usd=5, include='@a"b\\{}')["code"] == "CREATOR_UNKNOWN"
    assert refusal(client, niche=NICHE, budget_usd=5, tier="micro", min_followers=5)["code"] == "PARAM_INVALID"
    assert refusal(client, 404, niche="qqqqxyz", budget_usd=5)["code"] == "NICHE_UNKNOWN"
    assert refusal(client, 429, niche="test-429", budget_usd=5)["code"] == "LIMIT_RATE"
    assert refusal(client, 503, niche="test-503", budget_usd=5)["code"] == "STORE_UNAVAILABLE"


def test_creator_of_another_niche_is_not_included(client, sandbox_db):
    stranger, = sandbox_db.execute("""select creator_id from account a where world = 1 and not exists (select 1 from niche_match m
        join niche n using (niche_id) where m.creator_id = a.creator_id and n.slug = %s) order by 1 limit 1""", (NICHE,)).fetchone()
    problem = refusal(client, niche=NICHE, budget_usd=2000, include=stranger)
    assert problem["code"] == "PARAM_INVALID" and problem["value"] == str(stranger)
    assert plan(client, exclude=stranger)["outcome"] == "found"


# ---- the plan

@pytest.mark.parametrize("goal", ["awareness", "engagement", "conversions"])
def test_more_money_does_not_do_less(client, goal):
    before = 0
    for budget in (60, 100, 200, 500, 1000, 2000, 5000, 20_000):
        answer = plan(client, budget=budget, goal=goal)
        if answer["outcome"] != "found":
            assert not before
            continue
        cost, creators = answer["cost"], answer["creators"]
        assert cost["total_usd"]["mid"] <= budget and cost["total_usd"]["low"] <= cost["total_usd"]["mid"] <= cost["total_usd"]["high"]
        assert cost["handling_usd"] == 30 * len(creators) and abs(sum(c["cost_usd"] for c in creators) - cost["total_usd"]["mid"]) <= len(creators)
        assert abs(sum(c["gain"] for c in creators) - utility(answer)) <= 1 + len(creators) * 0.05
        assert utility(answer) >= before - 1
        assert len(ids(answer)) == len(set(ids(answer))) and 0 < answer["proof"]["at_least"] <= 1
        before = utility(answer)
    assert before


def test_best_single_creator_by_trying_all(client, sandbox_db):
    """With room for one creator the plan is the best of all that fit, each forced in turn."""
    best = plan(client, budget=300, max_creators=1)
    everybody = sandbox_db.execute("""select m.creator_id from niche_match m join niche n using (niche_id) where n.slug = %s and world = 1
        and not related and score >= 4000 and followers between 1000 and 100000 and exp(l_auth) >= 0.25""", (NICHE,)).fetchall()
    alone = [plan(client, budget=300, max_creators=1, include=creator) for creator, in everybody]
    values = [utility(answer) for answer in alone if answer["outcome"] == "found"]
    assert len(values) > 10 and utility(best) == max(values)
    assert best["proof"]["candidates"] == len(values)


def test_include_and_exclude(client):
    free = plan(client)
    first = free["creators"][0]["creator"]
    without = plan(client, exclude=f"@{first['username'].upper()}")
    assert first["id"] not in ids(without) and utility(without) <= utility(free)
    out = next(c for c in client.ok("/match", niche=NICHE, limit=100, country="US")["items"] if c["creator"]["id"] not in ids(free))["creator"]
    forced = plan(client, include=f"@{out['username']}", country="DE", min_score=60)  # whatever the filters
    assert out["id"] in ids(forced) and utility(forced) <= utility(free)
    assert [c["included"] for c in forced["creators"]].count(True) == 1
    assert {c["creator"]["country"] for c in forced["creators"] if not c["included"]} <= {"DE"}
    assert forced["query"]["include"] == [f"@{out['username']}"] and all(not c["included"] for c in free["creators"])


def test_filters_are_those_of_match(client):
    listed = {i["creator"]["id"] for i in client.ok("/match", niche=NICHE, country="US,GB", limit=100, min_authenticity=0.5)["items"]}
    answer = plan(client, country="US,GB", min_authenticity=0.5, min_score=0, budget=100_000)
    assert set(ids(answer)) <= listed and answer["query"]["country"] == ["US", "GB"] and answer["proof"]["candidates"] == len(listed)
    scored = plan(client, min_score=70, budget=100_000)
    assert scored["creators"] and all(c["score"] >= 70 for c in scored["creators"])


def test_bounds_on_the_number(client):
    assert len(ids(plan(client, max_creators=2))) <= 2
    assert len(ids(plan(client, min_creators=14))) >= 14
    assert len(ids(plan(client, handling_usd=0))) >= len(ids(plan(client, handling_usd=150)))


def test_posts_months_and_deliverable(client):
    one = plan(client, max_creators=1, budget=5000, include="76")
    six = plan(client, max_creators=1, budget=5000, include="76", posts_per_creator=2, months=3)
    a, b = one["creators"][0], six["creators"][0]
    assert b["posts"] == 6 and abs(b["price_usd"]["mid"] - 6 * a["price_usd"]["mid"]) <= 6
    assert a["wanted_reach"] < b["wanted_reach"] < 6 * a["wanted_reach"] and a["engaged"] < b["engaged"] < 6 * a["engaged"]
    story = plan(client, max_creators=1, budget=5000, include="98", deliverable="story")["creators"][0]
    post = plan(client, max_creators=1, budget=5000, include="98")["creators"][0]
    assert story["deliverable"] == "story" and story["price_usd"]["mid"] < post["price_usd"]["mid"]


def test_prices_say_how_sure_they_are(client):
    answer = plan(client)
    for creator in answer["creators"]:
        price = creator["price_usd"]
        assert (price["low"] == price["mid"] == price["high"]) == (price["source"] != "prior") and price["low"] <= price["mid"] <= price["high"]
    known = sum(c["price_usd"]["mid"] for c in answer["creators"] if c["price_usd"]["source"] != "prior")
    assert abs(answer["cost"]["quoted_share"] - known / sum(c["price_usd"]["mid"] for c in answer["creators"])) < 0.01
    unsure = sorted((c["price_usd"]["low"] - c["price_usd"]["high"], c["rank"], c["creator"]["id"]) for c in answer["creators"]
                    if c["price_usd"]["source"] == "prior")
    asked = [a["high_usd"] - a["low_usd"] for a in answer["cost"]["ask_first"]]
    assert asked == sorted(asked, reverse=True) == [-spread for spread, _, _ in unsure[:5]]


def test_caution_counts_less_of_what_is_known_little(client):
    low, normal, high = (plan(client, max_creators=1, include="98", budget=5000, caution=c)["creators"][0]["engaged"] for c in ("low", "normal", "high"))
    assert low > normal > high


def test_cautions_before_booking(client):
    assert any("countries" in said for said in plan(client)["cautions"])
    assert not any("countries" in said for said in plan(client, country="US,GB")["cautions"])
    wide = plan(client, country="US")
    guessed = sum(c["price_usd"]["source"] == "prior" for c in wide["creators"])
    assert (f"{guessed} of {len(wide['creators'])} prices" in " ".join(wide["cautions"])) == (guessed > 0)


def test_a_compound_of_its_own(client):
    answer = plan(client, "vegan,travel", budget=100_000, min_score=0)
    listed = {i["creator"]["id"] for i in client.ok("/match", niche="vegan,travel", limit=100)["items"]}
    assert answer["creators"] and set(ids(answer)) <= listed


def test_audience_target(client):
    answer = plan(client, audience_target="DE:0.8,GB:0.2")
    worth = {a["country"]: a["worth"] for a in answer["audience"]}
    assert worth["DE"] == 1 and worth["GB"] == 0.25 and worth["US"] == 0
    abroad = lambda a: sum(c["cost_usd"] for c in a["creators"] if c["creator"]["country"] not in ("DE", "GB"))  # noqa: E731
    assert abroad(answer) < abroad(plan(client))


def test_same_bytes(sandbox, client):
    path = f"/plan?niche={NICHE}&budget_usd=1500&goal=awareness"
    said = client.get(path).content
    assert all(client.get(path).content == said for _ in range(5))
    with sandbox.serve(NICHED_LOOPS=1, NICHED_WORK_THREADS=2) as service:
        assert httpx.get(service + path).content == said


# ---- no plan

def test_too_dear_says_what_is_enough(client):
    answer = plan(client, budget=20)
    assert answer["outcome"] == "too_dear" and not answer["creators"] and answer["expected"] is None and answer["big_creator"] is None
    cost = answer["cheapest"]["cost_usd"]
    assert str(round(cost)) in answer["message"] and len(answer["cheapest"]["creators"]) == 1
    enough = plan(client, budget=round(cost))
    assert enough["outcome"] == "found" and ids(enough) == [answer["cheapest"]["creators"][0]["creator"]["id"]]
    assert plan(client, budget=round(cost) - 1)["outcome"] == "too_dear"
    many = plan(client, budget=round(cost), min_creators=3)
    assert many["outcome"] == "too_dear" and len(many["cheapest"]["creators"]) == 3
    assert plan(client, budget=round(many["cheapest"]["cost_usd"]), min_creators=3)["outcome"] == "found"


def test_too_dear_by_those_included(client):
    answer = plan(client, budget=100, include="95")
    assert answer["outcome"] == "too_dear" and "95" in [c["creator"]["id"] for c in answer["cheapest"]["creators"]]


def test_too_few(client):
    answer = plan(client, min_creators=100, max_creators=100, min_score=80)
    assert answer["outcome"] == "too_few" and "needs 100" in answer["message"] and answer["cheapest"] is None
    nobody = plan(client, "test-empty")
    assert nobody["outcome"] == "too_few" and nobody["proof"]["candidates"] == 0 and nobody["cost"]["quoted_share"] is None


# ---- against one big creator

def test_the_big_one_can_win(sandbox_niched, ask):
    with sandbox_niched.serve() as service:
        before = plan(ask(service))
        assert before["big_creator"]["wins"] is False and before["verdict"].startswith("the plan wins")
        big = before["big_creator"]
        with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
            for table in ("account_score", "niche_match"):
                db.execute(f"update {table} set price_usd = 20 where creator_id = %s", (big["id"],))
        after = plan(ask(service), budget=150)
    assert after["outcome"] == "found" and after["big_creator"]["id"] == big["id"]
    assert after["big_creator"]["wins"] is True and after["verdict"].startswith("the big one wins")
    assert after["big_creator"]["plan_times_big"] < 1 and after["big_creator"]["plan_wins_share"] < 0.5
    assert after["big_creator"]["break_even_target_share"] < after["big_creator"]["target_share"]


def test_made_up_big_one(client):
    """In a niche without big creators the usual price of the budget makes one; a small budget makes none."""
    answer = plan(client, "test-many", budget=3000)
    big = answer["big_creator"]
    assert big["source"] == "made_up" and big["id"] is None and big["followers"] > 100_000 and big["price_usd"]["mid"] == 3000
    assert big["target_share"] == 0.09 and "made_up_target_share" in [a["name"] for a in answer["assumptions"]]
    small = plan(client, "test-many", budget=400)
    assert small["big_creator"] is None and "100,000" in small["verdict"]


def test_ranges_hold_what_is_expected(client):
    for goal in ("engagement", "conversions", "awareness"):
        answer = plan(client, goal=goal)
        for side in (answer["expected"], answer["big_creator"]):
            q, middle = side["range"], side[UTILITY[answer["query"]["maximises"]]]
            assert q["p10"] <= q["p50"] <= q["p90"] and 0.5 * middle <= q["p50"] <= 2 * middle
    assert q["p10"] == q["p90"]  # reach does not vary


# ---- off the loops

def test_full_queue_is_told_at_once(sandbox, contract):
    seen = set()
    with sandbox.serve(NICHED_LOOPS=1, NICHED_WORK_THREADS=1, NICHED_MAX_WORK=1) as service, httpx.Client(base_url=service) as http, \
            concurrent.futures.ThreadPoolExecutor(16) as pool:
        def one(_):
            response = http.get(f"/plan?niche=vegan&budget_usd=50000&max_creators=100")
            assert response.status_code == 200 or response.json()["code"] == "LIMIT_OVERLOAD"
            assert response.status_code == 200 or response.headers["Retry-After"] == "1"
            return response.status_code
        for _ in range(40):
            seen |= set(pool.map(one, range(32)))
            if len(seen) == 2:
                break
        timing = http.get(f"/plan?niche={NICHE}&budget_usd=2000").headers["Server-Timing"]
    assert seen == {200, 503} and "work;dur=" in timing


def test_shutdown_finishes_plans(sandbox):
    with sandbox.serve(NICHED_LOOPS=2, NICHED_WORK_THREADS=1) as service, concurrent.futures.ThreadPoolExecutor(12) as pool:
        def one(_):
            try:
                return httpx.get(f"{service}/plan?niche=vegan&budget_usd=20000", timeout=NEVER_S).status_code
            except httpx.TransportError:  # not accepted any more
                return 0
        asked = [pool.submit(one, i) for i in range(48)]
        asked[3].result()
        service.finish()
        assert {a.result() for a in asked} <= {200, 0, 503} and asked[0].result() == 200


def test_command(sandbox, client):
    done = sandbox.run("plan", NICHE, "--budget", "2000", "--country", "US")
    assert json.loads(done.stdout) == plan(client, country="US")
    table = sandbox.run("plan", NICHE, "--budget=2000", "--format", "table").stdout
    assert "verdict: the plan wins" in table and table.count("\n") > 12
