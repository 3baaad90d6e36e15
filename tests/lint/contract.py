"""Holds openapi.yaml to the tables that the program carries out, both ways.

`niched contract` prints those tables as JSON:

    {"routes":  [{"method": "GET", "path": "/niches/{slug}",
                  "params": [{"name": "limit", "type": "integer", "min": 1, "max": 100, "default": 20, "required": false,
                              "enum": null}]}],
     "schemas": {"Creator": [{"name": "id", "type": "string", "nullable": false}]}}

Types are those of JSON Schema: integer, number, boolean, string, array (object in schemas), or the program's own words for
a parameter: rate (a number with bounds), choice (a string of `choices`), text (a string of min to max bytes) and list (an
array of `choices`, or of codes: "AA" countries, "aa" languages, each also with - in front; or of free words of min to max
bytes: "words", also with - in front, "names", or "handles") and words (a list that excludes nothing). params are those of
the query string; what stands in braces in a path is compared by the path itself. A bound, default or enum that one side lacks must
lack on the other. body is null or the members of a JSON body, compared by name and required. Of an array the bounds, enum and pattern are those of its items. HEAD and OPTIONS follow from GET and are
in neither. A route's name is its operationId; a code that a problem may have is in the program's table of errors. schemas:
the fields of each row table, by the name of its schema in components/schemas; a schema that the program does not list is
not compared.
"""
import json

import yaml

METHODS = {"get", "put", "post", "delete", "patch"}
TYPES = {"integer", "number", "boolean", "string", "array", "object"}
CODES = {"AA": "^-?[A-Za-z]{2}$", "aa": "^-?[A-Za-z]{2,3}$"}
FREE = {"words": None, "names": None, "handles": "^([0-9]{1,18}|@.+)$"}  # lists of words that the caller makes up: at most `max` bytes
LIST_MAX = 50  # PARAM_LIST_MAX
KEYS = ("type", "minimum", "maximum", "minLength", "maxLength", "maxItems", "pattern", "default", "required", "enum")


class Document:
    """openapi.yaml, with the line of each of its places."""

    def __init__(self, path):
        text = path.read_text()
        self.name = path.name
        self.value = yaml.safe_load(text) or {}
        self.root = yaml.compose(text)

    def line(self, *place):
        """The line where a place (keys and indices from the root) begins, or of the last part of it that exists."""
        node, line = self.root, 1
        for step in place:
            found = None
            if isinstance(node, yaml.MappingNode):
                found = next(((k.start_mark.line, v) for k, v in node.value if k.value == str(step)), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                found = (node.value[step].start_mark.line, node.value[step])
            if found is None:
                return line
            line, node = found[0] + 1, found[1]
        return line

    def resolve(self, value):
        """Follows $ref within the document."""
        for _ in range(20):
            if not (isinstance(value, dict) and "$ref" in value):
                break
            target = self.value
            for step in value["$ref"].removeprefix("#/").split("/"):
                target = target.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(target, dict) else {}
            value = {**target, **{k: v for k, v in value.items() if k != "$ref"}}
        return value or {}

    def operations(self):
        """(METHOD, path) -> (place, operation, parameters of path and operation)"""
        out = {}
        for path, item in (self.value.get("paths") or {}).items():
            item = self.resolve(item)
            for method in METHODS & set(item):
                place = ("paths", path, method)
                own = [(("paths", path, "parameters", i), p) for i, p in enumerate(item.get("parameters") or [])]
                own += [((*place, "parameters", i), p) for i, p in enumerate(item[method].get("parameters") or [])]
                out[method.upper(), path] = (place, item[method], [(at, self.resolve(p)) for at, p in own])
        return out

    def properties(self, schema):
        """All properties of a schema, those of allOf included."""
        schema = self.resolve(schema)
        out = dict(schema.get("properties") or {})
        for part in schema.get("allOf") or []:
            out.update(self.properties(part))
        return out

    def shape(self, schema):
        """(type, nullable, the schema that holds bounds and enum)"""
        schema = self.resolve(schema)
        nullable = False
        for word in ("anyOf", "oneOf"):
            options = [self.resolve(o) for o in schema.get(word) or []]
            rest = [o for o in options if o.get("type") != "null"]
            if len(rest) == 1:
                nullable, schema = len(options) > 1, {**schema, **rest[0]}
        kinds = schema.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        nullable = nullable or "null" in kinds
        kind = next((k for k in kinds if k and k != "null"), None)
        if kind is None and ("properties" in schema or "allOf" in schema):
            kind = "object"
        inner = self.resolve(schema.get("items") or {}) if kind == "array" else schema
        return kind, nullable, inner, schema


def same(a, b):
    """20, "20" and 20.0 are the same; so are true and "true"; absent is null."""
    if a is None or b is None:
        return a is b
    if isinstance(a, (list, tuple)) or isinstance(b, (list, tuple)):
        return sorted(map(str, a)) == sorted(map(str, b)) if isinstance(a, list) and isinstance(b, list) else False
    if isinstance(a, bool) or isinstance(b, bool):
        return str(a).lower() == str(b).lower()
    try:
        return float(a) == float(b)
    except (TypeError, ValueError):
        return str(a) == str(b)


def wanted(param):
    """What JSON Schema says of a parameter as the program prints it, by KEYS."""
    out = {"type": param.get("type"), "default": param.get("default"), "required": bool(param.get("required")),
           "enum": param.get("enum")}
    bounds, choices = (param.get("min"), param.get("max")), param.get("choices") or ""
    match param.get("type"):
        case "text":
            out.update(type="string", minLength=bounds[0], maxLength=bounds[1])
        case "choice":
            out.update(type="string", enum=choices.split(","))
        case "list" if choices in CODES:
            out.update(type="array", maxItems=LIST_MAX, pattern=CODES[choices])
        case "list" | "words" if choices in FREE:
            out.update(type="array", maxItems=LIST_MAX, minLength=bounds[0], maxLength=bounds[1], pattern=FREE[choices])
        case "list":
            out.update(type="array", maxItems=LIST_MAX, enum=[m + c for m in ("", "-") for c in choices.split(",")])
        case "words":
            out.update(type="array", maxItems=LIST_MAX, enum=choices.split(","))
        case kind:
            out.update(type="number" if kind == "rate" else kind, minimum=bounds[0], maximum=bounds[1])
    return out


def compare_params(doc, route, operation):
    place, _, params = operation
    title = f"{route['method']} {route['path']}"
    written = {p.get("name"): (at, p) for at, p in params if p.get("in") == "query"}
    carried = {p["name"]: p for p in route.get("params") or []}
    for name in sorted(carried.keys() - written.keys()):
        yield doc.name, doc.line(*place), f"{title}: parameter {name} is taken by the program but not described"
    for name in sorted(written.keys() - carried.keys()):
        yield doc.name, doc.line(*written[name][0]), f"{title}: parameter {name} is described but not taken by the program"
    for name in sorted(written.keys() & carried.keys()):
        at, param = written[name]
        have = wanted(carried[name])
        kind, _, inner, outer = doc.shape(param.get("schema"))
        here = {**{k: inner.get(k) for k in KEYS}, "type": kind, "default": outer.get("default"),
                "maxItems": outer.get("maxItems"), "required": bool(param.get("required"))}
        if have["type"] not in TYPES:
            yield doc.name, doc.line(*at), f"{title}: {name}: `niched contract` says type {have['type']!r}, no JSON Schema type"
            continue
        for what in KEYS:
            if not same(here[what], have.get(what)):
                yield doc.name, doc.line(*at), f"{title}: {name}: {what} is {here[what]!r} here, {have.get(what)!r} in the program"


def compare_body(doc, route, operation):
    """Members of a body that the program takes are the properties of the description's schema, and required alike."""
    place, described, _ = operation
    title = f"{route['method']} {route['path']}"
    body = doc.resolve(described.get("requestBody") or {})
    if (route.get("body") is None) != (not body):
        yield doc.name, doc.line(*place), f"{title}: {'no requestBody' if not body else 'a requestBody'} is described, " \
                                          "the program has it otherwise"
    if route.get("body") is None or not body:
        return
    media = next(iter((body.get("content") or {}).values()), None) or {}  # one media type; of one or a list, the one
    schema = doc.resolve(media.get("schema") or {})
    schema = doc.resolve(schema["oneOf"][0]) if "oneOf" in schema else schema
    written, required = doc.properties(schema), set(schema.get("required") or [])
    carried = {p["name"]: bool(p.get("required")) for p in route["body"]}
    for name in sorted(carried.keys() - written.keys()):
        yield doc.name, doc.line(*place), f"{title}: member {name} of the body is taken by the program but not described"
    for name in sorted(written.keys() - carried.keys()):
        yield doc.name, doc.line(*place), f"{title}: member {name} of the body is described but not taken by the program"
    for name in sorted(written.keys() & carried.keys()):
        if carried[name] != (name in required):
            yield doc.name, doc.line(*place), f"{title}: member {name}: required is {name in required} here, {carried[name]} in the program"


def compare_schema(doc, name, fields):
    place = ("components", "schemas", name)
    schema = ((doc.value.get("components") or {}).get("schemas") or {}).get(name)
    if schema is None:
        yield doc.name, doc.line(*place), f"schema {name} is written by the program but not described"
        return
    written, carried = doc.properties(schema), {f["name"]: f for f in fields}
    for field in sorted(carried.keys() - written.keys()):
        yield doc.name, doc.line(*place), f"{name}.{field} is written by the program but not described"
    for field in sorted(written.keys() - carried.keys()):
        yield doc.name, doc.line(*place, "properties", field), f"{name}.{field} is described but not written by the program"
    for field in sorted(written.keys() & carried.keys()):
        kind, nullable, _, _ = doc.shape(written[field])
        have = carried[field]
        at = doc.line(*place, "properties", field)
        if "type" in have and have["type"] != kind:
            yield doc.name, at, f"{name}.{field}: type is {kind!r} here, {have['type']!r} in the program"
        if "nullable" in have and bool(have["nullable"]) != nullable:
            yield doc.name, at, f"{name}.{field}: nullable is {nullable} here, {bool(have['nullable'])} in the program"


COMMANDS_ONLY = {"OK", "USAGE", "IO"}  # errors that no request has


def compare_codes(doc, errors):
    place = ("components", "schemas", "Problem", "properties", "code", "enum")
    codes = doc.resolve({"$ref": "#/" + "/".join(place[:-1])}).get("enum") or []
    for i, code in enumerate(codes):
        if code not in {e["code"] for e in errors}:
            yield doc.name, doc.line(*place, i), f"{code} is described but no error of the program"
    for code in sorted({e["code"] for e in errors} - set(codes) - COMMANDS_ONLY):
        yield doc.name, doc.line(*place), f"{code} is an error of the program but not described"


def compare(printed, path):
    """Findings (file, line, message) between what `niched contract` printed and the description at `path`."""
    if not path.exists():
        yield path.name, 1, "is missing"
        return
    try:
        tables = json.loads(printed)
    except ValueError as error:
        yield path.name, 1, f"`niched contract` printed no JSON: {error}"
        return
    doc = Document(path)
    operations = doc.operations()
    routes = {(r["method"], r["path"]): r for r in tables["routes"] if r["method"] not in ("HEAD", "OPTIONS")}
    for key in sorted(routes.keys() - operations.keys()):
        yield doc.name, doc.line("paths", key[1]), f"{key[0]} {key[1]} is answered by the program but not described"
    for key in sorted(operations.keys() - routes.keys()):
        yield doc.name, doc.line(*operations[key][0]), f"{key[0]} {key[1]} is described but not answered by the program"
    for key in sorted(routes.keys() & operations.keys()):
        place, operation, _ = operations[key]
        if routes[key].get("name", operation.get("operationId")) != operation.get("operationId"):
            yield doc.name, doc.line(*place), f"{key[0]} {key[1]}: operationId is {operation.get('operationId')!r} here, " \
                                              f"{routes[key]['name']!r} in the program"
        yield from compare_params(doc, routes[key], operations[key])
        yield from compare_body(doc, routes[key], operations[key])
    yield from compare_codes(doc, tables.get("errors") or [])
    for name, fields in sorted((tables.get("schemas") or {}).items()):
        yield from compare_schema(doc, name, fields)
