"""GET /match with own weights, goals, caution, audience targets and diversity: exact, whatever was asked."""
import math

import pytest

ALL = {"min_followers": 0, "max_followers": 1_000_000_000, "min_authenticity": 0}
GOALS = {  # multipliers of the ranking specification
    "awareness": (0.8, 0.8, 1.0, 2.0, 0.5, 1.5), "engagement": (1.0, 2.0, 1.0, 0.8, 1.0, 1.0),
    "conversions": (1.3, 1.3, 1.2, 1.2, 1.0, 0.8), "partnership": (1.0, 1.0, 1.3, 0.8, 3.0, 0.8),
    "launch": (1.0, 1.2, 1.0, 1.0, 0.2, 2.0)}


def keys(items):
    return [(item["creator"]["platform"], item["creator"]["username"]) for item in items]


@pytest.fixture(scope="module")
def logarithms(client):
    """ln of every component of everybody in a niche, from the default list: account -> component -> ln."""
    items = client.walk(niche="fitness", limit=100, explain="full", **ALL)
    return {key: {name: part["log_contribution"] / part["weight"] for name, part in item["explanation"]["components"].items()}
            for key, item in zip(keys(items), items)}


def predicted(logarithms, weights):
    return {key: 100 * math.exp(sum(weights[name] * ln for name, ln in parts.items())) for key, parts in logarithms.items()}


@pytest.mark.parametrize("weights", ["engagement:2,loyalty:0.5", "relevance:0,freshness:5", "affordability:5", "loyalty:0",
                                     "relevance:0.1,engagement:5,authenticity:5,affordability:0,loyalty:5,freshness:5"])
def test_own_weights_are_exact(client, logarithms, weights):
    items = client.walk(niche="fitness", limit=100, weights=weights, explain="true", **ALL)
    used = client.match("fitness", weights=weights)["query"]["weights"]
    assert sum(used.values()) == pytest.approx(1, abs=3e-4)
    expected = predicted(logarithms, used)
    assert set(keys(items)) == set(expected) and len(items) == len(expected)
    for item in items:
        assert item["score"] == pytest.approx(expected[keys([item])[0]], abs=0.12)
        parts = item["explanation"]["components"].values()
        assert round(10 * sum(part["points_lost"] for part in parts)) == round(10 * (100 - item["score"]))
    scores = [item["score"] for item in items]
    assert scores == sorted(scores, reverse=True)
    assert keys(client.walk(niche="fitness", limit=37, weights=weights, **ALL)) == keys(items)


def test_multipliers_are_renormalised(client):
    used = client.match("fitness", weights="engagement:2,loyalty:0.5")["query"]["weights"]
    whole = 0.4 + 0.2 * 2 + 0.15 + 0.1 + 0.08 * 0.5 + 0.07
    assert used["engagement"] == pytest.approx(0.4 / whole, abs=1e-4) and used["loyalty"] == pytest.approx(0.04 / whole, abs=1e-4)
    assert client.match("fitness", weights="loyalty:1")["items"] == client.match("fitness")["items"]


@pytest.mark.parametrize("goal", GOALS)
def test_goal_is_a_set_of_multipliers(client, goal):
    names = ("relevance", "engagement", "authenticity", "affordability", "loyalty", "freshness")
    same = ",".join(f"{name}:{m}" for name, m in zip(names, GOALS[goal]))
    page = client.match("fitness", goal=goal, limit=50)
    assert page["query"]["goal"] == goal
    assert page["items"] == client.match("fitness", weights=same, limit=50)["items"]


def test_filters_hold_under_own_weights(client):
    narrow = {"country": "US", "max_followers": 20000}
    everyone = client.walk(niche="fitness", limit=100, weights="engagement:3")
    found = client.walk(niche="fitness", limit=10, weights="engagement:3", **narrow)
    assert found and keys(found) == keys(i for i in everyone if i["creator"]["country"] == "US" and i["followers"] <= 20000)


def test_caution_orders_by_what_is_sure(client):
    thin = {}
    for caution in ("low", "normal", "high"):
        page = client.match("fitness", caution=caution, limit=100, explain="true", **ALL)
        assert page["query"]["caution"] == caution
        thin[caution] = {keys([i])[0]: i["explanation"]["components"]["engagement"]["value"] for i in page["items"]}
    for key in set(thin["low"]) & set(thin["normal"]) & set(thin["high"]):
        assert thin["low"][key] >= thin["normal"][key] >= thin["high"][key]
    assert client.match("fitness", caution="normal")["items"] == client.match("fitness")["items"]


def test_audience_target_adds_a_component(client):
    page = client.match("fitness", audience_target="US:0.6,GB:0.4", explain="full", limit=50)
    assert page["query"]["weights"]["audience_fit"] == pytest.approx(0.15)
    for item in page["items"]:
        parts = item["explanation"]["components"]
        assert set(parts) >= {"audience_fit", "relevance"}
        assert abs(sum(part["log_contribution"] for part in parts.values()) - item["explanation"]["ln_score"]) <= 1e-9
        assert round(10 * sum(part["points_lost"] for part in parts.values())) == round(10 * (100 - item["score"]))


def test_diversity_takes_from_the_best(client):
    plain = client.match("fitness", limit=100)["items"]
    page = client.match("fitness", diversify=0.5, limit=20)
    assert set(keys(page["items"])) <= set(keys(plain)) and len(page["items"]) == 20
    assert keys(page["items"])[0] == keys(plain)[0] and keys(page["items"]) != keys(plain)[:20]
    assert keys(client.match("fitness", diversify=1, limit=20)["items"]) == keys(plain)[:20]
    assert page["next_cursor"] is None


@pytest.mark.parametrize("params,param", [
    ({"weights": "engagment:2"}, "weights"), ({"weights": "engagement:6"}, "weights"), ({"weights": "engagement:-1"}, "weights"),
    ({"weights": "engagement"}, "weights"), ({"weights": "engagement:x"}, "weights"), ({"weights": "engagement:2,engagement:3"}, "weights"),
    ({"weights": ""}, "weights"), ({"weights": ","}, "weights"), ({"weights": "engagement:nan"}, "weights"),
    ({"weights": "relevance:0,engagement:0,authenticity:0,affordability:0,loyalty:0,freshness:0"}, "weights"),
    ({"weights": "engagement:2", "goal": "launch"}, None), ({"goal": "fame"}, "goal"), ({"caution": "none"}, "caution"),
    ({"audience_target": "US:0.6"}, "audience_target"), ({"audience_target": "USA:1"}, "audience_target"),
    ({"audience_target": "US:0.5,US:0.5"}, "audience_target"), ({"audience_target": "US"}, "audience_target"),
    ({"audience_target": "US:1.5,GB:-0.5"}, "audience_target"), ({"diversify": "1.5"}, "diversify"), ({"diversify": "x"}, "diversify")])
def test_bad_input(client, params, param):
    problem = client.problem("/match", 400, "PARAM_INVALID", niche="fitness", **params)
    assert param in (problem["param"], None), problem


def test_misspelt_component_hears_which_there_are(client):
    problem = client.problem("/match", 400, "PARAM_INVALID", niche="fitness", weights="engagment:2")
    assert "engagment" in problem["detail"] and "engagement" in problem["detail"] + problem["allowed"]


def test_cursor_is_bound_to_the_weights(client):
    cursor = client.match("fitness", weights="engagement:2")["next_cursor"]
    client.problem("/match", 400, "PARAM_CURSOR", niche="fitness", cursor=cursor)
    client.problem("/match", 400, "PARAM_CURSOR", niche="fitness", cursor=cursor, weights="engagement:3")
    assert client.match("fitness", weights="engagement:2", cursor=cursor)["items"]


def test_diversity_has_no_cursor(client):
    cursor = client.match("fitness")["next_cursor"]
    assert client.get("/match", params={"niche": "fitness", "diversify": "0.5", "cursor": cursor}).status_code == 400
