"""`make bench`: the service beside what bounds it and what would be used instead, in one run on one store.

    bench.py --niched build/niched --out build [--url URL | --creators 1000000] [--rounds 3] [--seconds 5] [--only rate,steady,writes,memory,lockstep]

rate    64 connections that always ask (wrk), Zipf-distributed niches: the service by default, with its cache, filtered, with own
        weights, for two niches, and profiles; beside pgbench with the recorded statements, libmicrohttpd with a constant answer of
        the same size and headers, plain SQL that scores and sorts the whole niche, and two Node servers whose answers are compared
        with the service's for 50 niches first. All run, one after the other, round after round; figures are medians
steady  a constant rate (rate.c): latency counts from when a request was due
writes  the cache while 200 posts a second are written, beside its rate a moment before. What was written is removed and scored again
memory  resident memory and start (memory.py)
lockstep  rounds of connections that all send before any goes on, and how evenly loops share connections (lockstep.py)
growth  the default list at 100,000, 1,000,000 and 5,000,000 creators (growth.py); not by default, it takes long

--url names a store that is kept: nothing is written there but by `writes`. Else a sandbox world is made, imported and scored below
OUT, and removed. Writes OUT/bench.json and OUT/bench.md; the status says whether the run worked, not whether figures please."""
import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import loads  # noqa: E402
import lockstep  # noqa: E402
import memory  # noqa: E402
import servers  # noqa: E402
import statements  # noqa: E402
import writes  # noqa: E402
from report import Report  # noqa: E402
from store import Store, loaded  # noqa: E402

PATHS = 4096  # in a list of Zipf-distributed niches
COMPARED = 50
FEW = 4  # connections for what takes tens of milliseconds on a large store
FILTERS = {  # of the default list, by how many they leave
    "wide": "platform=tiktok",
    "middle": "country=US&language=en&min_followers=5000",
    "narrow": "platform=tiktok&country=US&min_followers=5000&max_followers=60000&min_engagement_rate=3pct&last_post_days=60",
}
SEVEN = "platform=tiktok&country=US,GB&min_followers=2000&max_followers=80000&min_engagement_rate=1pct&min_authenticity=0.4&last_post_days=60"
SEVEN_SQL = ("m.platform = 2", "m.country in ('US', 'GB')", "m.followers >= 2000", "m.followers <= 80000",
             "m.engagement_rate >= 0.01::float8", "exp(m.l_auth) >= 0.4::float8", "{today} - m.last_post_day <= 60")
WEIGHTS = "engagement:2,loyalty:0.5"
MIDDLE = 50_000  # creators of the niche by which own weights are held to plain SQL; beside it the largest
SHORT = ("rank,score,confidence,match,creator.id,creator.name,creator.platform,creator.username,creator.country,followers,engagement_rate,"
         "authenticity,price_usd,last_post_at")  # about 6 KB in all
STEADY = {"narrow filters": 1000, "default": 5000}


class Bench:
    def __init__(self, args):
        self.args, self.report, self.niched = args, Report(), args.niched.resolve()
        self.place = args.out.resolve() / "bench"
        self.place.mkdir(parents=True, exist_ok=True)
        only_growth = args.only == "growth"  # which makes its own
        self.store = None if only_growth else Store(args.url, self.niched) if args.url else loaded(self.niched, self.place / "store", args.creators)
        self.closing = contextlib.ExitStack()
        self.contestants, self.servers, self.failed = {}, {}, False

    def introduce(self):
        _, slug, _, listed = self.store.largest
        self.report.note(f"{self.store.accounts:,} accounts, {len(self.store.niches)} niches asked for, the largest {slug} with {listed:,}; "
                         f"{os.cpu_count()} cores for all of it; medians of {self.args.rounds} rounds of {self.args.seconds} s")

    def part(self, word):
        """A part that fails leaves the others alone."""
        try:
            getattr(self, word)()
        except Exception:
            self.failed = True
            self.report.note(f"{word} failed: {traceback.format_exc()}")

    def compile(self, name):
        program = self.place / name
        subprocess.run(["gcc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-o", program, HERE / f"{name}.c", "-lmicrohttpd"], check=True)
        return program

    def serve(self, name, **settings):
        server = servers.Niched(name, self.store, **settings)
        self.closing.callback(server.stop)
        self.servers[name] = server
        return server

    def paths(self, query=""):
        return [f"/match?niche={slug}{query}" for _, slug, *_ in self.store.zipf(PATHS)]

    def http(self, name, server, paths, connections=loads.WRK_CONNECTIONS):
        self.contestants[name] = lambda seconds: loads.Meter(server, self.store).over(loads.wrk(server, paths, seconds, connections))

    def sql(self, name, text, variables):
        self.contestants[name] = lambda seconds: loads.Meter(None, self.store).over(loads.pgbench(self.store, text, variables, seconds))

    # ---- who takes part

    def add_niched(self):
        plain, slug = self.serve("plain"), self.store.largest[1]
        self.http("niched, default", plain, self.paths())
        for name, query in FILTERS.items():
            self.http(f"niched, {name} filter", plain, self.paths(f"&{query}"))
        self.http("niched, 14 fields of each (fields=)", plain, self.paths(f"&fields={SHORT}"))
        for where, (_, one, *_) in self.weighed().items():
            self.http(f"niched, own weights + seven filters, {where}", plain, [f"/match?niche={one}&weights={WEIGHTS}&{SEVEN}"], FEW)
        self.http("niched, two niches, ranked on the fly", plain, self.compounds(), FEW)
        self.http("niched, /creators/{id}", plain, [f"/creators/{c}" for c in self.store.creators(PATHS)])
        self.http("niched, default, with a log of requests", self.serve("logged", NICHED_LOG_LEVEL="info"), self.paths())
        for name, query in FILTERS.items():
            total = json.loads(plain.get(f"/match?niche={slug}&count=exact&{query}"))["total"]
            self.report.note(f"{name} filter: {query} leaves {total:,} of {self.store.largest[3]:,} in {slug}")
        hot = self.serve("hot", NICHED_CACHE_MB=64)
        for path in sorted(set(self.paths())) * (2 * os.cpu_count()):
            hot.get(path)
        self.http("niched, hot cache", hot, self.paths())

    def weighed(self):
        """The niches that own weights are measured on, by what they are called."""
        return {"largest niche": self.store.largest,
                "middle niche": min(self.store.niches[1:], key=lambda niche: abs(niche[3] - MIDDLE))}

    def compounds(self):
        """Pairs of niches beyond the largest; without a scorer their rows are not kept."""
        slugs = [slug for _, slug, *_ in self.store.niches[5:45]]
        pairs = [f"/match?niche={a},{b}" for a, b in zip(slugs, reversed(slugs), strict=True) if a < b]
        served = [p for p in pairs if json.loads(self.servers["plain"].get(p))["query"]["niche"]["resolved"]]
        return served[:16]

    def add_ceilings(self):
        plain, again = self.servers["plain"], {}
        found = statements.recorded(self.store, ["/match?niche={}", *(f"/match?niche={{}}&{q}" for q in FILTERS.values())])
        for name, (_, later) in zip(["default", *(f"{n} filter" for n in FILTERS)], found, strict=True):
            again[name] = statements.script(later, self.store.niches)
            self.sql(f"pgbench, {name}", *again[name])
        sizes = {path: len(plain.get(path)) for path in self.paths()[:200]}
        mean = statistics.fmean(sizes.values())
        path = min(sizes, key=lambda p: abs(sizes[p] - mean))
        constant, size = servers.constant(self.compile("constant"), self.place, self.servers["hot"], path)
        self.closing.callback(constant.stop)
        self.http("libmicrohttpd, constant", constant, ["/"])
        self.report.note(f"constant answer: {size:,} bytes, as the mean of the default list")
        short = statistics.fmean(len(plain.get(path)) for path in self.paths(f"&fields={SHORT}")[:200])
        self.report.note(f"14 fields of each: {short:,.0f} bytes; the statement is that of the default list")
        for where, niche in self.weighed().items():
            self.add_whole_niche(where, niche)
        return found[0]

    def add_whole_niche(self, where, niche):
        slug = niche[1]
        answer = self.servers["plain"].get(f"/match?niche={slug}&weights={WEIGHTS}&{SEVEN}&limit=20")
        with self.store.connect() as db:
            today, = db.execute("select extract(epoch from coalesce(clock, now()) at time zone 'UTC')::bigint / 86400 from world where world = %s",
                                [self.store.world]).fetchone()
            text = statements.plain(self.store, niche, answer, [f.format(today=today) for f in SEVEN_SQL])
            whole = statements.plain(self.store, niche, answer, [])
            best = list(dict.fromkeys(row[0] for row in db.execute(text).fetchall()))[:20]
        ours = [int(item["creator"]["id"]) for item in json.loads(answer)["items"]]
        self.report.figure(f"own weights + seven filters, {where}: the list is that of plain SQL", float(ours == best), "of 1",
                           f"{len(ours)} creators of {niche[3]:,} in {slug}", 1)
        self.sql(f"plain SQL, the {where} scored and sorted", whole, {})
        self.sql(f"plain SQL, the {where} filtered, scored and sorted", text, {})

    def add_peers(self, first, again):
        place, plain = self.place / "peers", self.servers["plain"]
        servers.install_peers(place)
        step = max(1, len(self.store.niches) // COMPARED)
        compared = self.store.niches[::step][:COMPARED]
        for driver in ("pg", "postgres"):
            peer = servers.peer(driver, place, self.store, plain, first, again)
            self.closing.callback(peer.stop)
            other = servers.differences(plain, peer, compared) + servers.differences(plain, peer, compared[:10])
            if other:
                raise RuntimeError(f"{peer.name} answers otherwise for {len(other)} of {COMPARED} niches: {other[:3]}")
            self.report.figure(f"{peer.name}: niches answered field for field as niched does", len(compared), "niches")
            self.http(peer.name, peer, self.paths())

    # ---- what is measured

    def rate(self):
        self.add_niched()
        self.add_peers(*self.add_ceilings())
        for name, load in self.contestants.items():
            load(2)
        runs = {name: [] for name in self.contestants}
        for n in range(self.args.rounds):
            for name, load in self.contestants.items():
                runs[name].append(load(self.args.seconds))
                print(f"round {n + 1}: {name}: {runs[name][-1].rate:,.0f}/s", flush=True)
        found = {name: loads.median(measures) for name, measures in runs.items()}
        for name, m in found.items():
            self.report.row(name, m)
        self.ratios({name: m.rate for name, m in found.items()})

    def ratios(self, rate):
        best_peer = max((n for n in rate if n.startswith("fastify")), key=rate.get)
        self.report.figure("default over pgbench", rate["niched, default"] / rate["pgbench, default"], "ratio", "the same statement", 0.90)
        self.report.figure("default over Node", rate["niched, default"] / rate[best_peer], "ratio", best_peer, 7)
        self.report.figure("hot cache over a constant answer", rate["niched, hot cache"] / rate["libmicrohttpd, constant"], "ratio",
                           "libmicrohttpd, same size and headers", 0.80)
        self.report.figure("14 fields of each over pgbench", rate["niched, 14 fields of each (fields=)"] / rate["pgbench, default"], "ratio",
                           "the same statement", 0.90)
        for where, niche in self.weighed().items():
            for filtered, target in (("", 25), (" filtered,", None)):
                plain = f"plain SQL, the {where}{filtered} scored and sorted"
                self.report.figure(f"own weights + seven filters over {plain}", rate[f"niched, own weights + seven filters, {where}"] / rate[plain],
                                   "ratio", f"{niche[3]:,} creators", target)
        for name in FILTERS:
            self.report.figure(f"{name} filter over pgbench", rate[f"niched, {name} filter"] / rate[f"pgbench, {name} filter"], "ratio")

    def steady(self):
        program, plain, slug = self.compile("rate"), self.servers.get("plain") or self.serve("plain"), self.store.largest[1]
        narrow = [f"/match?niche={slug}&{FILTERS['narrow']}"]
        for name, a_second in STEADY.items():
            paths = narrow if name == "narrow filters" else self.paths()
            loads.rate(program, plain, paths, a_second, 1)
            rounds = [loads.rate(program, plain, paths, a_second, self.args.seconds) for _ in range(self.args.rounds)]
            for share, key in (("p50", "p50_us"), ("p99", "p99_us"), ("p99.9", "p999_us")):
                target = 5 if (name, share) == ("narrow filters", "p99") else None
                self.report.figure(f"{name} at {a_second:,}/s: {share}", statistics.median(r[key] for r in rounds) / 1e3, "ms",
                                   "from when it was due", target, at_least=False)
            if late := max(r["asked"] - r["answered"] for r in rounds):
                self.report.note(f"{name} at {a_second:,}/s: {late:,} requests of a round had no answer 5 s after its end")

    def writes(self):
        writes.measure(self)

    def memory(self):
        memory.measure(self)

    def lockstep(self):
        lockstep.measure(self)

    def growth(self):
        import growth  # takes long and its own stores
        growth.measure(self)

    def close(self):
        self.closing.close()
        if self.store:
            self.store.drop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--niched", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--url", help="a scored store that is kept")
    parser.add_argument("--creators", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--only", default="rate,steady,writes,memory,lockstep",
                        help="some of rate, steady, writes, memory, lockstep, growth")
    parser.add_argument("--sizes", help="of growth: 100000,1000000,5000000")
    args = parser.parse_args()
    words = args.only.split(",")
    if unknown := set(words) - {"rate", "steady", "writes", "memory", "lockstep", "growth"}:
        parser.error(f"--only has {', '.join(sorted(unknown))}; see --help")
    if missing := [p for p in ("wrk", "node", "npm") if "rate" in words and not shutil.which(p)]:
        parser.error(f"{', '.join(missing)} missing: make deps-bench")
    began, bench = time.monotonic(), Bench(args)
    try:
        if bench.store:
            bench.introduce()
        for word in words:
            bench.part(word)
    finally:
        bench.close()
    bench.report.note(f"the run took {(time.monotonic() - began) / 60:.1f} minutes")
    bench.report.write(args.out)
    sys.exit(1 if bench.failed else 0)


if __name__ == "__main__":
    main()
