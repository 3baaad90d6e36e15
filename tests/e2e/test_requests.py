"""POST /requests, GET /requests/{id} and niched request: from a creator's question to the operator's decision."""
import json
import re

import psycopg
import pytest

ASK = {"platform": "tiktok", "username": "@Ivy.Vegan", "kind": "correction", "message": "the country is wrong: NL", "contact": "ivy@example.org"}


@pytest.fixture
def store(niched):
    with psycopg.connect(niched.url, autocommit=True) as db:
        yield db


@pytest.fixture
def secret(niched, tmp_path):
    """A secret that outlives each run of the program."""
    niched.settings["NICHED_SECRET_FILE"] = tmp_path / "secret"


def send(client, status=201, **change):
    response = client.post("/requests", json={k: v for k, v in {**ASK, **change}.items() if v is not None})
    assert response.status_code == status, response.text
    return response.json()


def state(client, made):
    return client.ok(f"/requests/{made['id']}", token=made["token"])["state"]


def load(niched, tmp_path, bio, username="ivy.vegan", followers=5000):
    path = tmp_path / "creators.csv"
    path.write_text(f'username,id,followers,bio\n{username},77,{followers},"{bio}"\n')
    return niched.run("import", "--platform", "tiktok", str(path), check=False)


def test_from_question_to_answer(niched, store, secret, ask, tmp_path):
    load(niched, tmp_path, "plants")
    with niched.serve(NICHED_WORKER="0") as service:
        client = ask(service)
        made = send(client)
        assert made["state"] == "pending" and made["code"] in made["next"]
        said = client.ok(f"/requests/{made['id']}", token=made["token"])
        assert (said["username"], said["platform"], said["kind"], said["world"]) == ("ivy.vegan", "tiktok", "correction", "live")
        assert made["token"] not in json.dumps(store.execute("select token_hash::text, code from creator_request").fetchall())

        load(niched, tmp_path, "plants and niched-2222222222")
        assert state(client, made) == "pending"
        refused = niched.run("request", "grant", made["id"], check=False)
        assert refused.returncode == 2 and "not verified" in refused.stderr and state(client, made) == "pending"
        load(niched, tmp_path, f"plants | {made['code'].upper()}")
        said = client.ok(f"/requests/{made['id']}", token=made["token"])
        assert said["state"] == "verified" and said["verified_at"]

        listed = niched.run("request", "list").stdout
        assert "ivy.vegan" in listed and "verified" in listed
        assert niched.run("request", "list", "granted").stdout.count("\n") == 1
        shown = niched.run("request", "show", made["id"]).stdout
        assert ASK["message"] in shown and ASK["contact"] in shown
        niched.run("request", "grant", made["id"], "--answer", "corrected to NL")
        said = client.ok(f"/requests/{made['id']}", token=made["token"])
        assert (said["state"], said["answer"]) == ("granted", "corrected to NL") and said["handled_at"]
        again = niched.run("request", "refuse", made["id"], "--answer", "no", check=False)
        assert again.returncode == 2 and "granted already" in again.stderr


def test_erasure_is_for_good(niched, store, secret, ask, tmp_path):
    load(niched, tmp_path, "plants")
    load(niched, tmp_path, "plants", username="ivy.new")  # renamed: the old name still leads to the account
    niched.run("score")
    creator, = store.execute("select creator_id from account").fetchone()
    with niched.serve(NICHED_WORKER="0") as service:
        client = ask(service)
        made, other = send(client, kind="erasure", username="ivy.new"), send(client, kind="access", username="ivy.vegan")
        load(niched, tmp_path, made["code"], username="ivy.new")
        assert state(client, made) == "verified"
        said = niched.run("request", "grant", made["id"]).stdout
        assert "3 names and ids" in said
        client.problem(f"/creators/{creator}", 404, "CREATOR_UNKNOWN")
        after = client.ok(f"/requests/{made['id']}", token=made["token"])
        assert after["state"] == "granted" and after["username"] is None
        assert client.ok(f"/requests/{other['id']}", token=other["token"])["state"] == "refused"
    tables = [name for name, in store.execute("select table_name from information_schema.columns where column_name = 'creator_id'"
                                              " and table_schema = 'public'")]
    assert all(store.execute(f"select count(*) from {table}").fetchone() == (0,) for table in tables)
    assert store.execute("select username_key, message, contact, address_hash from creator_request").fetchall() == [(None,) * 4] * 2
    for username in ("ivy.new", "IVY.vegan", "ivy.third"):  # by either name, and by the platform's id
        done = load(niched, tmp_path, "back", username=username)
        assert "asked to be forgotten" in done.stderr, done.stderr
    assert store.execute("select count(*) from account").fetchone() == (0,)


def test_erasure_needs_a_lasting_secret(niched, store, ask, tmp_path):
    load(niched, tmp_path, "plants")
    with niched.serve(NICHED_WORKER="0") as service:
        made = send(ask(service), kind="erasure")
    done = niched.run("request", "grant", made["id"], "--unverified", check=False)
    assert done.returncode == 2 and "NICHED_SECRET_FILE" in done.stderr
    assert store.execute("select state from creator_request").fetchone() == ("pending",)
    assert store.execute("select count(*) from account").fetchone() == (1,)


def test_access_prints_the_record(niched, store, secret, ask, tmp_path):
    load(niched, tmp_path, "plants and yoga")
    niched.run("score")
    with niched.serve(NICHED_WORKER="0") as service:
        made = send(ask(service), kind="access")
    record = json.loads(niched.run("request", "grant", made["id"], "--unverified").stdout)
    assert record["tables"]["account"][0]["bio"] == "plants and yoga" and record["tables"]["account_score"]
    assert record["tables"]["follower_snapshot"][0]["followers"] == 5000 and record["requests"][0]["kind"] == "access"


def test_unknown_account_gets_the_same_shape(niched, secret, ask, tmp_path):
    load(niched, tmp_path, "plants")
    with niched.serve(NICHED_WORKER="0") as service:
        client = ask(service)
        known, unknown = send(client), send(client, username="nobody")
        plain = [re.sub(r"niched-\w+|/\d+\?", "", made["next"]) for made in (known, unknown)]
        assert known.keys() == unknown.keys() and plain[0] == plain[1]
        looked = [client.ok(f"/requests/{made['id']}", token=made["token"]) for made in (known, unknown)]
        assert looked[0].keys() == looked[1].keys() and looked[0]["state"] == looked[1]["state"] == "pending"


def test_only_the_token_looks_it_up(niched, secret, ask):
    with niched.serve(NICHED_WORKER="0") as service:
        client = ask(service)
        made, other = send(client), send(client)
        wrong = client.problem(f"/requests/{made['id']}", 404, "REQUEST_UNKNOWN", token=other["token"])
        absent = client.problem("/requests/999", 404, "REQUEST_UNKNOWN", token=made["token"])
        assert wrong["detail"].replace(made["id"], "N") == absent["detail"].replace("999", "N")
        assert client.problem(f"/requests/{made['id']}", 400, "PARAM_MISSING")["param"] == "token"
        assert client.problem(f"/requests/{made['id']}", 400, "PARAM_INVALID", token="short")["param"] == "token"
        assert client.problem("/requests/x", 400, "PARAM_INVALID", token=made["token"])["param"] == "id"


def test_open_ones_are_bounded_by_account_and_address(niched, store, secret, ask):
    with niched.serve(NICHED_WORKER="0", NICHED_OPEN_REQUESTS="3") as service:
        client = ask(service)
        for _ in range(3):
            send(client)
        response = client.post("/requests", json={**ASK, "username": "another"})
        assert response.status_code == 429 and response.json()["code"] == "LIMIT_RATE" and int(response.headers["Retry-After"]) > 0
        assert "from this address" in response.json()["detail"]
        store.execute("update creator_request set address_hash = '\\x00'")
        assert "for this account" in send(client, 429)["detail"]
        send(client, username="another")
        store.execute("update creator_request set created_at = now() - interval '31 days' where username_key = 'ivy.vegan'")
        assert state(client, send(client)) == "pending"  # lapsed ones make room


def test_lapsed_request_is_not_verified(niched, store, secret, ask, tmp_path):
    with niched.serve(NICHED_WORKER="0") as service:
        client = ask(service)
        made = send(client)
        store.execute("update creator_request set created_at = now() - interval '31 days'")
        load(niched, tmp_path, made["code"])
        assert state(client, made) == "lapsed"


def test_code_in_another_bio_proves_nothing(niched, secret, ask, tmp_path):
    with niched.serve(NICHED_WORKER="0") as service:
        client = ask(service)
        made = send(client)
        load(niched, tmp_path, made["code"], username="thief")
        assert state(client, made) == "pending"


@pytest.mark.parametrize("change,pointer", [
    ({"platform": None}, ""), ({"platform": "myspace"}, "/platform"), ({"username": None}, ""), ({"username": ""}, "/username"),
    ({"username": "@"}, "/username"), ({"username": "a b"}, "/username"), ({"username": "x" * 101}, "/username"), ({"username": 7}, "/username"),
    ({"kind": "revenge"}, "/kind"), ({"kind": None}, ""), ({"message": ""}, "/message"), ({"message": "x" * 2001}, "/message"),
    ({"contact": "nobody"}, "/contact"), ({"contact": "a@b.c, d@e.f"}, "/contact"), ({"contact": "a" * 250 + "@b.cd"}, "/contact"),
    ({"world": "mars"}, "/world"), ({"mesage": "x"}, "/mesage")])
def test_bad_bodies(client, change, pointer):
    problem = send(client, 400, **change)
    assert problem["code"] == "BODY_INVALID" and pointer in [e["pointer"] for e in problem["errors"]]


def test_boundaries(niched, secret, ask):
    with niched.serve(NICHED_WORKER="0") as service:
        client = ask(service)
        for change in ({"username": "x" * 100}, {"message": "x" * 2000}, {"contact": "a@b.cd"}, {"message": None, "contact": None}):
            send(client, **change)


@pytest.mark.parametrize("content,kind,status,code", [
    (b"{", "application/json", 400, "BODY_SYNTAX"), (b"[]", "application/json", 400, "BODY_INVALID"), (b"", "application/json", 400, "BODY_MISSING"),
    (b"a=b", "application/x-www-form-urlencoded", 415, "BODY_UNSUPPORTED"), (b'{"message":"' + b"x" * 9000 + b'"}', "application/json", 413, "BODY_TOO_LARGE")])
def test_what_is_no_body(client, content, kind, status, code):
    response = client.post("/requests", content=content, headers={"Content-Type": kind})
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_other_methods_and_long_addresses(client):
    response = client.get("/requests")
    assert response.status_code == 405 and response.headers["Allow"] == "POST, OPTIONS"
    assert client.target("/requests?x=" + "y" * 9000, method="POST").status_code == 414


def test_arguments_are_refused(client):
    assert client.post("/requests?kind=access", json=ASK).json()["code"] == "PARAM_UNKNOWN"


@pytest.mark.parametrize("args", [(), ("lst",), ("show",), ("show", "x"), ("grant", "1", "2"), ("refuse", "1"), ("grant", "1", "--answer")])
def test_wrong_usage(niched, args):
    done = niched.run("request", *args, check=False)
    assert done.returncode == 2 and "niched request:" in done.stderr


def test_unknown_request(niched):
    assert niched.run("request", "show", "12", check=False).returncode == 3
