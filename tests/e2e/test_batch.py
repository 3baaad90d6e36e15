"""POST /match/batch, and bodies: what is read, what is refused, and that nothing else breaks."""
import copy
import json
import os
import random
import re
import textwrap

import pytest
import yaml
from client import OPENAPI, Wire


def post(client, body, status=200, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body)
    response = client.post("/match/batch", content=content, headers={"Content-Type": "application/json", **headers})
    assert response.status_code == status, response.text
    return response.json()


def answers(client, *queries):
    return post(client, {"queries": list(queries)})["answers"]


def without_ids(answer):
    return {k: v for k, v in answer.items() if k not in ("request_id",)}


# ---- answers

QUERIES = [{"niche": "vegan"}, {"niche": "vegan fitness", "country": "US", "limit": 3}, {"niche": ["vegan", "comedy"], "limit": 2},
           {"niche": "food", "country": ["US", "-GB"], "min_authenticity": 0.4, "explain": "true", "limit": 2},
           {"niche": "food", "min_followers": 5000, "max_followers": 20000}, {"niche": "food", "weights": "engagement:2"},
           {"niche": "food", "diversify": 0.8, "limit": 4}, {"niche": "nonsense-that-is-none"}, {"niche": "test-429"},
           {"niche": "test-503"}, {"limit": 3}, {"niche": "vegan", "limt": 3}, {"niche": "vegan", "limit": 0}, {"niche": "test-empty"},
           {"niche": "vegan", "limit": "5"}, {"niche": "vegan", "explain": True, "limit": 1}, {"niche": "vegan", "goal": None},
           {"niche": "vegan", "min_authenticity": "40pct"}, {"niche": "vegan", "fields": ["rank", "creator.name"], "limit": 2},
           {"niche": "vegan", "cursor": "nonsense"}, {}]


def as_arguments(query):
    return {k: str(v).lower() if isinstance(v, bool) else v for k, v in query.items() if v is not None}


def test_each_answer_is_that_of_match(client):
    got = answers(client, *QUERIES)
    assert len(got) == len(QUERIES)
    for query, answer in zip(QUERIES, got):
        alone = client.get("/match", params=as_arguments(query))
        assert answer["status"] == alone.status_code, query
        assert without_ids(answer["body"]) == without_ids(alone.json()), query
    assert {answer["status"] for answer in got} == {200, 400, 404, 429, 503}


def test_order_and_number(client):
    shuffled = QUERIES * 3
    random.Random(1).shuffle(shuffled)
    one = {json.dumps(q): a["status"] for q, a in zip(QUERIES, answers(client, *QUERIES))}
    assert [a["status"] for a in answers(client, *shuffled[:50])] == [one[json.dumps(q)] for q in shuffled[:50]]
    assert len(answers(client, {"niche": "vegan"})) == 1
    problem = post(client, {"queries": [{"niche": "vegan"}] * 51}, 400)
    assert problem["code"] == "BODY_INVALID" and problem["errors"][0]["pointer"] == "/queries" and "51" in problem["detail"]
    assert post(client, {"queries": []}, 400)["errors"][0]["pointer"] == "/queries"


def test_a_problem_names_the_request(client):
    answer, = post(client, {"queries": [{"niche": "nope-nope"}]}, **{"X-Request-Id": "mine"})["answers"]
    assert answer["body"]["request_id"] == "mine" and answer["body"]["instance"] == "/match"


def test_other_formats_are_texts(client):
    csv, lines = answers(client, {"niche": "vegan", "limit": 2, "format": "csv"}, {"niche": "vegan", "limit": 2, "format": "ndjson"})
    assert csv["body"] == client.get("/match?niche=vegan&limit=2&format=csv").text
    assert lines["body"] == client.get("/match?niche=vegan&limit=2&format=ndjson").text


def test_accept_is_for_the_batch_not_for_its_queries(client):
    answer, = post(client, {"queries": [{"niche": "vegan", "limit": 1}]}, Accept="text/csv", **{"If-None-Match": "*"})["answers"]
    assert answer["body"]["items"]


def test_many_answers_at_once_are_bounded(client):
    """50 lists of 100 with the whole arithmetic: about 0.5 MB each."""
    got = answers(client, *[{"niche": "food", "limit": 100, "explain": "full", "min_authenticity": 0, "max_followers": 10**9}] * 50)
    good = [answer for answer in got if answer["status"] == 200]
    rest = [answer for answer in got if answer["status"] != 200]
    assert len(good) + len(rest) == 50 and 8 <= len(good) < 50 and all(answer["body"] == good[0]["body"] for answer in good)
    assert rest == got[-len(rest):] and all(answer["body"]["code"] == "LIMIT_BATCH" for answer in rest)


def test_the_example(client, contract):
    """After a change of the scores: UPDATE_EXAMPLE=1 make test-e2e ARGS='-k example' writes it anew."""
    operation = contract.document["paths"]["/match/batch"]["post"]
    said = post(client, operation["requestBody"]["content"]["application/json"]["example"])
    if os.environ.get("UPDATE_EXAMPLE"):
        text = OPENAPI.read_text()
        shown = yaml.safe_dump(said, sort_keys=False, width=110, default_flow_style=True, allow_unicode=True)
        start = re.search(r"schemas/BatchAnswer'}\n {14}example:\n", text).end()
        OPENAPI.write_text(text[:start] + textwrap.indent(shown, " " * 16) + text[start + text[start:].index("        '400'"):])
        return
    shown = copy.deepcopy(operation["responses"]["200"]["content"]["application/json"]["example"])
    for answer in (*said["answers"], *shown["answers"]):
        answer["body"] = {k: v for k, v in answer["body"].items() if k not in ("request_id", "next_cursor", "query")}
    assert said == shown


def test_database_away(sandbox_niched, databases, ask):
    with sandbox_niched.serve(NICHED_MAX_WAITING=4, NICHED_LOOPS=1) as service:
        got = answers(ask(service), *[{"niche": "vegan", "limit": 1 + i} for i in range(20)])
        assert {answer["status"] for answer in got} == {200, 503}  # 8 at a time, 3 statements each
        assert {answer["body"]["code"] for answer in got if answer["status"] == 503} == {"LIMIT_OVERLOAD"}
        assert answers(ask(service), {"niche": "vegan"})[0]["status"] == 200


# ---- bodies

@pytest.mark.parametrize("text,pointer", [
    (b"{", ""), (b"nonsense", ""), (b'{"queries":[{"niche":"vegan"}]} x', ""), (b'{"queries":[{"niche":"vegan"},]}', "/queries/1"),
    (b'{"queries":[{"niche":"vegan","limit":012}]}', "/queries/0/limit"), (b'{"queries":[{"niche":"a","niche":"b"}]}', "/queries/0/niche"),
    (b'{"queries":[{"niche":"\xff"}]}', "/queries/0/niche"), (b'{"queries":[{"niche":"a\\u0000b"}]}', "/queries/0/niche"),
    (b'{"queries":[{"niche":1e999}]}', "/queries/0/niche"), (b'{"queries":' + b"[" * 16 + b"]" * 16 + b"}", "/queries" + "/0" * 15),
    (b"\xef\xbb\xbf{}", ""), (b"[" * 100_000, "/0" * 16), (b'{"queries":NaN}', "/queries"), (b"\x00", ""),
])
def test_what_is_no_json(client, text, pointer):
    problem = post(client, text, 400)
    assert problem["code"] == "BODY_SYNTAX" and [error["pointer"] for error in problem["errors"]] == [pointer] and "byte" in problem["detail"]


@pytest.mark.parametrize("body,pointers", [
    ([], [""]), ("x", [""]), (None, [""]), ({}, [""]), ({"queries": 1}, ["/queries"]), ({"queries": {}}, ["/queries"]),
    ({"queries": "vegan"}, ["/queries"]), ({"queries": None}, [""]), ({"querys": [{"niche": "vegan"}]}, ["/querys", ""]),
    ({"queries": [1, {"niche": {"a": 1}}, {"niche": ["a", ["b"]]}, {"niche": "vegan"}]}, ["/queries/0", "/queries/1/niche", "/queries/2/niche/1"]),
    ({"queries": [{"niche": ["a"] * 65}]}, ["/queries/0/niche/64"]),
    ({"queries": [{"a/b~c": {}}]}, ["/queries/0/a~1b~0c"]),
])
def test_all_that_is_wrong_at_once(client, body, pointers):
    problem = post(client, body, 400)
    assert problem["code"] == "BODY_INVALID" and [error["pointer"] for error in problem["errors"]] == pointers


def test_nearest_member(client):
    assert 'did you mean "queries"' in post(client, {"querys": []}, 400)["errors"][0]["detail"]


@pytest.mark.parametrize("media", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/jsonl",
                                   "multipart/form-data"])
def test_other_media_types(client, media):
    headers = {} if media is None else {"Content-Type": media}
    response = client.post("/match/batch", content=b'{"queries":[{"niche":"vegan"}]}', headers=headers)
    assert (response.status_code, response.json()["code"]) == (415, "BODY_UNSUPPORTED") and "application/json" in response.json()["detail"]


def test_json_by_other_words(client):
    for media in ("application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""):
        response = client.post("/match/batch", content=b' {"queries":[{"niche":"vegan","limit":1}]}\n', headers={"Content-Type": media})
        assert response.status_code == 200
    response = client.post("/match/batch", content=b"\x1f\x8b", headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
    assert response.status_code == 415


def test_no_body(client):
    for response in (client.post("/match/batch"), client.post("/match/batch", headers={"Content-Length": "0"}),
                     client.post("/match/batch", content=iter([]), headers={"Content-Type": "application/json"})):
        assert (response.status_code, response.json()["code"]) == (400, "BODY_MISSING")


def test_bound_of_the_body(client):
    body = json.dumps({"queries": [{"niche": "vegan", "limit": 1}]}).encode()
    assert len(post(client, body + b" " * (131072 - len(body)))["answers"]) == 1
    problem = post(client, body + b" " * (131073 - len(body)), 413)
    assert problem["code"] == "BODY_TOO_LARGE" and "131072" in problem["detail"]
    chunked = client.post("/match/batch", content=iter([body, b" " * 200_000]), headers={"Content-Type": "application/json"})
    assert (chunked.status_code, chunked.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert client.ok("/livez")


def test_endless_body_is_cut_off(client):
    with Wire(client.service.address) as wire:
        try:
            wire.send(b"POST /match/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(40):
                wire.send(b"10000\r\n" + b" " * 65536 + b"\r\n")
        except ConnectionError:
            pass
        assert b" 200 " not in wire.rest()
    assert client.ok("/livez")


def test_chunks_and_pieces(client):
    body = b'{"queries":[{"niche":"vegan","limit":1}]}'
    whole = post(client, body)
    pieces = client.post("/match/batch", content=(body[i:i + 1] for i in range(len(body))), headers={"Content-Type": "application/json"})
    assert pieces.json() == whole
    head = b"POST /match/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    with Wire(client.service.address) as wire:
        for i in range(len(body)):
            wire.send((head if i == 0 else b"") + body[i:i + 1])
        answer, = wire.answers(client.contract, head, 1, True)
        assert answer.json() == whole
        wire.send(head + body + head + body)  # and two behind each other on the same connection
        assert [a.json() for a in wire.answers(client.contract, head, 2, True)] == [whole, whole]


def test_expect_100(client):
    body = b'{"queries":[{"niche":"vegan","limit":1}]}'
    head = b"POST /match/batch HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n"
    with Wire(client.service.address) as wire:
        wire.send(head % (b"application/json", len(body)))
        while b"\r\n\r\n" not in wire.buffer:
            assert wire._more()
        assert wire.buffer.startswith(b"HTTP/1.1 100 ")
        wire.buffer = wire.buffer.split(b"\r\n\r\n", 1)[1]
        wire.send(body)
        assert wire.answers(client.contract, head, 1, True)[0].status_code == 200
    for media, length, status in ((b"text/plain", 10, 415), (b"application/json", 10**6, 413), (b"application/json", 10**12, 413)):
        with Wire(client.service.address) as wire:  # refused before a byte of it is sent
            wire.send(head % (media, length))
            assert wire.answers(client.contract, head, 1, True)[0].status_code == status


def test_methods(client):
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        response = client.request(method, "/match/batch")
        assert response.status_code == 405 and set(response.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert set(client.options("/match/batch").headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert client.post("/match/batch?x=1", json={"queries": [{"niche": "vegan"}]}).json()["code"] == "PARAM_UNKNOWN"
    long = client.raw(b"POST /match/batch?x=" + b"y" * 9000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")[0]
    assert long.status_code == 414


def test_noise_in_bodies(client):
    """Whatever a body holds: an answer of the contract, never 500, and the service goes on."""
    generator = random.Random(3)
    words = ['{', '}', '[', ']', ',', ':', '"queries"', '"niche"', '"vegan"', '"limit"', '1', '-', 'true', 'null', '"', '\\', '\\u0000', ' ', '\x01', '1e9']
    head = b"POST /match/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    with Wire(client.service.address) as wire:
        for _ in range(400):
            text = "".join(generator.choice(words) for _ in range(generator.randrange(1, 40)))
            if generator.random() < 0.5:
                text = '{"queries":[{"niche":' + text + '}]}'
            data = bytearray(text.encode())
            if generator.random() < 0.3:
                data[generator.randrange(len(data))] = generator.randrange(256)
            wire.send(head % len(data) + data)
            assert wire.answers(client.contract, head, 1, True)[0].status_code in (200, 400), data
    assert client.ok("/livez")
