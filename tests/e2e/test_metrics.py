"""GET /metrics: every documented family, counts that are right, nothing asked of the database, and a real Prometheus that scrapes,
evaluates the alerts and answers what the dashboard asks."""
import concurrent.futures
import contextlib
import json
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

import psycopg
import pytest
from client import Client
from patience import NEVER_S, wait_until

ROOT = Path(__file__).parents[2]
WATCH = ROOT / "docker"
DOCUMENTED = dict(re.findall(r"^\| `(\w+)` \| (gauge|counter|histogram) \|", (WATCH / "README.md").read_text(), re.M))
SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')


def read(client):
    """(families with their type, {(name, labels): value})"""
    response = client.get("/metrics")
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = dict(re.findall(r"^# TYPE (\w+) (\w+)$", response.text, re.M))
    samples = {}
    for line in response.text.splitlines():
        if not line.startswith("#"):
            name, labels, value = SAMPLE.match(line).groups()
            key = name, frozenset(re.findall(r'(\w+)="([^"]*)"', labels or ""))
            assert key not in samples, line
            samples[key] = float(value)
    return families, samples


def value(client, name, **labels):
    return read(client)[1].get((name, frozenset(labels.items())))


def test_families_are_those_documented(client):
    families, _ = read(client)
    assert families == DOCUMENTED and len(DOCUMENTED) > 35


def test_every_family_has_samples_where_there_is_something_to_count(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url) as db:
        db.execute("insert into creator_request (world, platform, username_key, kind, code, token_hash, created_at)"
                   " values (1, 1, 'x', 'access', 'c', '', now())")
        db.execute("insert into pull_usage values (1, current_date, 17)")
    with sandbox_niched.serve(NICHED_STATEMENT_TIMEOUT_MS=500, NICHED_LOOPS=1) as service:
        client = ask(service)
        client.get("/plan?niche=vegan&budget_usd=500")
        with psycopg.connect(sandbox_niched.url) as db:  # a statement that is cut
            db.execute("lock table niche_match in access exclusive mode")
            client.get("/match?niche=vegan")
        wait_until(lambda: value(client, "niched_worker_connected") == 1)
        families, samples = read(client)
    there = {re.sub(r"_(bucket|sum|count)$", "", name) if families.get(name) is None else name for name, _ in samples}
    assert there == set(DOCUMENTED)


def test_promtool_finds_nothing_to_say(client):
    client.match("vegan")
    done = subprocess.run(["promtool", "check", "metrics"], input=client.get("/metrics").text, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def counts(client):
    """{(route, status): requests}"""
    return {(dict(labels)["route"], dict(labels)["status"]): v for (name, labels), v in read(client)[1].items()
            if name == "http_request_duration_seconds_count"}


def test_requests_are_counted_once_by_route_and_status(sandbox, ask):
    with sandbox.serve(NICHED_LOOPS=3) as service:
        before = counts(ask(service))
        for _ in range(10):  # a new connection each, so that loops share them
            with Client(service, ask(service).contract) as one:
                one.match("vegan")
                one.get("/match?niche=vegan&limit=0")
                one.head("/niches")
                one.get("/nowhere")
                one.post("/match/batch", json={"queries": [{"niche": "vegan"}, {"niche": "comedy"}]})
        client = ask(service)
        client.get("/model", headers={"If-None-Match": client.get("/model").headers["ETag"]})
        after = counts(client)
        grown = {key: n - before.get(key, 0) for key, n in after.items() if key[0] not in ("metrics", "readyz")}
        assert grown == {("match", "200"): 10, ("match", "400"): 10, ("niches", "200"): 10, ("none", "404"): 10,
                         ("match_batch", "200"): 10, ("model", "200"): 1, ("model", "304"): 1}
        _, samples = read(ask(service))
    for (name, labels), n in samples.items():  # buckets only grow, the last one is the count
        if name.endswith("_bucket") and ("le", "+Inf") in labels:
            rest = labels - {("le", "+Inf")}
            bounds = sorted((float(dict(other)["le"]), v) for (n2, other), v in samples.items() if n2 == name and other > rest
                            and len(other) == len(labels))
            assert [v for _, v in bounds] == sorted(v for _, v in bounds) and len(bounds) == 15
            assert bounds[-1][1] == n == samples[name.replace("_bucket", "_count"), rest]
            total = samples[name.replace("_bucket", "_sum"), rest]
            most = next(bound for bound, v in bounds if v == n)
            assert 0 < total <= n * most


def test_what_is_open_and_in_flight(sandbox_niched, ask):
    with sandbox_niched.serve(NICHED_LOOPS=1, NICHED_STATEMENT_TIMEOUT_MS=20000, NICHED_WORKER=0) as service:
        with contextlib.ExitStack() as stack, psycopg.connect(sandbox_niched.url) as db:
            for _ in range(5):
                stack.enter_context(socket.create_connection(service.address))
            db.execute("lock table niche_match in access exclusive mode")
            with concurrent.futures.ThreadPoolExecutor() as pool:
                slow = pool.submit(lambda: ask(service).get("/match?niche=vegan").status_code)
                client = ask(service)
                wait_until(lambda: value(client, "niched_database_waiting", loop="0") >= 1 and value(client, "http_connections", loop="0") == 7)
                assert value(client, "http_requests_in_flight", loop="0") == 1  # as the last turn left it: without the scrape
                db.rollback()
                assert slow.result() == 200
        wait_until(lambda: value(client, "http_connections", loop="0") == 2 and value(client, "niched_database_waiting", loop="0") == 0)
        assert value(client, "niched_worker_connected") == 0 and value(client, "http_connections_limit") == 1000


def test_store_in_numbers(niched, db, ask):
    niched.run("sandbox", "--creators", 20)
    with niched.serve(NICHED_WORKER=0) as service:
        client = ask(service)
        dirty, = db.execute("select count(*) from account_dirty").fetchone()
        rows, = db.execute("select sum(accepted) from import_job where kind = 'posts'").fetchone()
        wait_until(lambda: value(client, "niched_store_read") == 1)
        assert value(client, "niched_accounts_dirty") == dirty > 0 and value(client, "niched_accounts_set_aside") == 0
        assert value(client, "niched_import_rows_total", kind="posts", result="accepted") == int(rows)
        assert value(client, "niched_import_jobs", kind="posts", status="done") == 1
        assert value(client, "niched_accounts") == db.execute("select count(*) from account").fetchone()[0]
        assert value(client, "niched_data_age_seconds", world="sandbox", of="median") == 0
        assert value(client, "niched_store_bytes") > 1e6 and value(client, "niched_requests_open") == 0
        db.execute("update account_dirty set tries = 3 where account_id = (select min(account_id) from account_dirty)")
        wait_until(lambda: value(client, "niched_accounts_set_aside") == 1)
        assert value(client, "niched_accounts_dirty") == dirty - 1


def test_worker_counts_what_it_scored(niched, db, ask):
    with niched.serve() as service:
        client = ask(service)
        niched.run("sandbox", "--creators", 20)
        accounts, = db.execute("select count(*) from account").fetchone()
        wait_until(lambda: value(client, "niched_worker_accounts_scored_total") >= accounts)
        assert value(client, "niched_worker_failures_total") == 0 and value(client, "niched_worker_seconds_total", part="write") > 0


def test_many_scrapes_are_one_reading_of_the_store(sandbox, ask):
    with sandbox.serve(NICHED_WORKER=0) as service:
        client = ask(service)
        wait_until(lambda: value(client, "niched_store_read") == 1)
        begin, seen = time.monotonic(), set()
        for _ in range(60):
            seen.add(value(client, "niched_store_read_timestamp_seconds"))
        assert len(seen) <= 2 + (time.monotonic() - begin) / 5
        assert not [labels for name, labels in read(client)[1] if name.startswith("niched_database_duration") and ("route", "metrics") in labels]


# ---- Prometheus itself

@pytest.fixture(scope="module")
def prometheus(sandbox, tmp_path_factory, contract):
    """A real one, scraping a service each second with the alerts loaded; asks its API: prometheus("query", query="up")"""
    folder = tmp_path_factory.mktemp("prometheus")
    with sandbox.serve() as service, socket.create_server(("127.0.0.1", 0)) as free, Client(service, contract) as client:
        port = free.getsockname()[1]
        free.close()
        text = (WATCH / "prometheus/prometheus.yml").read_text().replace("127.0.0.1:8080", service.removeprefix("http://"))
        (folder / "prometheus.yml").write_text(re.sub(r"_interval: 15s", "_interval: 1s", text))
        shutil.copy(WATCH / "prometheus/alerts.yml", folder)
        log = (folder / "log").open("wb")
        process = subprocess.Popen(["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                                    f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"], stdout=log, stderr=log)

        def ask(what, **args):
            url = f"http://127.0.0.1:{port}/api/v1/{what}?{urllib.parse.urlencode(args)}"
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=NEVER_S) as answer:
                return json.load(answer)["data"]

        def scraped():
            client.match("vegan")
            client.get("/plan?niche=vegan&budget_usd=500")
            with contextlib.suppress(OSError):
                found = ask("query", query="http_request_duration_seconds_count{route='match',status='200'} offset 2s")["result"]
                return found and float(found[0]["value"][1]) > 1
        try:
            wait_until(scraped)
            yield ask
        finally:
            process.terminate()
            process.wait(NEVER_S)
            log.close()


def test_prometheus_scrapes(prometheus):
    target, = prometheus("targets")["activeTargets"]
    assert target["health"] == "up" and target["lastError"] == ""
    kinds = {name: entry[0]["type"] for name, entry in prometheus("metadata").items()}
    assert {name: kinds.get(name) for name in DOCUMENTED} == DOCUMENTED


def test_alerts_load_and_none_fires_on_a_healthy_service(prometheus):
    wait_until(lambda: all(rule["health"] == "ok" for group in prometheus("rules")["groups"] for rule in group["rules"]))
    assert prometheus("alerts")["alerts"] == []


def expressions():
    """Every expression of the dashboard, with its panel."""
    for panel in json.loads((WATCH / "grafana/niched.json").read_text())["panels"]:
        for target in panel.get("targets", []):
            yield f"{panel['title']} {target['refId']}", target["expr"]


QUIET = {"Errors by code A", "Imported rows A", "Requests of creators A"}  # nothing to see in a healthy sandbox, or not yet


def test_dashboard_shows_something_in_every_panel(prometheus):
    assert len(dict(expressions())) > 25
    for panel, expression in expressions():
        names = set(re.findall(r"\b((?:niched|http|process)_\w+)", expression))
        assert {re.sub(r"_(bucket|count|sum)$", "", n) if n not in DOCUMENTED else n for n in names} <= set(DOCUMENTED), panel
        asked = expression.replace("$__rate_interval", "10s").replace("$instance", ".+")
        if panel not in QUIET:
            wait_until(lambda: prometheus("query", query=asked)["result"])


def test_promtool_checks_alerts_and_configuration():
    for args in (["check", "config", "prometheus.yml"], ["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]):
        done = subprocess.run(["promtool", *args], cwd=WATCH / "prometheus", capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    rules = re.findall(r"- alert: (\w+)", (WATCH / "prometheus/alerts.yml").read_text())
    tested = (WATCH / "prometheus/alerts.test.yml").read_text()
    assert all(f"alertname: {rule}\n        exp_alerts:" in tested for rule in rules)
