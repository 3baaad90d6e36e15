"""The secret outside the database: with another one a store is not served, a new one takes nothing away, a lost one is given up aloud."""
import time

import psycopg
import pytest
from patience import NEVER_S
import sketches
from client import problem

IVY, BEN = "/creators/tiktok/ivy.vegan", "/creators/tiktok/ben"


@pytest.fixture
def at(niched, tmp_path):
    """The program with a secret file of that name."""
    def make(name):
        return type(niched)(niched.url, NICHED_SECRET_FILE=tmp_path / name if name else "", NICHED_WORKER=0)
    return make


def creators(tmp_path, *names):
    path = tmp_path / "creators.csv"
    path.write_text("platform,username,followers\n" + "".join(f"tiktok,{name},5000\n" for name in names))
    return path


def engagers(tmp_path, who, people):
    path = tmp_path / "engagers.csv"
    path.write_text("platform,username,engager_id\n" + "".join(f"tiktok,{who},{name}\n" for name in people))
    return path


def erase(niched, ask, path):
    with niched.serve() as service:
        assert ask(service).request("DELETE", path).status_code == 204


@pytest.fixture
def erased(at, ask, tmp_path):
    """ivy.vegan was erased under the secret "first"."""
    first = at("first")
    first.run("import", creators(tmp_path, "ivy.vegan", "anna"))
    erase(first, ask, IVY)
    return first


def refused(niched, *args):
    done = niched.run(*args, check=False)
    assert done.returncode == 6 and "erased from the store with a secret" in done.stderr and "put the file of then back" in done.stderr, done.stderr
    assert "niched secret --help" in done.stderr


COMMANDS = [("serve",), ("import", "FILE"), ("pull", "youtube", "--query", "vegan"), ("refresh",), ("erased", "lift", "tiktok", "ivy.vegan"),
            ("secret", "rotate")]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_another_secret_is_refused(at, erased, tmp_path, command):
    (tmp_path / "another").write_bytes(b"x" * 32)
    words = [creators(tmp_path, "ivy.vegan") if word == "FILE" else word for word in command]
    refused(at("another"), *words)
    refused(at("absent"), *words)
    assert not (tmp_path / "absent").exists(), "no file is made where one is missing"


def test_a_request_is_not_granted_with_another(at, erased, db, ask, tmp_path):
    (tmp_path / "another").write_bytes(b"x" * 32)
    with erased.serve() as service:
        made = ask(service).post("/requests", json={"platform": "tiktok", "username": "anna", "kind": "erasure"}).json()
    refused(at("another"), "request", "grant", made["id"], "--unverified")
    assert db.execute("select username from account").fetchall() == [("anna",)]


def test_without_a_secret_neither(at, erased, tmp_path):
    refused(at(""), "serve")
    refused(at(""), "import", creators(tmp_path, "ivy.vegan"))


def test_reading_commands_need_none(at, erased):
    assert '"anna"' in at("").run("creator", "tiktok", "anna", "--world", "live").stdout


def test_while_nobody_is_erased_any_will_do(at, ask, db, tmp_path):
    at("first").run("import", creators(tmp_path, "ivy.vegan"))
    for name in ("first", "second", ""):
        with at(name).serve():
            pass
    erase(at("second"), ask, IVY)
    at("second").run("erased", "lift", "tiktok", "ivy.vegan")
    at("second").run("import", creators(tmp_path, "ivy.vegan"))
    with at("first").serve():
        pass
    erase(at("first"), ask, IVY)
    refused(at("second"), "serve")
    assert db.execute("select count(*) from secret_mark").fetchone() == (1,), "the second is needed no longer"
    with at("first").serve():
        pass


def test_erased_before_there_were_marks(at, erased, db):
    db.execute("delete from secret_mark")
    with erased.serve():
        pass
    assert db.execute("select count(*) from secret_mark").fetchone() == (1,)
    refused(at("another"), "serve")


def test_a_store_that_comes_later_is_looked_at_too(empty_niched, ask, tmp_path):
    with empty_niched.serve(ready=False, NICHED_SECRET_FILE=tmp_path / "secret", NICHED_WORKER=0) as service:
        empty_niched.run("migrate")
        with psycopg.connect(empty_niched.url, autocommit=True) as db:
            db.execute("insert into secret_mark (mark) values ('of another'); insert into tombstone (key_hash) values ('x')")
            empty_niched.run("taxonomy", "load")
            end = time.monotonic() + NEVER_S
            while "STORE_SECRET" not in service.log:
                assert time.monotonic() < end, service.tail
                time.sleep(0.05)
            client = ask(service)
            assert client.get("/readyz").status_code == client.get("/match?niche=vegan").status_code == 503
            db.execute("truncate tombstone")
        service.wait("/readyz", 200)


# ---- a new one

def test_rotation_takes_nothing_away(at, erased, ask, db, tmp_path):
    path = tmp_path / "first"
    (tmp_path / "before").write_bytes(path.read_bytes())
    erased.run("import", creators(tmp_path, "anna", "ben", "cleo", "dora"))
    erased.run("score")
    with erased.serve() as service:
        cursor = ask(service).post("/prices", json=[{"platform": "tiktok", "username": name, "amount_usd": 10, "deliverable": "reel", "valid_from": "2026-10-01"}
                                                    for name in ("anna", "ben", "cleo")]) and ask(service).ok("/prices", limit=1)["next_cursor"]
        said = erased.run("secret", "rotate").stdout
        assert "restart" in said and path.stat().st_size == 64 and path.stat().st_mode & 0o777 == 0o600
        assert path.read_bytes()[32:] == (tmp_path / "before").read_bytes()
    with erased.serve() as service:
        client = ask(service)
        assert len(client.ok("/prices", limit=1, cursor=cursor)["items"]) == 1
        problem(client.request("PUT", IVY, json={"followers": 7000}), 410, "CREATOR_ERASED")
        assert client.request("DELETE", BEN).status_code == 204
        assert "asked to be forgotten" in erased.run("import", creators(tmp_path, "ivy.vegan", "ben"), check=False).stderr
    assert db.execute("select count(*) from secret_mark").fetchone() == (2,)
    refused(at("before"), "serve")
    erased.run("erased", "lift", "tiktok", "ivy.vegan")
    erased.run("erased", "lift", "tiktok", "ben")
    assert db.execute("select count(*) from tombstone").fetchone() == (0,)


def test_a_service_with_the_old_file_alone_lets_nobody_in(at, erased, ask, db, tmp_path):
    erased.run("import", creators(tmp_path, "ben"))
    with erased.serve() as service:  # it has the secret of its start
        erased.run("secret", "rotate")
        with erased.serve() as newer:
            assert ask(newer).request("DELETE", BEN).status_code == 204
        problem(ask(service).request("PUT", BEN, json={"followers": 7000}), 503, "STORE_SECRET")
        made = ask(service).post("/imports?platform=tiktok", content=b"username,followers\nben,5000\n", headers={"Content-Type": "text/csv"}).json()
        end = time.monotonic() + NEVER_S
        while (job := ask(service).ok(f"/imports/{made['id']}"))["status"] in ("queued", "running", "reverting"):
            assert time.monotonic() < end
            time.sleep(0.05)
    assert job["status"] == "failed" and "erased from the store with a secret" in job["error"], job
    assert db.execute("select count(*) from account where username = 'ben'").fetchone() == (0,)


def test_samples_go_on_with_the_secret_they_began_with(at, db, tmp_path):
    niched = at("secret")
    niched.run("import", creators(tmp_path, "anna"))
    niched.run("import", "--kind", "engagers", engagers(tmp_path, "anna", ["u1", "u2"]))
    key = (tmp_path / "secret").read_bytes()
    niched.run("secret", "rotate")
    niched.run("import", "--kind", "engagers", engagers(tmp_path, "anna", ["u2", "u3"]))
    sketch = sketches.Sketch(*db.execute("select theta, hashes from audience_sketch").fetchone())
    assert sketch == sketches.of_people(key, 2, ["u1", "u2", "u3"])
    said = niched.run("secret", "list").stdout.splitlines()
    assert said[1].startswith("newest") and said[1].endswith("-") and said[2].startswith("older") and "samples" in said[2]


def test_eight_secrets_at_most(at, tmp_path):
    for _ in range(8):
        at("secret").run("secret", "rotate")  # the first makes the file, with one
        if (tmp_path / "secret").stat().st_size == 8 * 32:
            break
    before = (tmp_path / "secret").read_bytes()
    done = at("secret").run("secret", "rotate", check=False)
    assert done.returncode == 7 and "no room" in done.stderr and (tmp_path / "secret").read_bytes() == before
    assert not list(tmp_path.glob("*.new"))


def test_no_secret_is_shown(at, erased, tmp_path):
    said = erased.run("secret", "list")
    key = (tmp_path / "first").read_bytes()
    assert "erased creators" in said.stdout and key.hex()[:8] not in said.stdout + said.stderr
    with erased.serve() as service:
        pass
    assert key.hex()[:8] not in service.log if service.log_path.exists() else True


# ---- a lost one

def test_a_lost_secret_is_given_up(at, erased, ask, db, tmp_path):
    erased.run("import", "--kind", "engagers", engagers(tmp_path, "anna", ["u1", "u2"]))
    fresh = at("fresh")
    listed = erased.run("secret", "list").stdout
    assert "erased creators, samples" in listed
    (tmp_path / "fresh").write_bytes(bytes(32))
    assert fresh.run("secret", "list", check=False).returncode == 6
    said = fresh.run("secret", "adopt").stdout
    assert "2 lost secrets" in said and "1 samples" in said
    assert db.execute("select count(*) from audience_sketch").fetchone() == (0,)
    with fresh.serve() as service:
        assert ask(service).request("DELETE", "/creators/tiktok/anna").status_code == 204
    refused(erased, "serve")
    fresh.run("import", creators(tmp_path, "ivy.vegan", "anna"), check=False)
    assert db.execute("select username from account").fetchall() == [("ivy.vegan",)], "as the command said"
    fresh.run("import", "--kind", "engagers", engagers(tmp_path, "ivy.vegan", ["u1"]))
    assert fresh.run("secret", "adopt").stdout.startswith("0 lost secrets")


@pytest.mark.parametrize("words", [(), ("show",), ("rotate", "now"), ("list", "--all")])
def test_wrong_usage(at, words):
    done = at("secret").run("secret", *words, check=False)
    assert done.returncode == 2 and "list, rotate or adopt" in done.stderr


@pytest.mark.parametrize("verb", ["list", "rotate", "adopt"])
def test_without_the_setting(at, verb):
    done = at("").run("secret", verb, check=False)
    assert done.returncode == 2 and "NICHED_SECRET_FILE is not set" in done.stderr
