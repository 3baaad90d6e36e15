"""`make soak`: a mixed load for a time, and what the service uses meanwhile: nothing may grow.

    soak.py --niched build/niched --out build [--minutes 20]

Reads of all kinds with checked bytes, writes, plans, lookalikes, imports, the page, connections that are given up half-way, bad input;
once a second memory, threads and connections to PostgreSQL, through which a line is fitted; open files before and after, at rest (a
connection that is given up in the middle of a request stays for a second). A quarter of the time is warm-up. Prints a summary, writes OUT/soak.json; the status is 1 when the run failed, not when a figure misses."""
import argparse
import http.client
import random
import socket
import sys
import threading
import time
from pathlib import Path

import psycopg

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from figures import Figures  # noqa: E402
from load import Load, ask  # noqa: E402
from world import Postgres, Service, fill  # noqa: E402

WARM_UP, IDLE_S = 0.25, 5
CACHE_MB = 2  # full before the warm-up is over, so that what it holds is not taken for growth
MIXED = (  # method, path, statuses that are right
    ("GET", "/match?niche=vegan&country=US,GB&min_engagement_rate=2pct&last_post_days=60&world=sandbox&limit={n}", {200}),
    ("GET", "/match?niche=fitness&weights=engagement:{n},loyalty:0.5&world=sandbox", {200, 400}),
    ("GET", "/match?niche=fitness&goal=launch&caution=high&diversify=0.8&world=sandbox", {200}),
    ("GET", "/match?niche=vegan&q=coach&why_not=@nobody{n}&world=sandbox", {200, 404}), ("GET", "/match?niche=fitness&format=csv&limit=100&world=sandbox", {200}),
    ("GET", "/plan?niche=vegan&budget_usd={n}00&world=sandbox", {200}), ("GET", "/creators/{n}/similar", {200, 404}),
    ("GET", "/creators/{n}?world=sandbox", {200, 404}), ("GET", "/niches?q=v{n}", {200}), ("GET", "/assets/app.js", {200}), ("GET", "/", {200}), ("GET", "/metrics", {200}),
    ("GET", "/match?niche=nothing-{n}-like-it", {404}), ("GET", "/match?limit=x{n}", {400}), ("GET", "/nope/{n}", {404}), ("BREW", "/match", {405}),
    ("POST", "/match/batch", {400}), ("GET", "/match?niche=%ff{n}", {400}))
MIXED_PAUSE_S, IMPORT_EVERY = 0.01, 200


class Mixed(threading.Thread):
    """One request after the other by chance; some are given up before their answer came."""

    def __init__(self, port, over):
        super().__init__(daemon=True)
        self.port, self.over, self.dice = port, over, random.Random(1)
        self.count, self.wrong, self.given_up, self.imports = 0, [], 0, 0

    def give_up(self, path):
        with socket.create_connection(("127.0.0.1", self.port)) as wire:
            request = f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
            wire.sendall(request[:self.dice.randint(1, len(request))])
        self.given_up += 1

    def upload(self):
        rows = "".join(f"soak.{self.imports}.{i},{5000 + i},vegan coach\n" for i in range(50))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("POST", "/imports?platform=tiktok", "username,followers,bio\nbad,x,\n" + rows, {"Content-Type": "text/csv"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        self.imports += 1
        if answer.status not in (202, 429):
            self.wrong.append(f"/imports: {answer.status}")

    def run(self):
        connection = None
        while not self.over.wait(MIXED_PAUSE_S):
            self.count += 1
            method, path, right = self.dice.choice(MIXED)
            path = path.replace("{n}", str(self.dice.randint(1, 100)))
            if self.count % IMPORT_EVERY == 0:
                self.upload()
            if self.dice.random() < 0.1:
                self.give_up(path)
                continue
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                answer, body = ask(0, method, path, None, connection)
                if answer.status not in right:
                    self.wrong.append(f"{method} {path}: {answer.status} {body[:200]!r}")
            except (OSError, http.client.HTTPException) as e:
                self.wrong.append(f"{method} {path}: {e!r}")
                connection = None


def sample(service, db):
    used = service.used()
    used["connections"] = db.execute("select count(*) from pg_stat_activity where application_name like 'niched%%'").fetchone()[0]
    return used


def growth(points):
    """What a line through (second, value) rises from its first to its last second."""
    n, mean_t, mean_v = len(points), sum(t for t, _ in points) / len(points), sum(v for _, v in points) / len(points)
    spread = sum((t - mean_t) ** 2 for t, _ in points)
    slope = sum((t - mean_t) * (v - mean_v) for t, v in points) / spread if n > 1 and spread else 0.0
    return slope * (points[-1][0] - points[0][0])


def under_load(service, db, seconds):
    """The load for a time: what was sent, and what the service used meanwhile."""
    load = Load(service)
    mixed = Mixed(service.port, load.over)
    load.start()
    mixed.start()
    began, samples = time.monotonic(), []
    while time.monotonic() - began < seconds:
        time.sleep(1)
        samples.append((time.monotonic() - began, sample(service, db)))
    load.stop()
    mixed.join()
    time.sleep(IDLE_S + 2)
    return load, mixed, samples, sample(service, db)


def soak(args, service, url, figures):
    with psycopg.connect(url, autocommit=True) as db:
        _, _, _, rest = under_load(service, db, args.minutes * 60 * WARM_UP)
        load, mixed, samples, after = under_load(service, db, args.minutes * 60 * (1 - WARM_UP))
    ok, bad = load.count("ok"), len(load.seen) - load.count("ok")
    figures.add("requests", ok + bad + mixed.count, "requests", f"in {args.minutes * (1 - WARM_UP):g} minutes after the warm-up: {len(load.accepted)} writes, {mixed.imports} imports, {mixed.given_up} given up half-way")
    figures.add("errors", bad + len(mixed.wrong), "answers", "wrong bytes, 5xx, lost connections", 0)
    for what, unit, most in (("memory", "MB", 1.0), ("threads", "threads", 0.5), ("connections", "connections", 0.5)):
        values = [(t, used[what]) for t, used in samples]
        figures.add(f"growth: {what}", growth(values), unit, f"by a line through {len(values)} seconds; {values[0][1]:.1f} first, {values[-1][1]:.1f} last", most)
    for what, unit, most in (("files", "files", 0), ("memory", "MB", 2.0)):
        figures.add(f"growth at rest: {what}", after[what] - rest[what], unit, f"{rest[what]:.1f} before, {after[what]:.1f} after", most)
    for why in [*load.wrong, *mixed.wrong][:10]:
        print(f"FOUND {why}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--niched", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20)
    args = parser.parse_args()
    args.niched, figures, primary, service = args.niched.resolve(), Figures(), Postgres(), None
    try:
        fill(args.niched, primary.url())
        service = Service(args.niched, primary.url(), NICHED_IDLE_TIMEOUT_S=str(IDLE_S), NICHED_CACHE_MB=str(CACHE_MB))
        soak(args, service, primary.url(), figures)
        figures.add("exit status", service.stop(), "status", "at SIGTERM", 0)
    finally:
        if service:
            service.close()
        primary.drop()
    print(figures.table())
    figures.write(args.out / "soak.json")


if __name__ == "__main__":
    main()
