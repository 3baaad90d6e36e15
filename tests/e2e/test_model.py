"""GET /model: what is published is what is used, before and after a fit."""
import math

import pytest

WEIGHTS = {"relevance": 0.40, "engagement": 0.20, "authenticity": 0.15, "affordability": 0.10, "loyalty": 0.08, "freshness": 0.07}


@pytest.fixture(scope="module")
def model(client):
    return client.ok("/model")


def test_weights_are_those_of_match(model, client):
    assert model["weights"] == WEIGHTS == client.match("vegan")["query"]["weights"]


@pytest.mark.parametrize("number", range(5))
def test_goals_are_those_of_match(model, client, number):
    goal = model["goals"][number]
    raw = {name: weight * goal["multipliers"][name] for name, weight in model["weights"].items()}
    asked = client.match("vegan", goal=goal["name"])["query"]["weights"]
    assert asked == pytest.approx({name: value / sum(raw.values()) for name, value in raw.items()}, abs=1e-3)
    assert len(model["goals"]) == 5 and goal["plan_maximises"]


def test_cautions_are_those_of_match(model, client):
    assert {c["name"]: c["z"] for c in model["cautions"]} == {"low": 0, "normal": 0.5, "high": 1.28}
    for caution in model["cautions"]:
        item = client.match("vegan", caution=caution["name"], explain="true", limit=1)["items"][0]
        assert item["explanation"]["components"]["engagement"]["risk_z"] == caution["z"]


def test_parameters(model):
    named = {(p["component"], p["name"]): p for p in model["parameters"]}
    assert len(named) == len(model["parameters"]) >= 50
    assert named["match", "audience_weight"]["value"] == 0.15 and named["match", "component_floor"]["value"] == 0.02
    assert named["engagement", "deff"]["value"] == 2 and named["engagement", "z"]["evidence"] == "M"
    assert {p["evidence"] for p in model["parameters"]} <= set(model["evidence_tags"])


def test_signals_are_those_of_match(model, client):
    signals = {s["name"]: s for s in model["authenticity_signals"]}
    assert len(signals) == len(model["authenticity_signals"]) >= 13
    for item in client.match("fitness", explain="true", limit=100)["items"]:
        shown = {s["name"] for s in item["explanation"]["components"]["authenticity"]["signals"]}
        assert shown <= set(signals)
        missing = set(item["not_measured"]) - {"engagement", "price", "followers"}  # what other components lack
        assert missing <= {s["needs"] for s in signals.values()}
    assert signals["unexplained_growth"]["weight"] == 2 and signals["unexplained_growth"]["needs"] == "follower_history"


def test_benchmarks_are_seeds_and_those_of_match(model, client):
    curves = {(b["platform"], b["basis"]): b for b in model["benchmarks"]}
    assert len(curves) == 9 and {b["origin"] for b in model["benchmarks"]} == {"seed"}
    assert curves["instagram", "followers"]["rate_at_10k"] == pytest.approx(0.033)
    assert curves["tiktok", "totals"]["n_accounts"] == 2142 and curves["tiktok", "totals"]["evidence"] == "M"
    looked_at = 0
    for item in client.match("fitness", explain="true", limit=100)["items"]:
        engagement = item["explanation"]["components"]["engagement"]
        if engagement["basis"] == "none":
            continue
        curve = curves[item["creator"]["platform"], engagement["basis"]]
        usual = curve["rate_at_10k"] * math.exp(curve["beta"] * math.log(item["followers"] / 10000))
        assert engagement["benchmark"] == pytest.approx(usual, abs=1e-4)
        looked_at += 1
    assert looked_at > 20


def test_prices(model):
    post = {p["followers"]: p for p in model["price_prior"]["post"]}
    assert post[10000]["mid_usd"] == 100 and post[1000000]["mid_usd"] == pytest.approx(7943, abs=1)
    assert all(p["low_usd"] < p["mid_usd"] < p["high_usd"] for p in post.values())
    assert model["price_prior"]["deliverables"]["post"] == 1


def test_versions_before_any_fit(model, client):
    assert model["model_version"] == client.ok("/readyz")["model_version"] == client.match("vegan")["model_version"] == "2026.1"
    assert [(v["version"], v["status"]) for v in model["versions"]] == [("2026.1", "active")]
    assert model["fitted"] == {"base_rates": 0, "median_sizes": 0, "related_pairs": 0}


def test_takes_no_parameter(client):
    problem = client.problem("/model", 400, "PARAM_UNKNOWN", niche="vegan")
    assert problem["param"] == "niche"


def test_without_a_store(program, tmp_path, ask):
    with program(f"postgresql:///niched?host={tmp_path}").serve(ready=False) as service:
        ask(service).problem("/model", 503, "STORE_UNAVAILABLE")


def test_what_is_in_force_is_published(niched, db, ask):
    """A version with one curve of its own: seeds elsewhere; back again, and nothing of it is left."""
    with niched.serve(NICHED_WORKER=0) as service:
        client = ask(service)
        before = client.ok("/model")
        db.execute("insert into model values ('2026.7', 'retired', '2026-11-23', 'by hand');"
                   "insert into benchmark values ('2026.7', 2, 'views', ln(0.17), -0.07, 0.4, 0.22, 512, 'a test', '2026-11-23', 'fit')")
        niched.run("fit", "--activate", "2026.7")
        model = client.ok("/model")
        assert model["model_version"] == "2026.7"
        curve, = [b for b in model["benchmarks"] if b["origin"] == "fit"]
        assert curve == {"platform": "tiktok", "basis": "views", "origin": "fit", "rate_at_10k": 0.17, "beta": -0.07, "tau": 0.4,
                         "s": 0.22, "n_accounts": 512, "counts": "likes + comments + shares", "evidence": "M", "source": "a test",
                         "date": "2026-11-23"}
        assert [b for b in model["benchmarks"] if b["origin"] == "seed"] == [
            b for b in before["benchmarks"] if (b["platform"], b["basis"]) != ("tiktok", "views")]
        assert [(v["version"], v["status"]) for v in model["versions"]] == [("2026.7", "active"), ("2026.1", "retired")]
        niched.run("fit", "--activate", "2026.1")
        after = client.ok("/model")
        assert {**after, "versions": None} == {**before, "versions": None}
        assert [v["status"] for v in after["versions"]] == ["retired", "active"]


def test_no_model_in_force(niched, db, ask):
    db.execute("update model set status = 'retired'")
    with niched.serve(NICHED_WORKER=0) as service:
        model = ask(service).ok("/model")
        assert model["model_version"] is None and {b["origin"] for b in model["benchmarks"]} == {"seed"}
    done = niched.run("fit", check=False)
    assert done.returncode == 7 and "--activate" in done.stderr
    niched.run("fit", "--activate", "2026.1")
