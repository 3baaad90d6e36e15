"""HTTP itself: methods, targets, headers, connections. What reaches a socket is answered or refused, and nothing breaks."""
import asyncio
import json
import random
import re
import time

import pytest
from client import Wire
from patience import NEVER_S, SLOW


ADDRESS = {"match": "/match?niche=vegan", "niches": "/niches", "niche": "/niches/vegan", "creator": "/creators/1",
           "creator_by_name": "/creators/instagram/test_many_01", "model": "/model", "plan": "/plan?niche=vegan&budget_usd=500",
           "request": "/requests/1?token=0123456789abcdef", "imports": "/imports", "import": "/imports/1",
           "import_errors": "/imports/1/errors",
           "creator_standing": "/creators/1/standing", "creator_history": "/creators/1/history",
           "account_suggestions": "/creators/1/accounts/suggestions", "similar": "/creators/1/similar", "overlap": "/overlap?creators=1,2",
           "standing": "/standing?niche=fitness&platform=tiktok&followers=9000&engagement_rate=5pct", "livez": "/livez", "readyz": "/readyz", "metrics": "/metrics", "openapi": "/openapi.yaml",
           "openapi_json": "/openapi.json", "page": "/", "docs": "/docs", "asset": "/assets/app.js",
           "prices": "/prices", "collaborations": "/collaborations", "conversions": "/conversions"}


WRITTEN = "/creators/tiktok/nobody.here"
NAMED = {"platform": "tiktok", "username": "nobody.here"}
SENT = {"creator_put": ("PUT", WRITTEN, {"followers": 5000}), "creator_patch": ("PATCH", WRITTEN, {"city": "Utrecht"}),
        "creator_delete": ("DELETE", WRITTEN, None),
        "creator_posts": ("POST", f"{WRITTEN}/posts", {"post_key": "1", "posted_at": "2026-10-30T18:00:00Z"}),
        "creator_snapshots": ("POST", f"{WRITTEN}/snapshots", {"observed_at": "2026-10-30T18:00:00Z", "followers": 5000}),
        "creator_prices": ("POST", f"{WRITTEN}/prices", {"amount_usd": 100, "valid_from": "2026-10-30"}),
        "creator_collaborations": ("POST", f"{WRITTEN}/collaborations", {"brand": "Green Bowl", "started_on": "2026-10-30"}),
        "prices_add": ("POST", "/prices", {**NAMED, "amount_usd": 100, "valid_from": "2026-10-30"}),
        "collaborations_add": ("POST", "/collaborations", {**NAMED, "brand": "Green Bowl", "started_on": "2026-10-30"}),
        "conversions_add": ("POST", "/conversions", {**NAMED, "orders": 3, "reported_at": "2026-10-30T18:00:00Z"}),
        "price_delete": ("DELETE", "/prices/1", None), "collaboration_delete": ("DELETE", "/collaborations/1", None),
        "conversion_delete": ("DELETE", "/conversions/1", None),
        "import_post": ("POST", "/imports", ""), "import_delete": ("DELETE", "/imports/1", None),
        "account_link": ("PUT", "/creators/1/accounts/tiktok/nobody.here", None),
        "account_unlink": ("DELETE", "/creators/1/accounts/tiktok/nobody.here", None),
        "match_batch": ("POST", "/match/batch", {"queries": [{"niche": "vegan"}]}),
        "request_open": ("POST", "/requests", {"platform": "tiktok", "username": "nobody.here", "kind": "access"})}
# operations that are no GET, with (METHOD, path, JSON body) that they take


def test_every_operation_has_an_address_here(contract):
    assert set(ADDRESS) == {name for name, (method, _, _) in contract.operations.items() if method == "GET"}
    assert set(SENT) == {name for name, (method, _, _) in contract.operations.items() if method != "GET"}


# ---- methods

@pytest.mark.parametrize("operation", ADDRESS)
def test_other_methods_are_refused_with_allow(client, contract, operation):
    there = contract.allow(ADDRESS[operation].split("?")[0])
    for method in {"POST", "PUT", "PATCH", "DELETE", "BREW"} - there:
        response = client.request(method, ADDRESS[operation], content=b"{}" if method == "POST" else None)
        assert response.status_code == 405 and set(response.headers["Allow"].split(", ")) == there
        assert response.json()["code"] == "ROUTE_METHOD" and "GET, HEAD" in response.json()["detail"]


@pytest.mark.parametrize("operation", ADDRESS)
def test_options(client, contract, operation):
    response = client.options(ADDRESS[operation])
    there = contract.allow(ADDRESS[operation].split("?")[0])
    assert response.status_code == 204 and set(response.headers["Allow"].split(", ")) == there


@pytest.mark.parametrize("operation", ADDRESS)
def test_head_is_get_without_a_body(client, operation):
    vary = {"x-request-id", "server-timing", "date"} | ({"etag", "content-length"} if operation == "metrics" else set())
    for path in (ADDRESS[operation], ADDRESS[operation].split("?")[0] + "?nope=1"):
        get, head = client.get(path), client.head(path)
        assert head.status_code == get.status_code and head.content == b""
        assert set(head.headers) == set(get.headers)
        assert {k: v for k, v in head.headers.items() if k not in vary} == {k: v for k, v in get.headers.items() if k not in vary}
        assert get.num_bytes_downloaded > 0
        assert operation == "metrics" or int(head.headers["Content-Length"]) == get.num_bytes_downloaded


def test_methods_of_an_unknown_path(client):
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        assert client.request(method, "/nope").status_code == 404


# ---- targets

@pytest.mark.parametrize("path", ["/nope", "/assets/", "/assets/nope.js", "/assets/../app.js", "/assets/..%2f..%2fopenapi.yaml", "//match?niche=vegan", "/match/?niche=vegan", "/Match?niche=vegan", "/niches/",
                                  "/niches//vegan", "/creators/tiktok/a/b", "/creators/tiktok/a%2fb", "/./match", "/match;x=1",
                                  "/niches/../match", "/openapi.yaml/"])
def test_paths_that_are_not_there(client, path):
    answer = client.target(path)
    assert answer.status_code == 404 and answer.json()["code"] == "ROUTE_NOT_FOUND"


def test_path_may_be_percent_encoded(client):
    assert client.target("/%6Datch?ni%63he=v%65gan").json()["query"]["niche"]["resolved"] == ["vegan"]
    assert client.target("/match?niche=vegan+fitness").json()["query"]["niche"]["asked"] == "vegan fitness"
    assert client.target("/match?&niche=vegan&&").status_code == 200


@pytest.mark.parametrize("target,code", [
    ("/match?niche=%ff", "PARAM_INVALID"), ("/match?niche=%C0%AF", "PARAM_INVALID"), ("/match?niche=%ED%A0%80", "PARAM_INVALID"),
    ("/match?niche=a%00b", "PARAM_INVALID"), ("/match?niche=%00", "PARAM_INVALID"), ("/match?%00=1", "PARAM_INVALID"),
    ("/match?niche=%zz", "PARAM_INVALID"), ("/match?niche=%4", "PARAM_INVALID"), ("/match?niche=%", "PARAM_INVALID"),
    ("/match?%ff=1", "PARAM_INVALID"), ("/match?niche=vegan&limit=%ff", "PARAM_INVALID"), (b"/match?niche=\xff", "PARAM_INVALID"),
    ("/%ff", "ROUTE_BAD_REQUEST"), ("/%00", "ROUTE_BAD_REQUEST"), ("/%zz", "ROUTE_BAD_REQUEST"), ("/niches/%", "ROUTE_BAD_REQUEST"),
    ("/niches/a%00b", "ROUTE_BAD_REQUEST"), (b"/\xfe\xff", "ROUTE_BAD_REQUEST"),
    ("/match?" + "&".join(f"a{i}=1" for i in range(100)), "ROUTE_BAD_REQUEST"), ("/match?" + "&".join(["b"] * 4000), "ROUTE_BAD_REQUEST"),
    ("/match?niche=vegan" + "&limit=5" * 99, "ROUTE_BAD_REQUEST"),
    ("/match?" + "&" * 500 + "niche=vegan&x", "PARAM_UNKNOWN"),
])
def test_broken_targets(client, target, code):
    answer = client.target(target)
    assert (answer.status_code, answer.json()["code"]) == (400, code), answer.text


@pytest.mark.parametrize("operation", ADDRESS)
def test_long_address(client, operation):
    path = ADDRESS[operation]
    answer = client.target(path + ("&" if "?" in path else "?") + "x=" + "y" * 9000)
    assert (answer.status_code, answer.json()["code"]) == (414, "URI_TOO_LONG") and "8192" in answer.json()["detail"]


def test_longest_address(client):
    path = "/match?niche=vegan&x="
    assert client.target(path + "y" * (8192 - len(path))).status_code == 400
    assert client.target(path + "y" * (8193 - len(path))).status_code == 414
    assert client.target("/" + "z" * 8300).status_code == 414


@pytest.mark.parametrize("operation", ADDRESS)
def test_unknown_parameter_everywhere(client, operation):
    path = ADDRESS[operation]
    answer = client.target(path + ("&" if "?" in path else "?") + "qwertyuiop=1")
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_UNKNOWN")


def test_noise(client):
    """Whatever stands in a target: an answer of the contract, never 500."""
    dice = random.Random(7)
    words = ["match", "niches", "creators", "niche=", "vegan", "limit=", "cursor=", "-", "%", "%2", "%ff", "%00", "&", "=", "?", "/",
             "+", ",", "#", "é", "\\", "'", "\"", "$1", "99999999999999999999", "country=", "US", "tiktok", "..", ";", "~", "\t", "\x7f"]
    with Wire(client.service.address) as wire:
        for _ in range(400):
            target = "/" + "".join(dice.choice(words) for _ in range(dice.randint(1, 12)))
            if dice.random() < 0.5:
                target = "/match?niche=" + target[1:]
            sent = f"GET {target.replace(' ', '').replace(chr(9), '')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            wire.send(sent)
            answer, = wire.answers(client.contract, sent, 1, False)
            assert answer.status_code in (200, 400, 404, 414), (target, answer.text)
            if answer.headers.get("Connection", "").lower() == "close":
                wire.close()
                return test_noise_goes_on(client)


def test_noise_goes_on(client):
    assert client.ok("/livez") == {"status": "live"}


# ---- headers

@pytest.mark.parametrize("lines", [
    "Host: a\r\nHost: b", "Host: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked", "Host: a\r\nContent-Length: 1\r\nContent-Length: 2",
    "Host: a\r\nTransfer-Encoding: gzip", "Host: a\r\nTransfer-Encoding: chunked, gzip", "Host: a\r\nTransfer-Encoding: xchunked",
    "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Host: a\r\nX-A: b\x01c", "Host: a\r\nX-A: b\x7fc",
    "Host: a\r\nX A: b", "Host: a\r\nX-\x01A: b", "Host: a\r\nX(A): b",
    "Host: a\r\nContent-Length: -1", "Host: a\r\nContent-Length: abc", "X-A: no host", "Host: a\r\nContent-Length: 99999999999999999999",
])
def test_requests_that_two_readers_could_read_differently(client, lines):
    """Refused at once, and nothing behind them on the connection is taken for a request."""
    sent = f"GET /livez HTTP/1.1\r\n{lines}\r\n\r\n".encode("latin-1")
    with Wire(client.service.address) as wire:
        wire.send(sent + b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        answer, = wire.answers(client.contract, sent, 1, False)
        assert 400 <= answer.status_code < 500 and answer.headers["Connection"] == "close"
        assert b" 200 OK" not in wire.rest()


@pytest.mark.parametrize("head", [
    "GET /livez HTTP/1.1\r\nHost: a\r\nX-A: b\x00c\r\nX-B: c\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: a\x00b\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
    "GET /livez HTTP/1.1\r\nHost: a\r\n:\r\nX-B: c\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n",
    "GET /livez HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\tc\r\nX-B: c\r\n\r\n", "GET /livez HTTP/1.1\nHost: a\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: a\nX-B: c\r\n\r\n",
    "GET /livez HTTP/1.1\r\nHost: a\r\n\n", "GET  /livez HTTP/1.1\r\nHost: a\r\n\r\n", "GET /livez\x00 HTTP/1.1\r\nHost: a\r\n\r\n", "G\x01T /livez HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /livez HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\x00\r\nX-B: c\r\n\r\n"])
def test_what_the_library_passes_over(client, head):
    """libmicrohttpd cuts a value at NUL, ends the headers at a line ":", puts a folded line behind the name of the header before
    and takes LF for the end of a line, all without a word: refused, and nothing behind it is taken for a request."""
    with Wire(client.service.address) as wire:
        wire.send(head.encode("latin-1") + b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = wire.answer("GET", "/livez")
        assert answer.status_code == 400
        if "X-Request-Id" in answer.headers:  # else a page of the library, which misses the Host that it lost by folding
            client.contract.check("GET", "/livez", answer.status_code, answer.headers, answer.content)
        assert b"HTTP/1.1" not in wire.rest()


def test_blanks_around_a_value_are_fine(client):
    sent = b"GET /livez HTTP/1.1\r\nHost:a\r\nX-A: \t b \t \r\nX-B:\r\nX-C: \t\r\nConnection: close\r\n\r\n"
    assert client.raw(sent)[0].status_code == 200


def test_a_target_may_be_an_absolute_address(client):
    assert client.target("http://a:80/match?niche=vegan").json()["query"]["niche"]["resolved"] == ["vegan"]
    for target in ("http://a", "http://a?niche=vegan", "ftp://a/livez", "http:/livez"):
        assert client.target(target).status_code == 400


def test_they_are_refused_in_our_words(client):
    for lines, words in (("Host: b", "once"), ("Content-Length: 0\r\nTransfer-Encoding: chunked", "exclude"),
                         ("Transfer-Encoding: gzip", "chunked"), ("X-A: b\x01", "control characters")):
        answer, = client.raw(f"GET /match?x=1 HTTP/1.1\r\nHost: a\r\n{lines}\r\nConnection: close\r\n\r\n".encode())
        assert answer.status_code == 400 and answer.json()["code"] == "ROUTE_BAD_REQUEST" and words in answer.json()["detail"]


def test_nonsense_is_not_answered_with_success(client):
    for sent in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64, b"HELO x\r\n\r\n", b"GET\r\n\r\n", b"GET /livez\r\n\r\n",
                 b"GET /livez HTTP/9.9\r\nHost: x\r\n\r\n", b"\r\n" * 50 + b"x", b"GET livez HTTP/1.1\r\nHost: x\r\n\r\n"):
        with Wire(client.service.address, timeout=0.5) as wire:
            wire.send(sent)
            try:
                wire.shutdown(1)
                first = wire.recv(65536)
            except (ConnectionError, TimeoutError):
                continue
            assert not first or re.match(rb"HTTP/1\.[01] [45]", first), (sent, first)
    assert client.ok("/livez")


def test_large_headers(client):
    sane = client.get("/livez", headers={f"X-{i}": "y" * 100 for i in range(70)})
    assert sane.status_code == 200
    with Wire(client.service.address) as wire:
        wire.send(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-A: " + b"y" * 100_000 + b"\r\n\r\n")
        try:
            answer = wire.answer()
            assert answer is None or answer.status_code in (400, 413, 431)
        except ConnectionError:
            pass
    assert client.ok("/livez")


def test_request_id(client):
    for sane in ("abc", "A.b_c-9", "x" * 64):
        assert client.get("/livez", headers={"X-Request-Id": sane}).headers["X-Request-Id"] == sane
    for insane in ("", "x" * 65, "a b", "a\"b", "<x>", "é".encode()):
        made = client.get("/livez", headers={"X-Request-Id": insane}).headers["X-Request-Id"]
        assert re.fullmatch("[0-9a-f]{16}", made)
    assert len({client.get("/livez").headers["X-Request-Id"] for _ in range(50)}) == 50
    problem = client.get("/match", headers={"X-Request-Id": "mine"})
    assert problem.json()["request_id"] == "mine" and problem.json()["instance"] == "/match"


def test_access_log_has_the_request(client):
    client.get("/livez", headers={"X-Request-Id": "look-for-me"})
    for _ in range(200):  # it is written when the exchange is over, which the client may see first
        line = next((line for line in client.service.log.splitlines() if "id=look-for-me" in line), "")
        if line:
            break
        time.sleep(0.02)
    assert "method=GET" in line and "path=/livez" in line and "status=200" in line


def test_server_timing_adds_up(client):
    timing = client.get("/match?niche=vegan&limit=97").headers["Server-Timing"]
    db, total = map(float, re.findall(r"dur=([0-9.]+)", timing))
    assert 0 < db <= total  # though three statements wait at once; nobody asked that before
    batch = client.post("/match/batch", json={"queries": [{"niche": "vegan", "limit": 90 + i} for i in range(8)]}).headers["Server-Timing"]
    db, total = map(float, re.findall(r"dur=([0-9.]+)", batch))
    assert 0 < db <= total
    assert client.get("/livez").headers["Server-Timing"].startswith("db;dur=0.000")


def test_body_on_get_is_dropped(client):
    assert client.request("GET", "/livez", content=b"x" * 1000).status_code == 200
    assert client.ok("/livez")


# ---- connections

def test_byte_by_byte(client):
    sent = b"GET /match?niche=vegan&limit=1 HTTP/1.1\r\nHost: x\r\nX-Request-Id: slow\r\n\r\n"
    with Wire(client.service.address) as wire:
        for i in range(len(sent)):
            wire.send(sent[i:i + 1])
        answer, = wire.answers(client.contract, sent, 1, True)
    assert answer.status_code == 200 and answer.headers["X-Request-Id"] == "slow"


def test_pipelined_requests_are_answered_in_order(client):
    paths = ["/match?niche=vegan", "/livez", "/nope", "/niches?limit=1", "/match?niche=fitness&limit=100&explain=full", "/livez"] * 3
    sent = b"".join(f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Request-Id: n{i}\r\n\r\n".encode() for i, path in enumerate(paths))
    with Wire(client.service.address) as wire:
        wire.send(sent)
        answers = wire.answers(client.contract, sent, len(paths), True)
    assert [answer.headers["X-Request-Id"] for answer in answers] == [f"n{i}" for i in range(len(paths))]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 200, 200, 200] * 3


def test_connection_is_kept_and_closed_as_asked(client):
    one = b"GET /match?niche=vegan&limit=1 HTTP/1.1\r\nHost: x\r\n\r\n"
    with Wire(client.service.address) as wire:
        for _ in range(20):
            wire.send(one)
            assert wire.answers(client.contract, one, 1, True)[0].status_code == 200
        last = one.replace(b"Host: x", b"Host: x\r\nConnection: close")
        wire.send(last)
        assert len(wire.answers(client.contract, last, None, True)) == 1
    old = b"GET /livez HTTP/1.0\r\n\r\n"
    assert client.raw(old, None)[0].status_code == 200


def test_client_that_leaves_early(client):
    for _ in range(50):
        with Wire(client.service.address) as wire:
            wire.send(b"GET /match?niche=fitness&limit=100&explain=full HTTP/1.1\r\nHost: x\r\n\r\n")
    assert client.match("fitness")["items"]


@pytest.mark.parametrize("count", [129, 256])
def test_lock_step(client, count):
    """All connections first, then all requests at once: each is answered."""
    host, port = client.service.address
    request = b"GET /match?niche=vegan-fitness&limit=5 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    async def all_at_once():
        pairs = await asyncio.gather(*(asyncio.open_connection(host, port) for _ in range(count)))
        for _, writer in pairs:
            writer.write(request)
        answers = await asyncio.wait_for(asyncio.gather(*(reader.read() for reader, _ in pairs)), NEVER_S)
        for _, writer in pairs:
            writer.close()
        return answers

    answers = asyncio.run(all_at_once())
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    assert len({answer.split(b"\r\n\r\n", 1)[1] for answer in answers}) == 1


def test_idle_connection_is_let_go(sandbox):
    with sandbox.serve(NICHED_IDLE_TIMEOUT_S=1, NICHED_LOOPS=1) as service, Wire(service.address) as wire:
        wire.send(b"GET /livez HTTP/1.1\r\nHo")
        from_s = time.monotonic()
        assert wire.rest()[:12] in (b"", b"HTTP/1.1 408") and time.monotonic() - from_s < 15 * SLOW  # half of the usual


def test_openapi_is_the_file(client, contract):
    response = client.get("/openapi.yaml")
    assert response.content == contract.text and response.headers["Content-Type"] == "application/yaml"
    assert client.ok("/openapi.json") == json.loads(json.dumps(contract.document))
