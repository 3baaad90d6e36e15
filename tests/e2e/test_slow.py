"""Who is slow, who left half, and who comes when there is no room: whoever behaves is served meanwhile, the others are told and
cut in time."""
import contextlib
import json
import socket
import threading
import time
from pathlib import Path

import pytest
from client import Client, Wire
from patience import NEVER_S, promised, wait_until
from test_metrics import value

HEAD = b"GET /match?niche=vegan&limit=1 HTTP/1.1\r\nHost: x\r\n"
ASK = HEAD + b"\r\n"
BODY = json.dumps({"queries": [{"niche": "vegan", "limit": 1}]}).encode()
POST = b"POST /match/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


def closed_within(wire, seconds, method="GET", target="/livez"):
    """The answer that came before the end of the connection (None: none), which must come in time."""
    wire.settimeout(seconds)
    try:
        answer = wire.answer(method, target)
        assert not wire.rest()
        return answer
    except ConnectionError:
        return None


def refused(client, answer, status, code, method="GET", target="/match?niche=vegan"):
    client.contract.check(method, target, answer.status_code, answer.headers, answer.content)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["Connection"].lower() == "close"
    return answer.json()["detail"]


# ---- heads

def test_two_hundred_slow_heads_stop_nobody_and_are_gone_in_time(sandbox, ask):
    with sandbox.serve(NICHED_HEAD_TIMEOUT_S=2, NICHED_LOOPS=1) as service, contextlib.ExitStack() as stack:
        wires = [stack.enter_context(Wire(service.address)) for _ in range(200)]
        client, rounds, beside, gone = ask(service), 0, 0, set()

        def all_are_gone():
            nonlocal rounds, beside
            for wire in set(wires) - gone:
                try:
                    wire.send(b"GET /"[rounds:rounds + 1] or b"x")
                except ConnectionError:
                    gone.add(wire)
            assert client.match("vegan", limit=1)["items"]
            rounds, beside = rounds + 1, beside + (not gone)
            time.sleep(0.1)
            return len(gone) == 200
        wait_until(all_are_gone, promised(2))
        assert beside, "nobody was answered before they were gone"
        assert value(client, "http_connections_slow_total", reason="head") == 200
        wait_until(lambda: value(client, "http_connections", loop="0") == 1)


def test_slow_head_is_told(sandbox, ask):
    with sandbox.serve(NICHED_HEAD_TIMEOUT_S=2) as service, contextlib.ExitStack() as stack:
        slow = [stack.enter_context(Wire(service.address)) for _ in range(4)]
        for wire, begun in zip(slow, (b"GET", HEAD, HEAD + b"X-A: ")):
            wire.send(begun)
        for _ in range(2):  # a second request on a connection has its own time
            slow[3].send(HEAD)
            time.sleep(1.1)
            slow[3].send(b"\r\n")
            assert slow[3].answer().status_code == 200
        time.sleep(1.2)  # what comes right behind an answer counts as silence at first
        slow[3].send(b"G")
        for wire in slow:
            assert "within 2 s" in refused(ask(service), closed_within(wire, promised(2)), 408, "LIMIT_SLOW")


def test_silence_is_not_slow(sandbox):
    """Between requests, and before the first, a connection may rest as NICHED_IDLE_TIMEOUT_S says."""
    with sandbox.serve(NICHED_HEAD_TIMEOUT_S=1) as service, Wire(service.address) as unused, Wire(service.address) as used:
        used.send(ASK)
        assert used.answer().status_code == 200
        time.sleep(2.5)
        for wire in (unused, used):
            wire.send(ASK)
            assert wire.answer().status_code == 200


# ---- bodies

def drip(wire, data, size, pause_s):
    """Whether all of it was taken."""
    with contextlib.suppress(ConnectionError):
        for at in range(0, len(data), size):
            wire.send(data[at:at + size])
            time.sleep(pause_s)
        return True
    return False


@pytest.fixture(scope="module")
def brisk(sandbox):
    """1,000 bytes/s over each second."""
    with sandbox.serve(NICHED_IDLE_TIMEOUT_S=1, NICHED_LEAST_RATE=1000) as service:
        yield service


def test_steady_body_may_take_its_time(brisk, contract):
    body = BODY + b" " * 24_000
    with Wire(brisk.address) as wire:
        wire.send(POST % len(body))
        assert drip(wire, body, 1200, 0.15)  # 8,000 bytes/s for 3 s: a machine that stops for most of a second is not cut either
        assert wire.answer("POST", "/match/batch").status_code == 200


@pytest.mark.parametrize("first", [0, 20_000])
def test_dripping_body_is_cut(brisk, ask, first):
    """Also one that began fast."""
    with Wire(brisk.address) as wire:
        wire.send(POST % 30_000 + b" " * first)
        assert not drip(wire, b" " * 200, 2, 0.1)
        answer = closed_within(wire, NEVER_S, "POST", "/match/batch")
        if answer:  # who still sends may lose it
            assert "1000 bytes/s" in refused(ask(brisk), answer, 408, "LIMIT_SLOW", "POST", "/match/batch")
    assert value(ask(brisk), "http_connections_slow_total", reason="body") >= 1


def test_dripping_body_is_told(brisk, ask):
    with Wire(brisk.address) as wire:
        wire.send(POST % 30_000)
        for _ in range(40):  # reads before it sends more
            wire.send(b" ")
            wire.settimeout(0.1)
            with contextlib.suppress(TimeoutError):
                wire.recv(1, socket.MSG_PEEK)
                break
        assert refused(ask(brisk), closed_within(wire, NEVER_S), 408, "LIMIT_SLOW", "POST", "/match/batch")


# ---- answers

@pytest.mark.parametrize("size,pause_s,served", [(65536, 0.01, True), (20, 0.2, False)])
def test_slow_reader_is_let_go_and_a_steady_one_not(brisk, size, pause_s, served):
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        line.settimeout(NEVER_S)
        line.connect(brisk.address)
        line.sendall(b"GET /openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n" * 50 + b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        last, from_s = b"", time.monotonic()
        with contextlib.suppress(ConnectionError):
            while chunk := line.recv(size):
                last = last[-20:] + chunk
                time.sleep(pause_s)
                size, pause_s = (size, pause_s) if time.monotonic() < from_s + 4 else (65536, 0)
        assert last.endswith(b'{"status":"live"}') == served and time.monotonic() - from_s > 1.5


# ---- those who left half

PATIENT = {"NICHED_LOOPS": 1, "NICHED_HEAD_TIMEOUT_S": 300, "NICHED_IDLE_TIMEOUT_S": 300}  # longer than a test waits


@pytest.fixture(scope="module")
def patient(sandbox):
    with sandbox.serve(PATIENT) as service:
        yield service


@pytest.mark.parametrize("sent", [b"", HEAD, POST % 500 + b"{", ASK * 3])
def test_half_closed_connections_are_let_go(patient, sent):
    with Wire(patient.address) as wire:
        wire.send(sent)
        wire.shutdown(socket.SHUT_WR)
        for _ in range(sent.count(ASK)):
            assert wire.answer().status_code == 200
        assert not wire.rest() or not sent.count(ASK)


def test_those_who_vanish_within_a_request_are_let_go(patient, ask):
    client = ask(patient)
    for sent in (b"", b"GET /", HEAD, ASK, POST % 500 + b"{"):
        for _ in range(20):
            with Wire(patient.address) as wire:
                wire.send(sent)
    wait_until(lambda: value(client, "http_connections", loop="0") == 1)


# ---- no room

def fill(stack, service, n):
    """So many connections that were served."""
    wires, end = [], time.monotonic() + NEVER_S
    while len(wires) < n:  # those of before may not be gone yet
        assert time.monotonic() < end
        wire = stack.enter_context(Wire(service.address))
        wire.send(ASK)
        if wire.answer().status_code == 200:
            wires.append(wire)
    return wires


def test_when_it_is_full_those_who_are_in_stay_served(sandbox, ask):
    with sandbox.serve(NICHED_LOOPS=2, NICHED_MAX_CONNECTIONS=20) as service, contextlib.ExitStack() as stack:
        wires = fill(stack, service, 18)
        client = ask(service)
        for _ in range(30):
            with Wire(service.address) as late:
                late.send(ASK * 2)
                answer = closed_within(late, NEVER_S)
                assert "18 connections" in refused(client, answer, 503, "LIMIT_OVERLOAD") and answer.headers["Retry-After"] == "1"
        for path in ("/livez", "/readyz", "/metrics"):  # how it is, is told to everybody
            answer, = client.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), None)
            assert answer.status_code == 200 and answer.headers["Connection"].lower() == "close"
        with Wire(service.address) as late:  # a body is not waited for
            late.send(POST % 60_000 + b" " * 100)
            assert refused(client, closed_within(late, NEVER_S, "POST"), 503, "LIMIT_OVERLOAD", "POST", "/match/batch")
        for wire in wires:
            wire.send(ASK)
            assert wire.answer().status_code == 200
        assert value(client, "http_connections_refused_total", reason="full") == 31
        wires.pop().close()
        time.sleep(0.2)
        fill(stack, service, 1)


def test_all_who_come_at_once_are_told(sandbox, ask):
    """More than are told in a tick of both loops; who asks late, in pieces or nothing at all is told, too."""
    with sandbox.serve(NICHED_LOOPS=2, NICHED_MAX_CONNECTIONS=20) as service, contextlib.ExitStack() as stack:
        inside = fill(stack, service, 18)
        late = [stack.enter_context(Wire(service.address)) for _ in range(300)]
        for i, wire in enumerate(late):
            wire.send((ASK, HEAD, b"GET /matc", b"")[i % 4])
        for wire in late[2::4]:
            wire.send(b"h?niche=vegan HTTP/1.1\r\n")
        health = stack.enter_context(Wire(service.address))
        health.send(b"GET /live")
        time.sleep(0.2)
        health.send(b"z HTTP/1.1\r\nHost: x\r\n\r\n")
        client = ask(service)
        for wire in late:
            assert "18 connections" in refused(client, wire.answer(), 503, "LIMIT_OVERLOAD")
        assert health.answer(target="/livez").status_code == 200
        for wire in inside:
            wire.send(ASK)
            assert wire.answer().status_code == 200
        assert value(client, "http_connections_refused_total", reason="full") == 300


def test_who_waits_to_be_told_gets_a_place_that_is_free_again(sandbox):
    """Who has sent half a line when one leaves; after a second it would be too late, so that a busy machine may need several tries."""
    with sandbox.serve(NICHED_LOOPS=1, NICHED_MAX_CONNECTIONS=20) as service, contextlib.ExitStack() as stack:
        inside = fill(stack, service, 18)

        def told():
            with Wire(service.address) as wire:
                wire.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                return wire.answer().headers.get("Connection", "").lower() == "close"

        def gets_in():
            late = stack.enter_context(Wire(service.address))
            late.send(b"GET /match?niche=vegan&li")
            assert told()
            inside.pop().close()
            wait_until(lambda: not told())
            late.send(b"mit=1 HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = late.answer()
            inside.append(late if answer.status_code == 200 else fill(stack, service, 1)[0])
            return answer.status_code == 200
        wait_until(gets_in)


def test_the_last_places_are_not_for_resting(sandbox, ask):
    """Whoever holds them in silence makes way within seconds, so that others hear the 503."""
    with sandbox.serve(PATIENT, NICHED_MAX_CONNECTIONS=20) as service, contextlib.ExitStack() as stack:
        fill(stack, service, 18)
        silent = [stack.enter_context(Wire(service.address)) for _ in range(10)]  # some of them wait at the door
        for wire in silent[::2]:
            wire.send(b"G")
        with Wire(service.address) as late:
            late.send(ASK)
            assert refused(ask(service), late.answer(), 503, "LIMIT_OVERLOAD")


# ---- no room for one address

CROWD = {"NICHED_LIMITS": "on", "NICHED_RATE_ADDRESS": "0", "NICHED_ADDRESS_CONNECTIONS": "12", "NICHED_LOOPS": "2"}


def ask_from(service, source):
    with socket.create_connection(service.address, timeout=NEVER_S, source_address=(source, 0)) as line:
        line.sendall(ASK)
        return int(line.recv(100).split()[1])


def test_an_address_has_so_many_connections(sandbox, ask):
    with sandbox.serve(CROWD) as service, contextlib.ExitStack() as stack:
        wires = fill(stack, service, 12)
        for sent in (b"", ASK, ASK * 20, HEAD, POST % 60_000 + b" " * 60_000):
            with Wire(service.address) as late:
                late.send(sent)
                answer = closed_within(late, NEVER_S)
                assert "at most 12 connections" in refused(ask(service), answer, 503, "LIMIT_OVERLOAD")
                assert answer.headers["Retry-After"] == "1"
        assert ask_from(service, "127.0.0.2") == 200
        wires.pop().close()
        wait_until(lambda: service.status("/livez") == 200)
        fill(stack, service, 1)


def test_who_is_refused_does_not_wear_it_out(sandbox, ask):
    with sandbox.serve(CROWD) as service, contextlib.ExitStack() as stack:
        fill(stack, service, 12)
        for _ in range(300):  # more than are seen off at once, and none of them closes
            stack.enter_context(Wire(service.address))
        assert ask_from(service, "127.0.0.2") == 200
        wait_until(lambda: len(list(Path(f"/proc/{service.process.pid}/fd").iterdir())) < 100)
    with sandbox.serve(CROWD, NICHED_TRUSTED_PROXIES="127.0.0.0/8") as service, contextlib.ExitStack() as stack:
        fill(stack, service, 20)  # a proxy has as many as it wants
    with sandbox.serve(CROWD, NICHED_ADDRESS_CONNECTIONS=0) as service, contextlib.ExitStack() as stack:
        fill(stack, service, 20)


def test_counts_hold_when_many_come_and_go(sandbox):
    """Connections that end in every way give their place back."""
    with sandbox.serve(CROWD) as service:
        def some():
            for sent in (b"", b"G", ASK, HEAD, POST % 500 + b"{", b"\x16\x03\x01"):
                with contextlib.suppress(OSError), Wire(service.address) as wire:
                    wire.send(sent)
        threads = [threading.Thread(target=some) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with contextlib.ExitStack() as stack:
            wait_until(lambda: service.status("/livez") == 200)
            time.sleep(1.8)  # those who left half of a request
            fill(stack, service, 12)
