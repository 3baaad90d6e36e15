"""GET /creators/{id} and GET /creators/{platform}/{username}."""
import psycopg
import pytest


@pytest.fixture(scope="module")
def item(client):
    return client.match("vegan-fitness", explain="true")["items"][0]


def test_by_id_and_by_name_are_the_same(client, item):
    who = item["creator"]
    by_id = client.ok(f"/creators/{who['id']}")
    assert by_id["id"] == who["id"] and by_id["name"] == who["name"] and by_id["world"] == "sandbox"
    for name in (who["username"], "@" + who["username"], who["username"].upper()):
        assert client.ok(f"/creators/{who['platform']}/{name}") == by_id


def test_account_says_what_match_said(client, item):
    who = item["creator"]
    account = next(a for a in client.ok(f"/creators/{who['id']}")["accounts"] if a["platform"] == who["platform"])
    for key in ("username", "url", "bio", "picture_url", "country", "language", "has_contact"):
        assert account[key] == who[key], key
    assert account["followers"] == item["followers"]
    score, parts = account["score"], item["explanation"]["components"]
    assert score["engagement_rate"] == item["engagement_rate"] and score["price_usd"] == item["price_usd"]
    assert score["last_post_at"] == item["last_post_at"] and score["model_version"] == "2026.1"
    assert score["loyalty"] == pytest.approx(max(parts["loyalty"]["value"], 0.02), abs=0.02)
    niche = next(n for n in account["niches"] if n["niche"] == "vegan-fitness")
    assert (niche["score"], niche["confidence"], niche["match"]) == (item["score"], item["confidence"], item["match"])
    assert niche["posts"] == parts["relevance"]["posts"] and niche["words"] == parts["relevance"]["words"]
    scores = [n["score"] for n in account["niches"]]
    assert scores == sorted(scores, reverse=True)


def test_history_is_newest_first_with_its_source(client, sandbox_db):
    creator, days = sandbox_db.execute("select creator_id, count(*) from follower_snapshot where account_id ="
                                       " (select account_id from follower_snapshot limit 1) group by 1").fetchone()
    account = client.ok(f"/creators/{creator}")["accounts"][0]
    history = [row["day"] for row in account["follower_history"]]
    assert len(history) == min(days, 400) and history == sorted(history, reverse=True)
    assert all(row["source"] for row in account["follower_history"]) and account["source"] == "sandbox"


def test_creator_of_whom_nothing_is_known(client):
    account = client.ok("/creators/instagram/test_null_1")["accounts"][0]
    assert account["score"]["engagement_rate"] is None and account["country"] is None
    assert account["follower_history"] == [{"day": "2026-11-01", "followers": 5000, "source": "sandbox"}]
    assert [niche["niche"] for niche in account["niches"]] == ["test-null"]


def test_account_that_waits_to_be_scored(niched, db, ask):
    db.execute("insert into creator (creator_id, world) values (7, 1)")
    db.execute("insert into account (creator_id, account_id, world, platform, username, source, observed_at)"
               " values (7, 9, 1, 2, 'New.One', 'test', '2026-10-01')")
    db.execute("insert into account_key values (1, 2, 'username', 'new.one', 7, 9)")
    with niched.serve(NICHED_WORKER=0) as service:
        creator = ask(service).ok("/creators/tiktok/new.ONE")
    assert creator["accounts"][0]["username"] == "New.One"
    assert set(creator["accounts"][0]["score"].values()) == {None} and creator["accounts"][0]["niches"] == []


def test_who_opted_out_is_not_there(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        db.execute("update creator set opted_out = true where creator_id ="
                   " (select creator_id from account_key where key = 'test_many_01')")
    with sandbox_niched.serve() as service:
        ask(service).problem("/creators/instagram/test_many_01", 404, "CREATOR_UNKNOWN")


@pytest.mark.parametrize("path", ["/creators/999999999999999999", "/creators/0", "/creators/tiktok/nobody_at_all",
                                  "/creators/myspace/test_many_01", "/creators/youtube/test_many_01", "/creators/instagram/@"])
def test_unknown(client, path):
    assert client.problem(path, 404, "CREATOR_UNKNOWN")["detail"]


def test_name_of_the_other_world(client):
    client.problem("/creators/instagram/test_many_01", 404, "CREATOR_UNKNOWN", world="live")
    assert client.ok("/creators/instagram/test_many_01", world="sandbox")["world"] == "sandbox"


@pytest.mark.parametrize("id", ["abc", "-1", "1e3", "1234567890123456789", "1.0", "0x1", "test_many_01"])
def test_id_that_is_no_number(client, id):
    problem = client.problem(f"/creators/{id}", 400, "PARAM_INVALID")
    assert problem["param"] == "id" and problem["value"] == id and "/creators/tiktok/" in problem["detail"]


def test_unknown_parameter(client):
    assert client.problem("/creators/1", 400, "PARAM_UNKNOWN", wrld="live")["did_you_mean"][0] == "world"
