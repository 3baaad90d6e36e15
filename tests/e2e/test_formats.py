"""How an answer is written: formats, chosen keys, tags, compression, and that the same question has the same bytes."""
import csv
import gzip
import io
import json
import subprocess
import time

import psycopg
import pytest
from client import UNPACK, Client, Wire

LISTS = {"match": "/match?niche=vegan&limit=7", "niches": "/niches?limit=7", "plan": "/plan?niche=vegan-fitness&budget_usd=2000",
         "similar": "/creators/67/similar?limit=7", "overlap": "/overlap?creators=64,66,67",
         "creator_standing": "/creators/76/standing?niche=vegan-fitness",
         "standing": "/standing?niche=fitness&platform=tiktok&followers=9000&engagement_rate=5pct&world=sandbox"}
ITEMS = {"plan": "creators", "overlap": "pairs", "creator_standing": "components", "standing": "components"}  # else "items"
FROZEN = {"NICHED_NOW": "2026-11-05T12:00:00Z", "NICHED_WORKER": 0}


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def flat(item):
    """An item as CSV shows it."""
    out = {}
    for key, value in item.items():
        if key in ("evidence", "contact", "traits"):  # beside the table, in JSON and NDJSON alone
            continue
        if isinstance(value, dict):
            out.update({f"{key}_{k}": v for k, v in flat(value).items()})
        elif isinstance(value, list):
            out[key] = ";".join(v.replace(";", ",") for v in value)
        else:
            out[key] = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    return {k: "'" + v if v[:1] and v[0] in "=+-@\t\r\n" and not v.lstrip("-").replace(".", "").isdigit() else v for k, v in out.items()}


# ---- formats

@pytest.mark.parametrize("operation", LISTS)
def test_the_same_items_in_every_format(client, operation):
    page = client.get(LISTS[operation])
    assert page.headers["Content-Type"] == "application/json" and "Accept" in page.headers["Vary"].split(", ")
    items = page.json()[ITEMS.get(operation, "items")]
    assert items
    lines = client.get(LISTS[operation] + "&format=ndjson")
    assert lines.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in lines.text.splitlines()] == items
    table = client.get(LISTS[operation] + "&format=csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert rows_of(table.text) == [flat(item) for item in items]
    for response in (page, lines, table):
        assert response.headers["X-World"] == "sandbox"
        assert ("Link" in response.headers) == (operation == "match")
        assert ("X-Model-Version" in response.headers) == (operation != "niches")
        assert response.headers.get("X-Outcome") == ("found" if operation == "plan" else None)


def test_all_creators_of_the_sandbox_as_csv(client):
    """Whatever a bio holds, it stays one cell: what CSV says is what JSON says."""
    for niche in ("food", "vegan", "gaming"):
        page = client.match(niche, limit=100, min_authenticity=0)
        text = client.get("/match", params={"niche": niche, "limit": 100, "min_authenticity": 0, "format": "csv"}).text
        assert rows_of(text) == [flat(item) for item in page["items"]]


def test_an_empty_list_in_every_format(client):
    assert client.match("test-empty")["items"] == []
    head = client.get("/match?niche=test-empty&format=csv").text
    assert head.startswith("rank,score,") and head.endswith("\r\n") and head.count("\n") == 1
    assert client.get("/match?niche=test-empty&format=ndjson").content == b""


@pytest.mark.parametrize("accept,media", [
    (None, "application/json"), ("*/*", "application/json"), ("text/csv", "text/csv"), ("text/*", "text/csv"),
    ("application/x-ndjson", "application/x-ndjson"), ("application/*", "application/json"),
    ("application/json;q=0.5, text/csv", "text/csv"), ("text/csv;q=0.5, */*;q=0.1", "text/csv"),
    ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"), ("text/csv;q=0, */*", "application/json"),
    ("application/json;q=0,text/csv;q=0,*/*;q=0.001", "application/x-ndjson"),
])
def test_accept(client, accept, media):
    headers = {"Accept": accept} if accept else {}
    for path in LISTS.values():
        assert client.get(path, headers=headers).headers["Content-Type"].split(";")[0] == media
        assert client.get(path + "&format=ndjson", headers=headers).headers["Content-Type"] == "application/x-ndjson"


@pytest.mark.parametrize("accept", ["text/html", "application/xml, image/*", "*/*;q=0", "application/json;q=0", ""])
def test_what_there_is_not(client, accept):
    for path in LISTS.values():
        response = client.get(path, headers={"Accept": accept})
        assert response.status_code == 406
        problem = response.json()
        assert problem["code"] == "ROUTE_NOT_ACCEPTABLE" and problem["allowed"] == "application/json,text/csv,application/x-ndjson"
        assert client.get(path + "&format=json", headers={"Accept": accept}).status_code == 200  # format wins


def test_unknown_format(client):
    problem = client.problem("/match", 400, "PARAM_INVALID", niche="vegan", format="cvs")
    assert problem["param"] == "format" and problem["did_you_mean"] == ["csv"]


def test_explanations_are_in_ndjson(client):
    items = client.match("vegan", explain="true", limit=3)["items"]
    text = client.get("/match?niche=vegan&explain=true&limit=3&format=ndjson").text
    assert [json.loads(line) for line in text.splitlines()] == items and items[0]["explanation"]


def test_pages_of_csv_are_walked_by_link(client):
    everyone = [item["creator"]["id"] for item in client.walk(niche="test-many", min_authenticity=0, limit=9)]
    path, seen = "/match?niche=test-many&min_authenticity=0&limit=9&format=csv&fields=creator.id", []
    while path:
        response = client.get(path)
        seen += [row["creator_id"] for row in rows_of(response.text)]
        path = response.links.get("next", {}).get("url")
    assert seen == everyone and len(seen) > 18


def test_one_column_of_nulls_keeps_its_rows(client):
    whole = client.ok("/match", niche="test-null", min_authenticity=0, limit=20)["items"]
    text = client.get("/match?niche=test-null&min_authenticity=0&limit=20&format=csv&fields=last_post_at").text
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert [row[0] or None for row in rows[1:]] == [item["last_post_at"] for item in whole] and any(item["last_post_at"] is None for item in whole)


# ---- fields=

def test_chosen_fields(client):
    page = client.match("vegan", fields="creator.name,rank", limit=2)
    assert [list(item) for item in page["items"]] == [["rank", "creator"]] * 2 and page["query"]["limit"] == 2
    assert all(list(item["creator"]) == ["name"] for item in page["items"])
    whole = client.match("vegan", limit=2)["items"]
    assert [item["creator"] for item in client.match("vegan", fields="creator", limit=2)["items"]] == [item["creator"] for item in whole]
    text = client.get("/match?niche=vegan&fields=score&fields=creator.id&format=csv&limit=1").text
    assert text == f"score,creator_id\r\n{whole[0]['score']},{whole[0]['creator']['id']}\r\n"
    assert client.ok("/niches", fields="slug", limit=1)["items"][0].keys() == {"slug"}
    assert client.ok("/niches/vegan", fields="slug,creators").keys() == {"slug", "creators", "world"}
    account, = client.ok("/creators/1", fields="followers,score.authenticity,niches")["accounts"]
    assert account.keys() == {"followers", "score", "niches"} and account["score"].keys() == {"authenticity"}
    assert client.ok("/creators/instagram/test_many_01", fields="platform")["accounts"] == [{"platform": "instagram"}]


@pytest.mark.parametrize("operation,fields,keys", [
    ("plan", "cost_usd,creator.username,why", {"cost_usd", "creator", "why"}), ("similar", "similarity,reasons", {"similarity", "reasons"}),
    ("similar", "rank,traits", {"rank", "traits"}), ("overlap", "shared,username_a,username_b", {"shared", "username_a", "username_b"}),
    ("creator_standing", "component,gain_points", {"component", "gain_points"}), ("standing", "component,percentile", {"component", "percentile"})])
def test_chosen_fields_of_rows(client, operation, fields, keys):
    whole, page = client.ok(LISTS[operation]), client.ok(LISTS[operation] + "&fields=" + fields)
    rows = ITEMS.get(operation, "items")
    assert page.keys() == whole.keys() and page["query"] == whole["query"]
    assert all(row.keys() == keys for row in page[rows]) and len(page[rows]) == len(whole[rows])
    assert all(row[key] == full[key] for row, full in zip(page[rows], whole[rows]) for key in keys if key != "creator")
    assert client.get(LISTS[operation] + "&fields=nope").json()["param"] == "fields"
    said = client.get(LISTS[operation] + f"&format=csv&fields={fields}").text
    assert rows_of(said) == [flat(row) for row in page[rows]] or fields == "rank,traits"


def test_a_plan_that_is_none_in_every_format(client):
    for params, outcome in (({"budget_usd": 20}, "too_dear"), ({"budget_usd": 2000, "min_creators": 100, "max_creators": 100}, "too_few")):
        for form, empty in (("json", False), ("csv", False), ("ndjson", True)):
            response = client.get("/plan", params={"niche": "vegan-fitness", "format": form, **params})
            assert response.headers["X-Outcome"] == outcome and (response.content == b"") == empty
            assert form != "csv" or response.text.startswith("rank,creator_id,") and response.text.count("\n") == 1


@pytest.mark.parametrize("operation", [o for o in LISTS if o != "niches"])
def test_csv_of_the_description(client, contract, operation):
    """The example of text/csv in openapi.yaml is how a real answer begins."""
    example = contract.operations[operation][2]["responses"]["200"]["content"]["text/csv"]["example"]
    fields = example.split("\r\n")[0].replace("creator_", "creator.").replace("price_usd_", "price_usd.")
    path = "/match?niche=vegan fitness&country=US" if operation == "match" else LISTS[operation]
    assert client.get(f"{path}&format=csv&fields={fields}").text.startswith(example)


@pytest.mark.parametrize("path,fields,near", [
    ("/match?niche=vegan", "rnak", "rank"), ("/match?niche=vegan", "name", "creator.name"), ("/match?niche=vegan", "creator.nme", "creator.name"),
    ("/match?niche=vegan", "rank,", None), ("/match?niche=vegan", "rank, score", "score"), ("/match?niche=vegan", "account_id", None),
    ("/niches?x", "slugs", "slug"), ("/niches/vegan?x", "label;slug", None), ("/creators/1?x", "folowers", "followers"),
])
def test_unknown_fields(client, path, fields, near):
    response = client.get(path.replace("?x", ""), params={**({"niche": "vegan"} if "match" in path else {}), "fields": fields})
    problem = response.json()
    assert response.status_code == 400 and problem["param"] == "fields" and (near is None or near in problem["did_you_mean"])
    assert client.get(path.replace("?x", ""), params={**({"niche": "vegan"} if "match" in path else {}), "fields": ""}).status_code == 400


# ---- tags

TAGGED = ["/match?niche=vegan", "/match?niche=vegan&weights=engagement:2", "/match?niche=vegan,comedy", "/niches", "/niches/vegan",
          "/creators/1", "/creators/instagram/test_many_01", "/model", "/openapi.yaml", "/openapi.json",
          "/", "/docs", "/assets/app.js", "/creators/1/accounts/suggestions",
          *(LISTS[o] for o in LISTS if o not in ("match", "niches"))]


@pytest.mark.parametrize("path", TAGGED)
def test_304_without_a_body(client, path):
    first = client.get(path)
    tag = first.headers["ETag"]
    for named in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        for method in ("GET", "HEAD"):
            response = client.request(method, path, headers={"If-None-Match": named})
            assert response.status_code == 304 and not response.content and (named == "*" or response.headers["ETag"] == tag)
            assert response.headers["Cache-Control"] == "no-cache" and response.headers["Vary"] == first.headers["Vary"]
    for other in ('"x"', "x", tag.strip('W/"'), '"', f'{tag[:-2]}"'):
        response = client.get(path, headers={"If-None-Match": other})
        assert response.status_code == 200 and response.content == first.content


def test_tag_depends_on_what_is_asked(client):
    tag = client.get("/match?niche=vegan&limit=2").headers["ETag"]
    assert client.get("/match?limit=2&niche=vegan").headers["ETag"] == tag
    others = ["/match?niche=vegan&limit=3", "/match?niche=vegan&limit=2&format=csv", "/match?niche=vegan&limit=2&fields=rank",
              "/match?niche=vegan&limit=2&explain=true", "/match?niche=Vegan&limit=2", "/match?niche=vegan&limit=2&country=US"]
    tags = [client.get(path).headers["ETag"] for path in others]
    tags.append(client.get("/match?niche=vegan&limit=2", headers={"Accept": "text/csv"}).headers["ETag"])
    tags += [fetch(client, "/match?niche=vegan&limit=2", coding).headers["ETag"] for coding in ("zstd", "identity")]
    assert tag not in tags and len(set(tags)) == len(tags)


def test_problems_have_no_tag(client):
    for path in ("/match", "/nope", "/match?niche=test-503"):
        assert "ETag" not in client.get(path, headers={"If-None-Match": "*"}).headers


def test_a_write_changes_the_tag_of_its_niche_alone(sandbox_niched, ask):
    with sandbox_niched.serve(NICHED_WORKER=0) as service, psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        client = ask(service)
        paths = {slug: f"/match?niche={slug}" for slug in ("vegan", "vegan-fitness", "gaming")}
        paths["without"] = "/match?niche=gaming -vegan"
        tags = {name: client.get(path).headers["ETag"] for name, path in paths.items()}

        def changed():
            now = {name: client.get(path, headers={"If-None-Match": tags[name]}).status_code for name, path in paths.items()}
            return {name for name, status in now.items() if status == 200}

        assert changed() == set()
        first = client.match("vegan-fitness")["items"][0]["creator"]
        only = db.execute("select array_agg(distinct n.slug) from niche_match m join niche n using (niche_id) where m.creator_id = %s",
                          (first["id"],)).fetchone()[0]
        assert "vegan-fitness" in only and "gaming" not in only
        db.execute("update account set followers = followers * 2 where creator_id = %s", (first["id"],))
        db.execute("insert into account_dirty (creator_id, account_id) select creator_id, account_id from account where creator_id = %s "
                   "on conflict do nothing", (first["id"],))
        sandbox_niched.run("score")
        assert changed() == {name for name in paths if name in only or name == "without" and "vegan" in only} >= {"vegan-fitness"}


def test_what_no_version_counts_changes_the_tag(sandbox_niched, ask):
    """Prices, samples of audiences and peers change without a version: the tags of what reads them change too."""
    with sandbox_niched.serve(NICHED_WORKER=0) as service, psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        client = ask(service)
        a, b = db.execute("select min(s.creator_id), max(s.creator_id) from audience_sketch s join account using (creator_id, account_id) "
                          "where platform = 1").fetchone()
        booked = client.ok(LISTS["plan"])["creators"]
        quoted = next(c["creator"]["id"] for c in booked if c["price_usd"]["source"] != "prior")
        paths = {"plan": LISTS["plan"], "overlap": f"/overlap?creators={a},{b}", "similar": f"/creators/{a}/similar?limit=100",
                 "creator_standing": LISTS["creator_standing"], "standing": LISTS["standing"]}
        changes = {"plan": "update price set amount_usd = amount_usd * 3 where creator_id = %(quoted)s",
                   "overlap": "delete from audience_sketch where creator_id = %(b)s",
                   "similar": "delete from audience_sketch where creator_id = %(a)s",
                   "creator_standing": "update niche_match set l_loy = l_loy - 2 where creator_id <> 76",
                   "standing": "update niche_match set l_eng = l_eng - 2 where creator_id <> 76"}
        for name, path in paths.items():
            tags = {form: client.get(f"{path}&format={form}").headers["ETag"] for form in ("json", "csv", "ndjson")}
            asked = lambda form: client.get(f"{path}&format={form}", headers={"If-None-Match": tags[form]}).status_code  # noqa: E731
            assert {asked(form) for form in tags} == {304}
            db.execute(changes[name], {"a": a, "b": b, "quoted": quoted})
            assert {asked(form) for form in tags} == {200}, name


# ---- compression

def fetch(client, path, accept_encoding, method="GET"):
    """The answer as it came over the wire."""
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    if accept_encoding is not None:
        head += f"Accept-Encoding: {accept_encoding}\r\n"
    with Wire(client.service.address) as wire:
        wire.send(head.encode() + b"\r\n")
        return wire.answer(method)


@pytest.mark.parametrize("accept,coding", [
    (None, None), ("", None), ("identity", None), ("gzip", "gzip"), ("zstd", "zstd"), ("gzip, deflate, br, zstd", "zstd"),
    ("gzip;q=0.9, zstd;q=0.1", "gzip"), ("br", None), ("*", "zstd"), ("gzip;q=0, zstd;q=0", None), ("identity, gzip;q=0.5", None),
    ("x-gzip", None), ("identity;q=0, gzip", "gzip"), ("gzip;q=nonsense", None),
])
@pytest.mark.parametrize("path", ["/match?niche=vegan", "/openapi.yaml", "/niches?format=csv"])
def test_coding(client, accept, coding, path):
    plain, packed, head = fetch(client, path, "identity"), fetch(client, path, accept), fetch(client, path, accept, "HEAD")
    assert packed.headers.get("Content-Encoding") == coding and "Accept-Encoding" in packed.headers["Vary"]
    assert UNPACK[coding](packed.content) == plain.content and (coding is None or len(packed.content) < len(plain.content) / 2)
    assert head.headers["Content-Length"] == packed.headers["Content-Length"] == str(len(packed.content))


def test_small_bodies_stay_as_they_are(client):
    assert "Content-Encoding" not in fetch(client, "/livez", "gzip, zstd").headers
    assert fetch(client, "/livez", "identity;q=0, gzip").headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("accept", ["identity;q=0", "*;q=0", "identity;q=0, br"])
def test_no_coding_left(client, accept):
    for path in ("/match?niche=vegan", "/livez"):
        response = client.get(path, headers={"Accept-Encoding": accept})
        assert response.status_code == 406 and response.json()["allowed"] == "gzip,zstd,identity" and "ETag" not in response.headers
    assert client.get("/nope", headers={"Accept-Encoding": accept}).status_code == 404


def test_problems_are_packed_too(client):
    """One beyond 1 KiB: the allowed words of a niche's name are long."""
    response = fetch(client, "/match?niche=" + "x" * 190 + "&fields=" + "rank," * 60 + "n" * 200 + "&q" * 1, "identity;q=0, gzip")
    assert response.status_code == 400 and json.loads(gzip.decompress(response.content))["code"].startswith("PARAM_")


# ---- bounds of a request

def test_headers_beyond_the_bound(client):
    answer, = client.raw(b"GET /match?niche=vegan HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"y" * 1000) for i in range(18)) +
                         b"Connection: close\r\n\r\n")
    assert answer.status_code == 431 and answer.json()["code"] == "HEADER_TOO_LARGE" and "8192" in answer.json()["detail"]


def test_address_and_headers_at_their_bounds(client):
    """All that may come before a body has room in the memory of a connection, and so has the answer."""
    address, line = b"/match?niche=vegan&q=a" + b"&niche=vegan" * 12, b"X-0: " + b"y" * 1000 + b"\r\n"
    address += b"%20" * ((8192 - len(address)) // 3 - 1)
    lines = b"".join(line.replace(b"0", b"%d" % i, 1) for i in range(8))
    for path in (b"/livez", address):
        answer, = client.raw(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n" + lines + b"Connection: close\r\n\r\n")
        assert answer.status_code in (200, 400) and answer.headers["X-Request-Id"], answer.text


def test_a_large_body_that_nobody_reads(client):
    answer, = client.raw(b"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n")
    assert answer.status_code == 413 and answer.json()["code"] == "BODY_TOO_LARGE" and answer.headers["Connection"] == "close"
    assert client.request("GET", "/livez", content=b"x" * 65536).status_code == 200


def test_traceparent_is_logged(client):
    sane = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for given in (sane, sane.upper(), "00-" + "0" * 32 + "-b7ad6b7169203331-01", "00-1-2-3", sane + "x"):
        client.get("/livez", headers={"X-Request-Id": f"trace-{len(given)}-{given[3]}-{given[5]}", "traceparent": given})
    for _ in range(200):
        lines = [line for line in client.service.log.splitlines() if "id=trace-" in line]
        if len(lines) == 5:
            break
        time.sleep(0.02)
    assert [f"traceparent={sane}" in line for line in lines].count(True) == 1
    assert [" traceparent=" in line for line in lines].count(True) == 1


# ---- determinism

DOZEN = ["/match?niche=vegan", "/match?niche=vegan-fitness&explain=full&limit=50", "/match?niche=food&weights=engagement:3&country=US",
         "/match?niche=vegan,comedy", "/match?niche=gaming&goal=awareness&caution=high", "/match?niche=food&diversify=0.7",
         "/match?niche=food&audience_target=US:0.6,GB:0.4", "/match?niche=food -vegan&format=csv&limit=100",
         "/match?niche=keto&format=ndjson&explain=true", "/match?niche=test-null", "/match?niche=test-empty", "/niches?limit=1000",
         "/niches?q=veg", "/niches/vegan", "/creators/1", "/creators/76", "/creators/instagram/test_many_01", "/model", "/openapi.json",
         "/match?niche=nonsense-that-is-none", "/match?niche=vegan&limit=0", *(LISTS[o] + "&format=csv" for o in LISTS)]
OF_THE_REQUEST = {"x-request-id", "server-timing", "date"}


def said(service, ask):
    """What each call of the dozen gives: status, headers, bytes; ids of requests apart."""
    client, out = ask(service), {}
    for path in DOZEN:
        response = client.get(path, headers={"X-Request-Id": "same"})
        out[path] = (response.status_code, {k: v for k, v in response.headers.items() if k not in OF_THE_REQUEST}, response.content)
    return out


def test_the_same_bytes_after_restart_and_after_dump_and_restore(sandbox, databases, program, ask, tmp_path):
    secret = tmp_path / "secret"
    settings = {"NICHED_SECRET_FILE": secret, **FROZEN}
    with sandbox.serve(**settings) as service:
        first = said(service, ask)
        assert said(service, ask) == first
    with sandbox.serve(**settings, NICHED_LOOPS=1) as service:
        assert said(service, ask) == first
    dump = subprocess.run(["pg_dump", "--format=custom", f"--file={tmp_path / 'dump'}", sandbox.url], capture_output=True, text=True)
    assert dump.returncode == 0, dump.stderr
    with databases.one("template0") as url:
        restore = subprocess.run(["pg_restore", "--no-owner", f"--dbname={url}", tmp_path / "dump"], capture_output=True, text=True)
        assert restore.returncode == 0, restore.stderr
        with psycopg.connect(url, autocommit=True) as db:
            db.execute("analyze")
        with program(url).serve(**settings) as service:
            again = said(service, ask)
    for path in DOZEN:
        assert again[path] == first[path], path
