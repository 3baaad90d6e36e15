"""`make bench-ingest`: what it costs to get a large world in, beside PostgreSQL's own COPY of the same bytes in the same run,
and how soon a write ranks.

    ingest.py --niched build/niched --out build [--creators 1000000] [--seconds 60] [--only load,score,live] [--keep]

load   creators, then their posts (12 each): rows per second of `niched import` into an empty store, then a tenth more into the
       filled one, beside COPY of the same file into one table of text columns without index; peak memory; size of the database
score  accounts per second and core of `niched score` over all of it; peak memory
live   for --seconds: 200 posts a second by HTTP and 1,000 /match a second; from the answer to a write to its effect in /match

COPY runs before and after each import; a ratio is over the mean of both. Processor seconds are those of all of PostgreSQL, so that
the second ratio holds on a busy machine, too. Prints a Markdown table and writes OUT/bench-ingest.json; the status says whether the
run worked, not whether the figures please. The cluster (fsync on) is its own, below OUT, and gone afterwards, unless --keep says otherwise."""
import argparse
import csv
import json
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import live  # noqa: E402
from machine import Cluster, measured  # noqa: E402

POSTS = 12
FILLED_PART = 10  # one creator more for ten that the filled store has
FILES = "creators", "posts"


def make_world(niched, folder, creators, seed):
    folder.mkdir(parents=True)
    measured([niched, "sandbox", "--creators", creators, "--posts", POSTS, "--seed", seed, "--out", folder])


def rename(folder, suffix):
    """Gives the accounts of a world names that no other world has."""
    for name in FILES:
        path = folder / f"{name}.csv"
        with open(path, newline="", encoding="utf-8") as old, open(f"{path}.new", "w", newline="", encoding="utf-8") as new:
            rows, out = csv.reader(old), csv.writer(new, lineterminator="\n")
            header = next(rows)
            out.writerow(header)
            at = {name: header.index(name) for name in ("username", "platform_account_id") if name in header}
            for row in rows:
                for i in at.values():
                    row[i] += suffix if row[i] else ""
                out.writerow(row)
        Path(f"{path}.new").replace(path)


def count(path):
    with open(path, newline="", encoding="utf-8") as source:
        return sum(1 for _ in csv.reader(source)) - 1


def copy(cluster, url, path):
    """(wall, processor) seconds that COPY takes for the file into one table of text columns without index."""
    with cluster.connect(url) as db, open(path, "rb") as source:
        columns = source.readline().decode().strip().split(",")
        db.execute(f"create table plain ({', '.join(c + ' text' for c in columns)})")
        source.seek(0)
        began, before = time.monotonic(), cluster.backend_cpu(db)
        with db.cursor().copy("copy plain from stdin (format csv, header)") as sink:
            while data := source.read(1 << 20):
                sink.write(data)
        took = time.monotonic() - began, cluster.backend_cpu(db) - before
        db.execute("drop table plain")
    return took


def load(run, label, folder, target_url, copy_url, target):
    """Imports one file after the other, COPY before and after each."""
    walls, cpus, plain_walls, plain_cpus, rows_all, peak = [], [], [], [], 0, 0.0
    for name in FILES:
        path = folder / f"{name}.csv"
        rows = count(path)
        first = copy(run.cluster, copy_url, path)
        before = run.cluster.cpu()
        imported = measured([run.niched, "import", path], DATABASE_URL=target_url)
        cpu = run.cluster.cpu() - before
        second = copy(run.cluster, copy_url, path)
        walls.append(imported.wall)
        cpus.append(cpu)
        plain_walls.append((first[0] + second[0]) / 2)
        plain_cpus.append((first[1] + second[1]) / 2)
        rows_all, peak = rows_all + rows, max(peak, imported.peak_mb)
        run.tell(f"import {name}, {label}", rows / imported.wall, "rows/s", "")
        run.tell(f"import {name}, {label}: over COPY", plain_walls[-1] / walls[-1], "ratio", f"COPY {rows / plain_walls[-1]:,.0f} rows/s")
    run.tell(f"import, {label}: all rows", rows_all / sum(walls), "rows/s", "")
    run.tell(f"import, {label}: over COPY", sum(plain_walls) / sum(walls), "ratio", "COPY of the same bytes", target)
    run.tell(f"import, {label}: over COPY, processor time of PostgreSQL", sum(plain_cpus) / sum(cpus), "ratio", "COPY of the same bytes")
    run.tell(f"import, {label}: peak memory", peak, "MB", "")


class Run:
    def __init__(self, args):
        self.args, self.niched, self.figures = args, args.niched.resolve(), []
        self.place = args.out.resolve() / "bench-ingest"
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir(parents=True)
        self.cluster = Cluster(self.place / "pg")

    def tell(self, name, value, unit, against, target=None, at_least=True):
        met = None if target is None else bool(value >= target if at_least else value <= target)
        self.figures.append({"name": name, "value": round(value, 4), "unit": unit, "against": against,
                             "target": target, "met": met})
        sign = "" if target is None else f"{'>=' if at_least else '<='} {target:g}: {'met' if met else 'missed'}"
        print(f"| {name} | {value:,.3f} | {unit} | {sign} | {against} |", flush=True)

    def whole(self):
        only = self.args.only.split(",")
        url, plain = self.cluster.database("store"), self.cluster.database("plain")
        for words in (["migrate"], ["taxonomy", "load", "--yes"]):
            measured([self.niched, *words], DATABASE_URL=url)
        full, more = self.place / "full", self.place / "more"
        make_world(self.niched, full, self.args.creators, 1)
        if "load" in only:
            load(self, "into an empty store", full, url, plain, 0.20)
            make_world(self.niched, more, self.args.creators // FILLED_PART, 2)
            rename(more, "_2")
            load(self, "into a filled store", more, url, plain, 0.12)
        else:
            for name in FILES:
                measured([self.niched, "import", full / f"{name}.csv"], DATABASE_URL=url)
        if "score" in only or "live" in only:
            self.score(url)
        with self.cluster.connect(url) as db:
            size, accounts = db.execute("select pg_database_size(current_database()), (select count(*) from account)").fetchone()
        self.tell("database", size / 1e9, "GB", f"{size / accounts:,.0f} bytes an account, {accounts:,} accounts")
        if "live" in only:
            live.measure(self, url)

    def score(self, url):
        with self.cluster.connect(url) as db:
            dirty = db.execute("select count(*) from account_dirty").fetchone()[0]
        before = self.cluster.cpu()
        scored = measured([self.niched, "score"], DATABASE_URL=url)
        self.tell("niched score", dirty / scored.wall, "accounts/s", f"{dirty:,} accounts, one worker")
        cores = (scored.cpu + self.cluster.cpu() - before) / scored.wall
        self.tell("niched score: a core", dirty / scored.wall / cores, "accounts/s", f"{cores:.2f} cores of service and PostgreSQL")
        self.tell("niched score: peak memory", scored.peak_mb, "MB", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--niched", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--creators", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--only", default="load,score,live")
    parser.add_argument("--keep", action="store_true", help="leave the filled store and say where it is")
    run = Run(parser.parse_args())
    print("| what | value | unit | target | beside |\n| --- | --- | --- | --- | --- |", flush=True)
    try:
        run.whole()
    finally:
        if run.args.keep:
            print(f"kept: {run.cluster.url('store')}")
        else:
            run.cluster.drop()
            shutil.rmtree(run.place, ignore_errors=True)
    (run.args.out / "bench-ingest.json").write_text(json.dumps(run.figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
