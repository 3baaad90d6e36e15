"""Who asks behind proxies: believed of those that are trusted, of nobody else."""
import re
import time

import pytest
from client import Client
from patience import NEVER_S
from test_http import SENT
from test_limits import left

LIMITS = {"NICHED_LIMITS": "on", "NICHED_RATE_ADDRESS": "3", "NICHED_RATE_BURST_S": "60", "NICHED_WORKER": "0", "NICHED_ADDRESS_CONNECTIONS": "0"}


def rest_of(client, **headers):
    """How many requests the caller has left."""
    return left(client.get("/model", headers={k.replace("_", "-"): v for k, v in headers.items()}))[3]


@pytest.fixture(scope="module")
def behind(sandbox):
    with sandbox.serve(LIMITS, NICHED_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8") as service:
        yield service


def test_each_caller_behind_a_proxy_counts_alone(behind, ask):
    client = ask(behind)
    assert [rest_of(client, X_Forwarded_For="203.0.113.1") for _ in range(4)] == [2, 1, 0, 0]
    assert rest_of(client, X_Forwarded_For="198.51.100.7, 203.0.113.1, 10.0.0.5") == 0  # whatever he says about himself
    assert rest_of(client, X_Forwarded_For="203.0.113.1:5555") == 0
    assert rest_of(client, X_Forwarded_For="203.0.113.2") == 2
    assert [rest_of(client, X_Forwarded_For=a) for a in ("2a00:1:2:3::7", "[2a00:1:2:3:4::8]:80", "2a00:1:2:4::7")] == [2, 1, 2]
    lines = [("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-For", "203.0.113.1")]
    assert left(client.get("/model", headers=lines))[3] == 0  # two lines are one list


def test_others_are_not_believed(sandbox, ask):
    with sandbox.serve(LIMITS, NICHED_TRUSTED_PROXIES="10.0.0.0/8") as service:
        client = ask(service)
        assert [rest_of(client, X_Forwarded_For=f"203.0.113.{i}", Forwarded=f"for=203.0.113.{i}") for i in range(4)] == [2, 1, 0, 0]


def test_forwarded_alone_counts_where_the_setting_says_so(sandbox, ask):
    with sandbox.serve(LIMITS, NICHED_TRUSTED_PROXIES="127.0.0.1", NICHED_PROXY_HEADER="forwarded") as service:
        client = ask(service)
        say = {"Forwarded": 'for="[2a00:1:2:3::7]:4711";proto=https'}
        assert [rest_of(client, X_Forwarded_For=f"203.0.113.{i}", **say) for i in range(4)] == [2, 1, 0, 0]
        assert rest_of(client, Forwarded="for=203.0.113.9, for=127.0.0.1") == 2


HOSTILE = ["", ",", ", ,,", "garbage", "unknown", "_x", "for=", '"', "for=\"", "127.0.0.1", "::1", "10.0.0.0.1", "999.1.1.1", "[::", "1" * 8000,
           ", ".join(f"10.0.{i // 250}.{i % 250}" for i in range(650)), "203.0.113.5, garbage", "%00", "é", "203.0.113.9;drop table account",
           "' or 1=1--", "2a00::1%lo", "for=127.0.0.1;for=10.0.0.1"]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_hostile_headers(sandbox, contract, header):
    """An answer of the contract, never 5xx; none of them is somebody new."""
    with sandbox.serve(LIMITS, NICHED_TRUSTED_PROXIES="127.0.0.1", NICHED_PROXY_HEADER=header.lower(), NICHED_RATE_ADDRESS=40) as service:
        with Client(service, contract) as client:
            seen = set()
            for value in HOSTILE:
                response = client.get("/model", headers=[(header.encode(), value.encode())])
                assert response.status_code == 200, (value, response.text)
                seen.add(left(response)[3])
            assert len(seen) >= len(HOSTILE) - 3  # each took one of the proxy's own, but for the two that name an address


def test_log_names_who_was_refused_and_nobody_else(sandbox, ask):
    with sandbox.serve(LIMITS, NICHED_TRUSTED_PROXIES="127.0.0.1", NICHED_WRITES="off") as service:
        client = ask(service)
        who = {"X-Forwarded-For": "198.51.100.1, 203.0.113.77"}
        for i in range(3):
            client.get("/model", headers={**who, "X-Request-Id": f"served-{i}"})
        client.get("/model", headers={**who, "X-Request-Id": "limited"})
        method, path, body = SENT["creator_put"]
        client.request(method, path, json=body, headers={"X-Forwarded-For": "203.0.113.78", "X-Request-Id": "closed"})
        end = time.monotonic() + NEVER_S
        while " id=closed " not in service.log:
            assert time.monotonic() < end
            time.sleep(0.02)
        froms = dict(re.findall(r" id=(\S+) .*? from=(\S+)", service.log))
        assert froms == {"limited": "203.0.113.77", "closed": "203.0.113.78"} and "198.51.100.1" not in service.log


@pytest.mark.parametrize("value", ["10.0.0.0/33", "proxy.example", "10.0.0.0/", "127.0.0.1:80"])
def test_settings_that_are_none(sandbox, value):
    done = sandbox.run("serve", check=False, env={"NICHED_PORT": 0, "NICHED_TRUSTED_PROXIES": value})
    assert done.returncode == 2 and "NICHED_TRUSTED_PROXIES" in done.stderr and f'"{value}"' in done.stderr
    done = sandbox.run("serve", check=False, env={"NICHED_PORT": 0, "NICHED_PROXY_HEADER": "for"})
    assert done.returncode == 2 and "forwarded or x-forwarded-for" in done.stderr
