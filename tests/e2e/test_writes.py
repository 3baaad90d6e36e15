"""PUT, PATCH and DELETE of /creators/{platform}/{username}, POST of posts, snapshots, prices and collaborations: what is written,
what is refused, and how soon it ranks."""
import concurrent.futures
import time

import psycopg
import pytest
from client import MERGE_PATCH, errors, problem, send_body
from patience import promised, wait_until

IVY = "/creators/tiktok/ivy.vegan"
PROFILE = {"name": "Ivy", "bio": "vegan fitness coach", "followers": 5210, "country": "NL", "language": "en", "verified": False}
POST = {"post_key": "7301", "posted_at": "2026-10-30T18:00:00Z", "caption": "ten minute vegan bowl", "hashtags": ["vegan"], "likes": 412,
        "comments": 31, "views": 9800, "observed_at": "2026-11-01T00:00:00Z"}  # without it a repeat is a new observation
ROWS = {"posts": POST, "snapshots": {"observed_at": "2026-10-01T00:00:00Z", "followers": 5100},
        "prices": {"amount_usd": 120.5, "deliverable": "reel", "source": "rate_card", "valid_from": "2026-10-01"},
        "collaborations": {"brand": "Green Bowl", "started_on": "2026-09-01", "posts": 3, "compensation": "paid", "labelled": True}}
WRITES = {"creator_put": ("PUT", IVY, {"followers": 6000}), "creator_patch": ("PATCH", IVY, {"city": "Utrecht"}),
          "creator_delete": ("DELETE", IVY, None), **{f"creator_{kind}": ("POST", f"{IVY}/{kind}", row) for kind, row in ROWS.items()}}


@pytest.fixture(scope="module")
def niched(databases, migrated_template, program, tmp_path_factory):
    """One database for all tests here, with a secret that outlives each run of the program; `db` empties it."""
    secret = tmp_path_factory.mktemp("secret") / "secret"
    with databases.one(migrated_template) as url:
        yield program(url, NICHED_SECRET_FILE=secret)


@pytest.fixture(scope="module")
def service(niched):
    with niched.serve(NICHED_WORKER="0") as service:
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


def send(client, operation, path=None, body=..., **headers):
    method, default, row = WRITES[operation]
    return send_body(client, method, path or default, row if body is ... else body, **headers)


def put(client, body=PROFILE, status=None, path=IVY, **headers):
    response = send(client, "creator_put", path, body, **headers)
    assert response.status_code == (status or 201), response.text
    return response


def account(response):
    return response.json()["accounts"][0]


# ---- PUT

def test_put_makes_a_creator_and_get_says_the_same(client, db):
    made = put(client)
    assert client.get(made.headers["Location"]).json() == made.json() == client.ok(IVY, world="live")
    assert made.json()["world"] == "live" and made.json()["name"] == "Ivy"
    assert {k: account(made)[k] for k in PROFILE} == PROFILE and account(made)["source"] == "api"
    assert account(made)["follower_history"][0]["followers"] == 5210
    assert db.execute("select count(*) from account_dirty").fetchone() == (1,)
    wait_until(lambda: client.ok("/match", niche="vegan")["world"] == "live")


def test_put_replaces_and_keeps_the_spelling_of_the_name(client):
    put(client, path="/creators/tiktok/@Ivy.Vegan", body={**PROFILE, "source": "agency sheet"})
    second = put(client, {"bio": "yoga", "followers": 0}, 200)
    assert account(second)["username"] == "Ivy.Vegan" and account(second)["bio"] == "yoga" and account(second)["followers"] == 0
    assert [account(second)[k] for k in ("name", "country", "language", "verified", "has_contact")] == [None] * 4 + [False]
    assert second.json()["name"] is None


def test_the_platforms_id_survives_a_rename(client):
    first = put(client, {**PROFILE, "platform_account_id": "6812345678901234567"})
    renamed = put(client, {**PROFILE, "platform_account_id": "6812345678901234567"}, 200, "/creators/tiktok/ivy.new")
    assert renamed.json()["id"] == first.json()["id"] and account(renamed)["username"] == "ivy.new"
    assert client.ok(IVY, world="live")["id"] == first.json()["id"]
    other = put(client, {**PROFILE, "platform_account_id": "9"}, 201)  # the old handle, somebody else's now
    assert other.json()["id"] != first.json()["id"]


def test_worlds_are_apart(client):
    put(client, path=IVY + "?world=sandbox")
    assert client.ok(IVY, world="sandbox")["world"] == "sandbox"
    client.problem(IVY, 404, "CREATOR_UNKNOWN", world="live")


@pytest.mark.parametrize("field,good,bad,said", [
    ("name", "n" * 300, "n" * 301, "at most 300"), ("bio", "b" * 5000, "b" * 5001, "at most 5000"),
    ("bio_link", "https://ivy.example/x", "no address at all", "web address"), ("picture_url", "https://ivy.example/p.png", 7, "a text"),
    ("category", "Fitness", ["a"], "a text"), ("country", "nl", "Atlantis", "country"), ("city", "Utrecht", True, "a text"),
    ("language", "en-US", "klingonese", "language"), ("verified", True, "yes", "true or false"), ("has_contact", True, 1, "true or false"),
    ("followers", 0, -1, "whole number from 0"), ("followers", 10**12, 1.5, "whole number"), ("following", 7, "7", "a whole number"),
    ("posts_total", 312, 1e30, "whole number"), ("likes_total", 10**15, -5, "whole number"), ("views_total", 0, 10**18, "whole number"),
    ("account_created_at", "2019-05-01T00:00:00Z", "long ago", "a time"), ("observed_at", "2026-10-30T12:00:00Z", "2999-01-01T00:00:00Z", "future"),
    ("platform_account_id", "6812345678901234567", "a b", "an id"), ("source", "sheet", "", "1 to 200"),
])
def test_every_field(client, field, good, bad, said):
    assert said in errors(send(client, "creator_put", body={field: bad}))[f"/{field}"]
    client.problem(IVY, 404, "CREATOR_UNKNOWN", world="live")
    made = account(put(client, {field: good}))
    if field in ("country", "language"):
        assert made[field] == {"country": "NL", "language": "en"}[field]
    elif field not in ("account_created_at", "platform_account_id"):
        assert made[field] == good


def test_all_faults_at_once_each_at_its_place(client):
    found = errors(send(client, "creator_put", body={"folowers": 1, "followers": -1, "country": "Atlantis", "username": "x", "bio": 7}))
    assert set(found) == {"/folowers", "/followers", "/country", "/username", "/bio"}
    assert 'did you mean "followers"' in found["/folowers"] and "the address decides" in found["/username"]
    found = errors(send(client, "creator_posts", body=[POST, {"post_key": "2", "likes": -4}, 7, {**POST, "hashtags": ["a", 3], "like": 1}]))
    assert set(found) == {"/1/likes", "/1", "/2", "/3/hashtags/1", "/3/like"} and "posted_at" in found["/1"]
    assert 'did you mean "likes"' in found["/3/like"]


@pytest.mark.parametrize("path,param", [("/creators/myspace/ivy", "platform"), ("/creators/tiktok/iv%20y", "username"), ("/creators/ig/ivy", "platform")])
def test_addresses_that_are_none(client, path, param):
    assert problem(send(client, "creator_put", path), 400, "PARAM_INVALID")["param"] == param


# ---- PATCH

def test_patch_changes_takes_away_and_leaves(client, db):
    put(client, {**PROFILE, "bio": "write to ivy@example.org", "bio_link": "https://ivy.example/"})
    patched = send(client, "creator_patch", body={"city": "Utrecht", "bio": None, "bio_link": None, "name": "Ivy V", "source": "phone call"})
    assert patched.status_code == 200
    now = account(patched)
    assert (now["city"], now["bio"], now["bio_link"], now["has_contact"], now["source"]) == ("Utrecht", None, None, False, "phone call")
    assert (now["country"], now["followers"]) == ("NL", 5210) and patched.json()["name"] == "Ivy V"
    assert send(client, "creator_patch", body={}).json() == patched.json()
    assert account(send(client, "creator_patch", body={"has_contact": True}))["has_contact"] is True
    assert account(send(client, "creator_patch", body={"has_contact": None}))["has_contact"] is False
    assert "/platform_account_id" in errors(send(client, "creator_patch", body={"platform_account_id": "5"}))


# ---- rows

def test_posts_are_made_updated_and_left_alone(client, db):
    put(client)
    two = [POST, {**POST, "post_key": "7302"}]
    assert send(client, "creator_posts", body=two).json() == {
        "accepted": 2, "created": 2, "updated": 0, "unchanged": 0, "duplicates": 0, "refused": 0, "errors": []}
    again = send(client, "creator_posts", body=[{**POST, "likes": 500, "observed_at": "2026-11-02T00:00:00Z"}, two[1], two[1]]).json()
    assert (again["accepted"], again["created"], again["updated"], again["unchanged"], again["duplicates"]) == (2, 0, 1, 1, 1)
    assert db.execute("select likes from post where post_key = '7301'").fetchone() == (500,)
    assert db.execute("select likes from post_metric").fetchall() == [(412,)]
    assert db.execute("select hashtags from post where post_key = '7302'").fetchone() == (["vegan"],)


@pytest.mark.parametrize("kind", ROWS)
def test_rows_of_each_kind(client, db, kind):
    put(client)
    assert send(client, f"creator_{kind}").json()["created"] == 1
    assert send(client, f"creator_{kind}").json()["unchanged"] == 1
    table = {"posts": "post", "snapshots": "follower_snapshot", "prices": "price", "collaborations": "collaboration"}[kind]
    assert db.execute(f"select count(*) from {table} where source <> ''").fetchone() == (2 if kind == "snapshots" else 1,)
    if kind == "prices":
        assert db.execute("select amount_usd::float8, workspace_id from price").fetchone() == (120.5, None)


def test_nothing_or_the_right_ones(client, db):
    put(client)
    rows = [POST, {**POST, "post_key": "2", "likes": "many"}, {**POST, "post_key": "3"}]
    assert set(errors(send(client, "creator_posts", body=rows))) == {"/1/likes"}
    assert db.execute("select count(*) from post").fetchone() == (0,)
    part = send(client, "creator_posts", IVY + "/posts?partial=true", rows).json()
    assert (part["accepted"], part["refused"], [e["pointer"] for e in part["errors"]]) == (2, 1, ["/1/likes"])
    assert set(errors(send(client, "creator_posts", IVY + "/posts?partial=true", rows[1:2]))) == {"/0/likes"}


@pytest.mark.parametrize("body,said", [([], "1 to 1000"), ([POST] * 1001, "1 to 1000"), ("x", "an object or a list")])
def test_lists_have_bounds(client, body, said):
    put(client)
    assert said in errors(send(client, "creator_posts", body=body))[""]


def test_a_thousand_rows(client):
    put(client)
    rows = [{**POST, "post_key": str(i), "likes": i} for i in range(1000)]
    assert send(client, "creator_posts", body=rows).json()["created"] == 1000


@pytest.mark.parametrize("operation", [name for name, (_, _, body) in WRITES.items() if body])
def test_examples_of_the_contract(client, contract, operation):
    described = contract.operations[operation][2]
    example = next(iter(described["requestBody"]["content"].values()))["example"]
    if operation != "creator_put":
        put(client)
    answer = send(client, operation, body=example)
    said = described["responses"][str(answer.status_code)]["content"]["application/json"].get("example")
    if operation in ("creator_put", "creator_patch"):
        assert {key: account(answer)[key] for key in example} == example
    else:
        assert answer.json() == said


# ---- lost updates

def test_if_match(client):
    tag = put(client).headers["ETag"]
    seen = client.get(IVY, params={"world": "live"}).headers["ETag"]
    assert seen.split(".")[0] == tag.split(".")[0]
    for operation in set(WRITES) - {"creator_delete"}:
        assert send(client, operation, If_Match="*").status_code == 200, operation
    tag = client.get(IVY, params={"world": "live"}).headers["ETag"]
    mine = send(client, "creator_patch", body={"city": "Leiden"}, If_Match=tag)
    assert mine.status_code == 200
    for operation in WRITES:
        problem(send(client, operation, If_Match=tag), 412, "CREATOR_CHANGED")
    assert account(client.get(IVY, params={"world": "live"}))["city"] == "Leiden"
    assert send(client, "creator_patch", body={"city": "Gouda"}, If_Match=f'"x", {mine.headers["ETag"]}').status_code == 200
    problem(send(client, "creator_put", "/creators/tiktok/nobody.yet", If_Match="*"), 412, "CREATOR_CHANGED")


def test_scoring_does_not_move_the_tag(client, niched):
    tag = put(client).headers["ETag"]
    send(client, "creator_posts")
    niched.run("score")
    assert send(client, "creator_patch", body={"city": "Leiden"}, If_Match=tag).status_code == 200


def test_an_older_observation_is_refused(client):
    put(client, {**PROFILE, "observed_at": "2026-10-30T00:00:00Z"})
    for operation in ("creator_put", "creator_patch"):
        said = problem(send(client, operation, body={"followers": 1, "observed_at": "2026-10-29T23:59:59Z"}), 409, "CREATOR_NEWER")
        assert "2026-10-30T00:00:00Z" in said["detail"]
    put(client, {**PROFILE, "followers": 1, "observed_at": "2026-10-30T00:00:00Z"}, 200)


# ---- Idempotency-Key

@pytest.mark.parametrize("operation", WRITES)
def test_the_same_key_is_answered_not_done_again(client, db, operation):
    if operation != "creator_put":
        put(client)
    first = send(client, operation, Idempotency_Key="k-1")
    assert first.status_code in (200, 201, 204)
    before = db.execute("select sum(xmin::text::bigint) from account").fetchone(), db.execute("select count(*) from tombstone").fetchone()
    again = send(client, operation, Idempotency_Key="k-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert before == (db.execute("select sum(xmin::text::bigint) from account").fetchone(), db.execute("select count(*) from tombstone").fetchone())
    method, path, body = WRITES[operation]
    other = send(client, operation, path + "?world=sandbox", Idempotency_Key="k-1")
    problem(other, 422, "IDEMPOTENCY_MISMATCH")


def test_keys_are_hashed_last_a_day_and_go(client, db):
    put(client)
    send(client, "creator_posts", Idempotency_Key="secret-key-1")
    assert "secret-key-1" not in str(db.execute("select encode(key_hash, 'escape'), idempotency_key.* from idempotency_key").fetchall())
    db.execute("update idempotency_key set created_at = now() - interval '24 hours 1 second'")
    assert send(client, "creator_posts", Idempotency_Key="secret-key-1").json()["unchanged"] == 1
    assert db.execute("select count(*) from idempotency_key where created_at > now() - interval '1 minute'").fetchone() == (1,)
    db.execute("update idempotency_key set created_at = now() - interval '25 hours'")
    send(client, "creator_snapshots", Idempotency_Key="another")
    assert db.execute("select count(*) from idempotency_key").fetchone() == (1,)


def test_a_refused_write_may_be_sent_again(client, db):
    problem(send(client, "creator_posts", Idempotency_Key="k"), 404, "CREATOR_UNKNOWN")
    put(client)
    assert send(client, "creator_posts", Idempotency_Key="k").json()["created"] == 1


@pytest.mark.parametrize("key", ["a b", "x" * 256, "é"])
def test_keys_that_are_none(client, key):
    assert problem(send(client, "creator_put", Idempotency_Key=key.encode()), 400, "PARAM_INVALID")["param"] == "Idempotency-Key"


def test_the_same_key_at_the_same_time(client, niched, service, ask, db):
    with psycopg.connect(niched.url) as lock, niched.serve(NICHED_WORKER="0") as other:
        put(client)

        def told(operation):
            """Whether the second was told; the first waits for 2 s only, which may be too short for a machine that is busy."""
            lock.execute("select pg_advisory_xact_lock(20261, 0)")
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                first = pool.submit(send, ask(service), operation, Idempotency_Key=operation)
                wait_until(lambda: first.done() or db.execute(
                    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").rowcount)
                second = send(ask(other), operation, Idempotency_Key=operation)
                lock.rollback()
                if first.result().status_code == 503:
                    problem(first.result(), 503, "STORE_TIMEOUT")
                    return False
                assert first.result().status_code in (200, 204)
                return problem(second, 409, "IDEMPOTENCY_BUSY")
        for operation in WRITES:
            wait_until(lambda: told(operation))  # noqa: B023 (done within the round)
            if operation == "creator_delete":
                db.execute("delete from tombstone")
                put(ask(service))


# ---- erasure and opting out

def test_erased_stays_erased(client, niched, db, tmp_path):
    creator = put(client, {**PROFILE, "platform_account_id": "77"}).json()["id"]
    for kind in ROWS:
        assert send(client, f"creator_{kind}").status_code == 200
    niched.run("score")
    gone = send(client, "creator_delete")
    assert gone.status_code == 204 and not gone.content
    client.problem(f"/creators/{creator}", 404, "CREATOR_UNKNOWN")
    tables = [name for name, in db.execute("select table_name from information_schema.columns where column_name = 'creator_id'"
                                           " and table_schema = 'public'")]
    assert len(tables) > 15 and all(db.execute(f"select count(*) from {table}").fetchone() == (0,) for table in tables)
    for operation in WRITES:
        assert "erased lift" in problem(send(client, operation), 410, "CREATOR_ERASED")["detail"]
    problem(send(client, "creator_put", "/creators/tiktok/ivy.third", {"platform_account_id": "77"}), 410, "CREATOR_ERASED")
    (tmp_path / "creators.csv").write_text("username,id,followers\nivy.vegan,,5000\n")
    done = niched.run("import", "--platform", "tiktok", tmp_path / "creators.csv", check=False)
    assert done.returncode == 7 and "asked to be forgotten" in done.stderr
    assert db.execute("select count(*) from account").fetchone() == (0,)

    wrong = niched.run("erased", "lift", "tiktok", "ivy", check=False)
    assert wrong.returncode == 3 and "ivy" in wrong.stderr
    assert "may come in again" in niched.run("erased", "lift", "tiktok", "@Ivy.Vegan", "--id", "77").stdout
    put(client, {**PROFILE, "platform_account_id": "77"})
    assert send(client, "creator_posts").json()["created"] == 1


@pytest.mark.parametrize("words,said", [(("lift",), "PLATFORM"), (("lift", "myspace", "x"), "instagram"), (("drop", "tiktok", "x"), "lift"),
                                        (("lift", "tiktok", "x", "--id"), "--id"), (("lift", "tiktok", "x", "--world", "moon"), "moon")])
def test_lift_says_what_it_takes(niched, words, said):
    done = niched.run("erased", *words, check=False)
    assert done.returncode == 2 and said in done.stderr


def test_lift_needs_the_secret(niched):
    done = niched.run("erased", "lift", "tiktok", "ivy", env={"NICHED_SECRET_FILE": ""}, check=False)
    assert done.returncode == 2 and "NICHED_SECRET_FILE" in done.stderr


def test_who_opted_out_is_not_written_but_can_be_erased(client, db):
    put(client)
    db.execute("update creator set opted_out = true")
    for operation in set(WRITES) - {"creator_delete"}:
        problem(send(client, operation), 409, "CREATOR_OPTED_OUT")
    assert send(client, "creator_delete").status_code == 204


def test_unknown_creators(client, db):
    for operation in set(WRITES) - {"creator_put"}:
        assert "live world" in problem(send(client, operation), 404, "CREATOR_UNKNOWN")["detail"]
    assert db.execute("select count(*) from creator").fetchone() == db.execute("select count(*) from tombstone").fetchone() == (0,)


# ---- who may write

@pytest.mark.parametrize("writes,address,origin,status", [
    ("off", "127.0.0.1", None, 401), ("loopback", "127.0.0.1", None, 0), ("loopback", "0.0.0.0", None, 401), ("on", "0.0.0.0", None, 0),
    ("loopback", "127.0.0.1", "https://elsewhere.example", 401), ("loopback", "127.0.0.1", "http://localhost.elsewhere.example", 401),
    ("loopback", "127.0.0.1", "http://localhost:3000", 0), ("on", "127.0.0.1", "https://elsewhere.example", 0)])
def test_who_may_write(niched, ask, db, writes, address, origin, status):
    headers = {"Origin": origin} if origin else {}
    with niched.serve(NICHED_WORKER="0", NICHED_WRITES=writes, NICHED_ADDRESS=address) as service:
        client = ask(service)
        for operation in WRITES if status else ["creator_put"]:
            response = send(client, operation, **headers)
            if status:
                assert "NICHED_WRITES" in problem(response, status, "AUTH_REQUIRED")["detail"]
            else:
                assert response.status_code == 201


@pytest.mark.parametrize("value", ["yes", "", "or", "o"])
def test_the_setting_has_three_values(niched, value):
    done = niched.run("config", env={"NICHED_WRITES": value}, check=False)
    assert done.returncode == 2 and "off, loopback or on" in done.stderr


def test_erasure_needs_a_lasting_secret(niched, ask, db):
    with niched.serve(NICHED_WORKER="0", NICHED_SECRET_FILE="") as service:
        put(ask(service))
        assert "NICHED_SECRET_FILE" in problem(send(ask(service), "creator_delete"), 403, "AUTH_FORBIDDEN")["detail"]
    assert db.execute("select count(*) from account").fetchone() == (1,)


# ---- form

@pytest.mark.parametrize("operation", [name for name, (_, _, body) in WRITES.items() if body])
def test_bodies_that_are_none(client, operation):
    method, path, _ = WRITES[operation]
    other = {"Content-Type": "application/json" if method == "PATCH" else "text/csv"}
    assert "must be application/" in problem(client.request(method, path, content=b"{}", headers=other), 415, "BODY_UNSUPPORTED")["detail"]
    problem(send(client, operation, body=b"{"), 400, "BODY_SYNTAX")
    problem(send(client, operation, body=b""), 400, "BODY_MISSING")
    problem(send(client, operation, body=b'{"followers": 1, "followers": 2}'), 400, "BODY_SYNTAX")
    media = MERGE_PATCH["Content-Type"] if method == "PATCH" else "application/json"
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {media}\r\nContent-Length: 2097153\r\nConnection: close\r\n\r\n"
    problem(client.raw(head.encode())[0], 413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("operation", WRITES)
def test_unknown_parameters(client, operation):
    assert problem(send(client, operation, WRITES[operation][1] + "?wrld=live"), 400, "PARAM_UNKNOWN")["did_you_mean"] == ["world"]


def test_other_methods_of_rows(client):
    for kind in ROWS:
        response = client.get(f"{IVY}/{kind}")
        assert problem(response, 405, "ROUTE_METHOD") and response.headers["Allow"] == "POST, OPTIONS"


def test_an_import_that_runs_holds_writes_up_for_two_seconds_at_most(client, niched, db):
    put(client)
    with psycopg.connect(niched.url) as lock:
        lock.execute("select pg_advisory_xact_lock(20261, 0)")
        response = send(client, "creator_patch")
        problem(response, 503, "STORE_TIMEOUT")
        assert int(response.headers["Retry-After"]) >= 1
    assert send(client, "creator_patch").status_code == 200


# ---- soon

def test_a_post_moves_the_ranking_within_a_second(niched, ask, db):
    with niched.serve() as service:
        client = ask(service)
        put(client, {"bio": "I cook", "followers": 20000}, path="/creators/tiktok/ivy.cooks")
        put(client, {"bio": "vegan recipes every day", "followers": 20000}, path="/creators/tiktok/other.one")

        def listed():
            return [item["creator"]["username"] for item in client.match("vegan", world="live", min_authenticity=0)["items"]]

        wait_until(lambda: listed() == ["other.one"], said=listed)
        rows = [{**POST, "post_key": str(i), "posted_at": f"2026-11-{1 + i:02}T10:00:00Z", "observed_at": None} for i in range(12)]
        assert send(client, "creator_posts", "/creators/tiktok/ivy.cooks/posts", rows).status_code == 200
        from_s = time.monotonic()
        wait_until(lambda: "ivy.cooks" in listed(), promised(1))
        took, from_s = time.monotonic() - from_s, time.monotonic()
        assert send(client, "creator_delete", "/creators/tiktok/ivy.cooks").status_code == 204
        wait_until(lambda: "ivy.cooks" not in listed(), promised(2))
        print(f"visible {took:.3f} s after the answer, gone {time.monotonic() - from_s:.3f} s")
