"""Requests that no HTTP library sends. A case is a name, its bytes and what may happen:

    refuse   no 2xx; the connection ends, and nothing behind it is taken for a request
    one      one answer, 2xx or 4xx; nothing in its body is taken for a request
    all      as many answers as the case says

Behind each stands a request of its own (BEHIND): who answers that one after an ambiguous request was smuggled past."""
import re
import socket
import time

MARK = b"X-Request-Id: smuggled"
BEHIND = b"GET /livez HTTP/1.1\r\nHost: a\r\n" + MARK + b"\r\n\r\n"
WAIT_S = 8


def get(*lines, first=b"GET /livez HTTP/1.1", body=b""):
    return first + b"\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def with_host(*lines, **more):
    return get(b"Host: a", *lines, **more)


def chunks(body, *lines):
    return with_host(b"Transfer-Encoding: chunked", *lines, first=b"POST /match/batch HTTP/1.1", body=body)


def lengths():
    for value in (b"5, 5", b"5,6", b"+5", b"-5", b"0x5", b"5;", b"", b"a", b"5 5", b"99999999999999999999", b"18446744073709551621", "\u0665".encode(), b"5.0", b"\x0b5"):
        yield f"Content-Length: {value.decode('utf-8', 'replace')}", with_host(b"Content-Length: " + value, body=b"GET /"), "refuse"
    for pair in ((b"5", b"5"), (b"5", b"6"), (b"0", b"30")):
        yield f"two Content-Length {pair}", with_host(*(b"Content-Length: " + v for v in pair), body=b"GET /"), "refuse"
    for order in (1, -1):
        lines = [b"Content-Length: 5", b"Transfer-Encoding: chunked"][::order]
        yield f"CL and TE ({order})", with_host(*lines, body=b"0\r\n\r\n"), "refuse"
    yield "a body that looks like a request", with_host(b"Content-Length: %d" % len(BEHIND)), "one"


def encodings():
    for value in (b"gzip", b"chunked, gzip", b"gzip, chunked", b"identity", b"xchunked", b"\x0bchunked", b"chunked;q=1", b"chunked, chunked", b"chunked,", b"", b"\"chunked\"", b"chunked\x00", b"chu\x00nked"):
        yield f"Transfer-Encoding: {value.decode('latin-1')!r}", with_host(b"Transfer-Encoding: " + value, b"X-Z: z", body=b"0\r\n\r\n"), "refuse"
    yield "two Transfer-Encoding", with_host(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), "refuse"
    yield "Transfer-Encoding in HTTP/1.0", with_host(b"Transfer-Encoding: chunked", first=b"GET /livez HTTP/1.0", body=b"0\r\n\r\n"), "one"


def lines():
    for name, line in (("blank before the colon", b"Content-Length : 5"), ("tab before the colon", b"Content-Length\t: 5"), ("blank in a name", b"X A: b"),
                       ("TE, blank before the colon", b"Transfer-Encoding : chunked"), ("folded line", b"X-A: b\r\n c"), ("folded by a tab", b"X-A: b\r\n\tc"),
                       ("folded TE", b"Transfer-Encoding:\r\n chunked"), ("NUL in a value", b"X-A: b\x00c"), ("NUL in a name", b"X\x00A: b"), ("no colon", b"X-A"), ("no name", b": b"),
                       ("control character", b"X-A: b\x01c"), ("DEL", b"X-A: b\x7fc"), ("8-bit name", b"X-\xc3\xa9: b"), ("bracket in a name", b"X(A): b"), ("bare CR in a value", b"X-A: b\rc"),
                       ("bare CR ends a line", b"X-A: b\rContent-Length: 5"), ("bare LF ends a line", b"X-A: b\nContent-Length: 5"), ("two Host", b"Host: b"), ("CR CR LF", b"X-A: b\r"), ("colon alone", b":")):
        yield name, with_host(line, b"X-Z: z", body=b"GET /"), "refuse"
    yield "blank before the first header", b"GET /livez HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n", "refuse"
    yield "folded after the request line", b"GET /livez HTTP/1.1\r\n X-A: b\r\nHost: a\r\n\r\n", "refuse"
    yield "bare LF after the request line", b"GET /livez HTTP/1.1\nHost: a\r\n\r\n", "refuse"
    yield "bare LF everywhere", b"GET /livez HTTP/1.1\nHost: a\n\n", "refuse"
    yield "bare CR everywhere", b"GET /livez HTTP/1.1\rHost: a\r\r", "refuse"
    yield "LF ends the headers", b"GET /livez HTTP/1.1\r\nHost: a\r\n\n", "refuse"
    yield "NUL in the last value", b"GET /livez HTTP/1.1\r\nHost: a\x00b\r\n\r\n", "refuse"
    yield "no Host", get(), "refuse"
    yield "no Host but a header", get(b"X-A: b"), "refuse"


def request_lines():
    for first, verdict in ((b"get /livez HTTP/1.1", "all 2"), (b"GET  /livez HTTP/1.1", "refuse"), (b"GET\t/livez HTTP/1.1", "refuse"), (b"GET /livez  HTTP/1.1", "refuse"),
                           (b"GET /livez HTTP/1.1 ", "refuse"), (b"GET /livez HTTP/1.10", "refuse"), (b"GET /livez HTTP/2.0", "refuse"), (b"GET /livez HTTP/0.9", "refuse"), (b"GET /livez HTTP/1.", "refuse"),
                           (b"GET /livez http/1.1", "refuse"), (b"GET /livez", "refuse"), (b"GET", "refuse"), (b"GET /li vez HTTP/1.1", "refuse"), (b"GET /livez\x00 HTTP/1.1", "refuse"), (b"GET /livez\x00/../x HTTP/1.1", "refuse"),
                           (b"GET /livez#a HTTP/1.1", "all 2"), (b"GET livez HTTP/1.1", "all 2"), (b"GET http://a/livez HTTP/1.1", "all 2"), (b"GET * HTTP/1.1", "all 2"), (b"CONNECT a:80 HTTP/1.1", "all 2"),
                           (b"TRACE /livez HTTP/1.1", "all 2"), (b"G\x01T /livez HTTP/1.1", "refuse"), (b"PRI * HTTP/2.0", "refuse"), (b"GET /livez?\xff HTTP/1.1", "all 2"), (b"\x16\x03\x01\x02\x00\x01\x00", "refuse"),
                           (b"GET /" + b"a" * 70_000 + b" HTTP/1.1", "refuse"), (b"A" * 70_000 + b" / HTTP/1.1", "refuse"), (b"G" * 5_000 + b" /livez HTTP/1.1", "all 2")):
        yield f"request line {first[:40]!r}", with_host(first=first), verdict
    for version in (b"HTTP/1.1", b"HTTP/1.0"):
        yield f"no header at all, {version.decode()}", get(first=b"GET /livez " + version), "refuse" if version == b"HTTP/1.1" else "one"
    yield "empty lines first", b"\r\n\r\n" + with_host(), "all 2"


def bodies():
    good = b'{"queries":[]}'
    for name, body, verdict in (
            ("plain chunk", b"e\r\n" + good + b"\r\n0\r\n\r\n", "all 2"), ("extension", b"e;a=b\r\n" + good + b"\r\n0\r\n\r\n", "all 2"), ("leading zeros", b"0000000e\r\n" + good + b"\r\n0\r\n\r\n", "all 2"),
            ("0x", b"0xe\r\n" + good + b"\r\n0\r\n\r\n", "refuse"), ("plus", b"+e\r\n" + good + b"\r\n0\r\n\r\n", "refuse"), ("minus", b"-e\r\n" + good + b"\r\n0\r\n\r\n", "refuse"), ("blank before", b" e\r\n" + good + b"\r\n0\r\n\r\n", "refuse"),
            ("empty size", b"\r\n" + good + b"\r\n0\r\n\r\n", "refuse"), ("g", b"g\r\n" + good + b"\r\n0\r\n\r\n", "refuse"), ("more than 64 bits", b"10000000000000000e\r\n" + good + b"\r\n0\r\n\r\n", "refuse"),
            ("64 bits", b"FFFFFFFFFFFFFFFF\r\n" + good + b"\r\n0\r\n\r\n", "refuse"), ("more data than said", b"2\r\n" + good + b"\r\n0\r\n\r\n", "refuse"), ("nothing between", b"e\r\n" + good + b"0\r\n\r\n", "refuse"),
            ("extension of 100 kB", b"e;" + b"a" * 100_000 + b"\r\n" + good + b"\r\n0\r\n\r\n", "refuse"), ("size of 10,000 zeros", b"0" * 10_000 + b"e\r\n" + good + b"\r\n0\r\n\r\n", "one or all 2"),
            ("Content-Length in a trailer", b"e\r\n" + good + b"\r\n0\r\nContent-Length: 50\r\n\r\n", "one or all 2"), ("Transfer-Encoding in a trailer", b"e\r\n" + good + b"\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n", "one or all 2"),
            ("10,000 chunks of a byte", b"1\r\na\r\n" * 10_000 + b"0\r\n\r\n", "one or all 2")):
        yield f"chunk: {name}", chunks(body, b"Content-Type: application/json"), verdict


def sizes():
    arguments = b"&".join(b"a" for _ in range(500))
    yield "500 arguments in 1 kB", with_host(first=b"GET /match?" + arguments + b" HTTP/1.1"), "all 2"
    yield "500 empty arguments", with_host(first=b"GET /match?" + b"&" * 500 + b" HTTP/1.1"), "all 2"
    yield "4,000 arguments", with_host(first=b"GET /match?" + b"&".join(b"b" for _ in range(4000)) + b" HTTP/1.1"), "all 2"
    yield "3,000 headers", with_host(*(b"a: b" for _ in range(3000))), "one or all 2"
    yield "500 headers", with_host(*(b"X-%d: b" % i for i in range(500))), "one or all 2"
    yield "200 headers", with_host(*(b"X-%d: b" % i for i in range(200))), "all 2"
    yield "header of 40 kB", with_host(b"X-A: " + b"b" * 40_000), "one or all 2"
    yield "header of 70 kB", with_host(b"X-A: " + b"b" * 70_000), "refuse"
    yield "name of 30 kB", with_host(b"X" * 30_000 + b": b"), "one or all 2"
    yield "500 cookies", with_host(b"Cookie: " + b"; ".join(b"a%d=b" % i for i in range(500))), "one or all 2"
    yield "180 cookies", with_host(b"Cookie: " + b"; ".join(b"a%d=b" % i for i in range(180))), "all 2"
    yield "cookie of 20 kB", with_host(b"Cookie: " + b"a=" + b"b" * 20_000), "one or all 2"
    yield "Expect with a body", with_host(b"Expect: 100-continue", b"Content-Length: 5", body=b"hello"), "one or all 2"
    yield "unknown Expect", with_host(b"Expect: 200-ok"), "one or all 2"
    yield "upgrade to h2c", with_host(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), "one or all 2"
    yield "WebSocket", with_host(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Version: 13"), "one or all 2"
    yield "100 at once", with_host() * 100, "all 101"


def cases():
    for kind in (lengths, encodings, lines, request_lines, bodies, sizes):
        for name, sent, verdict in kind():
            yield f"{kind.__name__}: {name}", sent, verdict


def exchange(address, sent):
    """All that comes back, whether the other side closed, and the seconds it took."""
    began, got = time.monotonic(), b""
    with socket.create_connection(address, timeout=WAIT_S) as wire:
        try:
            wire.sendall(sent + BEHIND)
        except ConnectionError:
            pass
        while time.monotonic() - began < WAIT_S and got.count(MARK) < 1:
            try:
                chunk = wire.recv(65536)
            except TimeoutError:
                return got, False, time.monotonic() - began
            except ConnectionError:
                chunk = b""
            if not chunk:
                return got, True, time.monotonic() - began
            got += chunk
        return got, False, time.monotonic() - began


def judge(verdict, got, closed):
    """What is wrong, or None."""
    smuggled = MARK in got
    last = re.search(rb"\r\nConnection: close\r\n", got, re.I)  # libmicrohttpd writes the head of its own pages twice
    statuses = [int(s) for s in re.findall(rb"HTTP/1\.[01] ([0-9]{3}) ", got[:last.start()] if last else got)]
    final = [s for s in statuses if s >= 200]
    if any(s >= 500 and s != 505 for s in final):  # 505: another version of HTTP
        return f"status {final}"
    count = re.fullmatch(r"(?:one or )?all (\d+)", verdict)
    if count and smuggled and len(final) == int(count[1]):
        return None
    if verdict == "refuse" and any(s < 300 for s in final):
        return f"taken: {final}"
    if verdict == "refuse" and smuggled or len(final) > 1 and not count:
        return f"what stood behind was taken for a request: {final}"
    if count and not verdict.startswith("one"):
        return f"{len(final)} answers, not {count[1]}: {final}"
    if not closed and verdict != "one":
        return f"hangs: {final}"
    return None
