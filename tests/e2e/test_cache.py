"""Answers that are kept: the same bytes as without, never of a version older than one that was notified, nothing for others than
those they are for, and one question to the store for many callers."""
import concurrent.futures
import contextlib
import random
import re
import threading
import time
from pathlib import Path

import psycopg
import pytest
from client import Client, Wire, send_body
from conftest import CONTRACT
from patience import SLOW, promised, wait_until
from test_metrics import value

ROOT = Path(__file__).parents[2]
VARY = {"x-request-id", "server-timing", "date"}
VEGAN = "/match?niche=vegan"
IVY = 76  # first of vegan in the sandbox
NOTICE_S = 0.15 * SLOW  # what a notification may take on a busy machine


def how(response):
    """hit, wait, or None for an answer of its own"""
    found = re.search(r"cache;desc=(\w+)", response.headers["Server-Timing"])
    return found[1] if found else None


def whole(response):
    """All of an answer that does not differ from time to time."""
    return response.status_code, {k: v for k, v in response.headers.items() if k not in VARY}, response.content


def tag(response):
    return response.headers["ETag"]


def counted(client, name):
    return value(client, f"niched_cache_{name}_total")


@contextlib.contextmanager
def served(niched, ask, **settings):
    """A client of a service with one loop of its own."""
    with niched.serve(NICHED_LOOPS=1, **{"NICHED_WORKER": "0", **settings}) as service:
        client = ask(service)
        settle(client)
        yield client


def settle(client):
    """Until answers are kept: its versions were read."""
    if value(client, "niched_cache_limit_bytes"):
        wait_until(lambda: client.get("/match?niche=yoga&limit=1") and how(client.get("/match?niche=yoga&limit=1")) == "hit")


@pytest.fixture
def db(sandbox_niched):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def client(sandbox_niched, ask):
    with served(sandbox_niched, ask) as client:
        yield client


def for_all(sandbox, **settings):
    with contextlib.ExitStack() as stack, served(sandbox, lambda service: stack.enter_context(Client(service, CONTRACT)), **settings) as client:
        yield client


@pytest.fixture(scope="module")
def reader(sandbox):
    """Of a service for all tests here that only read."""
    yield from for_all(sandbox)


@pytest.fixture(scope="module")
def plain(sandbox):
    """... of one that keeps nothing."""
    yield from for_all(sandbox, NICHED_CACHE_MB=0)


def bump(db, niche="vegan", notify=True, score=None):
    """What a scorer does: the first one of a niche gets another score, in one transaction with its version and the notice."""
    with db.transaction():
        niche_id, = db.execute("select niche_id from niche where slug = %s", [niche]).fetchone()
        if score:
            db.execute("update niche_match set score = %s where niche_id = %s and creator_id = %s", [score, niche_id, IVY])
        db.execute("update niche_version set version = version + 1 where niche_id = %s and world = 1", [niche_id])
        if notify:
            db.execute("notify niched, 'scored'")


# ---- what is kept

QUERIES = [VEGAN, "/match?niche=Vegan%20Fitness&country=US&limit=5", "/match?niche=vegan&weights=engagement:2&explain=true",
           "/match?niche=vegan&sort_by=followers&facets=tier,country&count=exact", "/match?niche=vegan,fitness&niche_mode=any",
           "/match?niche=food+-vegan", "/match?niche=vegan&format=csv", "/match?niche=vegan&format=ndjson&fields=rank,creator.name",
           "/match?niche=vegan&world=sandbox&max_price_usd=500&diversify=0.8"]


@pytest.mark.parametrize("query", QUERIES)
def test_kept_answers_are_the_same(reader, plain, query):
    """These come first: what is asked for was not asked for before."""
    want = whole(plain.get(query))
    assert [how(plain.get(query)) for _ in range(3)] == [None] * 3
    answers = [reader.get(query) for _ in range(5)]
    assert [how(a) for a in answers] == [None] + ["hit"] * 4
    if "cursor" not in want[1].get("link", ""):  # signed with a secret of each service
        assert {str(whole(a)) for a in answers} == {str(want)}
    assert len({str(whole(a)) for a in answers}) == 1 and len({a.headers["X-Request-Id"] for a in answers}) == 5
    head = reader.head(query)
    assert (how(head), head.headers["Content-Length"]) == ("hit", answers[0].headers["Content-Length"])
    unchanged = reader.get(query, headers={"If-None-Match": tag(answers[0])})
    assert (unchanged.status_code, how(unchanged), tag(unchanged)) == (304, "hit", tag(answers[0]))


@pytest.mark.parametrize("coding", ["gzip", "zstd", "identity"])
def test_codings_are_kept(reader, coding):
    plain = reader.get(VEGAN, headers={"Accept-Encoding": "identity"})
    asked = {"Accept-Encoding": coding}
    with Wire(reader.service.address) as wire:
        bodies = []
        for _ in range(4):
            wire.send(f"GET {VEGAN} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: {coding}\r\n\r\n".encode())
            answer = wire.answer()
            bodies.append(answer.content)
            assert how(answer) == "hit" and answer.headers.get("Content-Encoding", "identity") == coding
    assert len(set(bodies)) == 1
    if coding != "zstd":  # httpx of the distribution cannot read it
        assert reader.get(VEGAN, headers=asked).content == plain.content
        assert reader.get(VEGAN, headers={**asked, "If-None-Match": tag(plain)}).status_code == (304 if coding == "identity" else 200)


def test_the_order_of_arguments_and_the_spelling_of_the_target_do_not_matter(reader):
    first = reader.get("/match?niche=vegan&limit=3&country=US")
    for again in ("/match?country=US&limit=3&niche=vegan", "/match?niche=%76egan&limit=3&&country=US"):
        assert (how(reader.get(again)), reader.get(again).content) == ("hit", first.content)
    for other in ("/match?niche=Vegan&limit=3&country=US", "/match?niche=vegan&limit=4&country=US", "/match?niche=vegan&limit=3"):
        assert how(reader.get(other)) is None


@pytest.mark.parametrize("query", ["/match?niche=test-empty", "/match?niche=vegan&include=evidence", "/match?niche=vegan&why_not=76",
                                   "/match?niche=vegan&brand_conflict=Nike", "/match?niche=vegan&min_follower_growth=0.01",
                                   "/match?niche=vegan&city=Berlin&min_followers=90000", "/niches?q=vegan", "/creators/76"])
def test_what_has_no_version_is_not_kept(reader, query):
    assert [how(reader.get(query)) for _ in range(3)] == [None] * 3


def test_errors_are_not_kept(reader):
    for path, status in (("/match?niche=test-503", 503), ("/match?niche=nothing-like-it", 404), ("/match?niche=vegan&limit=0", 400)):
        assert [(a.status_code, how(a)) for a in (reader.get(path) for _ in range(3))] == [(status, None)] * 3


def test_pipelined_requests_have_their_own_ids(reader):
    for _ in range(3):
        reader.get(VEGAN)
    ids = [f"mine-{i}" for i in range(50)]
    with Wire(reader.service.address) as wire:
        wire.send(b"".join(f"GET {VEGAN} HTTP/1.1\r\nHost: x\r\nX-Request-Id: {i}\r\n\r\n".encode() for i in ids))
        answers = [wire.answer() for _ in ids]
    assert [a.headers["X-Request-Id"] for a in answers] == ids and {how(a) for a in answers} == {"hit"}
    assert all(len(a.headers.get_list("X-Request-Id")) == len(a.headers.get_list("Server-Timing")) == 1 for a in answers)
    said = [f"id={i} method=GET path=/match status=200 bytes={len(answers[0].content)}" for i in ids]
    wait_until(lambda: not [line for line in said if line not in reader.service.log])  # a line follows its answer


def test_a_batch_takes_what_is_kept(reader):
    queries = [{"niche": "vegan"}, {"niche": "yoga", "limit": 2}, {"niche": "vegan", "format": "csv"}]
    alone = [reader.get("/match", params=q) for q in queries]
    hits = counted(reader, "hits")
    answers = send_body(reader, "POST", "/match/batch", {"queries": queries}).json()["answers"]
    assert [a["body"] for a in answers] == [alone[0].json(), alone[1].json(), alone[2].text]
    assert counted(reader, "hits") == hits + 3


def test_the_bound_holds(sandbox, ask):
    with served(sandbox, ask, NICHED_CACHE_MB=1) as client, served(sandbox, ask, NICHED_CACHE_MB=0) as plain:
        names = ["vegan", "fitness", "food", "beauty", "travel", "gaming", "yoga", "fashion"]
        paths = [f"/match?niche={name}&limit={limit}" for name in names for limit in range(10, 26)]
        for path in paths + paths[-3:]:
            client.get(path)
            assert value(client, "niched_cache_bytes", loop="0") <= 1048576
        assert counted(client, "evictions") > 10 and how(client.get(paths[-1])) == "hit" and how(client.get(paths[0])) is None
        for path in random.Random(1).sample(paths, 10):
            assert client.get(path).json()["items"] == plain.get(path).json()["items"]


# ---- whose it is

def test_what_a_workspace_has_is_its_own(sandbox_niched, db, ask, tmp_path):
    with served(sandbox_niched, ask, NICHED_SECRET_FILE=tmp_path / "secret") as client:
        elsewhere = {"X-Forwarded-For": "203.0.113.7"}
        prices = [("mine", {}), ("shared", elsewhere)]
        for _ in range(3):
            client.get(VEGAN), client.get(VEGAN, headers=elsewhere)
        row = {"platform": "tiktok", "username": "ivy.vegan_c", "deliverable": "post", "valid_from": "2026-10-01"}
        for amount in (77, 81, 85):  # the answer to a write is seen by the next reading, whatever the notice takes
            assert send_body(client, "POST", "/prices?world=sandbox", {**row, "amount_usd": amount}).status_code == 200
            for whose, headers in prices * 3:
                ivy = next(i for i in client.get(VEGAN, headers=headers).json()["items"] if i["creator"]["id"] == str(IVY))
                assert (ivy["price_source"] == "your quote", ivy["price_usd"] == amount) == ((whose == "mine",) * 2), (amount, whose)
        key = sandbox_niched.run("key", "create", "--scope", "read").stdout.strip()
        wait_until(lambda: how(client.get(VEGAN, headers={"Authorization": f"Bearer {key}"})) == "hit")
        wrong = client.get(VEGAN, headers={"Authorization": "Bearer nk_x_y"})
        assert wrong.status_code == 401 and how(wrong) is None


def test_a_revoked_key_gets_nothing_that_is_kept(sandbox_niched, ask):
    key = sandbox_niched.run("key", "create", "--scope", "read").stdout.strip()
    with sandbox_niched.serve(NICHED_LOOPS=1, NICHED_WORKER=0, NICHED_ANONYMOUS_READ="off", NICHED_WRITES="off") as service:
        client, headers = ask(service), {"Authorization": f"Bearer {key}"}
        wait_until(lambda: client.get(VEGAN, headers=headers).status_code == 200)
        wait_until(lambda: how(client.get(VEGAN, headers=headers)) == "hit")
        assert client.get(VEGAN).status_code == 401
        sandbox_niched.run("key", "revoke", key.split("_")[1])
        wait_until(lambda: client.get(VEGAN, headers=headers).status_code == 401, seconds=promised(2))


def test_what_is_kept_counts_against_limits(sandbox, ask):
    with sandbox.serve(NICHED_LOOPS=1, NICHED_WORKER=0, NICHED_LIMITS="on", NICHED_RATE_ADDRESS=1, NICHED_RATE_BURST_S=1200) as service:
        client = ask(service)
        answers = [client.get(VEGAN) for _ in range(25)]
        assert [a.status_code for a in answers] == [200] * 20 + [429] * 5
        assert [re.search("r=([0-9]+)", a.headers["RateLimit"])[1] for a in answers[:20]] == [str(i) for i in reversed(range(20))]
        assert {how(a) for a in answers[10:20]} == {"hit"} and {how(a) for a in answers[20:]} == {None}


def test_origins_get_their_own_headers(reader):
    for _ in range(3):
        reader.get(VEGAN)
    for origin in ("http://localhost:3000", "https://evil.example"):
        for _ in range(3):
            response = reader.get(VEGAN, headers={"Origin": origin})
            assert response.headers.get("Access-Control-Allow-Origin") == (origin if "localhost" in origin else None)
    assert "Access-Control-Allow-Origin" not in reader.get(VEGAN).headers


# ---- versions

def hit(client, path):
    """An answer that was kept: until the versions are confirmed, none is."""
    return wait_until(lambda: answer if how(answer := client.get(path)) == "hit" else None)


def test_a_notice_ends_what_is_kept(client, db):
    with psycopg.connect(db.info.dsn, autocommit=True) as ear:
        ear.execute("listen niched")
        stayed = 0
        for score in range(9600, 9700, 10):
            before, other = hit(client, VEGAN), hit(client, "/match?niche=yoga")
            bump(db, score=score)
            assert next(ear.notifies()).payload == "scored"
            after = wait_until(lambda: answer if (answer := client.get(VEGAN)).json()["items"][0]["score"] == score / 100 else None, seconds=promised(2))
            assert how(after) is None and tag(after) != tag(before)
            yoga = client.get("/match?niche=yoga")
            stayed += how(yoga) == "hit"  # unless a busy machine was late to confirm the versions
            assert whole(yoga) == whole(other)
        assert stayed >= 5, "a notice is of its niche alone"


def test_a_change_without_a_notice_is_seen_within_a_second(client, db):
    hit(client, VEGAN)
    bump(db, notify=False, score=9700)
    wait_until(lambda: client.get(VEGAN).json()["items"][0]["score"] == 97, seconds=promised(2))


def ears(db):
    return {row[0] for row in db.execute("select pid from pg_stat_activity where application_name = 'niched versions' and datname = current_database()")}


def test_nothing_is_kept_while_nobody_listens(client, db):
    for score in (9710, 9720, 9730):
        client.get(VEGAN)
        wait_until(lambda: how(client.get(VEGAN)) == "hit")
        gone = ears(db)
        assert gone and db.execute("select pg_terminate_backend(pid) from unnest(%s) pid", [list(gone)]).fetchall()
        bump(db, notify=False, score=score)
        wait_until(lambda: ears(db) - gone)  # it noticed: what is kept went before it listens again
        assert client.get(VEGAN).json()["items"][0]["score"] == score / 100


def test_nothing_is_kept_when_the_versions_are_not_confirmed(sandbox_niched, db, ask):
    with served(sandbox_niched, ask, NICHED_STATEMENT_TIMEOUT_MS=300) as client:
        for _ in range(3):
            client.get(VEGAN)
        with psycopg.connect(sandbox_niched.url) as lock:
            lock.execute("lock table niche_version in access exclusive mode")
            assert how(client.get(VEGAN)) == "hit"
            wait_until(lambda: client.get(VEGAN).status_code == 503, promised(2))
            lock.rollback()
        wait_until(lambda: how(client.get(VEGAN)) == "hit")


def test_a_standby_is_polled(sandbox_niched, db, ask):
    """A store that takes no writes: nobody can be told, versions are read five times a second."""
    name = db.info.dbname
    db.execute(f'alter database "{name}" set default_transaction_read_only = on')
    try:
        with served(sandbox_niched, ask) as client:
            hit(client, VEGAN)
            with psycopg.connect(sandbox_niched.url, autocommit=True, options="-c default_transaction_read_only=off") as primary:
                bump(primary, notify=False, score=9750)
            wait_until(lambda: client.get(VEGAN).json()["items"][0]["score"] == 97.5, seconds=promised(2))
    finally:
        db.execute("set default_transaction_read_only = off")
        db.execute(f'alter database "{name}" reset default_transaction_read_only')


def test_scores_never_go_back(sandbox_niched, db, ask):
    """Readers of one loop while a writer raises the score by the notice; and who heard of a score reads no older one."""
    heard, stop, faults = [0.0], threading.Event(), []

    def read(client, slack):
        last, http = 0.0, Client(client.service, CONTRACT)
        with http:
            while not stop.is_set():
                least = heard[0] if slack else 0
                time.sleep(slack)
                score = http.get(VEGAN).json()["items"][0]["score"]
                if score < max(last, least):
                    faults.append((score, last, least))
                last = score

    with served(sandbox_niched, ask) as client, psycopg.connect(sandbox_niched.url, autocommit=True) as ear:
        ear.execute("listen niched")
        readers = [threading.Thread(target=read, args=(client, slack)) for slack in (0, 0, NOTICE_S)]
        bump(db, score=9000)
        next(ear.notifies())
        for reader in readers:
            reader.start()
        for score in range(9010, 9400, 10):
            bump(db, score=score)
            next(ear.notifies())
            heard[0] = score / 100
            time.sleep(0.02)
        stop.set()
        for reader in readers:
            reader.join()
        assert not faults and counted(client, "hits") > 20


def test_every_statement_that_raises_a_version_notifies():
    raises = re.compile(r"(insert into|update) (niche_version|workspace)\b[^;]*?version = [^;]*?version \+ 1", re.S)
    files = [p for p in (ROOT / "sql/queries").glob("*.sql") if raises.search(re.sub(r"--.*", "", p.read_text()))]
    assert len(files) >= 4 and [p.name for p in files if "pg_notify('niched'," not in p.read_text()] == []


def test_random_writes_and_readings_agree(sandbox_niched, db, ask, tmp_path):
    """A service that keeps answers beside one that does not, on one store that is written to through both."""
    pick = random.Random(7)
    secret = {"NICHED_SECRET_FILE": tmp_path / "secret"}
    names = [f"{platform}/{username}" for platform, username in db.execute(
        "select p.slug, a.username from account a join platform p using (platform) join niche_match m using (creator_id, account_id)"
        " join niche n using (niche_id) where a.world = 1 and n.slug = 'vegan' and not m.related order by m.score desc limit 40")]
    queries = QUERIES + [f"/match?niche={n}&limit={k}" for n in ("vegan", "vegan-fitness", "yoga") for k in (3, 20)]

    def write(client):
        name, kind = pick.choice(names), pick.choice(["bio", "post", "price", "quote", "erase", "opt out"])
        platform, username = name.split("/")
        path = f"/creators/{name}"
        body = {"bio": ("PATCH", path, {"bio": f"vegan {pick.random()}", "followers": pick.randint(1000, 90000)}),
                "post": ("POST", path + "/posts", [{"post_key": f"p{pick.random()}", "posted_at": "2026-10-30T00:00:00Z", "likes": 999, "comments": 9,
                                                    "caption": "vegan #vegan"}]),
                "price": ("POST", path + "/prices", [{"amount_usd": pick.randint(20, 900), "deliverable": "post", "valid_from": "2026-10-20"}]),
                "quote": ("POST", "/prices", [{"platform": platform, "username": username, "amount_usd": pick.randint(20, 900),
                                               "deliverable": "post", "valid_from": "2026-10-20"}]),
                "erase": ("DELETE", path, None)}
        if kind == "opt out":
            db.execute("select opt_out_creator(creator_id, true) from account where username = %s", [username])
            return
        method, target, content = body[kind]
        response = send_body(client, method, f"{target}?world=sandbox", content)
        assert response.status_code in (200, 201, 204, 404, 409, 410, 422), (kind, response.text)

    def quiet():
        return not db.execute("select 1 from account_dirty where tries < 3 limit 1").fetchone()

    with served(sandbox_niched, ask, NICHED_WORKER="1", **secret) as kept, served(sandbox_niched, ask, NICHED_CACHE_MB=0, **secret) as plain:
        for _ in range(12):
            for _ in range(pick.randint(1, 4)):
                write(pick.choice([kept, plain]))
                kept.get(pick.choice(queries))
            wait_until(quiet)
            time.sleep(NOTICE_S)
            for query in pick.sample(queries, 6):
                mine, others = [kept.get(query) for _ in range(2)], plain.get(query)
                if {str(whole(a)) for a in mine} != {str(whole(others))}:  # late, but still before the second in which all is read anew
                    time.sleep(3 * NOTICE_S)
                    mine = [kept.get(query) for _ in range(2)]
                assert {str(whole(a)) for a in mine} == {str(whole(others))}, query
        assert counted(kept, "hits") > 50


# ---- many callers

def statements(client):
    return value(client, "niched_database_duration_seconds_count", route="match") or 0


@contextlib.contextmanager
def many(client, path, n):
    """n callers who ask at once while the store holds the answer back: with many(...) as answers: let it go."""
    with concurrent.futures.ThreadPoolExecutor(n) as pool:
        clients = [Client(client.service, CONTRACT) for _ in range(n)]
        asked = [pool.submit(c.get, path) for c in clients]
        wait_until(lambda: value(client, "http_requests_in_flight", loop="0") >= n)
        answers = []
        yield answers
        answers += [a.result() for a in asked]
        for c in clients:
            c.close()


def test_a_storm_is_one_question(sandbox_niched, ask):
    with served(sandbox_niched, ask) as client, psycopg.connect(sandbox_niched.url) as lock:
        for n, path in ((24, VEGAN), (1, "/match?niche=food")):
            before = statements(client)
            lock.execute("lock table niche_match in access exclusive mode")
            with many(client, path, n) as answers:
                lock.rollback()
            assert len({str(whole(a)) for a in answers}) == 1 and answers[0].status_code == 200
            assert sorted(str(how(a)) for a in answers) == ["None"] + ["wait"] * (n - 1)
            assert statements(client) - before == 2  # the page, and how many match in part
        assert counted(client, "waits") == 23


def test_a_storm_that_fails_fails_once(sandbox_niched, ask):
    with served(sandbox_niched, ask, NICHED_STATEMENT_TIMEOUT_MS=700) as client, psycopg.connect(sandbox_niched.url) as lock:
        before = statements(client)
        lock.execute("lock table niche_match in access exclusive mode")
        with many(client, VEGAN, 16) as answers:
            pass
        assert {(a.status_code, a.json()["code"], a.headers["Retry-After"]) for a in answers} == {(503, "STORE_TIMEOUT", "1")}
        assert len({a.json()["request_id"] for a in answers}) == 16 and statements(client) - before == 2
        lock.rollback()
        assert client.get(VEGAN).status_code == 200


def test_a_storm_over_a_change_gets_the_newer_one(sandbox_niched, ask):
    """While the first one's statement waits, with what it is to read fixed already, its niche changes: who waited for it does
    not get the older answer."""
    with served(sandbox_niched, ask) as client, psycopg.connect(sandbox_niched.url) as lock:
        lock.execute("lock table niche_match in access exclusive mode")
        with many(client, VEGAN, 12) as answers:
            bump(lock, score=9800)
            lock.commit()
        assert sorted(a.status_code for a in answers) == [200] * 12
        assert [a.json()["items"][0]["score"] for a in answers if how(a)] == [98.0] * sum(1 for a in answers if how(a))


def test_a_storm_for_what_cannot_be_kept(sandbox_niched, ask):
    path = "/match?niche=vegan&min_followers=60000&max_followers=62000&min_authenticity=0.7"
    with served(sandbox_niched, ask) as client, psycopg.connect(sandbox_niched.url) as lock:
        lock.execute("lock table niche_match in access exclusive mode")
        with many(client, path, 8) as answers:
            lock.rollback()
        assert len({a.content for a in answers}) == 1 and {how(a) for a in answers} == {None} and answers[0].json()["diagnosis"]


def test_who_leaves_takes_nobody_along(sandbox_niched, ask):
    with served(sandbox_niched, ask) as client, psycopg.connect(sandbox_niched.url) as lock:
        lock.execute("lock table niche_match in access exclusive mode")
        with Wire(client.service.address) as first:
            first.send(f"GET {VEGAN} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            wait_until(lambda: value(client, "http_requests_in_flight", loop="0") >= 1)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(client.get, VEGAN) for _ in range(8)]
            wait_until(lambda: value(client, "http_requests_in_flight", loop="0") >= 9)
            lock.rollback()
            assert [a.result().status_code for a in asked] == [200] * 8
