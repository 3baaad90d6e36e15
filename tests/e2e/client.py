"""The one HTTP client of the tests: whatever is answered is held against openapi.yaml, and what was seen is kept."""
import csv
import ctypes
import functools
import gzip
import io
import json
import re
import socket
from pathlib import Path

import httpx
import jsonschema
import yaml
from patience import NEVER_S
from quick_schema import Quick

OPENAPI = Path(__file__).parents[2] / "openapi.yaml"
PROBLEM = "application/problem+json"
PAGE = {"text/html", "text/css", "text/javascript", "image/svg+xml"}
JSON, MERGE_PATCH, CSV = ({"Content-Type": media} for media in ("application/json", "application/merge-patch+json", "text/csv"))
METHODS = {"get", "put", "post", "patch", "delete"}
# What any path may give beside what its operation says: the names in components/responses
ANY_PATH = {304: "NotModified", 400: "BadRequest", 404: "NotFound", 406: "NotAcceptable", 408: "TooSlow", 413: "BodyTooLarge", 414: "UriTooLong",
            431: "HeaderTooLarge"}


def unzstd(data, size=1 << 22):
    library, out = ctypes.CDLL("libzstd.so.1"), ctypes.create_string_buffer(size)
    library.ZSTD_decompress.restype = ctypes.c_size_t
    got = library.ZSTD_decompress(out, ctypes.c_size_t(size), data, ctypes.c_size_t(len(data)))
    assert got < size
    return out.raw[:got]


# A body by the coding that it came in
UNPACK = {None: bytes, "gzip": gzip.decompress, "zstd": unzstd}


def optional(value):
    """A schema without its `required`."""
    if isinstance(value, dict):
        return {k: optional(v) for k, v in value.items() if k != "required" or not isinstance(v, list)}
    return [optional(v) for v in value] if isinstance(value, list) else value


@functools.lru_cache(4096)
def path_of(target):
    """The decoded path of a target without its query."""
    return httpx.URL(target if target.startswith("http://") else "http://x" + target if target.startswith("/") else "http://x/").path


def check_csv(where, body):
    """Rows of one width, ended by CRLF; no cell is a formula."""
    text = body.decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert text.endswith("\r\n") and {len(row) for row in rows} == {len(rows[0])}, where
    for cell in (cell for row in rows for cell in row):
        assert not re.match(r"[=+@\t\r\n]|-(?![0-9.]+$)", cell), f"{where}: {cell!r}"


class Contract:
    """openapi.yaml at work."""

    def __init__(self):
        self.text = OPENAPI.read_bytes()
        self.document = yaml.load(self.text, yaml.CSafeLoader)
        self.operations = {}  # operationId -> (METHOD, pattern of the path, operation)
        self.fitting = {}  # path -> {METHOD: operationId}
        self.seen = set()  # (operationId, status)
        self.known = {}  # schemas as functions
        for path, item in self.document["paths"].items():
            numbered = re.sub(r"\{id\}(?=/)", "0ID0", path)  # what goes on behind an id wants a number there
            pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(numbered)).replace("0ID0", "[0-9]+"))
            for method in METHODS & set(item):
                self.operations[item[method]["operationId"]] = (method.upper(), pattern, item[method])

    def resolve(self, value):
        while "$ref" in value:
            target = self.document
            for step in value["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            value = target
        return value

    def operations_of(self, path):
        """METHOD -> operationId; of two paths that fit, the first one described"""
        if path not in self.fitting:
            self.fitting[path] = {method: name for name, (method, pattern, _) in reversed(self.operations.items()) if pattern.fullmatch(path)}
        return self.fitting[path]

    def operation_of(self, path, method):
        """The operation that answers; of a method that is refused, any of the path."""
        found = self.operations_of(path)
        return found.get("GET" if method == "HEAD" else method) or found.get("GET") or next(iter(found.values()), None)

    def allow(self, path):
        """What Allow must say."""
        found = set(self.operations_of(path))
        return found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())

    def documented(self):
        """Every (operationId, status) of the description."""
        return {(name, int(status)) for name, (_, _, op) in self.operations.items() for status in op["responses"]}

    def response(self, method, path, status):
        name = self.operation_of(path, method)
        if name is None:
            assert status in ANY_PATH, f"{path} is no documented path, yet it gave {status}"
            return None, self.document["components"]["responses"][ANY_PATH[status]]
        responses = self.operations[name][2]["responses"]
        if str(status) not in responses and status in ANY_PATH:
            return None, self.document["components"]["responses"][ANY_PATH[status]]
        assert str(status) in responses, f"{name} gave {status}, which is not documented"
        return name, self.resolve(responses[str(status)])

    def check_headers(self, where, described, headers):
        for name, header in (described.get("headers") or {}).items():
            header = self.resolve(header)
            assert name in headers or not header.get("required"), f"{where}: no header {name}"
            if name in headers:
                self.check_value(f"{where}: {name}", header["schema"], headers[name])

    def check_value(self, where, schema, value, whole=True):
        """whole: with fields= nothing is required."""
        key = id(schema), whole
        if key not in self.known:
            self.known[key] = Quick(self.resolve if whole else lambda part: optional(self.resolve(part)))(schema)
        if self.known[key](value):
            return
        error = jsonschema.exceptions.best_match(self.validator(schema, whole).iter_errors(value))
        assert False, f"{where}: {error.json_path}: {error.message}\n{str(value)[:2000]}"

    def validator(self, schema, whole):
        components = self.document["components"]
        return jsonschema.Draft202012Validator({**schema, "components": components if whole else optional(components)})

    def check_body(self, where, described, headers, body, whole):
        content_type = headers.get("Content-Type", "").split(";")[0]
        assert content_type in described["content"], f"{where}: content type {content_type!r} is not documented"
        schema = described["content"][content_type]["schema"]
        if content_type in PAGE:
            assert body.decode("utf-8") and headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; "), where
            return
        if content_type == "application/yaml":
            assert isinstance(yaml.load(body, yaml.CSafeLoader), dict)
            return
        if content_type == "text/csv":
            check_csv(where, body)
            return
        if content_type == "text/plain":
            assert body.decode("utf-8").endswith("\n"), where
            return
        ends = "\n" if content_type == "application/x-ndjson" else None  # of that a string may have other ends of lines
        assert not ends or not body or body.endswith(b"\n"), where
        lines = body.decode("utf-8").split(ends)[:-1] if ends else [body.decode("utf-8")]
        for value in map(json.loads, lines):
            self.check_value(where, schema, value, whole)

    def check(self, method, target, status, headers, body):
        """Fails where an answer is not what openapi.yaml says. `target` is path and query as they were sent."""
        where = f"{method} {target[:200]} -> {status}"
        path = path_of(target.split("?")[0])
        if method == "OPTIONS" and status == 204:
            assert set(headers["Allow"].split(", ")) == self.allow(path) and not body and "Content-Type" not in headers, where
            return
        name, described = self.response(method, path, status)
        self.check_headers(where, described, headers)
        content_type = headers.get("Content-Type", "").split(";")[0]
        assert headers.get("X-Content-Type-Options") == "nosniff", where
        if status == 304:
            assert not body and method in ("GET", "HEAD") and headers["ETag"] and not content_type, where
        elif status == 204:
            assert not body and not content_type and "content" not in described, where
        elif method == "HEAD":
            assert not body and content_type in described["content"], where
            return
        else:
            self.check_body(where, described, headers, body, "fields=" not in target and name != "match_batch")
        if content_type == PROBLEM:
            problem = json.loads(body)
            assert problem["status"] == status and problem["request_id"] == headers["X-Request-Id"], where
            assert problem["type"] == f"urn:niched:error:{problem['code']}", where
        if name:
            self.seen.add((name, status))


class Client(httpx.Client):
    """httpx on one service, held to the contract."""

    def __init__(self, service, contract, **more):
        super().__init__(base_url=str(service), event_hooks={"response": [self._check]}, trust_env=False, timeout=NEVER_S,
                         verify=False, **more)  # nothing is encrypted: to load the system's certificates takes 18 ms
        self.service, self.contract = service, contract

    def _check(self, response):
        response.read()
        request = response.request
        target = request.url.raw_path.decode("ascii")
        self.contract.check(request.method, target, response.status_code, response.headers, response.content)

    def ok(self, path, **params):
        """The JSON of a 200."""
        response = self.get(path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    def problem(self, path, status, code, **params):
        """The problem document of an answer that must be one."""
        return problem(self.get(path, params=params), status, code)

    def match(self, niche, **params):
        return self.ok("/match", niche=niche, **params)

    def walk(self, **params):
        """All items of a query, page by page."""
        items, cursor = [], {}
        for _ in range(1000):
            page = self.ok("/match", **params, **cursor)
            items += page["items"]
            assert page["has_more"] == (page["next_cursor"] is not None)
            if not page["has_more"]:
                return items
            cursor = {"cursor": page["next_cursor"]}
        raise AssertionError("the list does not end")

    def target(self, target, method="GET"):
        """Asks for bytes that no HTTP library would send."""
        head = f"{method} ".encode() + (target if isinstance(target, bytes) else target.encode()) + b" HTTP/1.1\r\n"
        return self.raw(head + b"Host: x\r\nConnection: close\r\n\r\n")[0]

    def raw(self, sent, count=1, ours=True):
        """Sends bytes and reads `count` answers (None: until the other side closes). ours=False: pages of libmicrohttpd may
        come too; they are not held to the contract."""
        with Wire(self.service.address) as wire:
            wire.send(sent)
            return wire.answers(self.contract, sent, count, ours)


def send_body(client, method, path, body=None, headers=None, params=None, **more):
    """Sends bytes as they are and all else as JSON (PATCH: as a merge patch), unless other headers are given; more of them as
    words: If_Match="*". None: no body."""
    media = {} if body is None else MERGE_PATCH if method == "PATCH" else JSON
    content = body if body is None or isinstance(body, bytes) else json.dumps(body)
    return client.request(method, path, content=content, params=params,
                          headers={**(media if headers is None else headers), **{k.replace("_", "-"): v for k, v in more.items()}})


def problem(response, status, code):
    """The problem document of an answer that must be one; code None: an answer that is none."""
    assert (response.status_code, response.json().get("code")) == (status, code), response.text
    return response.json()


def errors(response, status=400, code="BODY_INVALID"):
    """What was wrong, by its place in the body."""
    return {e["pointer"]: e["detail"] for e in problem(response, status, code)["errors"]}


class Answer:
    def __init__(self, method, target, status, headers, body):
        self.method, self.target, self.status_code, self.headers, self.content = method, target, status, headers, body

    def json(self):
        return json.loads(self.content)

    @property
    def text(self):
        return self.content.decode(errors="replace")


class Wire(socket.socket):
    """A connection on which every byte is ours."""

    def __init__(self, address, timeout=NEVER_S):
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self.settimeout(timeout)
        self.connect(address)
        self.buffer = b""

    def send(self, data):
        self.sendall(data)

    def _more(self):
        chunk = self.recv(65536)
        self.buffer += chunk
        return bool(chunk)

    def rest(self):
        """All that still comes until the other side closes."""
        try:
            while self._more():
                pass
        except ConnectionError:
            pass
        return self.buffer

    def interim(self):
        """Drops the next answer if it is a 1xx; whether it was."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                return False
        found = self.buffer.startswith(b"HTTP/1.1 1")
        self.buffer = self.buffer.split(b"\r\n\r\n", 1)[1] if found else self.buffer
        return found

    def answer(self, method="GET", target="/"):
        """The next answer, or None when the other side has closed."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                assert not self.buffer, self.buffer
                return None
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = httpx.Headers([line.split(": ", 1) for line in lines])
        length = 0 if method == "HEAD" or first.split()[1] in ("204", "304") else int(headers["Content-Length"])
        while len(self.buffer) < length:
            assert self._more(), f"closed within a body: {first}"
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Answer(method, target, int(first.split()[1]), headers, body)

    def answers(self, contract, sent, count, ours):
        lines = [line.split(b" ") for line in sent.split(b"\r\n") if line.endswith((b" HTTP/1.1", b" HTTP/1.0"))]
        asked = [(line[0].decode(), b" ".join(line[1:-1]).decode("latin-1")) for line in lines] or [("GET", "/")]
        out = []
        while count is None or len(out) < count:
            answer = self.answer(*asked[min(len(out), len(asked) - 1)])
            if answer is None and count is None:
                return out
            assert answer is not None, f"closed after {len(out)} of {count} answers"
            if ours or answer.headers.get("X-Request-Id"):
                contract.check(answer.method, answer.target, answer.status_code, answer.headers, answer.content)
            out.append(answer)
        return out
