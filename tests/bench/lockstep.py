"""Many connections at once: all send, all must be answered, then again (a server that loses a wake-up stands still for ever), and
how evenly the loops share connections."""
import contextlib
import re
import select
import socket
import time

from servers import Niched

COUNTS = 127, 128, 129, 256, 1000  # to one loop; libmicrohttpd's own event thread stops at 128
ROUNDS = 300
STALL_S = 5
SPREAD, SHARED = 1.5, 64
REQUEST = b"GET %s HTTP/1.1\r\nHost: niched\r\n\r\n"


def whole(data):
    head, found, body = data.partition(b"\r\n\r\n")
    return bool(found) and len(body) >= int(re.search(rb"(?i)content-length: (\d+)", head)[1])


def one_round(lines, path):
    """Whether all of them had their answer within STALL_S."""
    waiting, got = {line.fileno(): line for line in lines}, {line.fileno(): b"" for line in lines}
    for line in lines:
        line.sendall(REQUEST % path)
    end = time.monotonic() + STALL_S
    with select.epoll() as poll:
        for fd in waiting:
            poll.register(fd, select.EPOLLIN)
        while waiting:
            ready = poll.poll(max(0, end - time.monotonic()))
            if not ready:
                return False
            for fd, _ in ready:
                data = waiting[fd].recv(1 << 17)
                if not data:
                    raise RuntimeError("a connection was closed")
                got[fd] += data
                if whole(got[fd]):
                    poll.unregister(fd)
                    del waiting[fd]
    if bad := {data[:12] for data in got.values()} - {b"HTTP/1.1 200"}:
        raise RuntimeError(f"lock-step: {bad}")
    return True


def connect(closing, service, n):
    return [closing.enter_context(socket.create_connection(("127.0.0.1", service.port))) for _ in range(n)]


def rounds(bench, service, count):
    longest, stalled = 0.0, 0
    with contextlib.ExitStack() as closing:
        lines = connect(closing, service, count)
        for _ in range(ROUNDS):
            began = time.monotonic()
            stalled = int(not one_round(lines, b"/livez"))
            longest = max(longest, time.monotonic() - began)
            if stalled:
                break
    bench.report.figure(f"lock-step, {count} connections of a loop: rounds that stalled", stalled, f"of {ROUNDS}",
                        f"the longest round {1e3 * longest:.0f} ms", 0, at_least=False)


def spread(bench):
    """The loop with most connections over the one with fewest, once all of them are counted."""
    with Niched("spread", bench.store) as service, contextlib.ExitStack() as closing:
        lines = connect(closing, service, SHARED - 1)
        one_round(lines, b"/livez")
        end = time.monotonic() + STALL_S
        while True:  # the 64th is the one that asks
            counts = [int(c) for c in re.findall(rb'http_connections\{loop="\d+"\} (\d+)', service.get("/metrics"))]
            if sum(counts) == SHARED or time.monotonic() > end:
                break
            time.sleep(0.1)
    if len(counts) < 2:
        bench.report.note("one loop: nothing to share")
        return
    bench.report.figure(f"{SHARED} connections: the loop with most over the one with fewest", max(counts) / max(min(counts), 1), "ratio",
                        f"{len(counts)} loops: {', '.join(map(str, counts))}", SPREAD, at_least=False)


def measure(bench):
    for count in COUNTS:
        with Niched("lock-step", bench.store, NICHED_LOOPS=1, NICHED_MAX_CONNECTIONS=1200, NICHED_MAX_WAITING=4000) as service:
            rounds(bench, service, count)
    spread(bench)
