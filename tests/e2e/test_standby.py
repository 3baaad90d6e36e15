"""Reads on a standby, with a real streaming replica: where they go, that they are never older than what was notified or written, and
that they go on when the standby dies, the primary dies, or the standby takes over."""
import os
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest
from client import send_body
from patience import promised, wait_until
from standby import Standby

MATCH = "/match?niche=vegan&world=sandbox"
RECOVERY_S = promised(2)


@pytest.fixture(scope="module")
def pair(module_cluster, program):
    """A scored store and a standby of it; the last test ends with the standby alone."""
    url = module_cluster.url("niched")
    for words in (("migrate",), ("taxonomy", "load"), ("sandbox", "--creators", "300", "--seed", "1"), ("score",)):
        program(url).run(*words)
    standby = Standby(module_cluster.dir, url)
    try:
        yield module_cluster, standby
    finally:
        standby.stop()


def sql(url, statement, *values):
    with psycopg.connect(url, autocommit=True) as db:
        cursor = db.execute(statement, values)
        return cursor.fetchall() if cursor.description else None


def put(client, username):
    return send_body(client, "PUT", f"/creators/tiktok/{username}", {"followers": 5000})


def counter(client, name):
    line, = (line for line in client.get("/metrics").text.splitlines() if line.startswith(f"{name} "))
    return int(float(line.split()[1]))


def on_standby(client):
    return counter(client, "niched_standby_statements_total")


def asks_standby(client, path=MATCH):
    before = on_standby(client)
    client.ok(path)
    return on_standby(client) > before


class Readers:
    """Ask all the time; what they got."""

    def __init__(self, service, path=MATCH):
        self.over, self.statuses, self.service, self.path = threading.Event(), [], service, path
        self.threads = [threading.Thread(target=self._run) for _ in range(4)]

    def _run(self):
        while not self.over.wait(0.005):
            self.statuses.append(self.service.status(self.path))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        time.sleep(0.2)
        return self

    def __exit__(self, *_):
        time.sleep(0.3)
        self.over.set()
        for thread in self.threads:
            thread.join()


def test_reads_go_to_the_standby(pair, program, ask, tmp_path):
    primary, standby = pair
    same = {"NICHED_CACHE_MB": 0, "NICHED_SECRET_FILE": tmp_path / "secret"}
    with program(standby.both(), **same).serve() as service:
        client = ask(service)
        alone = program(primary.url("niched"), **same)
        wait_until(lambda: asks_standby(client), RECOVERY_S)
        there = sql(standby.url(), "select count(*) from pg_stat_activity where application_name = 'niched serve'")
        assert there[0][0] >= 1
        with alone.serve() as other:
            for path in (MATCH, "/niches/vegan?world=sandbox", "/creators/1", "/match?niche=fitness&weights=engagement:2&world=sandbox"):
                assert client.ok(path) == ask(other).ok(path)
        # what a caller may just have written is asked of the primary
        before = on_standby(client)
        client.ok("/prices"), client.ok("/imports")
        assert on_standby(client) == before


@pytest.mark.parametrize("attributes, used", [("prefer-standby", True), ("primary", False), ("read-write", False)])
def test_the_url_says_whether(pair, program, ask, attributes, used):
    _, standby = pair
    with program(standby.both(attributes), NICHED_CACHE_MB=0).serve() as service:
        client = ask(service)
        if used:
            wait_until(lambda: asks_standby(client), RECOVERY_S)
        else:
            assert not asks_standby(client)
        assert put(client, "of.the.pair").status_code in (200, 201)


def test_a_standby_alone_answers_reads(pair, program, ask):
    _, standby = pair
    with program(standby.url()).serve() as service:
        client = ask(service)
        assert client.ok(MATCH)["items"]
        refused = put(client, "nobody")
        assert refused.status_code == 503 and refused.headers["Retry-After"]


def test_a_standby_that_lags_is_not_asked(pair, program, ask):
    primary, standby = pair
    with program(standby.both()).serve() as service:
        client = ask(service)
        wait_until(lambda: asks_standby(client, "/creators/1"), RECOVERY_S)
        sql(standby.url(), "select pg_wal_replay_pause()")
        try:
            assert put(client, "just.now").status_code == 201
            assert client.ok("/creators/tiktok/just.now")["accounts"]
            quote = {"platform": "tiktok", "username": "just.now", "amount_usd": 120.5, "deliverable": "post", "valid_from": "2026-10-01"}
            assert send_body(client, "POST", "/prices", quote).status_code in (200, 201)
            assert [row["amount_usd"] for row in client.ok("/prices")["items"]] == [120.5]
            before = client.ok(MATCH)["items"]
            first = before[0]["creator"]["id"]
            sql(primary.url("niched"), "select opt_out_creator(%s, true)", first)
            wait_until(lambda: client.ok(MATCH)["items"][0]["creator"]["id"] != first, 1)
            for _ in range(20):  # never again
                assert first not in [item["creator"]["id"] for item in client.ok(MATCH)["items"]]
            assert not asks_standby(client, "/creators/2")
            sql(primary.url("niched"), "select opt_out_creator(%s, false)", first)
        finally:
            sql(standby.url(), "select pg_wal_replay_resume()")
        wait_until(lambda: asks_standby(client, "/creators/2"), 2 * RECOVERY_S)


def test_it_dies_comes_back_and_takes_over(pair, program, ask):
    primary, standby = pair
    with program(standby.both(), NICHED_CACHE_MB=0).serve() as service:
        client = ask(service)
        wait_until(lambda: asks_standby(client), RECOVERY_S)
        with Readers(service) as readers:
            standby.stop()
        assert set(readers.statuses) == {200}  # the primary answers what it left
        standby.start()
        wait_until(lambda: asks_standby(client), RECOVERY_S)
        expected = client.ok(MATCH)
        with Readers(service) as readers:
            kill(primary)
        assert set(readers.statuses) == {200}
        assert client.ok(MATCH) == expected
        refused = put(client, "while.away")
        assert refused.status_code == 503 and refused.headers["Retry-After"]
        with Readers(service) as readers:
            standby.promote()
            wait_until(lambda: put(client, "after.it").status_code in (200, 201), RECOVERY_S)
            client.ok("/creators/tiktok/after.it")
        assert set(readers.statuses) == {200}
        wait_until(lambda: client.ok("/readyz")["accounts_waiting"] is False)  # its worker followed, too


def alive(pid):
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill(cluster):
    """All of it at once, as a machine that is gone."""
    first = int((Path(cluster.dir) / "data/postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    pids = [first, *map(int, children)]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(alive(pid) for pid in pids))
