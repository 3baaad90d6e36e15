"""GET /creators/{id}?full=true: every row that is stored of one person, from whatever tables there are."""
import json

import psycopg
import pytest
from client import problem
from test_keys import CLOSED

TABLES = ("select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'creator_id' and not a.attisdropped"
          " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')")
PRIVATE = {"price", "collaboration", "conversion_report"}


def whole(client, path="/creators/76", **params):
    return client.ok(path, full="true", **params)


def test_it_has_every_row_of_every_table(client, sandbox_db):
    tables = {name for name, in sandbox_db.execute(TABLES)}
    record = whole(client)
    assert set(record["tables"]) == tables and len(tables) >= 20
    for name in tables:
        rows = record["tables"][name]
        kept = record["rows_that_customers_keep_for_themselves"].get(name, 0)
        assert len(rows) + kept == sandbox_db.execute(f"select count(*) from {name} where creator_id = 76").fetchone()[0], name
        columns = {column for row in rows for column in row}
        want = {column for column, in sandbox_db.execute("select column_name from information_schema.columns where table_name = %s", [name])}
        assert not rows or columns == want - {"hashes", "buckets", "card"}, name
    assert record["tables"]["account"][0]["username"] == "ivy.vegan_c" and record["tables"]["post"][0]["source"] == "sandbox"
    assert record["creator_id"] == "76" and record["formerly"] == record["requests"] == []
    assert set(record["rows_that_customers_keep_for_themselves"]) == PRIVATE


def test_a_table_that_comes_later_is_in_it(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve(NICHED_WORKER=0) as service:
        db.execute("create table later (creator_id bigint primary key, said text); insert into later values (76, 'x'), (77, 'y')")
        sandbox_niched.run("migrate")  # grants
        assert whole(ask(service))["tables"]["later"] == [{"creator_id": 76, "said": "x"}]


def test_the_same_by_name_and_by_command(client, sandbox):
    record = whole(client)
    assert whole(client, "/creators/tiktok/@Ivy.Vegan_C") == record
    assert json.loads(sandbox.run("creator", "76", "--full", "true").stdout) == record
    assert client.get("/creators/76?full=true").content == client.get("/creators/76?full=true").content
    assert "accounts" in client.ok("/creators/76", full="false")


@pytest.mark.parametrize("value", ["yes", "1", "", "TRUE"])
def test_it_is_true_or_false(client, value):
    client.problem("/creators/76", 400, "PARAM_INVALID", full=value)


def test_fields_do_not_go_with_it(client):
    assert "full=true" in client.problem("/creators/76", 400, "PARAM_INVALID", full="true", fields="name")["detail"]


def test_unknown_creators(client):
    for path in ("/creators/999999", "/creators/tiktok/nobody.at.all", "/creators/myspace/ivy"):
        client.problem(path, 404, "CREATOR_UNKNOWN", full="true")


def test_who_gets_it(sandbox_niched, ask):
    keys = {scope: sandbox_niched.run("key", "create", "--scope", scope).stdout.strip() for scope in ("read", "write", "admin")}
    page = sandbox_niched.run("key", "create", "--origin", "https://shop.example").stdout.strip()
    with sandbox_niched.serve(CLOSED) as service:
        client = ask(service)

        def get(key, **headers):
            return client.get("/creators/76?full=true", headers={"Authorization": f"Bearer {key}", **headers})
        problem(client.get("/creators/76?full=true"), 401, "AUTH_REQUIRED")
        for key in (keys["read"], keys["write"]):
            assert "scope admin" in problem(get(key), 403, "AUTH_FORBIDDEN")["detail"]
        problem(get(page, Origin="https://shop.example"), 403, "AUTH_FORBIDDEN")
        assert get(keys["admin"]).status_code == 200
    with sandbox_niched.serve(NICHED_WORKER=0, NICHED_ADDRESS="0.0.0.0", NICHED_ANONYMOUS_READ="on") as service:
        problem(ask(service).get("/creators/76?full=true"), 403, "AUTH_FORBIDDEN")


def test_nothing_of_workspaces_and_who_is_not_listed_too(sandbox_niched, ask):
    keys = {}
    for name in ("acme", "other"):
        sandbox_niched.run("workspace", "create", name)
        keys[name] = sandbox_niched.run("key", "create", "--scope", "admin", "--workspace", name).stdout.strip()
    with sandbox_niched.serve(CLOSED) as service, psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        client = ask(service)

        def bearer(name):
            return {"Authorization": f"Bearer {keys[name]}"}
        quote = {"platform": "tiktok", "username": "ivy.vegan_c", "amount_usd": 4711, "deliverable": "reel", "valid_from": "2026-10-01"}
        assert client.post("/prices?world=sandbox", json=quote, headers=bearer("acme")).status_code == 200
        db.execute("select opt_out_creator(76, true)")
        assert client.post("/requests", json={"platform": "tiktok", "username": "ivy.vegan_c", "kind": "access", "world": "sandbox"}).status_code == 201
        for name, seen in (("acme", 1), ("other", 0)):
            answer = client.get("/creators/76?full=true", headers=bearer(name))
            record = answer.json()
            assert "4711" not in answer.text and record["rows_that_customers_keep_for_themselves"]["price"] == seen
            assert record["tables"]["creator"][0]["opted_out"] is True
            request, = record["requests"]
            assert request["kind"] == "access" and not {"token_hash", "code", "address_hash"} & set(request)
