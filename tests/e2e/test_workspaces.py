"""Workspaces are kept apart: by the program, and by the database where the program were wrong. Two workspaces with a row of each
kind; whatever one asks, nothing of the other is in the answer."""
import json
import re

import psycopg
import pytest
from patience import wait_until
from test_http import ADDRESS, SENT

IVY = {"platform": "tiktok", "username": "ivy.vegan_c"}  # creator 76 of the sandbox
CLOSED = {"NICHED_ANONYMOUS_READ": "off", "NICHED_WRITES": "off", "NICHED_WORKER": "0"}
TABLES = ("price", "collaboration", "conversion_report", "import_job")
MARKS = ("31337", "Secret Brand", "mine.csv")  # what only the rows of the first workspace say


def rows(amount, brand):
    return {"prices": {**IVY, "amount_usd": amount, "valid_from": "2026-10-01"},
            "collaborations": {**IVY, "brand": brand, "started_on": "2026-09-01", "posts": 3},
            "conversions": {**IVY, "orders": 31, "revenue_usd": amount, "reported_at": "2026-10-15T00:00:00Z"}}


class Two:
    """A scored sandbox with workspaces `one` and `two`, each with its key and rows; `three` has none."""

    def __init__(self, niched):
        self.niched = niched
        for name in ("one", "two", "three"):
            niched.run("workspace", "create", name)
        self.keys = {name: niched.run("key", "create", "--workspace", name, "--scope", "admin").stdout.strip()
                     for name in ("one", "two", "three")}
        self.reader = niched.run("key", "create", "--workspace", "one", "--origin", "https://shop.example").stdout.strip()

    @staticmethod
    def bearer(key):
        return {"Authorization": f"Bearer {key}"}

    def ask(self, client, name, method, path, **more):
        return client.request(method, path, headers={**self.bearer(self.keys[name]), **more.pop("headers", {})}, **more)

    def fill(self, client):
        for name, amount, brand in (("one", 31337, "Secret Brand"), ("two", 4242, "Other Brand")):
            for kind, row in rows(amount, brand).items():
                made = self.ask(client, name, "POST", f"/{kind}?world=sandbox", json=row)
                assert made.status_code == 200, made.text
        file = b"platform,username,amount_usd,valid_from\ntiktok,ivy.vegan_c,31337,2026-10-02\ntiktok,nobody.31337,1,2026-10-02\n"
        made = self.ask(client, "one", "POST", "/imports?kind=prices&own=true&world=sandbox&source=mine.csv", content=file,
                        headers={"Content-Type": "text/csv"})
        assert made.status_code == 202, made.text
        self.job = made.json()["id"]
        read = lambda: self.ask(client, "one", "GET", f"/imports/{self.job}").json()  # noqa: E731
        wait_until(lambda: read()["status"] == "done", said=read)
        job = read()
        assert (job["accepted"], job["refused"]) == (1, 1)


@pytest.fixture(scope="module")
def two(databases, sandbox_template, program):
    with databases.one(sandbox_template) as url:
        yield Two(program(url))


@pytest.fixture(scope="module")
def service(two, contract):
    from client import Client
    with two.niched.serve(CLOSED) as service:
        with Client(service, contract) as client:
            two.fill(client)
        yield service


@pytest.fixture
def client(service, ask):
    return ask(service)


# ---- over HTTP

READS = sorted(set(ADDRESS) - {"metrics"})
MORE = ["/match?niche=vegan-fitness&limit=100&sort_by=price&min_price_usd=31000&max_price_usd=32000&count=exact&facets=price_band",
        "/match?niche=vegan-fitness&limit=100&brand_conflict=Secret%20Brand&explain=full&why_not=@ivy.vegan_c",
        "/plan?niche=vegan-fitness&budget_usd=2000&include=76&goal=conversions", "/prices?world=sandbox&format=csv",
        "/collaborations?world=sandbox", "/conversions?world=sandbox&limit=1", "/creators/76", "/imports?limit=100"]


def strangers(two):
    yield "two", two.bearer(two.keys["two"])
    yield "three", two.bearer(two.keys["three"])
    yield "page", {**two.bearer(two.reader), "Origin": "https://shop.example"}


@pytest.mark.parametrize("path", [ADDRESS[name].replace("/1", "/76") for name in READS] + MORE)
def test_nothing_of_another_workspace_is_in_any_answer(client, two, path):
    for name, headers in strangers(two):
        said = client.get(path, headers=headers)
        assert said.status_code in (200, 400, 401, 403, 404), said.text
        said = said.text if said.status_code == 200 else ""
        for mark in MARKS:  # what was asked is echoed
            assert mark not in said or "brand_conflict" in path and mark == "Secret Brand" and said.count(mark) == 1, (name, mark)


def test_each_sees_its_own(client, two):
    price = lambda name: next(i for i in two.ask(client, name, "GET", "/match?niche=vegan-fitness&limit=100").json()["items"]  # noqa: E731
                              if i["creator"]["id"] == "76")
    assert [(price(n)["price_usd"], price(n)["price_source"]) for n in ("one", "two")] == [(31337, "your quote"), (4242, "your quote")]
    assert price("three")["price_source"] != "your quote"
    for name, count in (("one", 2), ("two", 1), ("three", 0)):
        assert len(two.ask(client, name, "GET", "/prices?world=sandbox").json()["items"]) == count
        assert len(two.ask(client, name, "GET", "/conversions?world=sandbox").json()["items"]) == min(count, 1)
        out = two.ask(client, name, "GET", "/match?niche=vegan-fitness&limit=100&brand_conflict=Secret%20Brand").json()["items"]
        assert ("76" in [i["creator"]["id"] for i in out]) == (name != "one")
    batch = lambda name: two.ask(client, name, "POST", "/match/batch", json={"queries": [{"niche": "vegan-fitness", "limit": 100}]}).text  # noqa: E731
    assert "31337" in batch("one") and "31337" not in batch("two")
    plan = lambda name: two.ask(client, name, "GET", "/plan?niche=vegan-fitness&budget_usd=90000&include=76").text  # noqa: E731
    assert "31337" in plan("one") and "31337" not in plan("two") and "4242" in plan("two")


def test_answers_are_tagged_apart(client, two):
    tags = {two.ask(client, name, "GET", "/match?niche=vegan-fitness").headers["ETag"] for name in two.keys}
    assert len(tags) == 3


def test_many_at_once_stay_apart(two, contract):
    """Statements of several workspaces go down one connection in one batch."""
    import concurrent.futures

    from client import Client
    with two.niched.serve(CLOSED, NICHED_LOOPS=1) as service, concurrent.futures.ThreadPoolExecutor(6) as pool:
        def prices(name):
            with Client(service, contract) as client:
                found = set()
                for i in range(12):
                    said = two.ask(client, name, "GET", f"/prices?world=sandbox&limit={i % 5 + 2}").json()
                    found |= {item["amount_usd"] for item in said["items"]}
                    found |= {i["price_usd"] for i in two.ask(client, name, "GET", "/match?niche=vegan-fitness").json()["items"] if i["price_source"] == "your quote"}
                return name, found
        for name, found in pool.map(prices, ["one", "two", "three"] * 2):
            assert found == {"one": {31337}, "two": {4242}, "three": set()}[name]


def test_what_is_another_workspaces_is_not_there(client, two):
    for kind in ("prices", "collaborations", "conversions"):
        for item in two.ask(client, "one", "GET", f"/{kind}?world=sandbox").json()["items"]:
            gone = two.ask(client, "two", "DELETE", f"/{kind}/{item['id']}")
            assert (gone.status_code, gone.json()["code"]) == (404, "ROW_UNKNOWN")
    for method, path in (("GET", f"/imports/{two.job}"), ("GET", f"/imports/{two.job}/errors"), ("DELETE", f"/imports/{two.job}")):
        for name in ("two", "three"):
            said = two.ask(client, name, method, path)
            assert (said.status_code, said.json()["code"]) == (404, "IMPORT_UNKNOWN")
    assert len(two.ask(client, "one", "GET", f"/imports/{two.job}/errors").json()["items"]) == 1
    assert two.job not in [job["id"] for job in two.ask(client, "two", "GET", "/imports").json()["items"]]
    assert len(two.ask(client, "one", "GET", "/prices?world=sandbox").json()["items"]) == 2


def test_one_idempotency_key_in_two_workspaces(client, two):
    row = {**IVY, "amount_usd": 77, "valid_from": "2026-05-01"}
    for name in ("two", "three"):
        said = two.ask(client, name, "POST", "/prices?world=sandbox", json=row, headers={"Idempotency-Key": "same"})
        assert said.json()["created"] == 1
        id_, = [item["id"] for item in two.ask(client, name, "GET", "/prices?world=sandbox").json()["items"] if item["amount_usd"] == 77]
        assert two.ask(client, name, "DELETE", f"/prices/{id_}").status_code == 204


# ---- in the database

@pytest.fixture
def store(two, service):
    with psycopg.connect(two.niched.url) as db:
        db.ids = dict(db.execute("select name, workspace_id from workspace").fetchall())
        yield db
        db.rollback()


def become(db, role, workspace):
    db.execute("select set_config('app.workspace', %s, true)", [str(db.ids[workspace]) if workspace else ""])
    db.execute("set local role niched_app" if role else "set local app.request = 'on'")


def owners(db, table):
    return {owner for owner, in db.execute(f"select distinct workspace_id from {table}")} - {None}


@pytest.mark.parametrize("workspace", ["one", "two", "three", None])
@pytest.mark.parametrize("table", TABLES)
def test_the_database_shows_a_workspace_its_rows(store, table, workspace):
    everybody = owners(store, table)
    assert store.ids["one"] in everybody
    become(store, True, workspace)
    assert owners(store, table) == everybody & {store.ids.get(workspace)}
    if workspace != "one":
        for statement in (f"update {table} set source = source where workspace_id = {store.ids['one']}",
                          f"delete from {table} where workspace_id = {store.ids['one']}"):
            assert store.execute(statement).rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            store.execute(f"insert into {table} select (jsonb_populate_record(null::{table}, %s)).*",
                          [json.dumps({"creator_id": 76, "account_id": 76, "price_id": 10**9, "collaboration_id": 10**9, "conversion_id": 10**9,
                                       "import_id": 10**9, "workspace_id": store.ids["one"], "amount_usd": 1, "source": "quote", "valid_from": "2026-01-01",
                                       "deliverable": "post", "brand_id": 1, "started_on": "2026-01-01", "orders": 1, "window_days": 1,
                                       "reported_at": "2026-01-01", "kind": "prices", "world": 1, "status": "queued"})])


def test_nothing_else_is_for_requests(store):
    become(store, True, "one")
    for statement in ("select * from api_key", "update workspace set version = 0; delete from workspace", "delete from schema_migration",
                      "select * from audit_log", "delete from audit_log", "alter table price disable row level security",
                      "drop policy workspace on price", "create table public.x ()"):
        with pytest.raises(psycopg.Error), store.transaction():
            store.execute(statement)
            raise AssertionError(statement)


def test_bad_rows_hang_on_their_import(store, two):
    errors = lambda: store.execute("select count(*) from import_error where import_id = %s", [two.job]).fetchone()[0]  # noqa: E731
    assert errors() == 1
    become(store, True, "two")
    assert errors() == 0
    become(store, True, "one")
    assert errors() == 1


def test_without_a_workspace_set_nothing_is_private(store):
    """A connection that was one workspace's before: the setting is empty then, not absent."""
    become(store, True, "one")
    store.commit()
    become(store, True, None)
    assert owners(store, "price") == set()


# ---- an owner who may make no roles

def test_an_owner_without_rights(databases, program, ask, cluster_role):
    """As a managed database or the package has it: no superuser, no role of its own. Forced row-level security binds the owner, too."""
    with databases.one("template0") as url:
        with psycopg.connect(url, autocommit=True) as db:
            db.execute("create extension if not exists pg_trgm")
            db.execute(f"alter database {db.info.dbname} owner to {cluster_role}; alter schema public owner to {cluster_role}")
        niched = program(re.sub(r"user=[^&]+", f"user={cluster_role}", url))
        niched.run("migrate")
        niched.run("taxonomy", "load", "--yes")
        niched.run("sandbox", "--creators", "60", "--seed", "1")
        niched.run("score")
        with psycopg.connect(niched.url, autocommit=True) as db:
            assert db.execute("select rolsuper, rolbypassrls from pg_roles where rolname = current_user").fetchone() == (False, False)
            platform, username = db.execute("select p.slug, a.username from account a join platform p using (platform) where world = 1 limit 1").fetchone()
        two = Two(niched)
        with niched.serve(CLOSED) as service:
            client = ask(service)
            for name, amount in (("one", 31337), ("two", 4242)):
                made = two.ask(client, name, "POST", "/prices?world=sandbox", json={"platform": platform, "username": username, "amount_usd": amount, "valid_from": "2026-10-01"})
                assert made.json().get("created") == 1, made.text
            assert [i["amount_usd"] for i in two.ask(client, "two", "GET", "/prices?world=sandbox").json()["items"]] == [4242]
            with psycopg.connect(niched.url) as db:
                db.execute("set local app.request = 'on'")
                assert owners(db, "price") == set()
                db.execute("select forget_creators(array(select creator_id from price limit 1))")  # erasure reaches all of them
                db.execute("set local app.request = 'off'")
                db.rollback()
                assert len(owners(db, "price")) == 2
                mine, other = (found for found, in db.execute("select creator_id from account where world = 1 order by username <> %s, creator_id limit 2", [username]))
            linked = two.ask(client, "three", "PUT", f"/creators/{other}/accounts/{platform}/{username}")
            assert linked.status_code == 201, linked.text
            with psycopg.connect(niched.url) as db:
                assert db.execute("select creator_id, count(*) from price where workspace_id <> 1 group by 1").fetchall() == [(other, 2)]
            assert [i["amount_usd"] for i in two.ask(client, "two", "GET", "/prices?world=sandbox").json()["items"]] == [4242]


@pytest.fixture
def cluster_role(databases):
    databases.admin("create role test_plain login")
    yield "test_plain"
    databases.admin("drop role test_plain")


# ---- across workspaces, on purpose

def test_erasure_and_linking_reach_all_workspaces(databases, sandbox_template, program, ask, tmp_path):
    with databases.one(sandbox_template) as url:
        two = Two(program(url))
        with two.niched.serve(CLOSED, NICHED_SECRET_FILE=str(tmp_path / "secret")) as service, psycopg.connect(url, autocommit=True) as db:
            client = ask(service)
            two.fill(client)
            other, = db.execute("select creator_id from account where world = 1 and creator_id <> 76 group by 1 having count(*) = 1 order by 1 limit 1").fetchone()
            linked = two.ask(client, "three", "PUT", f"/creators/{other}/accounts/tiktok/ivy.vegan_c")
            assert linked.status_code == 201, linked.text
            count = lambda: [db.execute(f"select count(*) from {t} where workspace_id in (select workspace_id from workspace where name in ('one', 'two'))"  # noqa: E731
                                        f" and creator_id = {other}").fetchone()[0] for t in TABLES[:3]]
            assert count() == [3, 2, 2]  # nothing was lost on the way
            assert two.ask(client, "three", "DELETE", "/creators/tiktok/ivy.vegan_c?world=sandbox").status_code == 204
            assert count() == [0, 0, 0]


# ---- the commands

def test_workspaces_by_command(two, service, client):
    niched = two.niched
    assert niched.run("workspace", "create", "one", check=False).returncode == 2
    niched.run("workspace", "create", "passing")
    key = niched.run("key", "create", "--workspace", "passing", "--scope", "write").stdout.strip()
    wait_until(lambda: client.get("/prices", headers=two.bearer(key)).status_code != 401)
    made = client.post("/prices?world=sandbox", json=rows(5, "")["prices"], headers=two.bearer(key))
    assert made.json()["created"] == 1
    assert niched.run("workspace", "rename", "passing", "one", check=False).returncode == 2
    niched.run("workspace", "rename", "passing", "gone")
    assert re.search(r"^\d+ +gone .* 1 +1 +0 +0$", niched.run("workspace", "list").stdout, re.M)
    refused = niched.run("workspace", "delete", "gone", check=False)
    assert refused.returncode == 2 and "--yes" in refused.stderr
    assert "1 rows" in niched.run("workspace", "delete", "gone", "--yes").stdout
    wait_until(lambda: client.get("/prices", headers=two.bearer(key)).status_code == 401)
    for args in (("delete", "default", "--yes"), ("delete", "nope", "--yes"), ("create", ""), ("create", "a b"), ("create", "x" * 61), ("create",), (), ("rename", "nope", "x")):
        assert niched.run("workspace", *args, check=False).returncode == 2


def test_the_record_of_a_creator_names_no_workspace(two, service, client):
    with psycopg.connect(two.niched.url, autocommit=True) as db:
        db.execute("insert into creator_request (world, platform, username_key, kind, code, token_hash, created_at)"
                   " select 1, platform, 'ivy.vegan_c', 'access', 'x', '\\x00112233445566778899aabbccddeeff', now()"
                   " from platform where slug = 'tiktok'")
        id_, = db.execute("select max(request_id) from creator_request").fetchone()
    said = two.niched.run("request", "grant", id_, "--unverified").stdout
    record = json.loads(said)
    assert not [mark for mark in MARKS if mark in said] and "workspace" not in said.replace('"workspace_id": null', "")
    assert record["rows_that_customers_keep_for_themselves"] == {"price": 3, "collaboration": 2, "conversion_report": 2}
