"""The log of writes: a write is in it exactly if it was committed, with nothing that says who a creator is."""
import concurrent.futures
import json

import psycopg
import pytest
from patience import wait_until
from test_http import SENT
from test_keys import Keys, ask_for

NAME = "audited.person"
OPEN = {"NICHED_ANONYMOUS_READ": "off", "NICHED_WRITES": "off", "NICHED_WORKER": "0"}


@pytest.fixture(scope="module")
def keys(databases, migrated_template, program, tmp_path_factory):
    with databases.one(migrated_template) as url:
        yield Keys(program(url, NICHED_SECRET_FILE=tmp_path_factory.mktemp("secret") / "secret"))


@pytest.fixture(scope="module")
def service(keys):
    with keys.niched.serve(OPEN) as service:
        yield service


@pytest.fixture
def client(service, ask):
    return ask(service)


@pytest.fixture
def db(keys):
    with psycopg.connect(keys.niched.url, autocommit=True) as db:
        yield db


def log(db, request_id):
    return db.execute("select key_id, workspace_id, method, operation, objects, status from audit_log where request_id = %s", [request_id]).fetchall()


def write(client, key, method, path, body=None, **headers):
    content = json.dumps(body).encode() if body is not None else None
    return client.request(method, path, content=content, headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json", **headers})


def test_each_kind_of_write(client, keys, db):
    key, seen = keys.write, {"match_batch"}  # reads

    def done(operation, response, objects):
        assert response.status_code < 300, response.text
        assert log(db, response.headers["X-Request-Id"]) == [(int(keys.id(key)), 1, response.request.method, operation, objects, response.status_code)]
        seen.add(operation)
        return response
    at = f"/creators/tiktok/{NAME}"
    done("creator_put", write(client, key, "PUT", at, {"followers": 5000}), [f"creator:{ident(db)}"])
    me = [f"creator:{ident(db)}"]
    done("creator_put", write(client, key, "PUT", at, {"followers": 6000}), me)
    patch = {"Content-Type": "application/merge-patch+json"}
    done("creator_patch", write(client, key, "PATCH", at, {"city": "Utrecht"}, **patch), me)
    for operation in ("creator_posts", "creator_snapshots", "creator_prices", "creator_collaborations"):
        method, path, body = SENT[operation]
        done(operation, write(client, key, method, at + "/" + path.rsplit("/", 1)[1], body), me)
    for operation, one in (("prices_add", "price_delete"), ("collaborations_add", "collaboration_delete"), ("conversions_add", "conversion_delete")):
        method, path, body = SENT[operation]
        done(operation, write(client, key, method, path, {**body, "username": NAME}), ["rows:1"])
        row = write(client, key, "GET", path + "?world=live").json()["items"][0]["id"]
        done(one, write(client, key, "DELETE", f"{path}/{row}"), [f"row:{row}"])
    write(client, key, "PUT", "/creators/tiktok/audited.other", {"followers": 5000})
    other, = db.execute("select creator_id from account where username = 'audited.other'").fetchone()
    done("account_link", write(client, key, "PUT", f"{me_path(me)}/accounts/tiktok/audited.other"), me)
    done("account_unlink", write(client, key, "DELETE", f"{me_path(me)}/accounts/tiktok/audited.other"), [f"creator:{other}"])
    made = ask_for(client, "import_post", key)
    done("import_post", made, [f"import:{made.json()['id']}"])
    done("import_delete", write(client, key, "DELETE", f"/imports/{made.json()['id']}"), [f"import:{made.json()['id']}"])
    asked = ask_for(client, "request_open", key)
    done("request_open", asked, [f"request:{asked.json()['id']}"])
    done("creator_delete", write(client, key, "DELETE", at), me)
    assert seen == set(SENT)
    assert NAME not in str(db.execute("select to_jsonb(l) from audit_log l").fetchall())


def me_path(me):
    return "/creators/" + me[0].split(":")[1]


def ident(db):
    """The id that the creator has, or gets: the next one."""
    found = db.execute("select creator_id from account where username = %s", [NAME]).fetchone()
    return found[0] if found else None


def test_what_is_not_carried_out_is_not_in_it(client, keys, db):
    count = lambda: db.execute("select count(*) from audit_log").fetchone()  # noqa: E731
    before = count()
    for key in (keys.read, keys.revoked):
        for operation in set(SENT) - {"match_batch", "request_open"}:
            assert ask_for(client, operation, key).status_code in (401, 403)
    assert write(client, keys.write, "PUT", "/creators/tiktok/bad.one", {"followers": "x"}).status_code == 400
    assert write(client, keys.write, "PATCH", "/creators/tiktok/not.there", {"city": "x"}, **{"Content-Type": "application/merge-patch+json"}).status_code == 404
    assert ask_for(client, "prices_add", keys.write).status_code == 422  # nobody of that name
    assert client.post("/imports?dry_run=true&platform=tiktok", content=b"username\nx\n",
                       headers={"Content-Type": "text/csv", "Authorization": f"Bearer {keys.write}"}).status_code == 200
    assert count() == before


def test_a_write_that_is_answered_again_is_one_write(client, keys, db):
    ids = [write(client, keys.write, "PUT", "/creators/tiktok/only.once", {"followers": 10}, **{"Idempotency-Key": "a1"}).headers["X-Request-Id"] for _ in range(3)]
    assert [len(log(db, id_)) for id_ in ids] == [1, 0, 0]


def test_writes_that_come_together_are_each_in_it(keys, service, contract, db):
    """Of two keys, some of which are refused: each of the others is there once, under its own key."""
    from client import Client

    def some(n):
        with Client(service, contract) as client:
            out = []
            for i in range(12):
                bad = (n + i) % 5 == 0
                said = write(client, (keys.write, keys.admin)[n % 2], "PUT", f"/creators/tiktok/many.{n}.{i}", {"followers": -1 if bad else 100 + i})
                out.append((said.headers["X-Request-Id"], n % 2, said.status_code))
            return out
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        said = [one for part in pool.map(some, range(8)) for one in part]
    wanted = [int(keys.id(keys.write)), int(keys.id(keys.admin))]
    assert {status for _, _, status in said} == {201, 400}
    for request_id, who, status in said:
        rows = log(db, request_id)
        assert [row[0] for row in rows] == ([wanted[who]] if status == 201 else []), (request_id, status, rows)
        assert not rows or rows[0][4][0].startswith("creator:")


def test_the_command_shows_it(client, keys, db):
    made = write(client, keys.admin, "PUT", "/creators/tiktok/shown.one", {"followers": 10})
    id_, lines = made.json()["id"], lambda *args: keys.niched.run("audit", *args).stdout.splitlines()
    first, = lines("--object", f"creator:{id_}")[1:]
    assert first.split()[1:] == [keys.id(keys.admin), "default", "PUT", "creator_put", f"creator:{id_}", "201", made.headers["X-Request-Id"]]
    assert lines("--key", keys.id(keys.admin), "--limit", "1")[1:] == [first]
    keys.revoke(keys.make("--name", "short"))
    assert [line.split()[3:6] for line in lines("--limit", "2")[1:]] == [["command", "key", "revoke"], ["command", "key", "create"]]
    for args in (("--limit", "0"), ("--key", "x"), ("--object", "creator"), ("x",), ("--limit",)):
        assert keys.niched.run("audit", *args, check=False).returncode == 2


def test_it_is_forgotten_in_time(keys, db):
    db.execute("insert into audit_log (at, method, operation, status, request_id) select now() - make_interval(days => d), 'PUT', 'x', 200, 'old'"
               " from unnest(array[8, 6]) d")
    left = lambda: db.execute("select count(*) from audit_log where request_id = 'old'").fetchone()[0]  # noqa: E731
    with keys.niched.serve(OPEN, NICHED_AUDIT_DAYS=7):
        wait_until(lambda: left() < 2)
        assert left() == 1
