"""Imports of uploads under kill -9 of the service, of the worker's backend and of PostgreSQL at random moments: afterwards the store
equals the one that was never disturbed."""
import contextlib
import os
import random
import signal
import time
from pathlib import Path

import httpx
import psycopg
import pytest
from patience import NEVER_S, wait_until
from rounds import LONG

ROUNDS, ROWS = (10, 60000) if LONG else (1, 15000)  # at least two batches
WHAT = {
    "account": "select a.username, a.platform, a.followers, a.source, a.observed_at from account a",
    "key": "select k.kind, k.key, a.username from account_key k left join account a using (creator_id, account_id)",
    "snapshot": "select a.username, f.day, f.followers from follower_snapshot f join account a using (creator_id, account_id)",
    "post": "select a.username, p.post_key, p.posted_at, p.likes, p.caption, p.source from post p join account a using (creator_id, account_id)",
    "metric": "select a.username, m.* from post_metric m join account a using (creator_id, account_id)",
    "creator": "select display_name from creator",
    "dirty": "select a.username from account_dirty join account a using (creator_id, account_id)",
    "error": "select line, column_name, value, reason from import_error",
    "job": "select status, kind, bytes, rows, accepted, refused, duplicates, created, updated, unchanged, accounts_created, merged_rows,"
           " merged_refused from import_job",
    "chunk": "select count(*) from import_chunk",
    "undo": "select place, old, count(*) from import_undo group by 1, 2",
}


def posts():
    lines = ["post_id,posted_at,username,likes,followers,caption"]
    for i in range(ROWS):
        likes = "many" if i % 5000 == 77 else i % 900  # a bad row now and then
        lines.append(f"p{i % (ROWS - 500)},2026-01-{1 + i % 28:02},user{i % 3000},{likes},{1000 + i % 3000},caption of {i}")
    return ("\n".join(lines) + "\n").encode()


def store(url):
    with psycopg.connect(url) as db:
        return {name: sorted(map(str, db.execute(sql).fetchall())) for name, sql in WHAT.items()}


def upload(service, data):
    answer = httpx.post(f"{service}/imports?platform=tiktok&observed_at=2026-02-01&source=kill", content=data,
                        headers={"Content-Type": "text/csv"}, timeout=NEVER_S, trust_env=False)
    assert answer.status_code == 202, answer.text


def wait_done(url):
    end = time.monotonic() + NEVER_S
    while True:
        with contextlib.suppress(psycopg.Error), psycopg.connect(url, autocommit=True) as db:
            while True:
                job = db.execute("select status, error, merged_rows from import_job").fetchone()
                if job[0] in ("done", "failed", "cancelled"):
                    return job
                assert time.monotonic() < end, job
                time.sleep(0.02)
        assert time.monotonic() < end
        time.sleep(0.1)


def settings():
    return {"NICHED_WORKER": "0", "NICHED_LOOPS": "1"}


def kill_service(niched, service, cluster):
    service.process.send_signal(signal.SIGKILL)
    service.process.wait()


def kill_backend(niched, service, cluster):
    with psycopg.connect(niched.url, autocommit=True) as db:
        db.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'niched imports'"
                   " and datname = current_database()")


def kill_postgres(niched, service, cluster):
    """An immediate stop, as after a crash; then it is there again."""
    pid = int((Path(cluster.dir) / "data/postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    end = time.monotonic() + NEVER_S
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    cluster.start()


@contextlib.contextmanager
def may_be_killed(niched):
    """A service that may end in the middle, and by which signal does not matter."""
    with contextlib.suppress(AssertionError), niched.serve(**settings()) as service:
        yield service


@pytest.fixture(scope="module")
def undisturbed(databases, migrated_template, program):
    with databases.one(migrated_template) as url:
        niched = program(url)
        with niched.serve(**settings()) as service:
            upload(service, posts())
            began = time.monotonic()
            assert wait_done(url)[0] == "done"
            took = time.monotonic() - began
        return store(url), took


@pytest.mark.parametrize("round", range(ROUNDS))
@pytest.mark.parametrize("kill", [kill_service, kill_backend, kill_postgres])
def test_a_kill_changes_nothing(request, databases, migrated_template, program, undisturbed, kill, round):
    want, took = undisturbed
    seed = random.SystemRandom().randrange(10 ** 9)
    generator = random.Random(seed)
    moments = sorted(generator.uniform(0, took) for _ in range(2))
    print(f"seed {seed}: {kill.__name__} at {moments} of {took:.2f} s")
    cluster = None
    with contextlib.ExitStack() as stack:
        if kill is kill_postgres:
            cluster = request.getfixturevalue("cluster")
            niched = program(cluster.url("niched"))
            with psycopg.connect(niched.url, autocommit=True) as db:  # what was committed is there after the crash, as in production
                db.execute("alter database niched set synchronous_commit = on")
            niched.run("migrate")
            niched.run("taxonomy", "load")
        else:
            niched = program(stack.enter_context(databases.one(migrated_template)))
        with may_be_killed(niched) as service:
            upload(service, posts())
            time.sleep(moments[0])
            kill(niched, service, cluster)
            if kill is not kill_service:
                time.sleep(moments[1] - moments[0])
                kill(niched, service, cluster)
                assert wait_done(niched.url)[0] == "done"
        if kill is kill_service:
            with may_be_killed(niched) as service:
                time.sleep(moments[1] - moments[0])
                kill(niched, service, cluster)
            with niched.serve(**settings()):
                assert wait_done(niched.url)[0] == "done"
        got = store(niched.url)
        for name in WHAT:
            assert got[name] == want[name], name


def test_two_services_share_jobs(databases, migrated_template, program, undisturbed):
    """Many files, two processes: each file once, and both work."""
    with databases.one(migrated_template) as url:
        niched = program(url)
        with niched.serve(**settings()) as one, niched.serve(**settings()) as two:
            for i in range(8):
                text = "username,followers\n" + "".join(f"u{n},{1000 + i}\n" for n in range(2000))
                answer = httpx.post(f"{(one, two)[i % 2]}/imports?platform=tiktok&observed_at=2026-01-{i + 1:02}", content=text.encode(),
                                    headers={"Content-Type": "text/csv"}, trust_env=False)
                assert answer.status_code == 202
            end = time.monotonic() + NEVER_S
            with psycopg.connect(url, autocommit=True) as db:
                while db.execute("select count(*) from import_job where status = 'done'").fetchone() != (8,):
                    assert time.monotonic() < end
                    time.sleep(0.05)
                assert db.execute("select count(*), min(followers), max(followers) from account").fetchone() == (2000, 1007, 1007)
                assert db.execute("select count(*) from follower_snapshot").fetchone() == (16000,)
                assert db.execute("select max(attempts) from import_job").fetchone() == (0,)
            wait_until(lambda: "msg=import " in one.log and "msg=import " in two.log)
