"""Scoring as it goes on: what a score was and why it changed, accounts that fail, several services on one store, time."""
import json
import math
import re
import signal
import time
from pathlib import Path

import psycopg
import pytest
from patience import SLOW, wait_until

HOUR = 3600


@pytest.fixture
def world(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve() as service:
        yield db, ask(service), sandbox_niched


def idle(db):
    return db.execute("select count(*) from account_dirty where tries < 3").fetchone() == (0,)


def change(db, statement, who=76):
    with db.transaction():
        db.execute(statement, [who])
        db.execute("insert into account_dirty select creator_id, account_id from account where creator_id = %s on conflict do nothing", [who])
        db.execute("select pg_notify('niched_dirty', 'test')")
    wait_until(lambda: idle(db))


# ---- history

def test_what_changed_a_score(world):
    db, client, niched = world
    assert client.ok("/creators/76/history")["items"] == []
    before = client.ok("/creators/76")["accounts"][0]
    change(db, "update post set likes = likes * 3 where creator_id = %s")
    after = client.ok("/creators/76")["accounts"][0]
    item, = client.ok("/creators/76/history")["items"]
    assert (item["account"], item["niche"]) == ("tiktok/ivy.vegan_c", "fitness"), "what most posts are about"
    scores = [next(n["score"] for n in a["niches"] if n["niche"] == "fitness") for a in (before, after)]
    assert [item["score_before"], item["score_after"]] == scores
    assert item["causes"] == ["engagement_rate"] and item["listed_before"] and item["listed_after"]
    assert item["components"]["engagement"]["before"] == before["score"]["engagement"] < item["components"]["engagement"]["after"]
    factors = math.prod(part["factor"] for part in item["components"].values())
    assert factors == pytest.approx(item["score_after"] / item["score_before"], abs=2e-3)
    change(db, "update post set posted_at = posted_at - interval '3 days', caption = 'gym' where creator_id = %s")
    change(db, "insert into price (creator_id, account_id, amount_usd, source, valid_from) select creator_id, account_id, 999, 'quote',"
               " '2026-10-31' from account where creator_id = %s")
    found = client.ok("/creators/76/history", niche="fitness")["items"]
    assert ["price" in found[0]["causes"], "posts" in found[1]["causes"], found[2]["causes"]] == [True, True, ["engagement_rate"]]
    assert [c["score_after"] for c in found[1:]] == [c["score_before"] for c in found[:-1]], "what one change gave is where the next begins"
    assert client.ok("/creators/76/history", niche="books")["items"] == []
    lines = client.get("/creators/76/history", params={"niche": "fitness", "format": "ndjson"}).text.splitlines()
    assert [json.loads(line) for line in lines] == found
    assert client.get("/creators/76/history", params={"format": "csv", "fields": "niche,causes"}).text.splitlines()[0] == "niche,causes"
    assert "engagement_rate" in niched.run("history", "76", "--niche", "fitness", "--format", "table").stdout
    db.execute("delete from post where creator_id = 76")
    change(db, "update account set bio = null, name = 'x', category = null where creator_id = %s")
    gone = client.ok("/creators/76/history", niche="fitness")["items"][0]
    assert (gone["score_after"], gone["model_after"], gone["components"]["relevance"]["after"]) == (None, None, None)


@pytest.mark.parametrize("params,code", [({"niche": "vegan,comedy"}, "PARAM_INVALID"), ({"niche": ""}, "PARAM_INVALID"), ({"nich": "vegan"}, "PARAM_UNKNOWN"),
                                         ({"format": "xml"}, "PARAM_INVALID"), ({"fields": "nothing"}, "PARAM_INVALID")])
def test_history_refused(client, params, code):
    client.problem("/creators/76/history", 400, code, **params)


def test_history_of_nobody(client):
    client.problem("/creators/76/history", 404, "NICHE_UNKNOWN", niche="zzzzzzqq")
    client.problem("/creators/999999999/history", 404, "CREATOR_UNKNOWN")
    client.problem("/creators/x/history", 404, "CREATOR_UNKNOWN")
    assert client.get("/creators/76/history", headers={"Accept": "image/png"}).status_code == 406
    tag = client.get("/creators/76/history").headers["ETag"]
    assert client.get("/creators/76/history", headers={"If-None-Match": tag}).status_code == 304


def test_history_is_bounded(world):
    db, client, _ = world
    for i in range(23):
        change(db, f"update post set likes = likes + {100 * (i + 1)} where creator_id = %s")
    assert db.execute("select min(nth), max(nth), count(*) from score_history where creator_id = 76").fetchone() == (4, 23, 20)
    found = client.ok("/creators/76/history", niche="fitness")["items"]
    assert len(found) == 20 and all(c["causes"] == ["engagement_rate"] for c in found)


# ---- time

def test_a_week_of_downtime_moves_freshness_alone(sandbox_niched, ask):
    """Nothing ran for a week: the next scorer finds every account that is due, moves its freshness, and tells no history."""
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        state = "select account_id, freshness, engagement, authenticity, loyalty from account_score where world = 1"
        before = {r[0]: r[1:] for r in db.execute(state)}
        due, = db.execute("select count(*) from account_score where world = 1 and due_at <= '2026-11-08'").fetchone()
        assert due > 50
        db.execute("update world set clock = '2026-11-08' where world = 1")
        sandbox_niched.run("score")
        after = {r[0]: r[1:] for r in db.execute(state)}
        moved = [a for a in before if after[a][0] != before[a][0]]
        assert len(moved) > 50 and all(after[a][0] < before[a][0] for a in moved), "they fall silent"
        assert db.execute("select count(*) from account_score where world = 1 and due_at <= '2026-11-08'").fetchone() == (0,), "none is left behind"
        silent = [a for a in moved if after[a][1:] == before[a][1:]]
        assert len(silent) > len(moved) / 2
        assert db.execute("select count(*) from score_history where account_id = any(%s)", [silent]).fetchone() == (0,)
        assert "0 accounts scored" in sandbox_niched.run("score").stdout


def test_relevance_moves_at_once_and_engagement_when_the_post_is_mature(world):
    db, client, _ = world
    def state():
        a = client.ok("/creators/76")["accounts"][0]
        fitness = next(n for n in a["niches"] if n["niche"] == "fitness")
        return fitness["posts"], fitness["focus"], a["score"]["engagement"], a["score"]["engagement_posts_effective"]
    posts, focus, engagement, effective = state()
    change(db, "insert into post (creator_id, account_id, post_key, posted_at, caption, hashtags, likes, comments, views, source, observed_at)"
               " select creator_id, account_id, 'fresh', '2026-10-31T23:00:00Z', 'gym workout', '{fitness}', 900000, 9000, 1000000, 'test', '2026-11-01'"
               " from account where creator_id = %s")
    new = state()
    assert new[0] == posts + 1 and new[1] != focus and new[2:] == (engagement, effective), "too young for its counts"
    change(db, "update post set observed_at = '2026-11-02T22:59:59Z' where post_key = 'fresh' and creator_id = %s")
    assert state()[2:] == (engagement, effective), "seen a second too early"
    change(db, "update post set observed_at = '2026-11-02T23:00:00Z' where post_key = 'fresh' and creator_id = %s")
    assert state()[3] > effective, "counts that were seen 48 hours after the post"


# ---- accounts that fail

def test_an_account_that_fails_is_set_aside_listed_and_tried_again(world):
    db, client, niched = world
    who, = db.execute("select account_id from account where creator_id = 76").fetchone()
    db.execute("create function poison() returns trigger language plpgsql as $$ begin"
               f" if new.account_id = {who} then raise exception 'poisoned'; end if; return new; end $$;"
               "create trigger poison before insert or update on account_score for each row execute function poison()")
    assert client.ok("/readyz")["accounts_set_aside"] == 0 and "0 accounts are set aside\n" == niched.run("score", "--failed").stdout
    with db.transaction():
        db.execute("update post set likes = likes * 3 where creator_id in (76, 77)")
        db.execute("insert into account_dirty select creator_id, account_id from account where creator_id in (76, 77); notify niched_dirty, 'test'")
    wait_until(lambda: client.ok("/readyz")["accounts_set_aside"] == 1 and idle(db))
    assert client.ok("/creators/77")["accounts"][0]["scoring"] == "scored", "it does not stop the others"
    assert client.ok("/creators/77/history")["items"] and client.ok("/creators/76/history")["items"] == []
    assert client.ok("/creators/76")["accounts"][0]["scoring"] == "set_aside"
    said = niched.run("score", "--failed").stdout
    assert "creator 76  tiktok/ivy.vegan_c  sandbox  3 tries: " in said and "poisoned" in said and "1 accounts are set aside: niched score --retry" in said
    done = niched.run("score", "--failed", "--retry", check=False)
    assert done.returncode == 2 and "--failed lists" in done.stderr
    db.execute("drop trigger poison on account_score")
    assert "0 accounts scored" in niched.run("score").stdout
    niched.run("score", "--retry")
    wait_until(lambda: client.ok("/readyz")["accounts_set_aside"] == 0 and idle(db))
    assert client.ok("/creators/76")["accounts"][0]["scoring"] == "scored" and client.ok("/creators/76/history")["items"]


# ---- several services on one store

TABLES = ("account_score", "creator_niche", "niche_match", "lookalike_key")


def stored(db):
    return {t: db.execute(f"select count(*), md5(string_agg(md5(x::text), '' order by md5(x::text))) from {t} x").fetchone() for t in TABLES}


@pytest.fixture(scope="module")
def alone(databases, migrated_template, program):
    """What one scorer makes of 300 creators."""
    with databases.one(migrated_template) as url, psycopg.connect(url, autocommit=True) as db:
        program(url).run("sandbox", "--creators", 300)
        program(url).run("score")
        yield stored(db)


def test_two_services_score_each_account_once(niched, db, ask, alone):
    """... one of them with three threads for it."""
    with niched.serve(NICHED_WORKER=3) as one, niched.serve() as other:
        niched.run("sandbox", "--creators", 300)
        wait_until(lambda: idle(db))
        scored = sum(int(line.split()[-1].split(".")[0]) for service in (one, other) for line in ask(service).get("/metrics").text.splitlines()
                     if line.startswith("niched_worker_accounts_scored_total"))
    # an import in several steps marks an account more than once: each marking is scored once, by one of them
    assert stored(db) == alone and scored >= alone["account_score"][0]


def test_what_is_written_does_not_wait_for_what_time_changed(sandbox_niched):
    """Midnight finds a quarter of a store due: few of them wait at a time, before all that is written meanwhile."""
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        names, = db.execute("select string_agg(column_name, ',') from information_schema.columns where table_name = 'account_score' and is_generated = 'NEVER'"
                            " and column_name not in ('creator_id', 'account_id', 'due_at')").fetchone()
        db.execute(f"insert into account_score (creator_id, account_id, due_at, {names}) select 1000000 + i, 1000000 + i, '2026-10-01', {names}"
                   " from (select * from account_score limit 1) s, generate_series(1, 9000) i")
        most = 0
        with sandbox_niched.serve():
            left = lambda: db.execute("select (select count(*) from account_score where account_id > 1000000), (select count(*) from account_dirty)").fetchone()
            while (state := left())[0]:
                most = max(most, state[1])
        assert 1000 <= most <= 2000


def test_batches_are_small_where_accounts_take_long(sandbox_niched, ask):
    """An account takes 10 ms: the first 200 at once, seconds long, then as many as a quarter of a second has room for."""
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        db.execute("create function dawdle() returns trigger language plpgsql as 'begin perform pg_sleep(0.01); return new; end';"
                   "create trigger dawdle before update on account_score for each row execute function dawdle();"
                   "update account set observed_at = observed_at - interval '1 hour'")
        with sandbox_niched.serve() as service:
            client = ask(service)
            wait_until(lambda: "niched_worker_connected 1\n" in client.get("/metrics").text)
            db.execute("insert into account_dirty select creator_id, account_id from account order by 1 limit 300; notify niched_dirty")
            wait_until(lambda: idle(db))
            wait_until(lambda: "niched_worker_accounts_scored_total 300\n" in client.get("/metrics").text)
            batches = next(int(line.split()[1]) for line in client.get("/metrics").text.splitlines() if line.startswith("niched_worker_batches_total "))
            assert 4 <= batches <= 10



@pytest.mark.parametrize("pause", [0.0, 0.15])
def test_a_killed_service_loses_nothing(niched, db, alone, pause):
    """kill -9 of one of two while they score: the other one does the rest."""
    niched.run("sandbox", "--creators", 300)
    with pytest.raises(AssertionError), niched.serve(NICHED_WORKER=1) as victim:
        with niched.serve() as _:
            wait_until(lambda: db.execute("select count(*) from account_score").fetchone()[0] > 0)
            time.sleep(pause)
            victim.process.send_signal(signal.SIGKILL)
            wait_until(lambda: idle(db))
            assert stored(db) == alone
        assert stored(db) == alone


def resident_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


@pytest.mark.skipif(SLOW > 1, reason="a sanitizer keeps what was given back")
def test_who_never_rests_gathers_no_notifications(sandbox_niched):
    """libpq keeps what came until it is asked for: some 300,000 of them, told in small bursts while there is always something to score."""
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve() as service:
        before, end = None, time.monotonic() + 5
        while time.monotonic() < end:
            db.execute("insert into account_dirty select creator_id, account_id from account on conflict do nothing")
            db.execute("select pg_notify('niched_dirty', repeat('x', 100) || i) from generate_series(1, 2000) i")
            before = before or resident_mb(service.process.pid)
            time.sleep(0.03)
        assert resident_mb(service.process.pid) - before < 10
        wait_until(lambda: idle(db), 60)
