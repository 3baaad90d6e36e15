"""openapi.yaml shows one real answer a call, and each is what the service says of the sandbox world. (Those of writes and of
several queries at once are beside their tests.) After a change of the scores, UPDATE_EXAMPLE=1 make test-e2e ARGS='-k example'
writes them anew."""
import copy
import json
import os
import random
import re
import textwrap

import pytest
import yaml
from client import OPENAPI, optional
from quick_schema import Quick

ME = {"niche": "vegan fitness", "platform": "instagram", "followers": 12000, "avg_likes": 540, "avg_comments": 32}
# operation: address, parameters, where its example stands: a path or a name of components/responses
EXAMPLES = {
    "match": ("/match", {"niche": "vegan fitness", "country": "US", "limit": 1, "explain": "true"}, "/match"),
    "plan": ("/plan", {"niche": "vegan fitness", "country": "US", "budget_usd": 500}, "/plan"),
    "niches": ("/niches", {"q": "vegan fit", "limit": 2}, "/niches"),
    "niche": ("/niches/vegan-fitness", {}, "/niches/{slug}"),
    "creator": ("/creators/76", {}, "Creator"),
    "creator_by_name": ("/creators/tiktok/ivy.vegan_c", {}, "Creator"),
    "similar": ("/creators/67/similar", {"limit": 2}, "/creators/{id}/similar"),
    "overlap": ("/overlap", {"creators": "64,tiktok/@priyavegan_2,67"}, "/overlap"),
    "creator_standing": ("/creators/76/standing", {"niche": "vegan-fitness"}, "/creators/{id}/standing"),
    "account_suggestions": ("/creators/76/accounts/suggestions", {}, "/creators/{id}/accounts/suggestions"),
    "creator_history": ("/creators/76/history", {}, "/creators/{id}/history"),
    "standing": ("/standing", {**ME, "price_usd": 120, "posts_per_week": 1.2}, "/standing"),
    "model": ("/model", {}, "/model"),
    "livez": ("/livez", {}, "/livez"),
    "readyz": ("/readyz", {}, "/readyz"),
}
ELSEWHERE = {"imports", "import", "import_errors", "prices", "collaborations", "conversions"}  # beside their tests
LIVES = {"readyz": {"taxonomy_version", "schema_version"}, "match": {"next_cursor"}}  # of each store, of each migration


def flow(value):
    return yaml.safe_dump(value, sort_keys=False, width=100, default_flow_style=True, allow_unicode=True).removesuffix("...\n")


def lines(mapping):
    """YAML of few lines: one and what it needs for each key of the answer and of its items."""
    def one(key, value):
        if key == "items" and value:
            return "items:\n" + "".join("- " + textwrap.indent(lines(item), "  ").lstrip() for item in value)
        return f"{key}: {textwrap.indent(flow(value), '  ').lstrip()}"
    return "".join(one(key, value) for key, value in mapping.items())


def place(text, where, method="get", status="200"):
    """(begin, end) of the JSON answer's block in the text, and its indent."""
    begin = text.index(f"\n  {where}:\n") if where[0] == "/" else text.index(f"\n    {where}:\n", text.index("\n  responses:\n"))
    begin = text.index(f"'{status}':", text.index(f"\n    {method}:", begin)) if where[0] == "/" else begin
    head = re.compile(r"^( +)application/json:\n", re.M).search(text, begin)
    block = re.compile(rf"(?:{head[1]} .*\n|\n)*").match(text, head.end())
    return head.end(), block.end(), len(head[1]) + 2


def write(where, said, *which):
    text = OPENAPI.read_text()
    begin, end, indent = place(text, where, *which)
    block = re.sub(rf"^ {{{indent}}}example:.*\n(?: {{{indent + 1}}}.*\n|\n)*", "", text[begin:end], flags=re.M)
    shown = " " * indent + "example:\n" + textwrap.indent(lines(said), " " * (indent + 2))
    OPENAPI.write_text(text[:begin] + block + shown + text[end:])


def example(document, where, method="get", status="200"):
    response = document["paths"][where][method]["responses"][status] if where[0] == "/" else document["components"]["responses"][where]
    return response["content"]["application/json"]["example"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_is_what_the_service_says(client, contract, name):
    address, params, where = EXAMPLES[name]
    said = client.ok(address, **params)
    if os.environ.get("UPDATE_EXAMPLE"):
        write(where, said)
        return
    shown = example(contract.document, where)
    assert {k: v for k, v in said.items() if k not in LIVES.get(name, ())} == {
        k: v for k, v in shown.items() if k not in LIVES.get(name, ())}


def test_examples_of_a_written_creator(niched, ask, contract):
    """What PUT makes, what PATCH then changes, what a second PUT puts back, by the examples of their bodies."""
    where, address = "/creators/{platform}/{username}", "/creators/tiktok/ivy.vegan"
    with niched.serve(NICHED_WORKER="0", NICHED_NOW="2026-11-01T00:00:00Z") as service:
        client = ask(service)
        for method, status, media in (("put", "201", "application/json"), ("patch", "200", "application/merge-patch+json"), ("put", "200", "application/json")):
            body = contract.document["paths"][where][method]["requestBody"]["content"][media]["example"]
            answer = client.request(method.upper(), address, content=json.dumps(body).encode(), headers={"Content-Type": media})
            assert answer.status_code == int(status), answer.text
            if os.environ.get("UPDATE_EXAMPLE"):
                write(where, answer.json(), method, status)
            else:
                assert answer.json() == example(contract.document, where, method, status)


def test_every_reading_call_has_an_example(contract):
    """But the contract itself, the page, numbers that change with every call, and a request, whose id and token are random."""
    reading = {operation["get"]["operationId"] for operation in contract.document["paths"].values() if "get" in operation}
    assert reading - set(EXAMPLES) - ELSEWHERE == {"metrics", "openapi", "openapi_json", "page", "docs", "asset", "request"}


# ---- what holds every answer to the description

def bodies(contract):
    """(schema, example) of every documented body."""
    for _, _, described in contract.operations.values():
        for response in described["responses"].values():
            for media in (contract.resolve(response).get("content") or {}).values():
                if isinstance(media.get("example"), dict):
                    yield media["schema"], media["example"]


def places(value, path=()):
    yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*path, key))


def damaged(rng, value):
    """A copy with one thing changed, gone or new."""
    value = copy.deepcopy(value)
    *way, last = rng.choice([path for path in places(value) if path])
    at = value
    for key in way:
        at = at[key]
    if rng.random() < 0.3:
        del at[last]
    elif rng.random() < 0.2 and isinstance(at, dict):
        at["new"] = 1
    else:
        at[last] = rng.choice((None, True, False, 0, 1, -1, 2.0, 0.5, 1e9, "", "x", "2026-11-01", [], {}, [1], {"x": "y"}, at[last] * 3 if isinstance(at[last], list) else "y" * 300))
    return value


def test_quick_schema_says_what_jsonschema_says(contract):
    rng, refused = random.Random(1), 0
    examples = list(bodies(contract))
    assert len(examples) > 25
    for schema, example in examples:
        for whole in (True, False):
            validator = contract.validator(schema, whole)
            quick = Quick(contract.resolve if whole else lambda part: optional(contract.resolve(part)))(schema)
            assert quick(example) and validator.is_valid(example)
            for _ in range(12):
                value = damaged(rng, example)
                fits = validator.is_valid(value)
                assert quick(value) == fits, (schema, value)
                refused += not fits
    assert refused > 200
