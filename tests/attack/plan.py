"""The cases, from openapi.yaml alone: every operation, every parameter in path, query and header, every field of every JSON body,
every column of every kind of file."""
import collections
import copy
import itertools
import json
from urllib.parse import quote, quote_from_bytes

import payloads

# method, target and body are bytes as they are sent; `where` and `family` say what is tried
Case = collections.namedtuple("Case", "operation where family method target headers body")
JSON_MEDIA = "application/json", "application/merge-patch+json"
# What a plain request says where the description has no example that fits the made-up world
STOCK = {"slug": "vegan", "platform": "tiktok", "niche": "vegan", "creators": "1,2", "file": "app.js", "followers": "9000", "budget_usd": "500"}
ALSO = {"amount_usd": 100, "username": "attack.rows", "platform": "tiktok"}  # of a row, where it has these members
BESIDE = {"standing": {"engagement_rate": "5pct"}, "import_post": {"platform": "tiktok", "kind": "creators"}}
EIGHTH = 8  # of the values of a header that the operation does not name: others meet the others
BORROWS = {"match_batch": "match"}  # objects whose members are the parameters of another operation


def encode(value):
    return (quote_from_bytes(value, safe="") if isinstance(value, bytes) else quote(value, safe="")).encode()


class Operation:
    """One operation of the description, and a plain request for it."""

    def __init__(self, contract, name, path, method, item, stock):
        self.contract, self.name, self.path, self.method = contract, name, path, method.upper()
        found = item[method]
        self.parameters = [contract.resolve(p) for p in item.get("parameters", []) + found.get("parameters", [])]
        self.content = contract.resolve(found.get("requestBody") or {}).get("content", {})
        self.values = {p["name"]: stock(name, p["name"]) or STOCK.get(p["name"]) or self.plain(p) for p in self.parameters if p["in"] == "path" or p.get("required")}
        self.query = {p["name"]: self.values[p["name"]] for p in self.parameters if p["in"] == "query" and p.get("required")}
        self.query |= BESIDE.get(name, {})
        self.media = next((m for m in JSON_MEDIA if m in self.content), None)

    def plain(self, parameter):
        return str(parameter.get("example") or value_of(self.contract, parameter["schema"]))

    def of(self, place):
        return [p["name"] for p in self.parameters if p["in"] == place]

    def target(self, path=None, query=None, behind=b""):
        """Path and query; `path` and `query` say other values, already encoded; `behind` is put at the end as it is."""
        out = self.path.encode()
        for name in self.of("path"):
            out = out.replace(b"{%s}" % name.encode(), (path or {}).get(name, encode(self.values[name])))
        asked = {k: encode(v) for k, v in self.query.items()} | (query or {})
        pairs = b"&".join(k.encode() + b"=" + v for k, v in asked.items())
        return out + (b"?" if pairs or behind else b"") + pairs + (b"&" if pairs and behind else b"") + behind

    def body(self):
        """What a plain request sends, and its headers."""
        if self.media:
            return {"Content-Type": self.media}, json.dumps(value_of(self.contract, self.content[self.media]["schema"])).encode()
        if self.content:
            return {"Content-Type": "text/csv"}, b"username,followers\nattack.plain,5000\n"
        return {}, b""

    def case(self, where, family, target=None, headers=None, body=None):
        own, plain = self.body()
        given = [(k.encode(), v.encode()) for k, v in own.items() if k not in dict(headers or [])]
        given += [(k.encode(), v) for k, v in headers or []]
        return Case(self.name, where, family, self.method.encode(), self.target() if target is None else target, given, plain if body is None else body)


def operations(contract, stock):
    """All of them; stock(operation, parameter) names what is there for it, or None."""
    for path, item in contract.document["paths"].items():
        for method in ("get", "put", "post", "patch", "delete"):
            if method in item:
                yield Operation(contract, item[method]["operationId"], path, method, item, stock)


# ---- values that a schema asks for

def simple(contract, schema):
    schema = contract.resolve(schema)
    for word in ("oneOf", "anyOf"):
        if word in schema:
            return simple(contract, schema[word][0])
    kind = schema.get("type")
    return schema, next((k for k in kind if k != "null"), "null") if isinstance(kind, list) else kind


def value_of(contract, schema):
    """The smallest value that a schema takes."""
    schema, kind = simple(contract, schema)
    if "examples" in schema or "enum" in schema:
        return (schema.get("examples") or schema["enum"])[0]
    if kind == "object":
        members = schema.get("properties", {})
        return {k: value_of(contract, members[k]) for k in schema.get("required", [])} | {k: v for k, v in ALSO.items() if k in members}
    if kind == "array":
        return [value_of(contract, schema["items"])]
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1)
    if kind == "boolean":
        return True
    return {"date-time": "2026-10-30T18:00:00Z", "date": "2026-10-30"}.get(schema.get("format"), "a" * max(schema.get("minLength", 1), 3))


def fields(contract, schema, at=()):
    """Paths of all fields that a schema names, [0] for a list's items."""
    schema, kind = simple(contract, schema)
    if kind == "array":
        yield from fields(contract, schema["items"], (*at, 0))
    if kind == "object":
        for name, inner in schema.get("properties", {}).items():
            yield (*at, name), inner
            yield from fields(contract, inner, (*at, name))


# ---- cases

def texts():
    return [(family, value) for family, values in payloads.TEXTS.items() for value in values]


def in_path(op):
    for name, (family, value) in itertools.product(op.of("path"), texts()):
        yield op.case(f"path {name}", family, op.target(path={name: encode(value)}))


def in_query(op):
    for name, (family, value) in itertools.product(op.of("query"), texts()):
        yield op.case(f"query {name}", family, op.target(query={name: encode(value)}))
    for name in op.of("query"):
        again = name.encode() + b"=1"
        yield op.case(f"query {name}", "duplicate", op.target(behind=b"&".join([again] * 2)))
        yield op.case(f"query {name}", "duplicate", op.target(behind=b"&".join([again] * 64)))
        yield op.case(f"query {name}", "duplicate", op.target(behind=name.upper().encode() + b"=1"))
        yield op.case(f"query {name}", "broken", op.target(behind=name.encode()))
        yield op.case(f"query {name}", "broken", op.target(behind=name.encode() + b"=%"))
        yield op.case(f"query {name}", "broken", op.target(behind=name.encode() + b"[]=1"))
        yield op.case(f"query {name}", "broken", op.target(behind=name.encode() + b"%00=1"))
        yield op.case(f"query {name}", "raw", op.target(query={name: b"\xff\xc3\xa9'\"<>{}|\\^`"}))
        yield op.case(f"query {name}", "too long", op.target(query={name: b"y" * 9000}))
    for value in [v for _, v in texts()]:
        yield op.case("query name", "name", op.target(behind=encode(value) + b"=1"))


def in_headers(op):
    names = dict.fromkeys([*op.of("header"), *payloads.HEADER_NAMES])
    for name, (family, values) in itertools.product(names, payloads.HEADERS.items()):
        for n, value in enumerate(values):
            if name in op.of("header") or (n + len(op.name)) % EIGHTH == 0:
                yield op.case(f"header {name}", family, headers=[(name, value)])
    for name in names:
        yield op.case(f"header {name}", "duplicate", headers=[(name, b"a"), (name, b"b")])


def put(value, path, new):
    """A copy of a JSON value with another one at a path, as JSON text: `new` is text already."""
    hole = "\u0001hole\u0001"
    value = copy.deepcopy(value)
    at = value
    for step, inner in itertools.pairwise(path):
        if isinstance(at, dict) and not isinstance(at.get(step), (dict, list)):
            at[step] = [{}] if inner == 0 else {}
        at = at[step]
    at[path[-1]] = hole
    return json.dumps(value).encode().replace(json.dumps(hole).encode(), new)


def as_json(value):
    return b'"' + value + b'"' if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()


def json_values():
    yield from ((family, as_json(value)) for family, value in texts())
    yield from ((family, value) for family, values in payloads.JSON.items() for value in values)


def borrowed(contract, op, every):
    """Fields of the body: the schema's own, or another operation's parameters."""
    if op.name in BORROWS:
        other = next(o for o in every if o.name == BORROWS[op.name])
        return {"queries": [dict(other.query)]}, [("queries", 0, name) for name in other.of("query")]
    schema = op.content[op.media]["schema"]
    return value_of(contract, schema), [path for path, _ in fields(contract, schema)]


def in_body(contract, op, every):
    if not op.media:
        return
    base, paths = borrowed(contract, op, every)
    for path, (family, text) in itertools.product(paths, json_values()):
        yield op.case("body " + "/".join(map(str, path)), family, body=put(base, path, text))
    plain = json.dumps(base).encode()
    yield from (op.case("body", family, body=body) for family, body in broken_bodies(plain))
    for media in (b"", b"text/plain", b"application/xml", b"application/json; charset=utf-16", b"multipart/form-data; boundary=x", b"a" * 500, b"\xff"):
        yield op.case("body", "media", headers=[("Content-Type", media)])
    for coding in (b"gzip", b"zstd", b"br", b"identity, gzip"):
        yield op.case("body", "coding", headers=[("Content-Encoding", coding)], body=b"\x1f\x8b\x08\x00\x00")


def broken_bodies(plain):
    text = plain.decode()
    for n in range(0, len(plain), max(1, len(plain) // 12)):
        yield "cut", plain[:n]
    yield "twice", plain + plain
    yield "twice", plain[:-1] + b"," + plain[1:] if plain[:1] == b"{" and len(plain) > 2 else plain + b"]"
    yield "behind", plain + b"x"
    yield "behind", plain + b"\x00"
    yield "bom", b"\xef\xbb\xbf" + plain
    yield "utf-16", text.encode("utf-16")
    yield "utf-32", text.encode("utf-32")
    yield "latin-1", b'{"\xe9":1}'
    yield "comment", b"/* x */" + plain
    yield "blank", b" " * 60_000
    yield "xml", b"<?xml version='1.0'?><a/>"
    yield "name", b'{"__proto__":{"a":1},"constructor":1}'
    yield "name", b'{"\\u0000":1}'
    yield "name", b'{"' + b"a" * 60_000 + b'":1}'
    yield "names", b"{" + b",".join(b'"a%d":1' % i for i in range(5000)) + b"}"
    yield "large", b"[" + b",".join([plain] * 3000) + b"]"
    yield "large", b" " * 3_000_000
    for family in ("json type", "json number", "json text", "json deep", "json long"):
        for value in payloads.JSON[family]:
            yield family, value
    yield "numbers", bytes(range(256)) * 20


def cases(contract, stock):
    every = list(operations(contract, stock))
    for op in every:
        yield op.case("plain", "plain")
        yield from in_path(op)
        yield from in_query(op)
        yield from in_headers(op)
        yield from in_body(contract, op, every)


# ---- files

ROWS = {"creators": ("Profile", ["username"]), "posts": ("PostRow", ["username"]), "snapshots": ("SnapshotRow", ["username"]), "prices": ("OwnPriceRow", []),
        "collaborations": ("OwnCollaborationRow", []), "conversions": ("OwnConversionRow", [])}


def csv_cell(value):
    raw = value if isinstance(value, bytes) else value.encode()
    return b'"' + raw.replace(b'"', b'""') + b'"'


def files(contract):
    """(kind, media, bytes): for each kind of rows a CSV and an NDJSON file in which every column has every payload once."""
    for kind, (schema, more) in ROWS.items():
        plain = {"platform": "tiktok", "username": "attack.file"} | value_of(contract, contract.document["components"]["schemas"][schema])
        columns = dict.fromkeys([*more, *plain, *contract.document["components"]["schemas"][schema]["properties"]])
        rows, lines = [b",".join(c.encode() for c in columns)], []
        for column, (_, value) in itertools.product(columns, texts()):
            cells = {c: csv_cell(str(plain.get(c, ""))) for c in columns} | {column: csv_cell(value)}
            rows.append(b",".join(cells.values()))
        for column, (_, text) in itertools.product(columns, json_values()):
            if len(text) < 5000:
                lines.append(put(plain, (column,), text))
        yield kind, "text/csv", b"\n".join(rows) + b"\n"
        yield kind, "application/x-ndjson", b"\n".join(lines) + b"\n"
    plain = b"username,followers\nann,5000\n"
    for body in (plain.decode().encode("utf-16"), b"\x1f\x8b\x08\x00" + b"\x00" * 100, b"\x00" * 5000, b'"' * 5001, b"," * 70_000 + b"\n", b"a" * 3_000_000,
                 b"\xff\xfe", b"username\n" + b"\xed\xa0\x80\n" * 10, b'username,followers\n"ann', b"[" * 200_000, b"{\"username\":" * 50_000, b"\n" * 100_000,
                 b"username,username\na,b\n", b"=1+1,@x\n1,2\n", ("username," + "x," * 3000 + "\na\n").encode()):
        yield "creators", "text/csv", body
        yield "creators", "application/octet-stream", body
