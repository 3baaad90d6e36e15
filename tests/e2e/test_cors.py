"""Cross-origin requests: what a page in a browser may read."""
import pytest

PREFLIGHT = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}


def allowed(response):
    return response.headers.get("Access-Control-Allow-Origin")


@pytest.mark.parametrize("origin", ["http://localhost", "http://localhost:3000", "https://localhost:8443", "http://127.0.0.1:5173",
                                    "http://[::1]:80", "HTTP://LOCALHOST:1"])
def test_localhost_may_read_a_service_on_loopback(client, origin):
    response = client.get("/match?niche=vegan", headers={"Origin": origin})
    assert allowed(response) == origin and "Origin" in response.headers["Vary"]
    assert {"ETag", "Link", "X-Request-Id", "Server-Timing"} <= set(response.headers["Access-Control-Expose-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil.example", "http://localhost:", "http://localhost:80x",
                                    "http://127.0.0.1.evil.example", "null", "localhost", "file://", "http://evil.example#localhost"])
def test_others_may_not(client, origin):
    for response in (client.get("/niches", headers={"Origin": origin}), client.options("/niches", headers={"Origin": origin, **PREFLIGHT})):
        assert response.status_code in (200, 204) and allowed(response) is None and "Origin" in response.headers["Vary"]
        assert not [name for name in response.headers if name.startswith("access-control")]


def test_without_origin_nothing_is_said_of_it(client):
    assert not [name for name in client.get("/niches").headers if name.startswith("access-control")]


def test_preflight_allows_what_the_routes_answer(client, contract):
    for path in ("/match", "/niches/vegan", "/match/batch"):
        if not contract.operations_of(path):
            continue
        response = client.options(path, headers={"Origin": "http://localhost:3000", **PREFLIGHT})
        assert response.status_code == 204 and allowed(response) == "http://localhost:3000"
        assert set(response.headers["Access-Control-Allow-Methods"].split(", ")) == contract.allow(path)
        assert {"If-None-Match", "Content-Type", "X-Request-Id"} <= set(response.headers["Access-Control-Allow-Headers"].split(", "))
        assert int(response.headers["Access-Control-Max-Age"]) > 0


def test_errors_can_be_read_too(client):
    for path, status in (("/nope", 404), ("/match", 400), ("/match?niche=test-503", 503)):
        response = client.get(path, headers={"Origin": "http://localhost:3000"})
        assert response.status_code == status and allowed(response) == "http://localhost:3000"
        assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]


def test_origins_by_setting(sandbox, ask):
    with sandbox.serve(NICHED_CORS_ORIGINS="https://a.example, https://b.example:8443", NICHED_ADDRESS="127.0.0.1") as service:
        client = ask(service)
        for origin in ("https://a.example", "https://b.example:8443", "http://localhost:1"):
            assert allowed(client.get("/livez", headers={"Origin": origin})) == origin
        for origin in ("https://a.example.evil", "http://a.example", "https://b.example", "https://a.example, https://b.example:8443"):
            assert allowed(client.get("/livez", headers={"Origin": origin})) is None
    with sandbox.serve(NICHED_CORS_ORIGINS="*") as service:
        response = ask(service).get("/livez", headers={"Origin": "https://any.example"})
        assert allowed(response) == "*" and "Access-Control-Allow-Credentials" not in response.headers
