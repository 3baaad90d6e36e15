"""Limits: how often a key or an address may ask."""
import concurrent.futures
import re
import time

import pytest
from test_keys import CLOSED, OPEN, SHOP, Keys, ask_for
from test_http import ADDRESS, SENT

QUICK = {"NICHED_LIMITS": "on", "NICHED_WORKER": "0"}


@pytest.fixture(scope="module")
def keys(databases, migrated_template, program):
    with databases.one(migrated_template) as url:
        yield Keys(program(url))


def left(response):
    """(name, quota, window, remaining, seconds until all is there)"""
    policy = re.fullmatch(r'"(\w+)";q=(\d+);w=(\d+)', response.headers["RateLimit-Policy"]).groups()
    name, rest, full = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', response.headers["RateLimit"]).groups()
    assert name == policy[0]
    return name, int(policy[1]), int(policy[2]), int(rest), int(full)


def limited(response):
    assert (response.status_code, response.json()["code"]) == (429, "LIMIT_RATE"), response.text
    assert left(response)[3] == 0 and 1 <= int(response.headers["Retry-After"]) <= left(response)[4]
    return True


def test_every_operation_is_limited(keys, ask):
    with keys.niched.serve({**CLOSED, **QUICK}, NICHED_RATE_ADDRESS=1, NICHED_RATE_BURST_S=60) as service:
        client = ask(service)
        assert left(client.get("/model"))[:4] == ("address", 1, 60, 0)  # what is refused counts, too
        for operation in sorted((set(ADDRESS) | set(SENT)) - OPEN):
            assert limited(ask_for(client, operation)), operation
            assert limited(ask_for(client, operation, keys.revoked)), operation  # guessing is bounded
        for operation in sorted(OPEN):
            response = ask_for(client, operation)
            assert response.status_code == 200 and "RateLimit" not in response.headers
        assert ask_for(client, "model", keys.read).status_code == 200  # a key has its own


def test_a_bucket_empties_and_fills(keys, ask):
    with keys.niched.serve(QUICK, NICHED_RATE_ADDRESS=120, NICHED_RATE_BURST_S=2) as service:
        client = ask(service)
        begin, got, gap = time.monotonic(), [], 0
        while (at := time.monotonic()) - begin < 2.2:
            got.append(client.get("/model"))
            time.sleep(0.02)
            gap = max(gap, time.monotonic() - at)
        passed = [r for r in got if r.status_code == 200]
        most = 4 + 2 * (time.monotonic() - begin)  # four at once, then two a second
        assert (7 if gap < 1 else 4) <= len(passed) <= most
        assert left(passed[0])[:4] == ("address", 4, 2, 3) and all(limited(r) for r in got if r not in passed)
        time.sleep(float(got[-1].headers.get("Retry-After", 0)))
        assert client.get("/model").status_code == 200


def test_all_loops_count_together(keys, ask, contract):
    from client import Client

    def some(_):
        with Client(service, contract) as client:
            return [client.get("/model").status_code for _ in range(10)]
    with keys.niched.serve(QUICK, NICHED_RATE_ADDRESS=30, NICHED_RATE_BURST_S=60, NICHED_LOOPS=4) as service:
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            said = [status for part in pool.map(some, range(8)) for status in part]
        most = 30 + (time.monotonic() - begin) / 2
    assert set(said) == {200, 429} and 30 <= said.count(200) <= most


def test_keys_have_their_own(keys, ask):
    slow = keys.make("--per-minute", "2")
    with keys.niched.serve(QUICK, NICHED_RATE_KEY=3, NICHED_RATE_BURST_S=60) as service:
        client = ask(service)
        for key, count in ((keys.read, 3), (keys.admin, 3), (slow, 2)):
            for i in range(count):
                response = ask_for(client, "model", key)
                assert response.status_code == 200 and left(response)[:4] == ("key", count, 60, count - 1 - i)
            assert limited(ask_for(client, "model", key))
        response = ask_for(client, "model", keys.page, Origin=SHOP)  # of a page: each visitor
        assert left(response)[:4] == ("address", 600, 60, 599)
        assert response.headers["Access-Control-Expose-Headers"].endswith("RateLimit, RateLimit-Policy")


@pytest.mark.parametrize("setting,address,more,held", [
    ("remote", "127.0.0.1", {}, False), ("remote", "0.0.0.0", {}, True), ("off", "0.0.0.0", {}, False), ("on", "127.0.0.1", {}, True),
    ("on", "127.0.0.1", {"NICHED_RATE_ADDRESS": 0}, False)])
def test_where_limits_hold(keys, ask, setting, address, more, held):
    with keys.niched.serve(more, NICHED_LIMITS=setting, NICHED_ADDRESS=address, NICHED_ANONYMOUS_READ="on", NICHED_WORKER="0") as service:
        assert ("RateLimit" in ask(service).get("/model").headers) == held
