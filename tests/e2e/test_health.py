"""Life and death: the database away and back, no schema yet, SIGTERM with work in hand, too much and too slow."""
import contextlib
import os
import subprocess
import threading
import time
from pathlib import Path

import psycopg
import pytest
from patience import NEVER_S, SLOW, wait_until
from test_http import ADDRESS, SENT

NEEDS_STORE = [address for name, address in ADDRESS.items() if name not in ("livez", "metrics", "openapi", "openapi_json", "page", "docs", "asset")]


def in_background(call):
    """Starts call() in a thread; .result() waits for it."""
    class Call(threading.Thread):
        def run(self):
            self.value = call()

        def result(self):
            self.join(NEVER_S)
            return self.value
    thread = Call()
    thread.start()
    return thread


@pytest.fixture
def lock(sandbox_niched):
    """Holds up everything that reads niche_match, until .rollback()."""
    with psycopg.connect(sandbox_niched.url) as connection:
        connection.execute("lock table niche_match in access exclusive mode")
        yield connection


def waiting(url, who="niched serve"):
    """Statements of the service that wait for the lock."""
    with psycopg.connect(url) as db:
        return db.execute("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                          " and application_name = %s and datname = current_database()", [who]).fetchone()[0]


def test_ready_says_what_it_stands_on(client, sandbox_db):
    ready = client.ok("/readyz")
    newest, = sandbox_db.execute("select max(version) from schema_migration").fetchone()
    assert ready["schema_version"] == newest and ready["model_version"] == "2026.1" and ready["default_world"] == "sandbox"
    assert ready["taxonomy_version"] >= 1 and ready["accounts_waiting"] is False


def test_database_goes_away_and_comes_back(cluster, program, ask):
    niched = program(cluster.url("niched"))
    niched.run("migrate")
    niched.run("taxonomy", "load")
    with niched.serve() as service:
        client = ask(service)
        assert client.match("vegan")["items"] == []
        cluster.stop()
        assert client.ok("/livez") == {"status": "live"}
        for path in NEEDS_STORE:
            response = client.get(path)
            assert response.status_code == 503 and response.json()["code"] == "STORE_UNAVAILABLE", path
            assert int(response.headers["Retry-After"]) >= 1
        wait_until(lambda: "niched_store_read 0\n" in client.get("/metrics").text)
        for method, path, body in (sent for name, sent in SENT.items() if name != "match_batch"):  # which answers each query apart
            media = {"Content-Type": "application/merge-patch+json"} if method == "PATCH" else {}
            media = {"Content-Type": "text/csv"} if path == "/imports" else media
            assert client.request(method, path, json=body, headers=media).status_code == 503, path
        cluster.start()
        service.wait("/readyz", 200, 10)
        assert client.match("vegan")["items"] == []
        assert client.ok("/readyz")["status"] == "ready"
        wait_until(lambda: "niched_store_read 1\n" in client.get("/metrics").text)


def test_connections_cut_by_the_database(sandbox_niched, ask):
    with sandbox_niched.serve() as service, psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        client = ask(service)
        before = client.match("vegan")["items"]
        db.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                   " where datname = current_database() and pid <> pg_backend_pid()")
        service.wait("/readyz", 200, 5)
        assert client.match("vegan")["items"] == before


def test_no_schema_yet(empty_niched, ask):
    with empty_niched.serve(ready=False) as service:
        client = ask(service)
        assert client.ok("/livez")
        response = client.get("/readyz")
        assert response.status_code == 503 and int(response.headers["Retry-After"]) >= 1
        assert client.get("/match?niche=vegan").status_code == 503
        wait_until(lambda: "run niched migrate" in service.log)
        empty_niched.run("migrate")
        wait_until(lambda: "run niched taxonomy load" in service.log)
        assert client.get("/readyz").status_code == 503
        empty_niched.run("taxonomy", "load")
        service.wait("/readyz", 200, 10)
        assert client.match("vegan")["items"] == []
        wait_until(lambda: "the store can be read again" in service.log)


def test_what_runs_goes_on_reading_while_a_newer_one_migrates(sandbox_niched, ask):
    """A later migration adds a column and says its number: new processes of this version are refused, the one that runs answers."""
    key = sandbox_niched.run("key", "create").stdout.strip()
    with sandbox_niched.serve(NICHED_WORKER=0, NICHED_CACHE_MB=0, NICHED_LIMITS="on") as service, psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        client = ask(service)
        wait_until(lambda: client.get("/model", headers={"Authorization": f"Bearer {key}"}).status_code == 200)
        before = client.match("vegan")["items"]
        db.execute("alter table account add column later integer; insert into schema_migration (version, name, checksum) values (9999, 'later.sql', 'x')")
        wait_until(lambda: "use a newer niched" in service.log)
        end = time.monotonic() + 5  # longer than keys are believed without being read again
        while time.monotonic() < end:
            answer = client.get("/match?niche=vegan", headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == 200 and answer.json()["items"] == before
            time.sleep(0.2)
        assert client.ok("/readyz")["schema_version"] == 9999
        assert sandbox_niched.run("serve", check=False).returncode == 6


def test_no_database_at_all(program, tmp_path, ask):
    nowhere = program(f"postgresql:///niched?host={tmp_path}")
    with nowhere.serve(ready=False) as service:
        client = ask(service)
        assert client.ok("/livez")
        client.problem("/readyz", 503, "STORE_UNAVAILABLE")


def files_of(process):
    """What its numbers of files stand for."""
    found = {}
    for fd in os.listdir(f"/proc/{process.pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # closed since
            found[int(fd)] = os.readlink(f"/proc/{process.pid}/fd/{fd}")
    return found


def listens(process):
    """Whether one of its files is a socket that listens."""
    lines = [line.split() for line in Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]]
    return {f"socket:[{line[9]}]" for line in lines if line[3] == "0A"} & set(files_of(process).values())


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_started_without_standard_files(sandbox, closed):
    """No socket gets their numbers, and with one the lines of the log."""
    process = subprocess.Popen(["/bin/sh", "-c", f'exec "$0" serve {closed}', os.environ["NICHED"]], env=sandbox.environment({"NICHED_PORT": 0}),
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: listens(process), said=lambda: f"status {process.poll()}")
        assert {fd: name for fd, name in files_of(process).items() if fd < 3} == dict.fromkeys(range(3), "/dev/null")
        process.terminate()
        assert process.wait(NEVER_S) == 0
    finally:
        process.kill()
        process.wait()


def test_taxonomy_is_taken_up_while_serving(sandbox_niched, ask, tmp_path):
    with sandbox_niched.serve(NICHED_WORKER=0) as service:
        client = ask(service)
        client.problem("/match", 404, "NICHE_UNKNOWN", niche="zzyzxqwv")
        with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
            db.execute("insert into niche (slug, label, base_rate) values ('zzyzxqwv', 'Zzyzxqwv', 0.001);"
                       " update state set value = (value::bigint + 1)::text where key = 'taxonomy_version'; notify niched")
        wait_until(lambda: client.get("/match?niche=zzyzxqwv").status_code == 200)


def test_statement_in_flight_at_the_end_is_answered(sandbox_niched, lock, ask):
    with sandbox_niched.serve(NICHED_STATEMENT_TIMEOUT_MS=20000) as service:
        client = ask(service)
        answer = in_background(lambda: client.get("/match?niche=vegan"))
        wait_until(lambda: waiting(sandbox_niched.url))
        service.terminate()
        time.sleep(0.3)
        assert service.process.poll() is None and answer.is_alive()
        lock.rollback()
        assert answer.result().status_code == 200 and answer.value.json()["items"]
        service.finish()


def test_end_waits_no_longer_than_said(sandbox_niched, lock, ask):
    with sandbox_niched.serve(NICHED_STATEMENT_TIMEOUT_MS=60000, NICHED_SHUTDOWN_S=1, NICHED_WORKER=0) as service:
        client = ask(service)
        answer = in_background(lambda: client.get("/match?niche=vegan"))
        wait_until(lambda: waiting(sandbox_niched.url))
        service.finish()
        assert answer.result().status_code == 503


def test_end_does_not_wait_for_a_worker_that_is_held_up(sandbox_niched, lock):
    with sandbox_niched.serve(NICHED_SHUTDOWN_S=1) as service:
        wait_until(lambda: waiting(sandbox_niched.url, "niched worker"))
        service.finish()


def test_end_without_work_is_at_once(sandbox, ask):
    with sandbox.serve(NICHED_SHUTDOWN_S=60) as service:
        client = ask(service)
        client.match("vegan")  # an idle connection stays open
        service.finish()
        assert "msg=stopping" in service.log


def test_no_new_work_after_the_end_began(sandbox_niched, lock, ask):
    with sandbox_niched.serve(NICHED_STATEMENT_TIMEOUT_MS=20000, NICHED_SHUTDOWN_S=60) as service:
        client = ask(service)
        answer = in_background(lambda: client.get("/match?niche=vegan"))
        wait_until(lambda: waiting(sandbox_niched.url))
        service.terminate()
        wait_until(lambda: service.status("/livez") == 0)
        lock.rollback()
        assert answer.result().status_code == 200


def test_slow_statement_is_cut(sandbox_niched, lock, ask):
    with sandbox_niched.serve(NICHED_STATEMENT_TIMEOUT_MS=200, NICHED_WORKER=0) as service:
        client = ask(service)
        from_s = time.monotonic()
        response = client.get("/match?niche=vegan")
        assert response.status_code == 503 and response.json()["code"] == "STORE_TIMEOUT"
        assert response.headers["Retry-After"] and time.monotonic() - from_s < 10 * SLOW  # the usual bound of these tests is twice that
        assert client.ok("/readyz")
        lock.rollback()
        assert client.match("vegan")["items"]


def test_too_many_wait(sandbox_niched, lock, ask):
    few = {"NICHED_LOOPS": 1, "NICHED_MAX_WAITING": 4, "NICHED_STATEMENT_TIMEOUT_MS": 20000, "NICHED_WORKER": 0}
    with sandbox_niched.serve(few, ready=False) as service:
        wait_until(lambda: service.status("/readyz") == 200)  # asked once: many at once are too many here
        asked = ["/match?niche=vegan&limit=11", "/match?niche=vegan&limit=12"]  # who asks the same waits for one answer
        answers = [in_background(lambda path=path: ask(service).get(path).status_code) for path in asked]
        wait_until(lambda: waiting(sandbox_niched.url))
        wait_until(lambda: ask(service).get("/match?niche=vegan&limit=13").json().get("code") == "LIMIT_OVERLOAD")
        response = ask(service).get("/niches")
        assert response.status_code == 503 and int(response.headers["Retry-After"]) >= 1
        lock.rollback()
        assert {answer.result() for answer in answers} <= {200, 503} and 200 in {answer.value for answer in answers}
        assert ask(service).match("vegan")["items"]


def test_new_evidence_is_scored_while_serving(niched, db, ask):
    """A sandbox loaded under a running service shows up by itself."""
    with niched.serve() as service:
        client = ask(service)
        assert client.match("test-many")["items"] == []
        niched.run("sandbox", "--creators", "0")
        wait_until(lambda: len(client.match("test-many", limit=100)["items"]) == 60)
        wait_until(lambda: client.ok("/readyz")["accounts_waiting"] is False)
        assert db.execute("select count(*) from account_dirty").fetchone() == (0,)


@pytest.mark.parametrize("started", [os.SCHED_OTHER, os.SCHED_IDLE])
def test_threads_do_not_push_others_aside(sandbox, started):
    """All of it runs in the batch class, unless its starter chose another one."""
    process = subprocess.Popen([os.environ["NICHED"], "serve"], env=sandbox.environment({"NICHED_PORT": 0}), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setscheduler(0, started, os.sched_param(0)))
    try:
        wait_until(lambda: listens(process), said=lambda: f"status {process.poll()}")
        classes = {os.sched_getscheduler(int(task)) for task in os.listdir(f"/proc/{process.pid}/task")}
        assert classes == {os.SCHED_BATCH if started == os.SCHED_OTHER else started}
    finally:
        process.kill()
        process.wait()
