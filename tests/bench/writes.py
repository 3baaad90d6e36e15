"""The cache while the store is written to: its rate beside 200 posts a second over its rate a moment before."""
import random
import threading
import time

import live
import loads
import machine

CREATORS = 2000
PREFIX = "bench-"  # of the keys of the posts that are written, and removed again
SCORED_S = 120


def creators(db, world):
    return db.execute("select a.creator_id, p.slug, a.username from account a join platform p using (platform) where a.world = %s"
                      " order by a.account_id limit %s", [world, CREATORS]).fetchall()


def put_back(db, owners):
    """Removes what was written and waits until the service has scored it."""
    db.execute("delete from post where creator_id = any(%s) and post_key like %s", [owners, f"{PREFIX}%"])
    db.execute("delete from post_metric where creator_id = any(%s) and post_key like %s", [owners, f"{PREFIX}%"])
    db.execute("select mark_accounts(c) from unnest(%s::bigint[]) c order by c", [owners])
    db.execute("select pg_notify('niched_dirty', 'bench')")
    end = time.monotonic() + SCORED_S
    while db.execute("select exists (select from account_dirty where tries < 3)").fetchone()[0]:
        if time.monotonic() > end:
            raise RuntimeError(f"the store is not scored {SCORED_S} s after the writes")
        time.sleep(0.2)


def beside_writes(port, chosen, seconds, load):
    """Runs the load while it writes: (its result, seconds that writes took, how many failed)."""
    took, failed, until = [], [], time.monotonic() + seconds
    people = [(platform, username) for _, platform, username in chosen]
    threads = [threading.Thread(target=live.write_steadily, args=(port, people, until, took, failed, PREFIX)) for _ in range(live.WRITERS)]
    for t in threads:
        t.start()
    result = load()
    for t in threads:
        t.join()
    return result, took, failed


def measure(bench):
    random.seed(1)
    store, report, seconds = bench.store, bench.report, bench.args.seconds
    if store.world:
        report.note("writes: the sandbox takes none; not measured")
        return
    machine.measured([store.niched, "score"], DATABASE_URL=store.url)  # else what time has changed since would be waited for at the end
    with store.connect() as db:
        chosen = creators(db, store.world)
    service = bench.serve("written", NICHED_CACHE_MB=64, NICHED_WORKER="1", NICHED_WRITES="on", NICHED_ADDRESS="127.0.0.1")
    ask = loads.wrk(service, bench.paths(), seconds)
    quiet, busy, took_all = [], [], []
    try:
        loads.wrk(service, bench.paths(), 1)()
        for _ in range(bench.args.rounds):
            quiet.append(ask()[0][0])
            result, took, failed = beside_writes(service.port, chosen, seconds, ask)
            busy.append(result[0][0])
            took_all += took
            if failed:
                report.note(f"writes: {len(failed)} refused, the first: {failed[0][:200]}")
    finally:
        with store.connect() as db:
            put_back(db, [c for c, *_ in chosen])
    written = len(took_all) / (seconds * bench.args.rounds)
    report.figure("writes beside the cache", written, "writes/s", f"{live.WRITES_A_SECOND} asked for", 0.95 * live.WRITES_A_SECOND)
    report.figure("write answered beside the cache: p99", 1e3 * live.percentile(took_all, 0.99), "ms", "from when it was due")
    report.figure("hot cache, quiet", sorted(quiet)[len(quiet) // 2], "requests/s")
    report.figure("hot cache beside writes", sorted(busy)[len(busy) // 2], "requests/s")
    ratios = sorted(b / q for b, q in zip(busy, quiet, strict=True))
    report.figure("the cache beside 200 writes/s over its quiet rate", ratios[len(ratios) // 2], "ratio", f"{written:.0f} writes/s went through", 0.5)
