"""NICHED_STALE_S: what is given while the database is away is what it said last, says so, and is nobody else's."""
import contextlib
import json
import re

import psycopg
import pytest
from client import Client
from patience import wait_until
from proxy import Proxy
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from test_cache import how
from test_health import in_background
from test_metrics import value

VEGAN = "/match?niche=vegan&world=sandbox"
MARKS = {"Warning": '110 - "Response is Stale"', "Cache-Control": "no-store"}
KEPT = [VEGAN, f"{VEGAN}&limit=3&country=US", f"{VEGAN}&format=csv", f"{VEGAN}&format=ndjson", "/match?niche=food,vegan&niche_mode=any&world=sandbox&weights=engagement:2&explain=true"]


@pytest.fixture(scope="module")
def store(module_cluster, program):
    """A scored store that can be taken away."""
    niched = program(module_cluster.url("niched"), NICHED_LOOPS=1, NICHED_WORKER=0)
    for words in (("migrate",), ("taxonomy", "load"), ("sandbox", "--creators", "300", "--seed", "1"), ("score",)):
        niched.run(*words)
    return niched, module_cluster


@contextlib.contextmanager
def served(store, contract, **settings):
    """A client of a service whose database runs at the beginning and at the end."""
    niched, cluster = store
    try:
        with niched.serve(**{"NICHED_STALE_S": 3600, **settings}) as service, Client(service, contract) as client:
            yield client
    finally:
        cluster.start()


def keep(client, *paths, headers=None):
    """Asks until it is kept."""
    for path in paths:
        wait_until(lambda path=path: how(client.get(path, headers=headers)) == "hit")
    return [client.get(path, headers=headers) for path in paths]


def is_stale(answer):
    marks = {name: answer.headers.get(name) for name in MARKS}
    stale = answer.status_code == 200 and how(answer) == "stale"
    assert (marks == MARKS and re.fullmatch(r"\d+", answer.headers["Age"]) and "ETag" not in answer.headers) if stale else "Warning" not in answer.headers
    return stale


def away(answer):
    return not is_stale(answer) and answer.status_code == 503 and answer.json()["code"] == "STORE_UNAVAILABLE" and "Retry-After" in answer.headers


def test_off_unless_it_is_set(store, contract):
    with served(store, contract, NICHED_STALE_S=0) as client:
        keep(client, VEGAN)
        store[1].stop()
        assert away(client.get(VEGAN))


def test_what_is_kept_is_given_and_marked(store, contract):
    with served(store, contract) as client:
        fresh = keep(client, *KEPT)
        assert not any(is_stale(answer) for answer in fresh) and fresh[0].json()["stale"] is False
        store[1].stop()
        for path, before in zip(KEPT, fresh, strict=True):
            for headers in ({}, {"If-None-Match": before.headers["ETag"]}, {"If-None-Match": "*"}, {"Accept-Encoding": "gzip"}):
                answer = client.get(path, headers=headers)
                assert is_stale(answer), path
                assert answer.content == before.content.replace(b'"stale":false}', b'"stale":true}')
            head = client.head(path, headers={"Accept-Encoding": "gzip"})
            assert is_stale(head) and head.headers["Content-Length"] == answer.headers["Content-Length"]
            assert {name: before.headers.get(name) for name in ("X-World", "Link")} == {name: answer.headers.get(name) for name in ("X-World", "Link")}
        assert is_stale(client.get("/match?limit=3&world=sandbox&country=US&niche=%76egan"))  # the same, spelt otherwise
        for other in (f"{VEGAN}&limit=4", f"{VEGAN}&include=evidence", "/niches/vegan", "/creators/1", f"{VEGAN}&why_not=1"):
            assert away(client.get(other)), other
        answers = client.post("/match/batch", json={"queries": [{"niche": "vegan", "world": "sandbox"}, {"niche": "vegan", "world": "sandbox", "limit": 4}]}).json()["answers"]
        assert [a["status"] for a in answers] == [200, 503] and answers[0]["body"] == {**fresh[0].json(), "stale": True}
        assert value(client, "niched_cache_stale_total") == len(KEPT) * 5 + 2
        store[1].start()
        wait_until(lambda: client.get(VEGAN).status_code == 200 and not is_stale(client.get(VEGAN)))
        assert [answer.content for answer in keep(client, *KEPT)] == [answer.content for answer in fresh]
        assert client.get(VEGAN, headers={"If-None-Match": fresh[0].headers["ETag"]}).status_code == 304


def test_for_so_long(store, contract):
    """Ages are whole seconds since the store was heard, so that 2 is the last one."""
    with served(store, contract, NICHED_STALE_S=2) as client:
        keep(client, VEGAN)
        store[1].stop()
        ages = []

        def over():
            answer = client.get(VEGAN)
            if is_stale(answer):
                ages.append(int(answer.headers["Age"]))
            return not is_stale(answer)
        wait_until(over)
        assert away(client.get(VEGAN)) and set(ages) <= {0, 1, 2} and ages == sorted(ages)


def test_what_changed_before_is_not_given(store, contract):
    with served(store, contract) as client, psycopg.connect(store[0].url, autocommit=True) as db:
        keep(client, VEGAN, "/match?niche=food&world=sandbox")
        db.execute("update niche_version set version = version + 1 from niche n where n.niche_id = niche_version.niche_id and n.slug = 'vegan' and world = 1")
        keep(client, f"{VEGAN}&limit=2")  # its version is known
        store[1].stop()
        assert away(client.get(VEGAN)) and is_stale(client.get(f"{VEGAN}&limit=2")) and is_stale(client.get("/match?niche=food&world=sandbox"))


def test_nothing_is_given_where_a_change_could_not_be_read(store, contract):
    """A write over this process, after which no versions can be read any more."""
    with served(store, contract) as client, contextlib.closing(psycopg.connect(store[0].url)) as lock:
        before, = keep(client, VEGAN)
        ours = before.json()["items"][0]["creator"]
        lock.execute("lock table niche_version in access exclusive mode")
        made = client.post("/prices?world=sandbox", json={"platform": ours["platform"], "username": ours["username"], "amount_usd": 5, "valid_from": "2026-10-01"})
        assert made.status_code == 200, made.text
        store[1].stop()
        assert away(client.get(VEGAN))


@pytest.fixture
def proxy(store):
    """In front of the store: what goes through it can be lost while the store lives on."""
    made = Proxy(conninfo_to_dict(store[0].url)["host"])
    yield made
    made.close()


HOLD_COMMITS_UP = """create function hold_up() returns trigger language plpgsql as $$begin perform pg_advisory_xact_lock(4711); return null; end$$;
                     create constraint trigger hold_up after insert on price deferrable initially deferred for each row execute function hold_up()"""


def test_nothing_is_given_after_a_commit_that_was_not_answered(store, contract, proxy, program):
    """The connection is lost within it: here it was done all the same."""
    niched = program(make_conninfo(store[0].url, host=proxy.dir), **store[0].settings)
    with psycopg.connect(store[0].url, autocommit=True) as db, served((niched, store[1]), contract) as client:
        mine = {"amount_usd": 6, "valid_from": "2026-10-02"}
        mine |= {name: keep(client, VEGAN)[0].json()["items"][0]["creator"][name] for name in ("platform", "username")}
        db.execute(HOLD_COMMITS_UP)
        db.execute("select pg_advisory_lock(4711)")
        try:
            made = in_background(lambda: client.post("/prices?world=sandbox", json=mine))
            wait_until(lambda: db.execute("select from pg_locks where locktype = 'advisory' and objid = 4711 and not granted").fetchall())
            assert client.get(VEGAN).status_code == 200
            proxy.mode = "cut"
            assert away(made.result()) and away(client.get(VEGAN))
        finally:
            db.execute("select pg_advisory_unlock(4711)")
            db.execute("drop function hold_up() cascade")  # waits for the commit
        assert away(client.get(VEGAN))
        proxy.mode = "pass_on"
        wait_until(lambda: client.get(VEGAN).status_code == 200)
        assert client.match("vegan", world="sandbox")["items"][0]["price_source"] == "your quote"


def test_workspaces_get_their_own_or_nothing(store, contract):
    """Keys are good for 4 s without the store; whatever is given until then is what their own workspace saw."""
    niched, cluster = store
    keys = {}
    for name in ("one", "two", "three"):
        niched.run("workspace", "create", name)
        keys[name] = {"Authorization": f"Bearer {niched.run('key', 'create', '--workspace', name, '--scope', 'write').stdout.strip()}"}
    with served(store, contract) as client:
        wait_until(lambda: client.get(VEGAN, headers=keys["three"]).status_code == 200)
        ours = client.match("vegan", world="sandbox")["items"][0]["creator"]
        for name, amount in (("one", 31337), ("two", 4242)):
            row = {"platform": ours["platform"], "username": ours["username"], "amount_usd": amount, "valid_from": "2026-10-01"}
            made = client.post("/prices?world=sandbox", json=row, headers=keys[name])
            assert made.status_code == 200, made.text
        fresh = {name: keep(client, f"{VEGAN}&limit=5", headers=keys[name])[0].content for name in ("one", "two")}
        assert b"31337" in fresh["one"] and b"4242" in fresh["two"] and fresh["one"] != fresh["two"]
        cluster.stop()

        def over():
            """Until keys are taken from nobody."""
            said = {name: client.get(f"{VEGAN}&limit=5", headers=keys[name]) for name in keys}
            for name in ("one", "two"):
                assert away(said[name]) or (is_stale(said[name]) and json.loads(said[name].content) == {**json.loads(fresh[name]), "stale": True})
            assert away(said["three"]) and away(client.get(f"{VEGAN}&limit=5"))
            return away(said["one"])
        wait_until(over)


def test_its_bounds(store):
    for wrong in ("-1", "86401", "x"):
        done = store[0].run("config", check=False, env={"NICHED_STALE_S": wrong})
        assert done.returncode == 2 and "NICHED_STALE_S" in done.stderr
    assert store[0].run("config", env={"NICHED_STALE_S": "86400"}).returncode == 0
