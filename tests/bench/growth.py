"""The default list at several sizes of one store: a sandbox world of the smallest size is imported and scored, then copied within
(grow.sql), measured at each size. Latency at a constant rate, processor time a request, bytes a creator, start to ready."""
import shutil
import statistics
import time
from pathlib import Path

import loads
import memory
from servers import Niched
from store import Store, loaded

SIZES = 100_000, 1_000_000, 5_000_000
A_SECOND = 1000
TABLES = "creator", "account", "account_key", "account_score", "creator_niche", "niche_match"
ALIKE = 1.3
BESIDE = 1.15  # with the log of changes


def grow(store, times_before, times):
    """Makes it `times` as large as it was at first."""
    with store.connect() as db:
        shift, = db.execute("select max(greatest(creator_id, account_id)) from account").fetchone() if times_before == 1 else (store.shift,)
        store.shift = shift
        db.execute("set synchronous_commit = off; set maintenance_work_mem = '1GB'")
        db.execute((Path(__file__).parent / "grow.sql").read_text())
        db.execute("select pg_temp.grow_store(%s, %s, %s)", [shift, times_before, times - 1])
        db.execute("vacuum analyze")


def bytes_a_creator(store):
    with store.connect() as db:
        heap, index = db.execute("select sum(pg_table_size(t::regclass)), sum(pg_indexes_size(t::regclass)) from unnest(%s::text[]) t",
                                 [list(TABLES)]).fetchone()
        rows, = db.execute("select count(*) from creator").fetchone()
    return int(heap) / rows, int(index) / rows


def room(bench, store, size):
    """Whether a store of that size fits on the disk, with what PostgreSQL writes beside it."""
    heap, index = bytes_a_creator(store)
    with store.connect() as db:
        have, = db.execute("select count(*) from creator").fetchone()
        place, = db.execute("show data_directory").fetchone()
    needed, free = (heap + index) * (size - have) * BESIDE, shutil.disk_usage(place).free
    if needed > free:
        bench.report.note(f"growth: {size:,} creators need {needed / 1e9:.0f} GB, {free / 1e9:.0f} GB are free: not measured")
    return needed <= free


def one_size(bench, program, store, size):
    label = f"{size:,} creators"
    service = Niched(label, store)
    paths = [f"/match?niche={slug}" for _, slug, *_ in store.zipf(4096)]
    try:
        load = loads.wrk(service, paths, bench.args.seconds)
        loads.wrk(service, paths, 2)()
        m = loads.median([loads.Meter(service, store).over(load) for _ in range(bench.args.rounds)])
        steady = [loads.rate(program, service, paths, A_SECOND, bench.args.seconds) for _ in range(bench.args.rounds)]
    finally:
        service.stop()
    bench.report.row(f"default, {label}", m)
    p50 = statistics.median(s["p50_us"] for s in steady) / 1e3
    heap, index = bytes_a_creator(store)
    for name, value, unit in ((f"p50 at {A_SECOND:,}/s", p50, "ms"),
                              (f"p99 at {A_SECOND:,}/s", statistics.median(s["p99_us"] for s in steady) / 1e3, "ms"),
                              ("tables", heap, "bytes/creator"), ("indexes", index, "bytes/creator")):
        bench.report.figure(f"{label}: {name}", value, unit)
    bench.store = store  # whose start is measured
    bench.report.figure(f"{label}: start to ready", memory.starts(bench), "s", "", 1, at_least=False)
    return m.server_us + m.postgres_us, p50


def measure(bench):
    program, found = bench.compile("rate"), []
    sizes = [int(s) for s in bench.args.sizes.split(",")] if bench.args.sizes else list(SIZES)
    kept, small = bench.store, loaded(bench.niched, bench.place / "growth", sizes[0])
    try:
        times = 1
        for size in sizes:
            if not room(bench, small, size):
                break
            began = time.monotonic()
            if size // sizes[0] > times:
                grow(small, times, size // sizes[0])
                times = size // sizes[0]
            bench.report.note(f"growth: {size:,} creators, the first {sizes[0]:,} imported and scored, the rest copies of them; made in "
                              f"{time.monotonic() - began:.0f} s")
            fresh = Store(small.url, bench.niched)
            found.append(one_size(bench, program, fresh, size))
    finally:
        bench.store = kept
        small.drop()
    for name, values in (("processor time a request", [cpu for cpu, _ in found]), ("p50 at a constant rate", [p for _, p in found])):
        bench.report.figure(f"growth of {name}", max(values) / min(values), "ratio", f"{sizes[0]:,} to {sizes[len(found) - 1]:,} creators", ALIKE, at_least=False)
