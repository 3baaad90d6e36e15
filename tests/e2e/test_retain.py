"""NICHED_EVIDENCE_DAYS: what is older goes in small steps, scores follow by marks, nobody waits."""
import time

import psycopg
import pytest
from patience import wait_until

NOW = "2026-11-01T00:00:00Z"


@pytest.fixture
def store(niched, tmp_path):
    niched.settings["NICHED_NOW"] = NOW
    path = tmp_path / "file.csv"
    path.write_text("platform,username,followers\ntiktok,old,5000\ntiktok,new,5000\n")
    niched.run("import", path)
    path.write_text("platform,username,post_id,posted_at,caption,likes\n" + "".join(
        f"tiktok,{who},{who}{i},2026-{month:02}-{i:02}T00:00:00Z,vegan lunch,{400 + i}\n" for who, months in (("old", (3, 9)), ("new", (10,)))
        for month in months for i in range(1, 11)).replace("old1,2026-09", "late1,2026-09"))
    with psycopg.connect(niched.url, autocommit=True) as db:
        niched.run("import", "--kind", "posts", path)
        db.execute("insert into follower_snapshot (creator_id, account_id, day, followers, source)"
                   " select creator_id, account_id, date '2026-10-31' - i, 5000, 'test' from account, generate_series(0, 399) i on conflict do nothing")
        db.execute("insert into post_metric (creator_id, account_id, post_key, observed_at, likes, source)"
                   " select creator_id, account_id, post_key, posted_at + interval '1 day', 5, 'test' from post on conflict do nothing")
        niched.run("score")
        yield niched, db


def numbers(db, table, column, before):
    return db.execute(f"select count(*) filter (where {column} < %s), count(*) from {table}", [before]).fetchone()


def test_old_evidence_goes_and_scores_follow(store):
    niched, db = store
    cut = "2026-05-05T00:00:00Z"  # 180 days
    posts, followers = numbers(db, "post", "posted_at", cut), numbers(db, "follower_snapshot", "day", cut[:10])
    assert posts[0] > 0 and followers[0] > 0
    with niched.serve(NICHED_WORKER=0, NICHED_EVIDENCE_DAYS=180) as service:
        wait_until(lambda: numbers(db, "post", "posted_at", cut)[0] == 0)
        wait_until(lambda: "old evidence was deleted" in service.log)  # said after the commit
    assert numbers(db, "post", "posted_at", cut) == (0, posts[1] - posts[0])
    assert numbers(db, "follower_snapshot", "day", cut[:10]) == (0, followers[1] - followers[0])
    assert db.execute("select count(*) from post_metric m where observed_at < %s or not exists (select from post p where p.creator_id = m.creator_id"
                      " and p.account_id = m.account_id and p.post_key = m.post_key)", [cut]).fetchone() == (0,)
    assert db.execute("select count(*) from account_dirty").fetchone() == (2,), "both lost follower counts"
    niched.run("score")
    with niched.serve(NICHED_WORKER=0, NICHED_EVIDENCE_DAYS=180):
        time.sleep(2)
    assert db.execute("select count(*) from account_dirty").fetchone() == (0,), "what is left stays"


def test_without_the_setting_nothing_goes(store):
    niched, db = store
    before = numbers(db, "post", "posted_at", NOW), numbers(db, "follower_snapshot", "day", NOW[:10])
    with niched.serve(NICHED_WORKER=0):
        time.sleep(2)
    assert (numbers(db, "post", "posted_at", NOW), numbers(db, "follower_snapshot", "day", NOW[:10])) == before


def test_it_waits_for_no_import(store):
    niched, db = store
    with psycopg.connect(niched.url) as importing:
        importing.execute("select pg_advisory_xact_lock(20261, 0)")
        with niched.serve(NICHED_WORKER=0, NICHED_EVIDENCE_DAYS=1):
            time.sleep(2)
            assert db.execute("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").fetchone() == (0,)
            assert numbers(db, "post", "posted_at", NOW)[1] > 0
            importing.rollback()
            wait_until(lambda: numbers(db, "post", "posted_at", NOW)[1] == 0)


def test_the_sandbox_keeps_all(sandbox_niched):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        posts = db.execute("select count(*) from post").fetchone()
        with sandbox_niched.serve(NICHED_WORKER=0, NICHED_EVIDENCE_DAYS=1):
            time.sleep(2)
        assert db.execute("select count(*) from post").fetchone() == posts


@pytest.mark.parametrize("value", ["-1", "x", "36501"])
def test_the_setting_is_days(niched, value):
    done = niched.run("config", env={"NICHED_EVIDENCE_DAYS": value}, check=False)
    assert done.returncode == 2 and "NICHED_EVIDENCE_DAYS must be 0 to 36500" in done.stderr
