"""Keys: who may ask for what. Every operation of openapi.yaml is tried without a key, with wrong ones, with too small ones."""
import re

import psycopg
import pytest
from patience import promised, wait_until
from test_http import ADDRESS, SENT

OPEN = {"livez", "readyz", "openapi", "openapi_json", "page", "docs", "asset"}  # whatever is sent along
ANYBODY = {"request_open", "request"}
OWN = {"prices", "collaborations", "conversions"}
METRICS = {"metrics"}
READ = set(ADDRESS) - OPEN - METRICS - ANYBODY - OWN - {"imports", "import", "import_errors"} | {"match_batch"}
WRITE = (set(SENT) | {"imports", "import", "import_errors"}) - ANYBODY - READ
CLOSED = {"NICHED_ANONYMOUS_READ": "off", "NICHED_WRITES": "off", "NICHED_METRICS": "key", "NICHED_WORKER": "0", "NICHED_IMPORT_WORKER": "0"}
SHOP = "https://shop.example"


def ask_for(client, operation, key=None, **headers):
    """An operation with a key, as test_http has it."""
    method, path, body = SENT.get(operation, ("GET", ADDRESS.get(operation), None))
    headers = {k.replace("_", "-"): v for k, v in headers.items()}
    if key:
        headers["Authorization"] = key if " " in key or key == "Bearer" else f"Bearer {key}"
    if operation == "import_post":
        return client.request(method, path, content=b"username\n", headers={"Content-Type": "text/csv", **headers})
    if operation == "creator_patch":
        headers["Content-Type"] = "application/merge-patch+json"
    return client.request(method, path, json=body, headers=headers) if body else client.request(method, path, headers=headers)


def refused(response, status, code):
    assert (response.status_code, response.json().get("code")) == (status, code), response.text
    assert ("WWW-Authenticate" in response.headers) == (status == 401)
    return response.json()["detail"]


class Keys:
    """A store with a key of each kind."""

    def __init__(self, niched):
        self.niched = niched
        self.read, self.write, self.admin = (self.make("--scope", scope) for scope in ("read", "write", "admin"))
        self.metrics = self.make("--scope", "metrics")
        self.page = self.make("--origin", SHOP, "--origin", "http://localhost:3000")
        self.revoked, self.expired = self.make("--scope", "admin"), self.make("--scope", "admin", "--expires-days", "1")
        self.revoke(self.revoked)
        with psycopg.connect(niched.url, autocommit=True) as db:
            db.execute("update api_key set expires_at = now() where key_id = %s", [self.id(self.expired)])

    def make(self, *args):
        return self.niched.run("key", "create", *args).stdout.strip()

    @staticmethod
    def id(key):
        return re.fullmatch(r"nk_(?:pub_)?([0-9]+)_[A-Za-z0-9_-]{43}", key).group(1)

    def revoke(self, key):
        self.niched.run("key", "revoke", self.id(key))


@pytest.fixture(scope="module")
def keys(databases, migrated_template, program):
    with databases.one(migrated_template) as url:
        yield Keys(program(url))


@pytest.fixture(scope="module")
def closed(keys):
    """A service where nothing goes without a key."""
    with keys.niched.serve(CLOSED) as service:
        yield service


@pytest.fixture
def client(closed, ask):
    return ask(closed)


def test_all_operations_are_tried(contract):
    assert OPEN | METRICS | ANYBODY | OWN | READ | WRITE == set(contract.operations)


# ---- every operation

@pytest.mark.parametrize("operation", sorted(READ | OWN | WRITE))
def test_without_a_key(client, operation):
    detail = refused(ask_for(client, operation), 401, "AUTH_REQUIRED")
    scope, setting = ("read", "NICHED_ANONYMOUS_READ=off") if operation in READ else ("write", "NICHED_WRITES=off")
    assert setting in detail and f"scope {'read' if operation in OWN else scope} " in detail


def wrong(key):
    """Texts that are not that key, though they look like it."""
    head, secret = key[:-43], key[-43:]
    flip = ("B" if secret[0] == "A" else "A") + secret[1:]
    return [head + flip, head + secret[:-1], head + secret + "A", f"nk_999999_{secret}", head.replace("nk_", "nk_pub_") + secret,
            head.replace("nk_", "nk_0000000000000000000") + secret, "nk_", "nk_1", "nk_1_", "nk__" + secret, "x" * 5000, key.upper(), secret]


def test_wrong_keys_everywhere(client, keys, contract):
    """A key that is sent counts, or is refused, also where none is needed."""
    for operation in sorted(READ | OWN | WRITE | ANYBODY | METRICS):
        for key in (keys.revoked, keys.expired, wrong(keys.admin)[0], "Basic bmljaGVkOmVnYWw="):
            refused(ask_for(client, operation, key), 401, "AUTH_INVALID")
    for key in [*wrong(keys.admin), f"Bearer {keys.admin}, Bearer {keys.admin}", f"Bearer {keys.admin} x", "Bearer", "bearer nk_1_x"]:
        assert key[-9:] not in refused(ask_for(client, "model", key), 401, "AUTH_INVALID").replace("Bearer", "")
    assert ask_for(client, "model", f"bearer   {keys.read}").status_code == 200
    for operation in OPEN:
        assert ask_for(client, operation, keys.revoked).status_code == 200


def test_two_authorization_headers_are_no_key(client, keys):
    head = f"GET /model HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {keys.read}\r\nAuthorization: Bearer {keys.admin}\r\n\r\n"
    assert client.raw(head.encode())[0].status_code == 401


def test_scopes(client, keys):
    for operation in sorted(READ | OWN | ANYBODY):
        for key in (keys.read, keys.write, keys.admin):
            assert ask_for(client, operation, key).status_code not in (401, 403), operation
    for operation in sorted(WRITE - {"creator_delete"}):
        assert "scope write" in refused(ask_for(client, operation, keys.read), 403, "AUTH_FORBIDDEN")
        for key in (keys.write, keys.admin):
            assert ask_for(client, operation, key).status_code not in (401, 403), operation
    assert "NICHED_SECRET_FILE" in refused(ask_for(client, "creator_delete", keys.admin), 403, "AUTH_FORBIDDEN")


def test_the_key_of_metrics_is_for_them_alone(client, keys):
    for operation in sorted(READ | OWN | WRITE):
        refused(ask_for(client, operation, keys.metrics), 403, "AUTH_FORBIDDEN")
    for key in (keys.read, keys.write):
        assert "scope metrics, yours has" in refused(ask_for(client, "metrics", key), 403, "AUTH_FORBIDDEN")
    refused(ask_for(client, "metrics", keys.page, Origin=SHOP), 403, "AUTH_FORBIDDEN")
    assert "NICHED_METRICS=key" in refused(ask_for(client, "metrics"), 401, "AUTH_REQUIRED")
    for key in (keys.metrics, keys.admin):
        assert "http_connections" in ask_for(client, "metrics", key).text


@pytest.mark.parametrize("setting,address,proxied,status", [
    ("loopback", "127.0.0.1", False, 200), ("loopback", "127.0.0.1", True, 401), ("loopback", "0.0.0.0", False, 401), ("open", "0.0.0.0", True, 200),
    ("key", "127.0.0.1", False, 401)])
def test_reading_metrics_without_a_key_is_a_setting(keys, ask, setting, address, proxied, status):
    with keys.niched.serve(CLOSED, NICHED_METRICS=setting, NICHED_ADDRESS=address) as service:
        headers = {"X-Forwarded-For": "203.0.113.1"} if proxied else {}
        assert ask(service).get("/metrics", headers=headers).status_code == status
        headers["Authorization"] = f"Bearer {keys.metrics}"
        assert ask(service).get("/metrics", headers=headers).status_code == 200


def test_taking_back_an_import_is_for_admins(client, keys, closed):
    with keys.niched.serve({**CLOSED, "NICHED_IMPORT_WORKER": "1"}) as service:
        other = type(client)(service, client.contract)
        as_ = lambda key: {"Authorization": f"Bearer {key}"}  # noqa: E731
        made = other.post("/imports?platform=tiktok", content=b"username,followers\nkeys.one,5000\n",
                          headers={"Content-Type": "text/csv", **as_(keys.write)})
        job = f"/imports/{made.json()['id']}"
        wait_until(lambda: other.get(job, headers=as_(keys.write)).json()["status"] == "done")
        assert "scope admin" in refused(other.delete(job, headers=as_(keys.write)), 403, "AUTH_FORBIDDEN")
        assert other.delete(job, headers=as_(keys.admin)).status_code == 202
        other.close()


# ---- pages

def test_a_publishable_key_is_for_its_origins(client, keys):
    for operation in sorted(READ | ANYBODY):
        for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": SHOP + ".evil"}, {"Origin": "null"}):
            assert "origins" in refused(ask_for(client, operation, keys.page, **headers), 403, "AUTH_FORBIDDEN")
    for operation in sorted(READ):
        response = ask_for(client, operation, keys.page, Origin=SHOP)
        assert response.status_code not in (401, 403) and response.headers["Access-Control-Allow-Origin"] == SHOP
    for operation in sorted(OWN | WRITE):
        assert "publishable" in refused(ask_for(client, operation, keys.page, Origin=SHOP), 403, "AUTH_FORBIDDEN")
    response = client.get("/match?niche=vegan&include=contact", headers={"Authorization": f"Bearer {keys.page}", "Origin": SHOP})
    assert "publishable" in refused(response, 401, "AUTH_REQUIRED")


def test_preflight_of_a_page_with_a_key(client, keys):
    ask = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    for origin, allowed in ((SHOP, SHOP), ("https://evil.example", None)):
        response = client.options("/match", headers={"Origin": origin, **ask})
        assert response.status_code == 204 and response.headers.get("Access-Control-Allow-Origin") == allowed
        assert not allowed or "Authorization" in response.headers["Access-Control-Allow-Headers"].split(", ")
    assert refused(ask_for(client, "model", Origin=SHOP), 401, "AUTH_REQUIRED")  # the page gets to read why


# ---- without a key

@pytest.mark.parametrize("setting,address,status", [("loopback", "127.0.0.1", 200), ("loopback", "0.0.0.0", 401), ("on", "0.0.0.0", 200),
                                                    ("off", "127.0.0.1", 401)])
def test_reading_without_a_key_is_a_setting(keys, ask, setting, address, status):
    with keys.niched.serve(CLOSED, NICHED_ANONYMOUS_READ=setting, NICHED_ADDRESS=address) as service:
        client = ask(service)
        assert client.get("/match?niche=vegan").status_code == status
        assert client.get("/prices").status_code == client.get("/imports").status_code == 401  # never private
        assert client.post("/match/batch", json={"queries": [{"niche": "vegan"}]}).status_code == status


@pytest.mark.parametrize("value", ["yes", "", "or"])
def test_the_setting_has_three_values(keys, value):
    done = keys.niched.run("config", env={"NICHED_ANONYMOUS_READ": value}, check=False)
    assert done.returncode == 2 and "off, loopback or on" in done.stderr


def test_contact_comes_with_a_key(client, keys):
    for key in (keys.read, keys.admin):
        assert client.get("/match?niche=vegan&include=contact", headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_without_a_store_nobody_is_known(tool, ask):
    """Keys that cannot be checked are not taken on trust, and not refused for good either."""
    with tool.serve(CLOSED, ready=False) as service:
        for operation in sorted(READ | OWN | WRITE | ANYBODY | METRICS):
            response = ask_for(ask(service), operation, "nk_1_" + "A" * 43)
            assert (response.status_code, response.json()["code"], response.headers["Retry-After"]) == (503, "STORE_UNAVAILABLE", "1")


# ---- their life

def test_revoked_within_five_seconds(client, keys, ask):
    key = keys.make("--scope", "write")
    everywhere = [ask(client.service) for _ in range(8)]  # on all loops
    statuses = lambda: {ask_for(one, "prices", key).status_code for one in everywhere}  # noqa: E731
    wait_until(lambda: statuses() == {200})
    keys.revoke(key)
    wait_until(lambda: statuses() == {401}, promised(5))
    assert [statuses() for _ in range(5)] == [{401}] * 5


def test_a_key_that_nobody_can_confirm_is_not_trusted(databases, migrated_template, program, ask):
    """The keeper is held up: keys it read before are good for four seconds, then for none."""
    with databases.one(migrated_template) as url:
        niched = program(url)
        keys = Keys(niched)
        key = keys.read
        with niched.serve(CLOSED) as service, psycopg.connect(url) as db:
            wait_until(lambda: ask_for(ask(service), "model", key).status_code == 200)
            db.execute("lock table api_key in access exclusive mode")
            wait_until(lambda: ask_for(ask(service), "model", key).status_code == 503, promised(4))
            assert ask_for(ask(service), "metrics", keys.metrics).status_code == 200  # how it is must be seen just then
            db.rollback()
            wait_until(lambda: ask_for(ask(service), "model", key).status_code == 200)


def test_a_key_is_shown_once(keys):
    made = keys.niched.run("key", "create", "--scope", "write", "--name", "importer")
    secret = made.stdout.strip()[-43:]
    listed = keys.niched.run("key", "list").stdout
    assert "importer" in listed and "nk_" not in listed and secret not in listed and secret not in made.stderr
    with psycopg.connect(keys.niched.url) as db:
        assert secret not in str(db.execute("select to_jsonb(k) from api_key k").fetchall())
    assert [re.search(rf"^{keys.id(key)} .*", listed, re.M).group(0).split()[-2] for key in (keys.read, keys.expired)] == ["good", "expired"]
    assert re.search(rf"^{keys.id(keys.revoked)} .* revoked 20", listed, re.M) and SHOP in listed


@pytest.mark.parametrize("args,said", [
    (("create", "--scope", "all"), "--scope all"), (("create", "--workspace", "nope"), "there is default"), (("create", "--origin", "shop.example"), "https://"),
    (("create", "--origin", 'https://a"b'), "https://"), (("create", "--origin", SHOP + "/"), "https://"), (("create", "--scope", "write", "--origin", SHOP), "its scope is read"),
    (("create", "--expires-days", "0"), "--expires-days 0"), (("create", "--per-minute", "x"), "--per-minute x"), (("create", "--name"), "wants a value"),
    (("revoke", "x"), "is a number"), (("revoke",), "revoke ID"), ((), "create, list"), (("list", "x"), "create, list"), (("rotate",), "rotate ID"),
    (("rotate", "x"), "is a number"), (("rotate", "1", "--grace-days", "0"), "1 to 365"), (("rotate", "1", "--grace-days", "366"), "1 to 365"),
    (("rotate", "1", "--grace"), "rotate ID")])
def test_wrong_usage(keys, args, said):
    done = keys.niched.run("key", *args, check=False)
    assert done.returncode == 2 and said in done.stderr and not done.stdout


def test_rotation_keeps_the_rights_and_the_old_one_for_a_while(keys, closed, ask):
    old = keys.make("--scope", "write", "--name", "nightly", "--per-minute", "77")
    made = keys.niched.run("key", "rotate", keys.id(old), "--grace-days", "2")
    new = made.stdout.strip()
    assert new[-43:] not in made.stderr and "2 days" in made.stderr and keys.id(new) != keys.id(old)
    for key in (old, new):
        wait_until(lambda key=key: ask_for(ask(closed), "model", key).status_code == 200)
    with psycopg.connect(keys.niched.url, autocommit=True) as db:
        rows = db.execute("select scope, name, workspace_id, origins, per_minute, publishable from api_key where key_id in (%s, %s)",
                          [keys.id(old), keys.id(new)]).fetchall()
        assert len(rows) == 2 and rows[0] == rows[1] and rows[0][:2] == ("write", "nightly")
        left, = db.execute("select extract(epoch from expires_at - now()) / 86400 from api_key where key_id = %s", [keys.id(old)]).fetchone()
        assert 1.99 < left <= 2
        assert db.execute("select expires_at from api_key where key_id = %s", [keys.id(new)]).fetchone() == (None,)
        keys.niched.run("key", "rotate", keys.id(old))
        assert db.execute("select extract(epoch from expires_at - now()) / 86400 from api_key where key_id = %s", [keys.id(old)]).fetchone()[0] <= 2
    page = keys.niched.run("key", "rotate", keys.id(keys.page)).stdout.strip()
    assert page.startswith("nk_pub_")
    for gone in (keys.revoked, keys.expired):
        assert keys.niched.run("key", "rotate", keys.id(gone), check=False).returncode == 3

def test_revoking_what_is_not_there(keys):
    assert keys.niched.run("key", "revoke", "999999", check=False).returncode == 3


def test_secrets_are_in_no_log(client, keys, closed):
    ask_for(client, "model", keys.read), ask_for(client, "model", wrong(keys.read)[0])
    assert keys.read[-43:] not in closed.log and wrong(keys.read)[0][-43:] not in closed.log


def test_the_command_line_sends_its_key(keys, closed):
    assert keys.niched.run("model", "--url", closed, check=False).returncode == 4
    assert '"weights"' in keys.niched.run("model", "--url", closed, env={"NICHED_KEY": keys.read}).stdout
    assert keys.niched.run("model", "--url", closed, env={"NICHED_KEY": keys.revoked}, check=False).returncode == 4
    assert "NICHED_KEY=***" in keys.niched.run("config", env={"NICHED_KEY": keys.read}).stdout
    away = keys.niched.run("model", "--url", "http://192.0.2.1:8080", env={"NICHED_KEY": keys.read}, check=False)
    assert away.returncode == 2 and keys.read not in away.stderr  # never in the clear to elsewhere
