"""Writes that wait at the same time are one transaction, and each is answered as if it had come alone. Requests are gathered behind the
lock that imports take: the first waits there by itself, all others go together when it is released."""
import concurrent.futures
import random
import re

import httpx
import psycopg
import pytest
from client import send_body
from patience import wait_until
from rounds import LONG

POST = {"post_key": "1", "posted_at": "2026-10-30T18:00:00Z", "caption": "vegan bowl", "likes": 412, "observed_at": "2026-11-01T00:00:00Z"}


@pytest.fixture(scope="module")
def niched(databases, migrated_template, program, tmp_path_factory):
    secret = tmp_path_factory.mktemp("secret") / "secret"
    with databases.one(migrated_template) as url:
        yield program(url, NICHED_SECRET_FILE=secret)


@pytest.fixture(scope="module")
def service(niched):
    with niched.serve(NICHED_WORKER="0", NICHED_WRITERS="1") as service:
        yield service


@pytest.fixture
def db(niched):
    with psycopg.connect(niched.url, autocommit=True) as connection:
        yield connection
        connection.execute("select forget_creators((select array_agg(creator_id) from creator));"
                           "truncate tombstone, idempotency_key, account_dirty")


@pytest.fixture
def client(service, ask, db):
    return ask(service)


def put(client, *names, world="live", **more):
    for name in names:
        assert send_body(client, "PUT", f"/creators/tiktok/{name}?world={world}", {"followers": 5000, "bio": "vegan", **more}).status_code in (200, 201)


def address(name, kind="posts", query=""):
    return f"/creators/tiktok/{name}/{kind}{query}"


def together(niched, ask, service, db, calls):
    """Sends the calls (arguments of send_body) so that all but the first go together, in this order; their answers."""
    def gathered(n):
        scraped = re.search(r"^niched_writes_waiting (\d+)$", metrics.get("/metrics").text, re.M)
        return int(scraped[1]) >= n and db.execute("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").fetchone()[0]

    clients = [ask(service) for _ in calls]
    with psycopg.connect(niched.url) as lock, httpx.Client(base_url=service) as metrics, concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        lock.execute("select pg_advisory_xact_lock(20261, 0)")
        answers = []
        for i, call in enumerate(calls):
            answers.append(pool.submit(send_body, clients[i], *call[:3], **(call[3] if len(call) > 3 else {})))
            wait_until(lambda i=i: gathered(i))  # within two seconds: then the first gives up
        lock.rollback()
        return [a.result() for a in answers]


def code(response):
    return response.status_code, response.json().get("code")


def test_one_transaction_and_an_answer_each(client, niched, ask, service, db):
    names = [f"c{i}" for i in range(6)]
    put(client, *names)
    rows = [{**POST, "post_key": str(k)} for k in range(3)]
    assert send_body(client, "POST", address("c5"), rows[:2]).json()["created"] == 2
    newer = {**rows[1], "likes": 9, "observed_at": "2026-11-01T01:00:00Z"}
    answers = together(niched, ask, service, db, [
        ("POST", address("c0"), POST), ("POST", address("c1"), rows), ("POST", address("C2"), [rows[0], rows[0]]),
        ("POST", address("nobody"), POST), ("POST", address("c3"), [POST, {**POST, "likes": -1}]),
        ("POST", address("c4"), [{**POST, "likes": "x"}, POST]), ("POST", address("c4", query="?partial=true"), [{**POST, "likes": "x"}, POST]),
        ("POST", address("c5"), [rows[0], newer, rows[2]]), ("POST", address("c3"), POST, {"If_Match": '"0.0"'})])
    assert [a.status_code for a in answers] == [200, 200, 200, 404, 400, 400, 200, 200, 412]
    said = [[a.json()[k] for k in ("accepted", "created", "updated", "unchanged", "duplicates", "refused")] if a.status_code == 200 else None
            for a in answers]
    assert said == [[1, 1, 0, 0, 0, 0], [3, 3, 0, 0, 0, 0], [1, 1, 0, 0, 1, 0], None, None, None, [1, 1, 0, 0, 0, 1], [3, 1, 1, 1, 0, 0], None]
    assert [e["pointer"] for e in answers[4].json()["errors"]] == ["/1/likes"] and [e["pointer"] for e in answers[6].json()["errors"]] == ["/0/likes"]
    by = dict(db.execute("select a.username, count(*) from post join account a using (creator_id, account_id) group by 1").fetchall())
    assert by == {"c0": 1, "c1": 3, "c2": 1, "c4": 1, "c5": 3}
    of = dict(db.execute("select a.username, max(post.xmin::text::bigint) from post join account a using (creator_id, account_id) group by 1").fetchall())
    assert of["c0"] < of["c1"] == of["c2"] == of["c4"] == of["c5"]


def test_the_same_creator_twice_keeps_its_order(client, niched, ask, service, db):
    put(client, "a", "b")
    likes = [{**POST, "likes": n, "observed_at": f"2026-11-01T00:00:0{n}Z"} for n in range(5)]
    answers = together(niched, ask, service, db, [("POST", address("b"), POST)] + [("POST", address("a"), row) for row in likes])
    assert [a.json()["created"] for a in answers] == [1, 1, 0, 0, 0, 0] and [a.json()["updated"] for a in answers] == [0, 0, 1, 1, 1, 1]
    assert db.execute("select likes from post_metric order by observed_at").fetchall() == [(n,) for n in range(4)]


def test_one_updates_the_other_is_told(client, niched, ask, service, db):
    """Two that hold the same tag of a creator with two accounts: the second comes too late."""
    put(client, "a", "b", "c")
    one = client.ok("/creators/tiktok/a", world="live")["id"]
    assert send_body(client, "PUT", f"/creators/{one}/accounts/tiktok/b").status_code == 201
    tag = client.get("/creators/tiktok/a", params={"world": "live"}).headers["ETag"]
    answers = together(niched, ask, service, db, [
        ("PATCH", "/creators/tiktok/c", {"city": "Gouda"}), ("PATCH", "/creators/tiktok/a", {"city": "Leiden"}, {"If_Match": tag}),
        ("PATCH", "/creators/tiktok/b", {"city": "Delft"}, {"If_Match": tag})])
    assert [a.status_code for a in answers] == [200, 200, 412]
    assert db.execute("select username, city from account order by 1").fetchall() == [("a", "Leiden"), ("b", None), ("c", "Gouda")]


def test_profiles_are_made_and_replaced(client, niched, ask, service, db):
    put(client, "old", name="Old")

    def body(n):
        return {"followers": 1000 + n, "name": f"N{n}", "source": "sheet"}
    calls = [("PUT", "/creators/tiktok/first", body(0))] + [("PUT", f"/creators/tiktok/p{n}", body(n)) for n in range(1, 4)]
    calls += [("PUT", "/creators/tiktok/old", {"followers": 7, "source": "sheet"}), ("PUT", "/creators/tiktok/p1", {**body(9), "bio": "again"}),
              ("PUT", "/creators/tiktok/same.id", {**body(4), "platform_account_id": "77"}), ("PUT", "/creators/instagram/p1", body(5)),
              ("PUT", "/creators/tiktok/its.name", {**body(6), "platform_account_id": "77"}), ("PUT", "/creators/tiktok/elsewhere", {**body(8), "source": "x"})]
    answers = together(niched, ask, service, db, calls)
    assert [a.status_code for a in answers] == [201, 201, 201, 201, 200, 200, 201, 201, 200, 201]
    shown = [(a.json()["name"], a.json()["accounts"][0]["followers"]) for a in answers]
    assert shown == [("N0", 1000), ("N9", 1009), ("N2", 1002), ("N3", 1003), (None, 7), ("N9", 1009), ("N6", 1006), ("N5", 1005), ("N6", 1006), ("N8", 1008)]
    assert db.execute("select count(*) from creator").fetchone() == (8,)
    assert db.execute("select source from account where username = 'elsewhere'").fetchone() == ("x",)


def test_a_key_used_twice_is_done_once(client, niched, ask, service, db):
    put(client, "a", "b", "c")
    answers = together(niched, ask, service, db, [
        ("POST", address("c"), POST), ("POST", address("a"), POST, {"Idempotency_Key": "k"}), ("POST", address("a"), POST, {"Idempotency_Key": "k"}),
        ("POST", address("b"), POST, {"Idempotency_Key": "k"})])
    assert answers[1].content == answers[2].content and answers[1].json()["created"] == 1
    assert code(answers[3]) == (422, "IDEMPOTENCY_MISMATCH")
    assert db.execute("select count(*) from post").fetchone() == (2,)


def test_who_is_refused_takes_nobody_along(client, niched, ask, service, db):
    """No rate is loaded: what the store speaks against is known only when all are merged."""
    put(client, "a", "b", "c", "d")
    good = {"amount_usd": 120, "valid_from": "2026-10-01"}
    bad = {"amount": 10, "currency": "CHF", "valid_from": "2026-10-01"}
    answers = together(niched, ask, service, db, [
        ("POST", address("a", "prices"), good), ("POST", address("b", "prices"), good), ("POST", address("c", "prices"), [good, bad]),
        ("POST", address("d", "prices", "?partial=true"), [bad, good]), ("POST", address("a", "prices"), [{**good, "deliverable": "reel"}, bad])])
    assert [a.status_code for a in answers] == [200, 200, 422, 200, 422]
    for answer, pointer in ((answers[2], "/1"), (answers[4], "/1"), (answers[3], "/0")):
        assert [e["pointer"] for e in answer.json()["errors"]] == [pointer] and "no rate of CHF" in str(answer.json()["errors"])
    assert (answers[3].json()["created"], answers[3].json()["refused"]) == (1, 1)
    assert db.execute("select count(*) from price").fetchone() == (3,)


@pytest.mark.parametrize("state, told", [
    ("P0001", (500, "STORE_FAILED")), ("23514", (500, "STORE_FAILED")), ("40P01", (503, "STORE_CONFLICT")), ("23503", (503, "STORE_CONFLICT"))])
def test_a_fault_of_the_store_is_one_requests(client, niched, ask, service, db, state, told):
    names = ["a", "b", "c", "d"]
    put(client, *names)
    db.execute("create function fails() returns trigger language plpgsql as $$ begin raise 'not this one' using errcode = '" + state + "'; end $$;"
               "create trigger fails before insert on post for each row when (new.post_key = 'bad') execute function fails()")
    try:
        answers = together(niched, ask, service, db, [("POST", address(n), {**POST, "post_key": "bad" if n == "c" else "1"}) for n in names])
    finally:
        db.execute("drop function fails cascade")
    assert [code(a) for a in answers] == [(200, None), (200, None), told, (200, None)]
    assert answers[2].headers.get("Retry-After") == ("1" if told[0] == 503 else None)
    assert db.execute("select count(*) from post").fetchone() == (3,)


def test_many_rows_are_several_rounds(client, niched, ask, service, db):
    names = [f"c{i}" for i in range(5)]
    put(client, *names)
    rows = [{**POST, "post_key": str(i)} for i in range(400)]
    answers = together(niched, ask, service, db, [("POST", address(n), rows if i else POST) for i, n in enumerate(names)])
    assert [a.json()["created"] for a in answers] == [1, 400, 400, 400, 400]


def random_calls(draw):
    """A profile or snapshots, posts, prices and collaborations of each creator: in any order they mean the same."""
    def at():
        return f"2026-10-{draw.randint(1, 28):02}T00:00:00Z"

    row = {"posts": lambda: {"post_key": str(draw.randint(1, 3)), "posted_at": "2026-09-30T18:00:00Z", "likes": draw.randint(1, 3), "observed_at": at()},
           "snapshots": lambda: {"observed_at": at(), "followers": draw.randint(1, 3)},
           "prices": lambda: {"amount_usd": draw.randint(0, 2), "valid_from": f"2026-10-0{draw.randint(1, 3)}"},
           "collaborations": lambda: {"brand": draw.choice(["x", "Y"]), "started_on": "2026-10-01", "posts": draw.randint(1, 2)}}
    calls = []
    for name in ("a", "b", "c", "nobody"):
        for kind in ("posts", "prices", "collaborations", "snapshots" if name == "nobody" else draw.choice(["snapshots", None])):
            if kind:
                rows = [row[kind]() for _ in range(draw.randint(1, 4))]
                calls.append(("POST", address(name, kind), {"partial": draw.choice(["true", "false"])}, rows))
            else:
                body = {"followers": draw.randint(1, 9), "observed_at": at(), **({"bio": draw.choice(["a", None])} if draw.random() < 0.5 else {})}
                calls.append((draw.choice(["PUT", "PATCH"]), f"/creators/tiktok/{name}", {}, body))
    draw.shuffle(calls)
    return calls


def answer_of(response):
    """Without what differs between two worlds."""
    told = response.json()
    if "accounts" in told:
        told = [(a["username"], a["followers"], a["bio"], a["observed_at"], a["follower_history"]) for a in told["accounts"]]
    elif response.status_code >= 400:
        told = [told["code"], told.get("errors")]
    return response.status_code, told


STORED = """select a.username, a.followers, a.bio, a.observed_at, c.display_name,
  (select array_agg((p.post_key, p.likes, p.observed_at)::text order by p.post_key) from post p where p.creator_id = a.creator_id),
  (select array_agg((m.post_key, m.likes, m.observed_at)::text order by m.post_key, m.observed_at) from post_metric m where m.creator_id = a.creator_id),
  (select array_agg((f.day, f.followers)::text order by f.day) from follower_snapshot f where f.creator_id = a.creator_id),
  (select array_agg((p.amount_usd, p.valid_from)::text order by p.amount_usd, p.valid_from) from price p where p.creator_id = a.creator_id),
  (select array_agg((b.brand_id, b.posts)::text order by b.brand_id) from collaboration b where b.creator_id = a.creator_id)
  from account a join creator c using (creator_id) where a.world = %s order by 1"""


@pytest.mark.parametrize("seed", range(3))
def test_together_is_as_one_after_the_other(client, niched, ask, service, db, seed):
    """The same random writes together in one world and one by one in the other: the same answers, the same rows."""
    draw = random.Random(seed)
    for world in ("live", "sandbox"):
        put(client, "a", "b", "c", "first", world=world, observed_at="2026-10-09T00:00:00Z")
    calls = [("POST", address("first"), {}, [POST]), *random_calls(draw)]

    def of(world):
        return [(method, f"{path}?{'&'.join(f'{k}={v}' for k, v in {**query, 'world': world}.items())}", body) for method, path, query, body in calls]

    one_by_one = [answer_of(send_body(client, *call)) for call in of("sandbox")]
    assert [answer_of(a) for a in together(niched, ask, service, db, of("live"))] == one_by_one
    assert db.execute(STORED, (0,)).fetchall() == db.execute(STORED, (1,)).fetchall()
    assert {200, 404} <= {status for status, _ in one_by_one}


@pytest.fixture
def lanes(niched, ask):
    with niched.serve(NICHED_WORKER="0", NICHED_WRITERS="4") as service:
        yield ask(service), service


def test_others_are_written_while_one_account_is(lanes, niched, ask, db):
    client, service = lanes
    put(client, "held", "free")
    with psycopg.connect(niched.url) as lock, concurrent.futures.ThreadPoolExecutor(1) as pool:
        lock.execute("select pg_advisory_xact_lock(hashtextextended(platform || '/held', 0)) from platform where slug = 'tiktok'")
        held = pool.submit(send_body, ask(service), "POST", address("held"), POST)
        wait_until(lambda: db.execute("select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").fetchall())
        assert send_body(client, "POST", address("free"), POST).json()["created"] == 1
        assert not held.done()
        lock.rollback()
        assert held.result().json()["created"] == 1


def test_a_profile_is_written_beside_nothing(lanes, niched, ask, db):
    client, service = lanes
    put(client, "held")
    with psycopg.connect(niched.url) as lock, concurrent.futures.ThreadPoolExecutor(1) as pool:
        lock.execute("select pg_advisory_xact_lock_shared(20261, 0)")  # as a round of posts does
        held = pool.submit(send_body, ask(service), "PUT", "/creators/tiktok/other", {"followers": 5000})
        wait_until(lambda: db.execute("select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").fetchall())
        lock.rollback()
        assert held.result().status_code == 201


def test_writers_at_random_lose_nothing(lanes, ask, db):
    """Eight clients write the same few posts of the same few creators, with different counts, at the same time."""
    client, service = lanes
    names = [f"c{i}" for i in range(4)]
    put(client, *names)
    written = []

    def write(seed):
        chance, mine = random.Random(seed), ask(service)
        for _ in range(100 if LONG else 12):
            name, rows = chance.choice(names), [{**POST, "post_key": str(k), "likes": chance.randrange(1000)} for k in chance.sample(range(6), 3)]
            answer = send_body(mine, "POST", address(name), rows)
            assert answer.status_code == 200, answer.text
            written.extend((name, row["post_key"]) for row in rows)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert sorted(set(written)) == db.execute("select username, post_key from post join account using (creator_id, account_id) order by 1, 2").fetchall()
