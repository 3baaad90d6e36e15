"""Resident memory of the service, and how soon it is ready."""
import contextlib
import http.client
import statistics

import loads
from servers import Niched

IDLE = 1000
STARTS = 5


def most(bench, name, connections, paths, **settings):
    """The largest resident memory under a load of so many connections."""
    service = Niched(name, bench.store, NICHED_MAX_CONNECTIONS=2 * IDLE, NICHED_MAX_WAITING=2 * IDLE, **settings)
    try:
        started = service.memory_mb()
        loads.wrk(service, paths, bench.args.seconds, connections)()
        return started, service.peak_mb()
    finally:
        service.stop()


def idle_kb(bench):
    """Memory of a connection that is kept and has asked once."""
    service = Niched("idle", bench.store, NICHED_MAX_CONNECTIONS=2 * IDLE, NICHED_IDLE_TIMEOUT_S=600)
    with contextlib.ExitStack() as closing:
        closing.callback(service.stop)

        def some(n):
            for _ in range(n):
                line = closing.enter_context(contextlib.closing(http.client.HTTPConnection("127.0.0.1", service.port)))
                line.request("GET", "/livez")
                line.getresponse().read()
        some(IDLE // 10)
        before = service.memory_mb()
        some(IDLE)
        return 1024 * (service.memory_mb() - before) / IDLE


def starts(bench):
    took = []
    for _ in range(STARTS):
        service = Niched("start", bench.store)
        took.append(service.ready_s)
        service.stop()
    return statistics.median(took)


def measure(bench):
    report, paths = bench.report, bench.paths()
    started, peak = most(bench, "256 connections", 256, paths, NICHED_CACHE_MB=0)
    report.figure("memory after the start", started, "MB")
    report.figure("memory, 256 connections, no cache", peak, "MB", "largest", 16, at_least=False)
    many = [f"{path}&limit={limit}" for limit in range(100, 20, -1) for path in sorted(set(paths))]  # more than a cache holds
    _, peak = most(bench, "1,000 connections", IDLE, many, NICHED_CACHE_MB=None)
    report.figure("memory, 1,000 connections, the cache at its bound", peak, "MB", "largest", 64, at_least=False)
    report.figure("memory of an idle connection", idle_kb(bench), "kB")
    report.figure("start to ready", starts(bench), "s", f"{bench.store.accounts:,} accounts", 1, at_least=False)
