"""Many connections at once. Lock-step: all of them send, all must be answered, then again; a server that loses a wake-up stands
still for ever (libmicrohttpd's own event thread does at exactly 128). Spreading: every loop has its share of the connections.

LOCKSTEP_ROUNDS=300 for the long run."""
import os
import random
import re
import select
import socket
import time

import pytest
from patience import NEVER_S

ROUNDS = int(os.environ.get("LOCKSTEP_ROUNDS", "20"))
SPREAD = 1.5  # between the loops; connections that are about to close count when a new one is handed over
STALL_S = NEVER_S  # a round takes milliseconds; a lost wake-up takes for ever
REQUEST = "GET {} HTTP/1.1\r\nHost: niched\r\n\r\n"


class Line:
    """A kept connection."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=STALL_S)
        self.socket.setblocking(False)
        self.rest = b""

    def send(self, path):
        self.rest = b""
        self.socket.sendall(REQUEST.format(path).encode())

    def take(self):
        """Reads what is there; whether the answer is whole."""
        data = self.socket.recv(1 << 17)
        assert data, "the connection was closed"
        self.rest += data
        head, found, body = self.rest.partition(b"\r\n\r\n")
        return bool(found) and len(body) >= int(re.search(rb"(?i)content-length: (\d+)", head)[1])

    @property
    def status(self):
        return int(self.rest.split(None, 2)[1])

    def ask(self, path):
        self.send(path)
        all_answered([self])
        return self.rest.partition(b"\r\n\r\n")[2].decode()


def all_answered(lines):
    """Waits until all of them have their answers."""
    poll, waiting, end = select.epoll(), {line.socket.fileno(): line for line in lines}, time.monotonic() + STALL_S
    for fd in waiting:
        poll.register(fd, select.EPOLLIN)
    with poll:
        while waiting:
            ready = poll.poll(max(0, end - time.monotonic()))
            assert ready, f"{len(waiting)} of {len(lines)} connections have no answer after {STALL_S} s"
            for fd, _ in ready:
                if waiting[fd].take():
                    poll.unregister(fd)
                    del waiting[fd]


def close(lines):
    for line in lines:
        line.socket.close()


@pytest.fixture(scope="module")
def lines_of(sandbox):
    """So many connections to a service with one loop."""
    with sandbox.serve(NICHED_LOOPS=1, NICHED_MAX_CONNECTIONS=1200, NICHED_MAX_WAITING=4000) as service:
        lines = []

        def some(n):
            lines.extend(Line(service.address) for _ in range(n - len(lines)))
            return lines[:n]
        yield some
        close(lines)


@pytest.mark.parametrize("connections", [127, 128, 129, 256, 1000])
@pytest.mark.parametrize("path, part", [("/livez", 1), ("/match?niche=fitness&limit=1", 10)])
def test_no_round_stalls(lines_of, path, part, connections):
    """part: what answers from the database goes a tenth of the rounds."""
    lines = lines_of(connections)
    for _ in range(max(2, ROUNDS // part)):
        for line in lines:
            line.send(path)
        all_answered(lines)
        assert {line.status for line in lines} == {200}


def connections_of_loops(line, loops, n):
    """Open connections of each loop, once they are n in all: a loop says so ten times a second."""
    end = time.monotonic() + STALL_S
    while True:
        counts = [int(c) for c in re.findall(r'http_connections\{loop="\d+"\} (\d+)', line.ask("/metrics"))]
        if sum(counts) == n:
            assert len(counts) == loops
            return counts
        assert time.monotonic() < end, counts
        time.sleep(0.05)


@pytest.mark.parametrize("loops", [2, 3])
def test_loops_have_the_same_share_of_connections(sandbox, loops):
    with sandbox.serve(NICHED_LOOPS=loops) as service:
        lines = [Line(service.address) for _ in range(64)]
        counts = connections_of_loops(lines[0], loops, 64)
        assert max(counts) <= SPREAD * min(counts)
        random.seed(loops)
        stay = lines[:1] + random.sample(lines[1:], 31)
        close(set(lines) - set(stay))
        connections_of_loops(stay[0], loops, 32)
        lines = stay + [Line(service.address) for _ in range(32)]
        counts = connections_of_loops(lines[0], loops, 64)
        assert max(counts) <= SPREAD * min(counts), "whoever lost some gets the next ones"
        for line in lines:
            line.send("/livez")
        all_answered(lines)
        close(lines)
