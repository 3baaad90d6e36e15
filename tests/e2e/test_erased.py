"""An erasure reaches every table, whatever is in it: after it nothing that says who somebody was is anywhere in the store, nor in an answer."""
import time

import psycopg
import pytest
from client import CSV, send_body
from patience import promised, wait_until

NAME, ID, CAPTION, MAIL = "zq.person_7", "70000000000000077", "zqcaption", "zq@person.example"
MARKS = (NAME, ID, CAPTION, MAIL, "Zq Person", "zq.former")


def holding(db):
    """The tables with a row that says a mark, and which."""
    tables = [name for name, in db.execute("select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')")]
    found = {}
    for table in tables:
        for mark in MARKS:
            if db.execute(f"select 1 from {table} t where t::text ilike %s limit 1", [f"%{mark}%"]).fetchone():
                found.setdefault(table, set()).add(mark)
    return found


@pytest.fixture
def world(niched, tmp_path):
    niched.settings.update(NICHED_SECRET_FILE=tmp_path / "secret", NICHED_NOW="2026-11-01T00:00:00Z")
    path = tmp_path / "creators.csv"
    path.write_text("username,id,followers,name,bio\n" f"zq.former,{ID},9000,Zq Person,vegan recipes {MAIL}\n" "other,5,9000,Other,vegan recipes\n")
    niched.run("import", "--platform", "tiktok", path)
    path.write_text("username,id,followers,name,bio,country\n" f"{NAME},{ID},9100,Zq Person,vegan recipes {MAIL},NL\n"
                    f"{NAME},{ID},x{NAME}x,Zq Person,,NL\n" f"@{NAME},{ID},{NAME},,,\n")
    niched.run("import", "--platform", "tiktok", "--revertible", path)
    path.write_text("username,post_id,posted_at,caption,likes,comments\n" + "".join(
        f"{NAME},p{i},2026-10-{i:02}T10:00:00Z,{CAPTION} my vegan lunch #vegan,{400 + i},20\nother,p{i},2026-10-{i:02}T10:00:00Z,my vegan lunch #vegan,{400 + i},20\n"
        for i in range(1, 25)))
    niched.run("import", "--platform", "tiktok", "--kind", "posts", "--revertible", path)
    niched.run("score")
    with psycopg.connect(niched.url, autocommit=True) as db:
        yield niched, db


def fill(client, db):
    """What else may name the person: private rows, what they asked, an open pull, a write that may be repeated, a file that waits."""
    row = {"platform": "tiktok", "username": NAME}
    assert client.post("/prices", json={**row, "amount_usd": 10, "deliverable": "reel", "valid_from": "2026-10-01"}).json()["created"] == 1
    assert client.post("/collaborations", json={**row, "brand": "Green Bowl", "started_on": "2026-09-01"}).status_code == 200
    assert client.post("/requests", json={**row, "kind": "access", "message": f"I am {NAME}", "contact": MAIL}).status_code == 201
    db.execute("with j as (insert into pull_job (platform, asked, wanted, started_at) values (2, 'x', 9, now()) returning pull_id)"
               " insert into pull_item (pull_id, key, place) select pull_id, k, n from j, (values (%s, 1), ('Other', 2)) v (k, n)", [NAME.upper()])
    posts = [{"post_key": "q1", "posted_at": "2026-10-30T18:00:00Z", "caption": CAPTION}, {"post_key": "q2", "posted_at": f"no {CAPTION}"}]
    answer = send_body(client, "POST", f"/creators/tiktok/{NAME}/posts?partial=true", posts, headers={"Idempotency-Key": "k1", "Content-Type": "application/json"})
    assert answer.status_code == 200 and answer.json()["refused"] == 1, answer.text
    waits = send_body(client, "POST", "/imports", f"username,followers,bio\n{NAME},9000,{CAPTION}\nother,9000,vegan recipes\n".encode(), CSV, {"platform": "tiktok"})
    assert waits.status_code == 202
    return waits.json()["id"]


def test_nothing_says_who_it_was(world, ask):
    niched, db = world
    with niched.serve(NICHED_WORKER=0, NICHED_IMPORT_WORKER=0) as service:
        client = ask(service)
        waiting = fill(client, db)
        before = client.get("/match?niche=vegan-recipes&min_authenticity=0")
        assert NAME in before.text, (before.json()["items"], before.json()["diagnosis"], before.json()["related_available"])
        assert CAPTION in client.get("/creators/tiktok/" + NAME + "?full=true").text
        held = holding(db)
        assert {"account", "account_key", "post", "import_undo", "import_error", "creator_request", "pull_item"} <= set(held), held
        assert client.request("DELETE", f"/creators/tiktok/{NAME}").status_code == 204
        assert holding(db) == {}
        assert db.execute("select key from pull_item").fetchall() == [("Other",)]
        end = time.monotonic() + promised(2)
        while (after := client.get("/match?niche=vegan-recipes&min_authenticity=0", headers={"If-None-Match": before.headers["ETag"]})).status_code == 304 or NAME in after.text:
            assert time.monotonic() < end, "a kept answer outlived the erasure"
        assert [item["creator"]["username"] for item in after.json()["items"]] == ["other"]
        for path in (f"/creators/tiktok/{NAME}", f"/creators/tiktok/{NAME}?full=true"):
            client.problem(path, 404, "CREATOR_UNKNOWN")
        assert NAME not in client.get("/prices").text + client.get("/collaborations").text + client.get("/match?niche=vegan-recipes&format=csv").text
    with niched.serve(NICHED_WORKER=0) as service:  # the file that waited is imported now
        client = ask(service)
        job = wait_until(lambda: job if (job := client.ok(f"/imports/{waiting}"))["status"] in ("done", "failed") else None)
        assert (job["status"], job["refused"]) == ("done", 1)
        assert holding(db) == {}
        assert db.execute("select count(*) from tombstone").fetchone() == (3,)


def test_a_short_name_takes_no_other_value_along(niched, ask, tmp_path):
    niched.settings["NICHED_SECRET_FILE"] = tmp_path / "secret"
    path = tmp_path / "creators.csv"
    path.write_text("username,followers\na.b,100\nx,many a.bs\ny,a-b\nz,is a.b!\n")
    niched.run("import", "--platform", "tiktok", path)
    with niched.serve(NICHED_WORKER=0) as service, psycopg.connect(niched.url) as db:
        assert ask(service).request("DELETE", "/creators/tiktok/a.b").status_code == 204
        assert {value for value, in db.execute("select value from import_error")} == {"many a.bs", "a-b", "(erased)"}
