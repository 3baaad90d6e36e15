"""Rows of a workspace: prices, collaborations and conversions over HTTP and from files, what they change in /match, and that
nobody else sees them."""
import copy
import concurrent.futures
import csv
import io
import json

import psycopg
import pytest
from client import errors, problem, send_body
from patience import wait_until

IVY = {"platform": "tiktok", "username": "ivy.vegan_c"}  # creator 76 of the sandbox
ROWS = {"prices": {**IVY, "amount_usd": 120.5, "deliverable": "post", "valid_from": "2026-10-01"},
        "collaborations": {**IVY, "brand": "Green Bowl", "started_on": "2026-09-01", "posts": 3, "compensation": "paid"},
        "conversions": {**IVY, "orders": 31, "clicks": 912, "revenue_usd": 1240.5, "reported_at": "2026-10-15T00:00:00Z"}}
TABLE = {"prices": "price", "collaborations": "collaboration", "conversions": "conversion_report"}
BAD = {"prices": ("amount_usd", "lots"), "collaborations": ("started_on", "soon"), "conversions": ("orders", -1)}


@pytest.fixture(scope="module")
def niched(databases, sandbox_template, program, tmp_path_factory):
    """One copy of the scored sandbox for all tests here; `db` takes out what a test put in."""
    secret = tmp_path_factory.mktemp("secret") / "secret"
    with databases.one(sandbox_template) as url:
        yield program(url, NICHED_SECRET_FILE=secret)


@pytest.fixture(scope="module")
def service(niched):
    with niched.serve(NICHED_WORKER="0") as service:
        yield service


@pytest.fixture
def db(niched):
    with psycopg.connect(niched.url, autocommit=True) as connection:
        connection.execute("delete from account_dirty")
        yield connection
        for table in TABLE.values():
            connection.execute(f"delete from {table} where workspace_id is not null")
        connection.execute("delete from workspace where workspace_id <> 1; truncate idempotency_key; update creator set opted_out = false;"
                           "delete from currency_rate where source <> 'sandbox';"
                           "update workspace set version = version + 1; notify niched")


@pytest.fixture
def client(service, ask, db):
    return ask(service)


def send(client, kind, body=None, query="", **headers):
    return send_body(client, "POST", f"/{kind}?world=sandbox{query}", ROWS[kind] if body is None else body, **headers)


def add(client, kind, body=None, **more):
    response = send(client, kind, body, **more)
    assert response.status_code == 200, response.text
    return response.json()


def walk(client, kind, **params):
    items, cursor = [], {}
    while True:
        page = client.ok(f"/{kind}", **params, **cursor)
        items += page["items"]
        assert page["has_more"] == (page["next_cursor"] is not None)
        if not page["has_more"]:
            return items
        cursor = {"cursor": page["next_cursor"]}


# ---- rows

@pytest.mark.parametrize("kind", ROWS)
def test_added_listed_taken_away(client, db, kind):
    assert client.ok(f"/{kind}")["items"] == []
    version, = db.execute("select version from workspace where workspace_id = 1").fetchone()
    assert add(client, kind) == {"accepted": 1, "created": 1, "updated": 0, "unchanged": 0, "duplicates": 0, "refused": 0, "errors": []}
    assert add(client, kind)["unchanged"] == 1
    item, = client.ok(f"/{kind}")["items"]
    assert item["creator"]["id"] == "76" and item["creator"]["username"] == "ivy.vegan_c"
    given = {k: v for k, v in ROWS[kind].items() if k not in IVY}
    assert {k: item[k] for k in given} == given
    assert db.execute(f"select workspace_id from {TABLE[kind]} where workspace_id is not null").fetchall() == [(1,)]
    assert db.execute("select count(*) from account_dirty").fetchone() == (0,)  # the shared ranking has nothing to do
    gone = client.delete(f"/{kind}/{item['id']}")
    assert gone.status_code == 204 and client.ok(f"/{kind}")["items"] == []
    assert "has no " in problem(client.delete(f"/{kind}/{item['id']}"), 404, "ROW_UNKNOWN")["detail"]
    assert db.execute("select version from workspace where workspace_id = 1").fetchone() == (version + 2,)


@pytest.mark.parametrize("kind", ROWS)
def test_nothing_or_the_right_ones(client, db, kind):
    field, bad = BAD[kind]
    rows = [ROWS[kind], {**ROWS[kind], field: bad}, {k: v for k, v in ROWS[kind].items() if k != "platform"},
            {**ROWS[kind], "username": None}, {**ROWS[kind], "nope": 1}]
    found = errors(send(client, kind, rows))
    assert set(found) == {f"/1/{field}", "/2", "/3", "/4/nope"}
    assert "platform is required" in found["/2"] and "a row needs a username or" in found["/3"]
    part = add(client, kind, rows, query="&partial=true")
    assert (part["accepted"], part["refused"], len(part["errors"])) == (1, 4, 4)
    assert db.execute(f"select count(*) from {TABLE[kind]} where workspace_id = 1").fetchone() == (1,)


@pytest.mark.parametrize("kind", ROWS)
def test_what_the_store_speaks_against_is_told_at_its_place(client, db, kind):
    rows = [ROWS[kind], {**ROWS[kind], "username": "nobody.here"}, {**ROWS[kind], "platform": "instagram"}]
    found = errors(send(client, kind, rows), 422, "DATA_INVALID")
    assert set(found) == {"/1", "/2"} and "not in the store" in found["/1"]
    assert db.execute(f"select count(*) from {TABLE[kind]} where workspace_id = 1").fetchone() == (0,)
    part = add(client, kind, rows, query="&partial=true")
    assert (part["accepted"], part["refused"], {e["pointer"] for e in part["errors"]}) == (1, 2, {"/1", "/2"})
    assert set(errors(send(client, kind, rows[1:2], query="&partial=true"), 422, "DATA_INVALID")) == {"/0"}
    assert errors(send(client, kind, rows[1]), 422, "DATA_INVALID")[""] == found["/1"]
    db.execute("update creator set opted_out = true where creator_id = 76")
    assert "asked not to be listed" in errors(send(client, kind), 422, "DATA_INVALID")[""]
    assert client.ok(f"/{kind}")["items"] == []


@pytest.mark.parametrize("body,said", [([], "1 to 1000"), ([ROWS["prices"]] * 1001, "1 to 1000"), ("x", "an object or a list")])
def test_lists_have_bounds(client, body, said):
    assert said in errors(send(client, "prices", body))[""]


@pytest.mark.parametrize("kind,field,good,bad,said", [
    ("prices", "deliverable", "reel", "billboard", "one of"), ("prices", "valid_from", "2026-11-01", "2999-01-01", "future"),
    ("prices", "amount_usd", 0.01, "1", "an amount in USD"), ("prices", "amount_usd", 1e9, 0.001, "two decimals"),
    ("prices", "source", "history", "rumour", "one of"), ("prices", "username", "@Ivy.Vegan_C", "ivy vegan", "username"),
    ("prices", "platform", "tiktok", "myspace", "instagram"), ("collaborations", "compensation", "gifted", "love", "one of"),
    ("collaborations", "brand", "b" * 200, "b" * 201, "at most 200"), ("collaborations", "posts", 0, -1, "whole number from 0"),
    ("collaborations", "exclusive", True, "yes", "true or false"), ("conversions", "orders", 0, 1.5, "whole number"),
    ("conversions", "window_days", 1, "7", "a whole number"), ("conversions", "revenue_usd", 0, -1, "from 0"),
    ("conversions", "reported_at", "2026-11-01T00:00:00Z", "yesterday", "a time"), ("conversions", "clicks", 2147483647, 2147483648, "larger than any"),
])
def test_every_field(client, kind, field, good, bad, said):
    assert said in errors(send(client, kind, {**ROWS[kind], field: bad}))[f"/{field}"]
    add(client, kind, {**ROWS[kind], field: good})
    if field not in ("username", "platform"):
        assert client.ok(f"/{kind}")["items"][0][field] == good


def test_collaborations_are_changed_in_place(client, db):
    add(client, "collaborations")
    changed = add(client, "collaborations", {**IVY, "brand": "GREEN BOWL", "started_on": "2026-09-01", "ended_on": "2026-09-30", "fee_usd": 450})
    assert changed["updated"] == 1
    item, = client.ok("/collaborations")["items"]
    assert (item["ended_on"], item["fee_usd"], item["posts"], item["brand"]) == ("2026-09-30", 450, 3, "Green Bowl")


def test_conversions_are_tied_to_collaborations(client, db):
    named = {**ROWS["conversions"], "brand": "green-bowl"}
    assert "no such collaboration" in errors(send(client, "conversions", named), 422, "DATA_INVALID")[""]
    add(client, "collaborations", [ROWS["collaborations"], {**ROWS["collaborations"], "started_on": "2026-09-20"}])
    newest, older = client.ok("/collaborations")["items"]
    add(client, "conversions", [named, {**named, "started_on": "2026-09-01"}, ROWS["conversions"]])
    got = {(item["collaboration_id"], item["brand"]) for item in client.ok("/conversions")["items"]}
    assert got == {(newest["id"], "Green Bowl"), (older["id"], "Green Bowl"), (None, None)}
    assert add(client, "conversions", {**named, "orders": 40})["updated"] == 1
    assert [item["orders"] for item in client.ok("/conversions", collaboration=newest["id"])["items"]] == [40]
    assert "window_days must be 1" in errors(send(client, "conversions", {**named, "window_days": 0}), 422, "DATA_INVALID")[""]
    assert client.delete(f"/collaborations/{newest['id']}").status_code == 204
    assert {item["collaboration_id"] for item in client.ok("/conversions")["items"]} == {older["id"], None}


@pytest.mark.parametrize("kind", ROWS)
def test_the_same_key_is_answered_not_done_again(client, db, kind):
    first, again = (send(client, kind, Idempotency_Key="k") for _ in range(2))
    assert first.json() == again.json() and first.json()["created"] == 1
    problem(send(client, kind, [ROWS[kind]], Idempotency_Key="k"), 422, "IDEMPOTENCY_MISMATCH")
    path = f"/{kind}/{client.ok(f'/{kind}')['items'][0]['id']}"
    assert [client.delete(path, headers={"Idempotency-Key": "d"}).status_code for _ in range(2)] == [204, 204]
    problem(client.delete(path + "0", headers={"Idempotency-Key": "d"}), 422, "IDEMPOTENCY_MISMATCH")
    assert problem(client.delete(path, headers={"Idempotency-Key": "a b"}), 400, "PARAM_INVALID")["param"] == "Idempotency-Key"


@pytest.mark.parametrize("kind", ROWS)
def test_a_key_in_use(client, niched, service, ask, db, kind):
    add(client, kind)
    path = f"/{kind}/{client.ok(f'/{kind}')['items'][0]['id']}"
    calls = [lambda c: send(c, kind, Idempotency_Key="p"), lambda c: c.delete(path, headers={"Idempotency-Key": "q"})]
    with psycopg.connect(niched.url) as lock, concurrent.futures.ThreadPoolExecutor(1) as pool, niched.serve(NICHED_WORKER="0") as other:
        for call in calls:
            lock.execute("select pg_advisory_xact_lock(20261, 0)")
            first = pool.submit(call, ask(service))
            wait_until(lambda: db.execute("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").fetchone()[0])
            problem(call(ask(other)), 409, "IDEMPOTENCY_BUSY")
            lock.rollback()
            assert first.result().status_code in (200, 204)


@pytest.mark.parametrize("kind", ROWS)
def test_bodies_and_ids_that_are_none(client, kind):
    problem(client.post(f"/{kind}", content=b"{}", headers={"Content-Type": "text/csv"}), 415, "BODY_UNSUPPORTED")
    problem(client.post(f"/{kind}", content=b"{", headers={"Content-Type": "application/json"}), 400, "BODY_SYNTAX")
    for bad in ("x", "1" * 19, "-1"):
        assert problem(client.delete(f"/{kind}/{bad}"), 400, "PARAM_INVALID")["param"] == "id"
    assert client.get(f"/{kind}/1").status_code == 405


# ---- lists

def test_filters(client, db):
    others = [row for row in db.execute("select a.creator_id, p.slug, a.username from account a join platform p using (platform)"
                                        " where a.world = 1 and a.creator_id between 70 and 90 order by 1").fetchall()]
    rows = [{"platform": p, "username": u, "amount_usd": 10 + i, "valid_from": "2026-10-01", "source": ("quote", "rate_card", "history")[i % 3],
             "deliverable": ("post", "story", "reel", "video")[i % 4]} for i, (_, p, u) in enumerate(others)]
    add(client, "prices", rows)
    everything = walk(client, "prices", limit=7)
    assert len(everything) == len(rows) == len({item["id"] for item in everything})
    assert [int(item["id"]) for item in everything] == sorted((int(item["id"]) for item in everything), reverse=True)
    for params, holds in [
            ({"creator": "76"}, lambda x: x["creator"]["id"] == "76"), ({"creator": "@IVY.vegan_c,70"}, lambda x: x["creator"]["id"] in ("76", "70")),
            ({"platform": "tiktok"}, lambda x: x["creator"]["platform"] == "tiktok"),
            ({"platform": "-tiktok"}, lambda x: x["creator"]["platform"] != "tiktok"),
            ({"deliverable": "reel,story"}, lambda x: x["deliverable"] in ("reel", "story")), ({"source": "-quote"}, lambda x: x["source"] != "quote"),
            ({"source": "history", "platform": "instagram"}, lambda x: x["source"] == "history" and x["creator"]["platform"] == "instagram"),
            ({"creator": "@nobody"}, lambda x: False), ({"world": "live"}, lambda x: False)]:
        want = [item for item in everything if holds(item)]
        assert walk(client, "prices", limit=3, **params) == want, params
    deals = [{"platform": p, "username": u, "brand": f"Brand {i % 3}", "started_on": "2026-10-01", "compensation": ("paid", "gifted")[i % 2]}
             for i, (_, p, u) in enumerate(others)]
    add(client, "collaborations", deals)
    assert {item["brand"] for item in walk(client, "collaborations", brand="BRAND-1,nobody")} == {"Brand 1"}
    assert {item["compensation"] for item in walk(client, "collaborations", compensation="-paid")} == {"gifted"}
    add(client, "conversions", [{"platform": d["platform"], "username": d["username"], "brand": d["brand"], "orders": 1,
                                 "reported_at": "2026-10-20T00:00:00Z"} for d in deals])
    assert {item["brand"] for item in walk(client, "conversions", brand="brand 2")} == {"Brand 2"}


@pytest.mark.parametrize("kind,params,param", [
    ("prices", {"deliverable": "banner"}, "deliverable"), ("prices", {"source": "rumour"}, "source"), ("prices", {"creator": "ivy"}, "creator"),
    ("prices", {"limit": 0}, "limit"), ("prices", {"limit": 101}, "limit"), ("prices", {"platform": "myspace"}, "platform"),
    ("collaborations", {"compensation": "love"}, "compensation"), ("collaborations", {"brand": ""}, "brand"),
    ("collaborations", {"brand": "b" * 61}, "brand"), ("conversions", {"collaboration": 0}, "collaboration"),
    ("conversions", {"cursor": "x"}, "cursor"), ("prices", {"world": "moon"}, "world"), ("prices", {"fields": "nope"}, "fields")])
def test_parameters_that_are_none(client, kind, params, param):
    response = client.get(f"/{kind}", params=params)
    assert response.status_code == 400 and response.json()["param"] == param, response.text


def test_cursors_are_of_one_query(client):
    add(client, "prices", [{**ROWS["prices"], "amount_usd": n} for n in (1, 2, 3)])
    cursor = client.ok("/prices", limit=1)["next_cursor"]
    assert len(client.ok("/prices", limit=2, cursor=cursor)["items"]) == 2
    for kind, params in (("prices", {"source": "quote"}), ("collaborations", {}), ("prices", {"world": "live"})):
        client.problem(f"/{kind}", 400, "PARAM_CURSOR", cursor=cursor, **params)
    assert f"cursor={cursor}" in client.get("/prices", params={"limit": 1}).headers["Link"]


@pytest.mark.parametrize("kind", ROWS)
def test_formats(client, kind):
    add(client, kind)
    item, = client.ok(f"/{kind}")["items"]
    text = client.get(f"/{kind}", params={"format": "csv"}).text
    row, = csv.DictReader(io.StringIO(text))
    assert row["creator_username"] == "ivy.vegan_c" and row["id"] == item["id"]
    assert json.loads(client.get(f"/{kind}", headers={"Accept": "application/x-ndjson"}).text) == item
    assert client.ok(f"/{kind}", fields="id,creator.name")["items"] == [{"id": item["id"], "creator": {"name": item["creator"]["name"]}}]
    tag = client.get(f"/{kind}").headers["ETag"]
    assert client.get(f"/{kind}", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("kind", ROWS)
def test_examples_of_the_contract(client, contract, db, kind):
    db.execute(f"alter table {TABLE[kind]} alter {TABLE[kind].split('_')[0]}_id restart with 1")
    if kind == "conversions":
        db.execute("alter table collaboration alter collaboration_id restart with 1")
        add(client, "collaborations")
    described = contract.operations[f"{kind}_add"][2]
    assert add(client, kind, described["requestBody"]["content"]["application/json"]["example"]) == \
        described["responses"]["200"]["content"]["application/json"]["example"]
    said, want = client.ok(f"/{kind}"), copy.deepcopy(contract.operations[kind][2]["responses"]["200"]["content"]["application/json"]["example"])
    for answer in (said, want):
        answer["items"][0] = {k: v for k, v in answer["items"][0].items() if k not in ("id", "collaboration_id")}
    assert said == want


# ---- who sees them

@pytest.mark.parametrize("writes,address,headers", [
    ("off", "127.0.0.1", {}), ("loopback", "0.0.0.0", {}), ("loopback", "127.0.0.1", {"Origin": "https://elsewhere.example"}),
    ("loopback", "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}), ("loopback", "127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
    ("loopback", "127.0.0.1", {"Via": "1.1 proxy"})])
def test_strangers_see_nothing(client, niched, ask, db, writes, address, headers):
    for kind in ROWS:
        add(client, kind)
    with niched.serve(NICHED_WORKER="0", NICHED_WRITES=writes, NICHED_ADDRESS=address) as service:
        other = ask(service)
        for kind in ROWS:
            assert "NICHED_WRITES" in problem(other.get(f"/{kind}", headers=headers), 401, "AUTH_REQUIRED")["detail"]
            problem(send(other, kind, **{k.replace("-", "_"): v for k, v in headers.items()}), 401, "AUTH_REQUIRED")
            problem(other.delete(f"/{kind}/1", headers=headers), 401, "AUTH_REQUIRED")
        for params in ({"niche": "vegan fitness", "limit": 100}, {"niche": "vegan fitness", "brand_conflict": "Green Bowl", "count": "exact"}):
            assert "your quote" not in other.get("/match", params=params, headers=headers).text


def test_another_workspace_sees_nothing(client, niched, db, tmp_path):
    db.execute("insert into workspace (name) values ('agency')")
    for kind, row in ROWS.items():
        file = tmp_path / f"{kind}.ndjson"
        file.write_text(json.dumps(row) + "\n")
        done = niched.run("import", "--workspace", "agency", "--kind", kind, file, check=False)
        assert done.returncode == 7 and "not in the store" in done.stderr  # files go to the live world
    account = db.execute("select creator_id, account_id from account where creator_id = 76").fetchone()
    brand, = db.execute("insert into brand (name, brand_key) values ('Theirs', 'theirs') on conflict (brand_key) do update set name = 'Theirs'"
                        " returning brand_id").fetchone()
    who, = db.execute("select workspace_id from workspace where name = 'agency'").fetchone()
    db.execute("insert into price (creator_id, account_id, workspace_id, amount_usd, source, valid_from)"
               " values (%s, %s, %s, 1, 'quote', '2026-10-01')", [*account, who])
    db.execute("insert into collaboration (creator_id, account_id, workspace_id, brand_id, started_on, source)"
               " values (%s, %s, %s, %s, '2026-10-01', 'x')", [*account, who, brand])
    db.execute("insert into conversion_report (creator_id, account_id, workspace_id, orders, window_days, reported_at, source)"
               " values (%s, %s, %s, 1, 7, '2026-10-01', 'x')", [*account, who])
    for kind, table in TABLE.items():
        assert client.ok(f"/{kind}")["items"] == []
        one, = db.execute(f"select {table.split('_')[0]}_id from {table} where workspace_id = %s", [who]).fetchone()
        problem(client.delete(f"/{kind}/{one}"), 404, "ROW_UNKNOWN")
        assert db.execute(f"select count(*) from {table} where workspace_id = %s", [who]).fetchone() == (1,)
    plain = client.match("vegan fitness", limit=100)
    assert not any(item["price_source"] == "your quote" for item in plain["items"])
    assert client.match("vegan fitness", limit=100, brand_conflict="Theirs")["items"] == plain["items"]


# ---- files and currencies

@pytest.fixture
def live(niched, client, db, tmp_path):
    """Two real creators."""
    file = tmp_path / "creators.csv"
    file.write_text("username,followers\nann,5000\nbob,7000\n")
    niched.run("import", "--platform", "tiktok", file)
    yield
    db.execute("select forget_creators((select array_agg(creator_id) from creator where world = 0))")
    db.execute("update state set value = 'sandbox' where key = 'default_world'; notify niched")
    wait_until(lambda: client.ok("/prices")["world"] == "sandbox")


def run(niched, tmp_path, text, *words, status=0, name="rows.csv"):
    (tmp_path / name).write_text(text)
    done = niched.run("import", "--platform", "tiktok", *words, tmp_path / name, check=False)
    assert done.returncode == status, done.stderr
    return done


def test_files_of_a_workspace(niched, live, client, db, tmp_path):
    run(niched, tmp_path, "username,brand,start\nann,Oat & Co,2026-09-01\n", "--workspace", "default")
    run(niched, tmp_path, "username,price,valid from\nann,100,2026-09-01\n", "--workspace", "default")
    reports = "username,orders,clicks,revenue,date,brand\nann,12,300,480,2026-10-01,OAT & CO\nann,1,2,3,2026-10-02,\n"
    assert "as conversions" in run(niched, tmp_path, reports, "--workspace", "default", "--dry-run").stdout
    run(niched, tmp_path, reports, "--workspace", "default")
    for kind, n in (("prices", 1), ("collaborations", 1), ("conversions", 2)):
        assert len(client.ok(f"/{kind}", world="live")["items"]) == n
    assert db.execute("select count(*) from price p join creator using (creator_id) where world = 0 and workspace_id is null").fetchone() == (0,)
    run(niched, tmp_path, reports, "--workspace", "default")
    assert len(client.ok("/conversions", world="live")["items"]) == 2


def test_files_say_whose_they_are(niched, live, db, tmp_path):
    reports = "username,orders,date\nann,12,2026-10-01\n"
    assert "--workspace" in run(niched, tmp_path, reports, status=2).stderr
    assert 'there is no workspace "mine": there is default' in run(niched, tmp_path, reports, "--workspace", "mine", status=2).stderr
    assert "shared by all" in run(niched, tmp_path, "username,followers\nann,1\n", "--workspace", "default", status=2).stderr
    assert db.execute("select count(*) from conversion_report").fetchone() == (0,)


RATES = "date,currency,usd_per_unit\n2026-09-01,EUR,1.1\n2026-09-04,EUR,1.2\n2026-09-04,jpy,0.0067\n"


def rates(niched, tmp_path, text, *words, status=0):
    (tmp_path / "rates.csv").write_text(text)
    done = niched.run("rates", "load", tmp_path / "rates.csv", *words, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


def test_prices_in_other_currencies(niched, live, client, db, tmp_path):
    assert "3 rates read, 3 new" in rates(niched, tmp_path, RATES)
    file = ("username,price,currency,valid from,deliverable\nann,100,EUR,2026-09-03,post\nann,100,EUR,2026-09-04,post\nann,90000,JPY,2026-09-11,reel\n"
            "ann,50,USD,2026-09-01,story\nbob,70,,2026-09-01,post\nbob,100,EUR,2026-08-31,post\nbob,100,EUR,2026-09-12,post\nbob,80,GBP,2026-09-04,post\n")
    done = run(niched, tmp_path, file)
    assert db.execute("select username, amount_usd::float8, amount::float8, currency, rate_day::text from price join account using (creator_id, account_id)"
                      " where world = 0 order by price_id").fetchall() == [
        ("ann", 110.0, 100.0, "EUR", "2026-09-01"), ("ann", 120.0, 100.0, "EUR", "2026-09-04"), ("ann", 603.0, 90000.0, "JPY", "2026-09-04"),
        ("ann", 50.0, None, None, None), ("bob", 70.0, None, None, None)]
    for line, said in ((7, "no rate of EUR for 2026-08-31"), (8, "no rate of EUR for 2026-09-12"), (9, "no rate of GBP")):
        assert f"line {line}: there is {said}" in done.stderr and "niched rates load" in done.stderr
    before = db.execute("select price.* from price order by price_id").fetchall()
    rates(niched, tmp_path, "date,currency,usd_per_unit\n2026-09-01,EUR,1.5\n")
    run(niched, tmp_path, file)  # known by what was asked for, whatever a rate is today
    assert db.execute("select price.* from price order by price_id").fetchall() == before
    listed = niched.run("rates", "list").stdout
    assert [line.split()[:5] for line in listed.splitlines()] == [
        ["currency", "rates", "first", "newest", "usd_per_unit"], ["EUR", "2", "2026-09-01", "2026-09-04", "1.2"],
        ["JPY", "1", "2026-09-04", "2026-09-04", "0.0067"]]


@pytest.mark.parametrize("more,said", [
    ({"amount": 100, "currency": "CHF"}, "no rate of CHF"), ({"amount": 100, "currency": "EUR", "amount_usd": 110}, "give one of them"),
    ({"amount_usd": 110, "currency": "EUR"}, "amount_usd is in USD"), ({"amount": 0.5, "currency": "JPY"}, "0.01 USD"), ({"amount_usd": 0}, "0.01 USD"),
    ({"amount": 99999999999, "currency": "GBP"}, "larger than any fee")])
def test_amounts_that_are_none(client, more, said):
    row = {k: v for k, v in ROWS["prices"].items() if k != "amount_usd"}
    assert said in errors(send(client, "prices", {**row, **more}), 422, "DATA_INVALID")[""]


def test_amounts_over_http(client):
    row = {k: v for k, v in ROWS["prices"].items() if k != "amount_usd"}
    assert "a row needs amount_usd, or amount" in errors(send(client, "prices", row))[""]
    assert "currency code" in errors(send(client, "prices", {**row, "amount": 1, "currency": "EURO"}))["/currency"]
    add(client, "prices", [{**row, "amount": 100, "currency": "eur"}, {**row, "amount": 80}])
    other, euro = client.ok("/prices")["items"]
    assert (other["amount_usd"], other["amount"], other["currency"], other["rate_day"]) == (80, 80, "USD", None)
    assert (euro["amount"], euro["currency"], euro["rate_day"]) == (100, "EUR", "2026-09-27") and 105 < euro["amount_usd"] < 115
    answer = client.post("/creators/tiktok/ivy.vegan_c/prices?world=sandbox", json={**{k: v for k, v in row.items() if k not in IVY}, "amount": 5, "currency": "CHF"})
    assert "no rate of CHF" in errors(answer, 422, "DATA_INVALID")[""]


MONEY = {"collaborations": "fee", "conversions": "revenue"}


@pytest.mark.parametrize("kind", MONEY)
def test_fees_and_revenues_in_other_currencies(client, db, kind):
    what = MONEY[kind]
    row = {k: v for k, v in ROWS[kind].items() if k != f"{what}_usd"}

    def shown():
        item = client.ok(f"/{kind}")["items"][0]
        return [item[k] for k in (f"{what}_usd", what, "currency", "rate_day")]

    assert add(client, kind, row)["created"] == 1 and shown() == [None] * 4
    assert add(client, kind, {**row, what: 100, "currency": "eur"})["updated"] == 1
    usd, amount, currency, day = shown()
    rate, newest = db.execute("select usd_per_unit::float8, day::text from currency_rate where world = 1 and currency = 'EUR' and day <= %s"
                              " order by day desc limit 1", (row.get("started_on") or row["reported_at"][:10],)).fetchone()
    assert (amount, currency, day) == (100, "EUR", newest) and usd == pytest.approx(100 * rate, abs=0.005)
    assert add(client, kind, {**row, what: 100, "currency": "EUR"})["unchanged"] == 1
    assert add(client, kind, row)["unchanged"] == 1 and shown() == [usd, 100, "EUR", newest]  # what is not said stays
    assert add(client, kind, {**row, what: 80})["updated"] == 1 and shown() == [80, 80, "USD", None]
    assert add(client, kind, {**row, f"{what}_usd": 0})["updated"] == 1 and shown() == [0, 0, "USD", None]
    assert add(client, kind, {**row, "currency": "EUR"})["unchanged"] == 1


@pytest.mark.parametrize("kind,more,said", [(kind, *case) for kind, what in MONEY.items() for case in (
    ({what: 100, "currency": "CHF"}, "no rate of CHF"), ({what: 1, f"{what}_usd": 1}, f"has {what}_usd and {what}"),
    ({f"{what}_usd": 1, "currency": "EUR"}, f"as {what}"), ({what: 999999999999, "currency": "GBP"}, "larger than any"))])
def test_fees_and_revenues_that_are_none(client, kind, more, said):
    row = {k: v for k, v in ROWS[kind].items() if not k.endswith("_usd")}
    assert said in errors(send(client, kind, {**row, **more}), 422, "DATA_INVALID")[""]
    assert client.ok(f"/{kind}")["items"] == []


def test_files_of_fees_and_revenues(niched, live, client, db, tmp_path):
    rates(niched, tmp_path, "date,currency,usd_per_unit\n2026-09-01,EUR,1.1\n")
    own = ("--workspace", "default")
    run(niched, tmp_path, "handle,brand,start date,fee,currency\nann,Green Bowl,2026-09-02,100,EUR\nbob,Green Bowl,2026-09-02,100,\nbob,B,2026-09-02,,EUR\n", *own)
    run(niched, tmp_path, "handle,orders,reported at,turnover,currency\nann,3,2026-09-03,200,EUR\nbob,4,2026-09-03,50,\n", "--kind", "conversions", *own)
    assert db.execute("select fee_usd::float8, fee::float8, currency, rate_day::text from collaboration where workspace_id = 1 order by 1").fetchall() == [
        (100, None, None, None), (110, 100, "EUR", "2026-09-01"), (None, None, None, None)]
    assert db.execute("select revenue_usd::float8, revenue::float8, currency from conversion_report order by 1").fetchall() == [(50, None, None), (220, 200, "EUR")]


# ---- lost updates

@pytest.mark.parametrize("kind", ROWS)
def test_if_match(client, db, kind):
    add(client, "prices")
    tag = client.get(f"/{kind}").headers["ETag"]
    assert add(client, kind, {**ROWS[kind], "valid_from" if kind == "prices" else "posts" if kind == "collaborations" else "orders":
                              "2026-10-02" if kind == "prices" else 5}, If_Match=f'"x", {tag}')
    said = problem(send(client, kind, If_Match=tag), 412, "WORKSPACE_CHANGED")
    assert "GET the list" in said["detail"]
    one = f"/{kind}/{client.ok(f'/{kind}')['items'][0]['id']}"
    problem(client.delete(one, headers={"If-Match": tag}), 412, "WORKSPACE_CHANGED")
    now = client.get(f"/{kind}", params={"limit": 1}).headers["ETag"]
    assert now.split(".")[0] != tag.split(".")[0] and now.split(".")[0] == client.get("/conversions").headers["ETag"].split(".")[0]
    assert client.delete(one, headers={"If-Match": now}).status_code == 204
    problem(client.delete(one, headers={"If-Match": now}), 412, "WORKSPACE_CHANGED")
    problem(client.delete(one, headers={"If-Match": "*"}), 404, "ROW_UNKNOWN")
    assert send(client, kind, If_Match="*").status_code == 200


@pytest.mark.parametrize("text,said", [
    ("day,currency,usd_per_unit\n", "no column date"), ("date,currency,rate\n2026-01-01,EUR,1\n", "no column usd_per_unit"),
    ("date,currency,usd_per_unit\nsoon,EUR,1\n", "line 2: date must be a day"), ("date,currency,usd_per_unit\n2026-01-01,EURO,1\n", "line 2: currency must be"),
    ("date,currency,usd_per_unit\n2026-01-01,USD,1\n", "another currency than USD"), ("date,currency,usd_per_unit\n2026-01-01,EUR,0\n", "above 0"),
    ("date,currency,usd_per_unit\n2026-01-01,EUR,1e3\n", "above 0"), ("date,currency,usd_per_unit\n2026-01-01,EUR,-1\n", "above 0"),
    ("date,currency,usd_per_unit\n2026-01-01,EUR,1.00000000001\n", "10 decimals"), ("date,currency,usd_per_unit\n2026-01-01,EUR,\n", "above 0"), ("", "")])
def test_rates_that_are_none(niched, db, tmp_path, text, said):
    good = "2026-01-02,EUR,1.0\n" if text.count("\n") > 1 else ""
    assert said in rates(niched, tmp_path, text + good, status=7)
    assert db.execute("select count(*) from currency_rate where world = 0").fetchone() == (0,)


@pytest.mark.parametrize("words", [(), ("load",), ("lost", "x"), ("load", "x", "--world", "moon"), ("list", "--source", "x")])
def test_rates_say_what_they_take(niched, words):
    assert niched.run("rates", *words, check=False).returncode == 2


# ---- what they change in /match

NICHE = "fitness"


def effective(item, quotes):
    """What a price filter looks at: the own quote, else a price that somebody named, else nothing."""
    own = quotes.get(item["creator"]["id"])
    return own if own is not None else None if item["price_source"] == "prior" else item["price_usd"]


@pytest.fixture
def quoted(client, db):
    """(the list before, own quotes by creator): a third of the niche, newest first, among prices that do not count."""
    before = client.walk(niche=NICHE, limit=100)
    quotes, rows = {}, []
    for i, item in enumerate(before[::3]):
        who = {"platform": item["creator"]["platform"], "username": item["creator"]["username"]}
        quotes[item["creator"]["id"]] = 20 + (i * 37) % 900
        rows += [{**who, "amount_usd": quotes[item["creator"]["id"]], "valid_from": "2026-10-20"},
                 {**who, "amount_usd": 1, "valid_from": "2026-09-01"}, {**who, "amount_usd": 3, "valid_from": "2026-10-30", "deliverable": "story"},
                 {**who, "amount_usd": 2, "valid_from": "2026-11-02"}]  # the sandbox lives on 2026-11-01
    for at in range(0, len(rows), 1000):
        add(client, "prices", rows[at:at + 1000])
    return before, quotes


def test_own_quotes_are_shown_and_filtered_by(client, quoted):
    before, quotes = quoted
    assert len(quotes) > 20
    after = client.walk(niche=NICHE, limit=100)
    prices = ("price_usd", "price_source", "reasons", "cautions")
    assert [{k: v for k, v in item.items() if k not in prices} for item in after] == \
        [{k: v for k, v in item.items() if k not in prices} for item in before]  # rank, score and what it counts are as they were
    for was, item in zip(before, after):
        own = quotes.get(item["creator"]["id"])
        assert (item["price_usd"], item["price_source"]) == ((was["price_usd"], was["price_source"]) if own is None else (own, "your quote"))
        quoted_prior = own is not None and was["price_source"] == "prior"
        assert ("the score counts an estimate for this size, not your quote" in item["cautions"]) == quoted_prior
    for low, high in ((None, 100), (250, 600), (899, None), (20, 20)):
        bounds = {k: v for k, v in (("min_price_usd", low), ("max_price_usd", high)) if v is not None}
        want = [item["creator"]["id"] for item in before if effective(item, quotes) is not None
                and (low or 0) <= effective(item, quotes) <= (high or 1e9)]
        some = [item["creator"]["id"] for item in client.walk(niche=NICHE, limit=100, **bounds)]
        near = {c for c in set(some) ^ set(want) if c not in quotes}  # a shared price is shown rounded
        assert len(near) <= 2 and [c for c in some if c not in near] == [c for c in want if c not in near]
        assert client.match(NICHE, count="exact", **bounds)["total"] == len(some)
        own = client.walk(niche=NICHE, limit=100, weights="engagement:2", **bounds)
        assert {item["creator"]["id"] for item in own} == set(some)


def test_own_quotes_sort_and_count(client, quoted):
    before, quotes = quoted
    for order in ("asc", "desc"):
        got = [effective(item, quotes) for item in client.walk(niche=NICHE, limit=100, sort_by="price", sort_order=order)]
        known = [price for price in got if price is not None]
        assert known == sorted(known, reverse=order == "desc") and got[len(known):] == [None] * (len(before) - len(known))
    bands = {x["value"]: x["count"] for x in client.match(NICHE, facets="price_band")["facets"]["price_band"]["values"]}
    assert sum(bands.values()) == len(known)
    assert 0 < sum(price < 49 for price in known) <= bands["under_50"] <= sum(price <= 51 for price in known)  # shown rounded
    unknown = client.match(NICHE, facets="price_band")["facets"]["price_band"]["unknown"]
    assert unknown == len(before) - len(known)


def test_the_score_is_explained_by_the_shared_price(client, quoted):
    before, quotes = quoted
    for item in client.match(NICHE, explain="true", limit=50)["items"]:
        evidence = item["explanation"]["components"]["affordability"]
        was = next(x for x in before if x["creator"]["id"] == item["creator"]["id"])
        assert (evidence["price_usd"], evidence["price_source"]) == (was["price_usd"], was["price_source"])
    one = client.match(NICHE, explain="true", limit=50, goal="conversions")["items"]
    assert any(item["price_source"] == "your quote" for item in one)
    assert any(item["price_source"] == "your quote" for item in client.match("vegan,comedy", max_followers=10**9)["items"] + one)


def test_tags_carry_the_workspace(client, niched, ask, db):
    params = {"niche": NICHE, "limit": 5}
    first = client.get("/match", params=params)
    own = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/match", params=params, headers=own).status_code == 304
    stranger = {"X-Forwarded-For": "192.0.2.7"}
    theirs = client.get("/match", params=params, headers=stranger)
    assert theirs.json() == first.json() and theirs.headers["ETag"] != first.headers["ETag"]
    who = first.json()["items"][0]["creator"]
    add(client, "prices", {"platform": who["platform"], "username": who["username"], "amount_usd": 77, "valid_from": "2026-10-20"})
    changed = client.get("/match", params=params, headers=own)
    assert changed.status_code == 200 and changed.json()["items"][0]["price_usd"] == 77
    assert client.get("/match", params=params, headers={**stranger, "If-None-Match": theirs.headers["ETag"]}).status_code == 304
    assert client.get("/match", params=params, headers={**stranger, **own}).status_code == 200
    tag = changed.headers["ETag"]
    assert client.get("/match", params=params, headers={"If-None-Match": tag}).status_code == 304
    client.delete(f"/prices/{client.ok('/prices')['items'][0]['id']}")
    assert client.get("/match", params=params, headers={"If-None-Match": tag}).json()["items"] == first.json()["items"]
    for beside in ({"count": "exact"}, {"weights": "engagement:2"}, {"niche": "vegan,fitness"}):
        before = client.get("/match", params={**params, **beside}).headers["ETag"]
        assert client.get("/match", params={**params, **beside}, headers={"If-None-Match": before}).status_code == 304
        add(client, "prices", {"platform": who["platform"], "username": who["username"], "amount_usd": 78, "valid_from": "2026-10-21"})
        now = client.get("/match", params={**params, **beside}, headers={"If-None-Match": before})
        client.delete(f"/prices/{client.ok('/prices')['items'][0]['id']}")
        assert now.status_code == 200


def test_own_collaborations_are_conflicts(client, db):
    whole = client.match("vegan fitness", limit=100)["items"]
    assert any(item["creator"]["id"] == "76" for item in whole)
    add(client, "collaborations", {**IVY, "brand": "Own Rival", "started_on": "2026-05-06", "ended_on": "2026-05-20"})
    rest = client.match("vegan fitness", limit=100, brand_conflict="own rival")["items"]
    assert [x["creator"]["id"] for x in rest] == [x["creator"]["id"] for x in whole if x["creator"]["id"] != "76"]
    strangers = client.get("/match", params={"niche": "vegan fitness", "limit": 100, "brand_conflict": "own rival"},
                           headers={"X-Forwarded-For": "192.0.2.7"}).json()["items"]
    assert strangers == whole
    why = client.match("vegan fitness", brand_conflict="own rival", why_not="tiktok/ivy.vegan_c")["why_not"]
    assert "brand_conflict" in json.dumps(why)
    add(client, "collaborations", {**IVY, "brand": "Old Rival", "started_on": "2026-04-01", "ended_on": "2026-05-04"})
    assert client.match("vegan fitness", limit=100, brand_conflict="Old Rival")["items"] == whole  # more than 180 days ago


def test_own_rows_do_not_move_the_shared_ranking(client, niched, db):
    def shared():
        return [db.execute(f"select count(*), md5(string_agg(x::text, '' order by x::text)) from {table} x").fetchone()
                for table in ("account_score", "niche_match", "niche_market")]
    niched.run("score")
    before = shared()
    for kind in ROWS:
        add(client, kind)
    db.execute("insert into account_dirty (creator_id, account_id) select creator_id, account_id from account where creator_id = 76")
    niched.run("score")
    assert shared() == before


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_what_there_is_not(client, kind):
    response = client.get(f"/{kind}?world=sandbox", headers={"Accept": "text/html"})
    assert response.status_code == 406 and response.json()["code"] == "ROUTE_NOT_ACCEPTABLE"
