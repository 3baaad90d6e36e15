"""How soon a write ranks, under load: constant rates of posts and of /match, and probes that write a post and look for it."""
import http.client
import json
import random
import subprocess
import threading
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from machine import Service

WRITES_A_SECOND, WRITERS = 200, 16
SCORERS, LANES = 4, 4
MATCHES_A_SECOND, MATCH_CLIENTS = 1000, 10
PROBE_LIMIT_S = 30
NICHES = ("select n.slug, v.creators from niche_version v join niche n using (niche_id) "
          "where v.world = 0 and v.creators > 0 order by v.creators desc")


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PROBE_LIMIT_S)

    def __call__(self, method, path, body=None):
        self.connection.request(method, path, json.dumps(body) if body is not None else None,
                                {"Content-Type": "application/json"} if body is not None else {})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]}")
        return json.loads(text)


def stamp(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def post_about(words, key):
    return {"post_key": key, "posted_at": stamp(datetime.now(timezone.utc) - timedelta(seconds=1)), "caption": words,
            "likes": random.randint(10, 900), "comments": random.randint(0, 40), "views": random.randint(1000, 9000)}


def write_steadily(port, creators, until, took, failed, prefix="w"):
    """One writer's share of the posts, each to another creator, at its times whether or not the last one was late."""
    client, pause = Client(port), WRITERS / WRITES_A_SECOND
    due = time.monotonic()
    for n in range(10**9):
        due += pause
        if due > until:
            return
        time.sleep(max(0.0, due - time.monotonic()))
        platform, username = random.choice(creators)
        try:
            client("POST", f"/creators/{platform}/{username}/posts", post_about("a new day", f"{prefix}{threading.get_ident()}{n}"))
            took.append(time.monotonic() - due)
        except (RuntimeError, OSError) as e:
            failed.append(str(e))
            client = Client(port)


def probe(port, niche, until, seen):
    """Writes a post to somebody of the top of a list, again and again, and waits until the list says it."""
    client, n = Client(port), 0
    top = client("GET", f"/match?niche={niche}&limit=50&fields=creator.platform,creator.username,last_post_at")["items"]
    while time.monotonic() < until:
        who = random.choice(top)["creator"]
        n += 1
        post = post_about(f"more of #{niche.replace('-', '')}", f"p{n}")
        client("POST", f"/creators/{who['platform']}/{who['username']}/posts", post)
        answered = time.monotonic()
        while True:
            items = client("GET", f"/match?niche={niche}&limit=100&fields=creator.username,last_post_at")["items"]
            if any(i["creator"]["username"] == who["username"] and (i["last_post_at"] or "") >= post["posted_at"] for i in items):
                break
            if time.monotonic() - answered > PROBE_LIMIT_S:
                raise RuntimeError(f"a post did not rank within {PROBE_LIMIT_S} s")
            time.sleep(0.01)
        seen.append(time.monotonic() - answered)
        time.sleep(max(0.0, 1.0 - (time.monotonic() - answered)) * random.random())


def ask_steadily(port, niches, seconds):
    """/match at a constant rate by h2load; latency counts from when a request was due."""
    weights = [listed for _, listed in niches]
    chosen = random.choices([slug for slug, _ in niches], weights, k=2000)
    uris = [f"http://127.0.0.1:{port}/match?niche={slug}" for slug in chosen]
    return subprocess.Popen(["h2load", "--h1", "-c", str(MATCH_CLIENTS), "-t", "1", "-D", str(seconds),
                             f"--rps={MATCHES_A_SECOND // MATCH_CLIENTS}", *uris],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def await_worker(port):
    """The scorer reads taxonomy and model when it starts, which is not what is measured."""
    end = time.monotonic() + PROBE_LIMIT_S
    while f"\nniched_worker_connected {SCORERS}\n" not in urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode():
        if time.monotonic() > end:
            raise RuntimeError("the scorer does not start")
        time.sleep(0.05)


def measure(run, url):
    random.seed(1)
    with run.cluster.connect(url) as db:
        niches = db.execute(NICHES).fetchall()
        creators = db.execute("select p.slug, a.username from account a tablesample system (25) join platform p using (platform) limit 200000").fetchall()
    small = [slug for slug, listed in niches if 60 <= listed <= 2000] or [slug for slug, _ in niches[-5:]]
    seconds = run.args.seconds
    with Service(run.niched, url, NICHED_WRITES="on", NICHED_WORKER=str(SCORERS), NICHED_WRITERS=str(LANES), NICHED_ADDRESS="127.0.0.1") as service:
        await_worker(service.port)
        took, failed, seen = [], [], []
        until = time.monotonic() + seconds
        ask = ask_steadily(service.port, niches, seconds)
        threads = [threading.Thread(target=write_steadily, args=(service.port, creators, until, took, failed)) for _ in range(WRITERS)]
        threads += [threading.Thread(target=probe, args=(service.port, random.choice(small), until, seen)) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        said = ask.communicate()[0]
        done = next((line for line in said.splitlines() if line.startswith("finished in")), "")
        rate = float(done.split(",")[1].split()[0]) if done else 0.0
        run.tell("live: /match answered", rate, "requests/s", f"{MATCHES_A_SECOND:,} asked for")
        run.tell("live: posts written", len(took) / seconds, "writes/s", f"{WRITES_A_SECOND} asked for, {len(failed)} refused")
        run.tell("live: write answered, p50", 1e3 * percentile(took, 0.5), "ms", "")
        run.tell("live: write answered, p99", 1e3 * percentile(took, 0.99), "ms", "from when it was due")
        run.tell("live: commit to visible, p50", percentile(seen, 0.5), "s", f"{len(seen)} probes")
        run.tell("live: commit to visible, p99", percentile(seen, 0.99), "s", f"{len(seen)} probes", 1.0, at_least=False)
        run.tell("live: peak memory of the service", service.peak_mb(), "MB", "")
