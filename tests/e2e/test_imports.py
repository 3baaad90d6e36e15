"""/imports: files that come over HTTP, the jobs that read them, bad rows, stopping and taking back."""
import csv
import gzip
import io
import json
import os
import re
import textwrap
import time

import psycopg
import pytest
from patience import SLOW, wait_until
import yaml
from client import CSV, OPENAPI, Wire, problem, send_body

CREATORS = "username,followers,bio\nann,5200,vegan fitness\nbob,abc,yoga\ncat,9000,\n"
EVIDENCE = ("creator", "account", "account_key", "follower_snapshot", "post", "post_metric", "collaboration", "price",
            "audience_share", "audience_sketch", "conversion_report")


@pytest.fixture(scope="module")
def niched(databases, migrated_template, program, tmp_path_factory):
    """One database for all tests here; `db` empties it."""
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
        connection.execute("delete from import_job where status <> 'running'")
        connection.execute("select forget_creators((select array_agg(creator_id) from creator))")
        connection.execute("truncate tombstone, account_dirty, import_undo")


@pytest.fixture
def client(service, ask, db):
    return ask(service)


@pytest.fixture
def alone(databases, migrated_template, program):
    """The program on a database of the test's own: no other service takes its jobs."""
    with databases.one(migrated_template) as url:
        yield program(url)


@pytest.fixture
def alone_db(alone):
    with psycopg.connect(alone.url, autocommit=True) as connection:
        yield connection


def send(client, text=CREATORS, **params):
    content = text if isinstance(text, bytes) else text.encode()
    return send_body(client, "POST", "/imports", content, params.pop("headers", CSV), {"platform": "tiktok", **params})


def sent(client, text=CREATORS, **params):
    """The job of a file, once it is over."""
    response = send(client, text, **params)
    assert response.status_code == 202, response.text
    assert response.headers["Location"] == f"/imports/{response.json()['id']}"
    return over(client, response.json()["id"])


def over(client, id, *statuses):
    read = lambda: client.ok(f"/imports/{id}")  # noqa: E731
    wait_until(lambda: read()["status"] in (statuses or ("done", "failed", "cancelled", "reverted")), said=read)
    return read()


def delete(client, id, status=202, code=None):
    response = client.delete(f"/imports/{id}")
    assert response.status_code == status and response.json().get("code") == code, response.text
    return response.json()


def one(db, sql, *args):
    return db.execute(sql, args).fetchone()


def all_of(db):
    """Every row of evidence, without the ids that a second run may give."""
    return {table: sorted(map(str, db.execute(f"select t.*::text from {table} t").fetchall())) for table in EVIDENCE}


# ---- a file and its job

def test_a_file_becomes_rows(client, db):
    job = sent(client, source="list of ann")
    assert {k: job[k] for k in ("status", "kind", "source", "world", "bytes_total", "bytes", "rows", "accepted", "refused", "duplicates",
                                "created", "updated", "unchanged", "accounts_created", "revertible", "error")} == {
        "status": "done", "kind": "creators", "source": "list of ann", "world": "live", "bytes_total": len(CREATORS), "bytes": len(CREATORS),
        "rows": 3, "accepted": 2, "refused": 1, "duplicates": 0, "created": 2, "updated": 0, "unchanged": 0, "accounts_created": 2,
        "revertible": True, "error": None}
    assert job["received_at"] <= job["started_at"] <= job["finished_at"] and job["rows_per_s"] > 0
    assert db.execute("select username, followers, source from account order by 1").fetchall() == [
        ("ann", 5200, "list of ann"), ("cat", 9000, "list of ann")]
    assert one(db, "select count(*) from import_chunk") == (0,)
    assert one(db, "select count(*) from account_dirty") == (2,)


def test_the_same_file_again_changes_nothing(client, db):
    sent(client, observed_at="2026-01-02")
    before = all_of(db)
    job = sent(client, observed_at="2026-01-02")
    assert all_of(db) == before and (job["unchanged"], job["created"], job["updated"]) == (2, 0, 0)


@pytest.mark.parametrize("text,headers,params", [
    (gzip.compress(CREATORS.encode()), {"Content-Type": "application/gzip"}, {}),
    (gzip.compress(CREATORS.encode()), {"Content-Type": "text/csv", "Content-Encoding": "gzip"}, {}),
    (CREATORS.encode("utf-16"), {"Content-Type": "application/octet-stream"}, {}),
    (CREATORS.encode("utf-16"), CSV, {"encoding": "utf-16"}),
    ('{"username": "ann", "followers": 5200}\n{"username": "bob", "followers": "x"}\n{"username": "cat", "followers": 9000}\n',
     {"Content-Type": "application/x-ndjson"}, {"format": "ndjson"}),
    (CREATORS.replace(",", ";"), {"Content-Type": "text/csv; charset=utf-8"}, {"delimiter": ";", "format": "csv"}),
    (CREATORS.replace(",", "\t"), CSV, {"delimiter": "tab"}),
    (CREATORS.replace("username", "Who, then=").replace("Who, then=", '"Who, then="'), CSV, {"map": "Who, then==username,bio=-"}),
    (CREATORS.replace("username", "wer").replace("followers", "wie"), CSV, {"map": ["wer=username", "wie=followers"]}),
], ids=["gzip", "encoded", "sniffed", "utf-16", "ndjson", "semicolon", "tab", "map", "maps"])
def test_files_as_people_have_them(client, db, text, headers, params):
    job = sent(client, text, headers=headers, **params)
    assert (job["accepted"], job["refused"]) == (2, 1), job
    assert db.execute("select username, followers from account order by 1").fetchall() == [("ann", 5200), ("cat", 9000)]


def test_kinds(client, db):
    sent(client)
    text = "username,price,deliverable,source,valid from\nann,$120,Reel,quote,2026-01-01\nzoe,100,post,quote,2026-01-01\n"
    job = sent(client, text, kind="prices")
    assert (job["kind"], job["created"], job["refused"]) == ("prices", 1, 1)
    items = client.ok(f"/imports/{job['id']}/errors")
    assert [(e["line"], e["column"]) for e in items["items"]] == [(3, "")] and (items["kept"], items["refused"]) == (1, 1)


def test_rows_of_the_own_workspace(client, db):
    sent(client)
    text = "username,orders,reported at\nann,3,2026-01-05\n"
    assert "belong to a workspace" in sent(client, text, kind="conversions")["error"]
    job = sent(client, text, kind="conversions", own="true")
    assert (job["status"], job["created"]) == ("done", 1), job
    version, = one(db, "select version from workspace where workspace_id = 1")
    assert "shared by all" in sent(client, own="true")["error"]
    prices = sent(client, "username,price,deliverable,source,valid from\nann,120,Reel,quote,2026-01-01\n", kind="prices", own="true")
    assert one(db, "select workspace_id from price") == (1,)
    for job in (job, prices):
        delete(client, job["id"])
        over(client, job["id"], "reverted")
    assert one(db, "select count(*) from conversion_report") == one(db, "select count(*) from price") == (0,)
    assert one(db, "select version from workspace where workspace_id = 1")[0] >= version + 2
    problem(send(client, own="maybe"), 400, "PARAM_INVALID")


def test_kind_names_every_kind_of_the_importer(contract, tool):
    said = tool.run("import", "--kind", "cats", "x", check=False).stderr
    kinds = next(p["schema"]["enum"] for p in contract.operations["import_post"][2]["parameters"] if p.get("name") == "kind")
    assert all(kind in said for kind in kinds) and said.split("--kind must be ")[1].split(", got")[0].count(",") == len(kinds) - 2


def test_worlds(client, db):
    assert sent(client, world="sandbox")["world"] == "sandbox"
    assert one(db, "select min(world), max(world) from account") == (1, 1)
    problem(send(client, world="mars"), 400, "PARAM_INVALID")


@pytest.mark.parametrize("params,said", [
    ({"kind": "cats"}, "kind"), ({"platform": "myspace"}, "platform"), ({"format": "xml"}, "format"), ({"encoding": "ebcdic"}, "encoding"),
    ({"delimiter": "ab"}, "one character or tab"), ({"delimiter": ""}, "delimiter"), ({"map": "abc"}, "COLUMN=field"),
    ({"map": "wer=nobody"}, "nobody"), ({"map": "=username"}, "COLUMN=field"), ({"source": "x" * 201}, "source"),
    ({"map": ",".join(f"c{i}=bio" for i in range(65))}, "up to 64 times"), ({"observed_at": "yesterday?"}, "observed_at"),
    ({"observed_at": "2099-01-01"}, "past"), ({"strict": "perhaps"}, "strict"), ({"dry_run": "2"}, "dry_run"), ({"dryrun": "true"}, "dry_run"),
])
def test_wrong_parameters_are_refused_before_the_file(client, db, params, said):
    response = send(client, **params)
    assert response.status_code == 400 and said in response.text, response.text
    assert one(db, "select count(*) from import_job") == (0,)


def test_bounds_of_parameters(client, db):
    job = sent(client, source="x" * 200, observed_at="2026-01-02", map=",".join(["username=username"] + [f"c{i}=-" for i in range(1)]))
    assert job["status"] == "failed" and "c0" in job["error"]  # a column that the file does not have
    assert one(db, "select count(*) from account") == (0,)


@pytest.mark.parametrize("headers,code", [
    ({"Content-Type": "application/x-www-form-urlencoded"}, "BODY_UNSUPPORTED"), ({"Content-Type": "multipart/form-data; boundary=x"}, "BODY_UNSUPPORTED"),
    ({}, "BODY_UNSUPPORTED"), ({"Content-Type": "text/csv", "Content-Encoding": "br"}, "BODY_UNSUPPORTED"),
    ({"Content-Type": "text/csv; charset=latin-1"}, "BODY_UNSUPPORTED")])
def test_other_media_are_refused(client, headers, code):
    said = problem(send(client, headers=headers), 415, code)
    assert "gzip" in said["detail"] if "Content-Encoding" in headers else "text/csv" in said["allowed"]


def test_no_body(client, db):
    problem(send(client, b""), 400, "BODY_MISSING")
    problem(client.post("/imports", content=iter([b""]), headers=CSV), 400, "BODY_MISSING")


def test_a_file_beyond_the_bound(alone, alone_db, ask):
    with alone.serve(NICHED_IMPORT_MAX_BYTES="300000", NICHED_WORKER="0") as service:
        client = ask(service)
        text = ("username,bio\n" + "".join(f"u{i},{'b' * 500}\n" for i in range(700))).encode()
        assert "300000" in problem(send(client, text[:300001]), 413, "BODY_TOO_LARGE")["detail"]
        problem(client.post("/imports?platform=tiktok", content=iter([text[:300000], b"x"]), headers=CSV), 413, "BODY_TOO_LARGE")
        wait_until(lambda: one(alone_db, "select count(*) from import_job") == (0,))  # what came of the second is cleared away
        assert sent(client, text[:text.rindex(b"\n", 0, 300000) + 1])["status"] == "done"
        bomb = over(client, send(client, gzip.compress(text)).json()["id"])
        assert bomb["status"] == "failed" and "larger than 300000 bytes when unpacked" in bomb["error"] and bomb["accepted"] == 0


# ---- data that is wrong

@pytest.mark.parametrize("text,said", [
    (b"a,b\n1,2\n", "no column for username"), (b"PK\x03\x04" + b"\0" * 100, "Excel"), (b"\x1f\x8b" + b"x" * 100, "gzip"),
    (gzip.compress(CREATORS.encode())[:-4], "cut off"), (b"username,followers\nann,x\nbob,y\n", "all 2 rows were refused"),
    (b"username=1\n", "no column")], ids=["header", "excel", "gzip", "cut", "all", "one"])
def test_unreadable_files_fail_with_the_reason(client, db, text, said):
    job = sent(client, text)
    assert job["status"] == "failed" and said in job["error"] and "--" not in job["error"], job
    assert (job["accepted"], job["revertible"]) == (0, False)
    assert one(db, "select count(*) from account") == (0,) and one(db, "select count(*) from import_chunk") == (0,)


def test_a_file_of_another_format_than_was_said(client):
    assert "not ndjson" in sent(client, format="ndjson")["error"]
    assert "not csv" in sent(client, '{"username": "ann"}\n', format="csv")["error"]


def test_without_a_platform(client):
    response = client.post("/imports", content=CREATORS.encode(), headers=CSV)
    assert "platform" in over(client, response.json()["id"])["error"]
    assert "platform" in problem(client.post("/imports?dry_run=true", content=CREATORS.encode(), headers=CSV), 400, "PARAM_INVALID")["detail"]


def test_strict_is_all_or_nothing(client, db):
    job = sent(client, strict="true")
    assert job["status"] == "failed" and "strict" in job["error"] and (job["accepted"], job["refused"]) == (0, 1)
    assert one(db, "select count(*) from account") == (0,)
    assert [e["line"] for e in client.ok(f"/imports/{job['id']}/errors")["items"]] == [3]
    assert sent(client, CREATORS.replace("abc", "7"), strict="true")["accepted"] == 3


def test_bad_rows_as_csv(client):
    text = "username,followers,bio\nann,write to ann@shop.example,\nbob,\"=1+1,\n\",\ncat,1,\n"
    job = sent(client, text)
    answer = client.get(f"/imports/{job['id']}/errors", params={"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [(r["line"], r["column"]) for r in rows] == [("2", "followers"), ("3", "followers")]
    assert rows[0]["value"] == "write to ***@***" and rows[1]["value"].startswith("'=1+1") and "whole number" in rows[0]["reason"]
    assert answer.headers["Content-Type"].startswith("text/csv")
    lines = client.get(f"/imports/{job['id']}/errors", params={"format": "ndjson", "limit": 1, "fields": "line,value"}).text.splitlines()
    assert [json.loads(line) for line in lines] == [{"line": 2, "value": "write to ***@***"}]
    client.problem(f"/imports/{job['id']}/errors", 400, "PARAM_INVALID", limit=1001)
    client.problem(f"/imports/{job['id']}/errors", 400, "PARAM_INVALID", limit=0)
    assert client.ok(f"/imports/{sent(client, 'username,followers' + chr(10) + 'dan,7' + chr(10))['id']}/errors") == {"items": [], "kept": 0, "refused": 0}


def test_more_bad_rows_than_are_kept(client):
    job = sent(client, "username,followers\nann,1\n" + "".join(f"u{i},x\n" for i in range(12000)))
    found = client.ok(f"/imports/{job['id']}/errors")
    assert job["refused"] == found["refused"] == 12000 and found["kept"] == 1000 == len(found["items"])


# ---- a dry run

def test_dry_run_says_what_was_understood(client, db):
    text = "Handle;Fans;nothing\n@ann;5200;x\nbob;abc;y\n"
    response = send(client, text, dry_run="true", map="Handle=username")
    assert response.status_code == 200, response.text
    assert response.json() == {
        "kind": "creators", "format": "csv", "delimiter": ";", "encoding": "utf-8", "gzip": False, "bytes": len(text), "rows": 2, "accepted": 1,
        "refused": 1, "columns": [
            {"header": "Handle", "field": "username", "samples": ["@ann", "bob"], "left_empty": 0},
            {"header": "Fans", "field": "followers", "samples": ["5200", "abc"], "left_empty": 0},
            {"header": "nothing", "field": None, "samples": [], "left_empty": 0}],
        "errors": [{"line": 3, "column": "Fans", "value": "abc", "reason": "must be a whole number such as 12000, 1,234 or 8.1M"}],
        "error": None}
    assert send(client, text, dry_run="true", map="Handle=username", strict="true").json()["error"].startswith("1 of 2 rows are bad and strict")
    for table in ("import_job", "import_chunk", "import_error", "account"):
        assert one(db, f"select count(*) from {table}") == (0,), table
    assert "no column for username" in problem(send(client, "a,b\n1,2\n", dry_run="true"), 422, "DATA_FORMAT")["detail"]


def test_dry_run_of_a_large_file_in_pieces(client, db):
    text = "username,followers\n" + "".join(f"user{i},{i}\n" for i in range(60000))
    said = send(client, gzip.compress(text.encode(), 1), dry_run="true").json()
    assert (said["rows"], said["gzip"], said["error"]) == (60000, True, None)
    wait_until(lambda: one(db, "select count(*) from import_job") == (0,))


# ---- the list

def test_jobs_page_by_page(client, db, niched, tmp_path):
    ids = [sent(client, observed_at="2026-01-01")["id"] for _ in range(3)]
    bad = sent(client, "a,b\n1,2\n")["id"]
    (tmp_path / "own.csv").write_text("username,followers\ndora,1\n")
    niched.run("import", "--platform", "tiktok", tmp_path / "own.csv")
    items, cursor = [], {}
    for _ in range(10):
        page = client.ok("/imports", limit=2, **cursor)
        items += page["items"]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [j["id"] for j in items][1:] == [bad, *reversed(ids)]
    own = items[0]
    assert (own["source"], own["status"], own["bytes_total"], own["created"], own["revertible"]) == ("own.csv", "done", None, 1, False)
    assert [j["id"] for j in client.ok("/imports", status="failed")["items"]] == [bad]
    first = client.get("/imports", params={"limit": 2, "format": "csv"})
    follow = client.get(first.links["next"]["url"])
    assert [r["id"] for r in csv.DictReader(io.StringIO(follow.text))] == [j["id"] for j in items[2:4]]
    client.problem("/imports", 400, "PARAM_CURSOR", cursor=page["next_cursor"] or "x")
    other = client.ok("/imports", limit=1)["next_cursor"]
    problem(client.get("/imports", params={"status": "done", "cursor": other}), 400, "PARAM_CURSOR")
    client.problem("/imports", 400, "PARAM_INVALID", limit=101)
    problem(client.get("/imports", params={"status": "lost"}), 400, "PARAM_INVALID")


def test_tags_and_formats(client):
    job = sent(client)
    for path in ("/imports", f"/imports/{job['id']}", f"/imports/{job['id']}/errors"):
        tag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304, path
    for path in ("/imports", f"/imports/{job['id']}/errors"):
        problem(client.get(path, headers={"Accept": "text/html"}), 406, "ROUTE_NOT_ACCEPTABLE")


def test_unknown_jobs(client):
    for path in ("/imports/999999999", "/imports/999999999/errors"):
        client.problem(path, 404, "IMPORT_UNKNOWN")
    problem(client.delete("/imports/999999999"), 404, "IMPORT_UNKNOWN")
    for bad in ("x", "1234567890", "-1"):
        client.problem(f"/imports/{bad}", 400, "PARAM_INVALID")
        client.problem(f"/imports/{bad}/errors", 400, "PARAM_INVALID")
        problem(client.delete(f"/imports/{bad}"), 400, "PARAM_INVALID")


def test_writes_may_be_off(niched, db, ask):
    with niched.serve(NICHED_WRITES="off", NICHED_WORKER="0") as service:
        client = ask(service)
        problem(send(client), 401, "AUTH_REQUIRED")
        problem(client.delete("/imports/1"), 401, "AUTH_REQUIRED")
        for path in ("/imports", "/imports/1", "/imports/1/errors"):
            client.problem(path, 401, "AUTH_REQUIRED")


# ---- stopping and taking back

def test_a_job_that_waits_is_cancelled(alone, alone_db, ask):
    with alone.serve(NICHED_IMPORT_WORKER="0", NICHED_WORKER="0") as service:
        client = ask(service)
        made = send(client).json()
        assert made["status"] == "queued"
        assert delete(client, made["id"])["status"] == "cancelled"
        assert one(alone_db, "select count(*) from import_chunk") == (0,)
        assert "nothing of import" in delete(client, made["id"], 409, "IMPORT_STATE")["detail"]


def test_an_upload_is_cancelled_while_it_comes(client, db):
    def pieces():
        yield b"username,followers\n" + b"ann,1\n" * 50000
        found = wait_until(lambda: client.ok("/imports", limit=1)["items"])
        assert found[0]["status"] == "receiving" and found[0]["bytes_total"] >= 256 * 1024
        delete(client, found[0]["id"])
        yield b"bob,2\n" * 100000
    problem(client.post("/imports?platform=tiktok", content=pieces(), headers=CSV), 409, "IMPORT_STATE")
    wait_until(lambda: one(db, "select count(*) from import_chunk") == (0,))
    assert [j["status"] for j in client.ok("/imports")["items"]] == ["cancelled"]


def test_too_many_wait(alone, alone_db, ask):
    with alone.serve(NICHED_IMPORT_WORKER="0", NICHED_WORKER="0", NICHED_IMPORT_WAITING="2") as service:
        client = ask(service)
        assert [send(client).status_code for _ in range(2)] == [202, 202]
        assert int(send(client).headers["Retry-After"]) > 0
        problem(send(client), 429, "LIMIT_RATE")
        assert one(alone_db, "select count(*) from import_job") == (2,)


def test_revert_of_what_was_made(client, db):
    job = sent(client)
    assert delete(client, job["id"])["status"] in ("reverting", "reverted")
    job = over(client, job["id"], "reverted")
    assert (job["accepted"], job["created"], job["revertible"]) == (0, 0, False)
    assert all(rows == [] for rows in all_of(db).values())
    delete(client, job["id"], 409, "IMPORT_STATE")


POSTS = "post_id,posted_at,username,likes,caption,followers\n"
KINDS = {  # what each kind makes, and a later file that changes it
    "creators": ("username,id,followers,bio\nann,7,5200,vegan\n", "username,id,followers,bio\nanna,7,5300,vegan yoga\nnew,8,100,\n"),
    "posts": (POSTS + "p1,2026-01-01,ann,10,hi #vegan,5200\n", POSTS + "p1,2026-01-01,ann,30,ho,5400\np2,2026-01-02,ann,5,x,5400\n"),
    "snapshots": ("username,date,followers\nann,2026-01-01,5000\n", "username,date,followers\nann,2026-01-01,5001\nann,2026-01-02,5002\n"),
    "prices": ("username,price,deliverable,source,valid from\nann,120,Reel,quote,2026-01-01\n",
               "username,price,deliverable,source,valid from\nann,130,Reel,quote,2026-01-01\n"),
    "collaborations": ("username,brand,start date,fee\nann,Oat,2026-01-01,300\n", "username,brand,start date,fee\nann,Oat,2026-01-01,350\n"
                       "ann,Rice,2026-01-01,3\n"),
    "audience": ("username,dimension,bucket,share\nann,country,US,0.5\n", "username,dimension,bucket,share\nann,country,US,0.6\nann,country,GB,0.1\n"),
    "engagers": ("username,engager\nann,x1\nann,x2\n", "username,engager\nann,x2\nann,x3\n"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_two_files_taken_back_one_after_the_other(client, db, kind):
    """The second file changes and adds rows; taking it back gives the store after the first, and that one can go in its turn."""
    sent(client, "username,id,followers\nann,7,5000\n", observed_at="2025-12-01", source="begin")
    stages, jobs = [all_of(db)], []
    for text, when in zip(KINDS[kind], ("2026-01-10", "2026-01-20")):
        jobs.append(sent(client, text, kind=kind, observed_at=when, source=f"of {when}"))
        assert jobs[-1]["status"] == "done" and jobs[-1]["created"] + jobs[-1]["updated"] > 0, jobs[-1]
        stages.append(all_of(db))
        assert stages[-1] != stages[-2]
    refused = delete(client, jobs[0]["id"], 409, "IMPORT_TOUCHED")["detail"] if kind not in ("prices",) else None
    assert refused is None or "tiktok/ann" in refused, refused
    db.execute("truncate account_dirty")
    for job, want in ((jobs[1], stages[1]), (jobs[0], stages[0])):
        delete(client, job["id"])
        assert over(client, job["id"], "reverted", "done")["status"] == "reverted"
        assert all_of(db) == want
    assert one(db, "select count(*) from account_dirty") == (1,)
    assert one(db, "select count(*) from import_undo where import_id <> (select min(import_id) from import_job)") == (0,)


def test_revert_is_refused_after_a_newer_write(client, db):
    job = sent(client, "username,followers\n" + "".join(f"u{i},{1000 + i}\n" for i in range(20)), observed_at="2026-01-01")
    answer = send_body(client, "PATCH", "/creators/tiktok/u3", {"city": "Utrecht"})
    assert answer.status_code == 200, answer.text
    before = all_of(db)
    assert "1 of account (tiktok/u3)" in delete(client, job["id"], 409, "IMPORT_TOUCHED")["detail"]
    assert client.ok(f"/imports/{job['id']}")["status"] == "done" and all_of(db) == before


def test_revert_is_refused_for_what_hangs_on_it(client, db):
    job = sent(client)
    posts = sent(client, POSTS + "p1,2026-01-01,ann,10,hi,\n", observed_at="2026-01-02")
    assert "1 of post (tiktok/ann)" in delete(client, job["id"], 409, "IMPORT_TOUCHED")["detail"]
    for gone in (posts, job):
        delete(client, gone["id"])
        over(client, gone["id"], "reverted")
    assert all(rows == [] for rows in all_of(db).values())


def test_revert_of_scored_creators(alone, alone_db, ask):
    """What is made from evidence does not keep it, and goes with it."""
    with alone.serve() as service:
        client = ask(service)
        job = sent(client, "username,followers,bio\n" + "".join(f"vegan{i},{3000 + i},vegan recipes\n" for i in range(30)))
        wait_until(lambda: len(client.ok("/match", niche="vegan", world="live", limit=100)["items"]) == 30)
        delete(client, job["id"])
        assert over(client, job["id"], "reverted", "done")["status"] == "reverted"
        wait_until(lambda: not client.ok("/match", niche="vegan", world="live")["items"])
        assert one(alone_db, "select count(*) from niche_match") == one(alone_db, "select count(*) from account_score") == (0,)


def test_a_name_that_changed_hands_goes_back(client, db):
    sent(client, "username,id,followers\nann,7,5000\n", observed_at="2026-01-01")
    before = all_of(db)
    job = sent(client, "username,id,followers\nann,8,100\n", observed_at="2026-02-01")
    assert one(db, "select count(distinct creator_id) from account_key where kind = 'id'") == (2,)
    delete(client, job["id"])
    over(client, job["id"], "reverted")
    assert all_of(db) == before


def test_an_erased_creator_does_not_come_back(client, db):
    sent(client, "username,id,followers,bio\nann,7,5000,old\nbob,8,1,old\n", observed_at="2026-01-01")
    job = sent(client, "username,id,followers,bio\nann,7,6000,new\nbob,8,2,new\n", observed_at="2026-02-01")
    assert client.delete("/creators/tiktok/ann").status_code == 204
    assert one(db, "select count(*) from import_undo where position('ann' in old::text) > 0") == (0,)
    delete(client, job["id"])
    over(client, job["id"], "reverted")
    assert db.execute("select username, followers, bio from account").fetchall() == [("bob", 1, "old")]


def test_a_command_can_be_taken_back_if_it_was_noted(client, db, niched, tmp_path):
    (tmp_path / "own.csv").write_text(CREATORS)
    for flags, noted in (([], False), (["--revertible"], True)):
        db.execute("select forget_creators((select array_agg(creator_id) from creator))")
        niched.run("import", "--platform", "tiktok", *flags, tmp_path / "own.csv")
        job = client.ok("/imports", limit=1)["items"][0]
        assert (job["status"], job["revertible"], job["accepted"]) == ("done", noted, 2)
        if not noted:
            assert "not noted" in delete(client, job["id"], 409, "IMPORT_STATE")["detail"]
    delete(client, job["id"])
    over(client, job["id"], "reverted")
    assert all(rows == [] for rows in all_of(db).values())


def test_what_is_old_can_no_longer_be_taken_back(alone, alone_db, ask):
    with alone.serve(NICHED_IMPORT_KEEP_DAYS="1", NICHED_WORKER="0") as service:
        client = ask(service)
        job = sent(client)
    alone_db.execute("update import_job set finished_at = finished_at - interval '25 hours'")
    with alone.serve(NICHED_IMPORT_KEEP_DAYS="1", NICHED_WORKER="0") as service:
        client = ask(service)
        wait_until(lambda: not client.ok(f"/imports/{job['id']}")["revertible"])
        assert client.ok(f"/imports/{job['id']}/errors")["kept"] == 0
        assert "too long ago" in delete(client, job["id"], 409, "IMPORT_STATE")["detail"]
        assert one(alone_db, "select count(*) from account") == (2,)


def many(rows):
    return ("username,followers,bio\n" + "".join(f"user{i},{i},bio of {i}\n" for i in range(rows))).encode()


def test_a_running_job_is_stopped_and_taken_back(client, db):
    sent(client, "username,followers,bio\nuser5,1,before\n", observed_at="2025-01-01")
    before = all_of(db)
    made = send(client, many(30000), observed_at="2026-01-01").json()
    wait_until(lambda: client.ok(f"/imports/{made['id']}")["accepted"] > 0)
    running = delete(client, made["id"])
    assert running["status"] in ("running", "reverting", "cancelled")
    job = over(client, made["id"])
    assert (job["status"], job["accepted"], job["error"]) == ("cancelled", 0, None)
    assert all_of(db) == before


def test_progress_is_seen_while_it_runs(client):
    made = send(client, many(25000)).json()
    seen = []
    while not seen or seen[-1]["status"] in ("queued", "running"):
        seen.append(client.ok(f"/imports/{made['id']}"))
        time.sleep(0.005)
    between = [job for job in seen if job["status"] == "running" and 0 < job["accepted"] < 25000]
    assert between and all(job["rows_per_s"] > 0 and 0 < job["bytes"] <= job["bytes_total"] for job in between if job["rows"])
    assert seen[-1]["accepted"] == 25000
    assert [job["accepted"] for job in seen] == sorted(job["accepted"] for job in seen)


def test_plans_of_a_small_store_are_not_kept(alone, alone_db, ask):
    """A store of a few creators is best read without indexes; the many of the next file are not looked up like that, neither by
    what a connection planned for its foreign keys (156 s instead of 3, once) nor in the table that just grows."""
    tables, rows = ["account", "account_key", "creator", "follower_snapshot"], 6000

    def blocks():
        """What was inserted and how many blocks were looked at, by table."""
        return {table: numbers for table, *numbers in alone_db.execute(
            "select relname, n_tup_ins, heap_blks_hit + heap_blks_read from pg_stat_user_tables join pg_statio_user_tables using (relid, relname)"
            " where relname = any(%s)", [tables])}

    with alone.serve(NICHED_WORKER="0", NICHED_LOOPS="1") as service:
        client = ask(service)
        for round in range(5):
            sent(client, "username,followers\n" + "".join(f"few{round}{i},1\n" for i in range(3)))
            if round == 2:  # from the sixth use on, a plan is kept
                alone_db.execute("vacuum analyze")
        before = blocks()
        assert sent(client, many(rows))["created"] == rows
        wait_until(lambda: all(blocks()[table][0] >= before[table][0] + rows for table in tables))  # statistics come late
    read = {table: (blocks()[table][1] - before[table][1]) / rows for table in tables}
    assert all(blocks_a_row < 10 for blocks_a_row in read.values()), read


def test_tables_that_were_empty_when_they_were_analysed(alone, alone_db, ask):
    """One row is expected in them, and PostgreSQL would compare each with each: 10,000 creators of whom nobody is new 16 s."""
    rows, took = 6000, []
    with alone.serve(NICHED_WORKER="0", NICHED_LOOPS="1") as service:
        client = ask(service)
        for text in (many(rows), many(2 * rows), many(2 * rows).replace(b"bio", b"story")):
            job = sent(client, text)
            assert job["accepted"] == text.count(b"\n") - 1
            took.append(alone_db.execute("select extract(epoch from finished_at - started_at)::float8 from import_job order by import_id desc").fetchone()[0])
            alone_db.execute("update pg_class set reltuples = 0, relpages = 1 where relname in ('creator', 'account', 'account_key', 'follower_snapshot')")
    print(took)
    assert max(took[1:]) < 8 * took[0] + 4, took


def test_damage_in_the_middle_leaves_nothing(client, db):
    """Batches were merged already when the file turns out to be cut off."""
    job = sent(client, gzip.compress(many(12000))[:-20])
    assert job["status"] == "failed" and "cut off" in job["error"] and job["accepted"] == 0
    assert one(db, "select count(*) from account") == (0,) and one(db, "select count(*) from import_undo") == (0,)


def test_an_upload_that_breaks_off_leaves_nothing(service, client, db):
    with Wire(service.address) as wire:
        wire.send(b"POST /imports?platform=tiktok HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 5000000\r\n\r\n")
        wire.send(b"username,followers\n" + b"ann,1\n" * 200000)
        wait_until(lambda: one(db, "select count(*) from import_job where bytes_total >= 1000000") != (0,))
        assert client.ok("/imports")["items"][0]["status"] == "receiving"
    wait_until(lambda: one(db, "select count(*) from import_job") == one(db, "select count(*) from import_chunk") == (0,))
    assert one(db, "select count(*) from account") == (0,)


def test_chunks_that_come_faster_than_they_are_stored(service, db):
    """curl -T - sends chunks; several of them, and the end of a piece among them, are in one reading of the socket."""
    text = b"username,followers\n" + b"".join(b"user%07d,%d\n" % (i, i) for i in range(40000))
    parts = [text[i:i + 700] for i in range(0, len(text), 700)]
    with Wire(service.address) as wire:
        wire.send(b"POST /imports?platform=tiktok HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"
                  + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n")
        answer = wire.answer()
    assert answer.status_code == 202, answer
    wait_until(lambda: one(db, "select status from import_job") == ("done",))
    assert one(db, "select accepted, bytes_total from import_job") == (40000, len(text))


def resident_mib(service):
    status = open(f"/proc/{service.process.pid}/status").read()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024, int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def test_memory_stays_bounded(alone, alone_db, ask):
    """20 MB up, of lines that are long: the process grows by less than 8 MB a connection that sends, and 64 in all."""
    text = b"username,bio\n" + b"".join(b"u%d,%s\n" % (i, b"x" * 4900) for i in range(4000))
    with alone.serve(NICHED_WORKER="0", NICHED_LOOPS="1") as service:
        client = ask(service)
        sent(client)
        before, _ = resident_mib(service)
        job = sent(client, text)
        _, peak = resident_mib(service)
        assert job["accepted"] == 4000 and job["bytes"] == len(text) > 19e6
        assert peak - before < 64 * SLOW, f"{before:.1f} -> {peak:.1f} MiB"


# ---- the examples of openapi.yaml

LIVES = {"id": "7", "received_at": "2026-11-01T12:00:00Z", "started_at": "2026-11-01T12:00:01Z", "finished_at": "2026-11-01T12:00:02Z",
         "rows_per_s": 20.5}  # what differs from run to run


def steady(value):
    if isinstance(value, list):
        return [steady(v) for v in value]
    if isinstance(value, dict):
        return {k: LIVES[k] if k in LIVES and v is not None else steady(v) for k, v in value.items()}
    return value


def put_example(where, method, status, value):
    """Writes an example where there is none yet."""
    text = OPENAPI.read_text()
    at = text.index(f"\n    {method}:\n", text.index(f"\n  {where}:\n"))
    at = text.index("            application/json:\n", text.index(f"        '{status}':\n", at))
    begin = text.index("\n", text.index("              schema:", at)) + 1
    end = re.compile(r"(?: {14}example:.*\n(?: {15}.*\n)*)?").match(text, begin).end()
    shown = yaml.safe_dump({"example": value}, sort_keys=False, width=110, default_flow_style=None, allow_unicode=True)
    OPENAPI.write_text(text[:begin] + textwrap.indent(shown, " " * 14) + text[end:])


def test_examples_are_what_the_service_says(client, contract):
    upload = contract.operations["import_post"][2]["requestBody"]["content"]["text/csv"]["example"]
    dry = send(client, upload, source="ivy.csv", dry_run="true").json()
    made = send(client, upload, source="ivy.csv").json()
    job = over(client, made["id"])
    with_rows = client.ok(f"/imports/{job['id']}/errors")
    page = client.ok("/imports")
    gone = delete(client, job["id"])
    over(client, job["id"], "reverted")
    made |= {"status": "queued", "started_at": None, "kind": None, "finished_at": None, "rows_per_s": None, "revertible": False, **dict.fromkeys(
        ("bytes", "rows", "accepted", "refused", "created", "accounts_created"), 0)}  # a quick worker has it already
    gone |= {"status": "reverting", "finished_at": None, "rows_per_s": None, "revertible": False, "accepted": 1, "created": 1, "accounts_created": 1}
    for where, method, status, said in (("/imports", "post", 200, dry), ("/imports", "post", 202, made), ("/imports", "get", 200, page),
                                        ("/imports/{id}", "get", 200, job), ("/imports/{id}", "delete", 202, gone),
                                        ("/imports/{id}/errors", "get", 200, with_rows)):
        if os.environ.get("UPDATE_EXAMPLE"):
            put_example(where, method, status, steady(said))
            continue
        shown = contract.document["paths"][where][method]["responses"][str(status)]["content"]["application/json"]["example"]
        assert steady(said) == shown, where
