"""The read commands against a running niched (--url, NICHED_URL): the same words, tables and statuses as against the database."""
import contextlib
import http.server
import json
import threading

import pytest
from test_cli import READS


@pytest.fixture(scope="module")
def far(program, tmp_path_factory):
    """The program without a database: far(*args, url=...)"""
    nowhere = program(f"postgresql:///niched?host={tmp_path_factory.mktemp('none')}")

    def run(*args, url=None, env=None):
        return nowhere.run(*args, *(["--url", url] if url else []), check=False, env=env)
    return run


@contextlib.contextmanager
def answering(status, headers, body):
    """Some HTTP server that always says this; yields its address and what was asked of it."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": len(body)}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.parametrize("args", [r[0] for r in READS], ids=lambda v: v[0])
def test_says_what_the_database_says(sandbox, sandbox_service, far, args):
    near, there = sandbox.run(*args), far(*args, url=sandbox_service)
    assert there.returncode == 0 and not there.stderr
    if args[0] == "match":  # cursors are signed with a secret of each process's own
        assert {**json.loads(near.stdout), "next_cursor": 0} == {**json.loads(there.stdout), "next_cursor": 0}
    else:
        assert near.stdout == there.stdout


@pytest.mark.parametrize("form", ["table", "csv", "ndjson"])
def test_formats(sandbox, sandbox_service, far, form):
    args = ("similar", "76", "--limit", "4", "--format", form)
    assert sandbox.run(*args).stdout == far(*args, url=sandbox_service).stdout != ""


@pytest.mark.parametrize("args", [["match", "qqqqxyz"], ["match", "vegan", "--min-folowers", "5"], ["match"], ["match", "vegan", "--limit", "101"],
                                  ["match", "test-429"], ["creator", "999999999"], ["creator", "x"], ["creator", "tiktok", "a?b#c d%é"],
                                  ["niche", "100%"], ["niches", "--q", "a&limit=3"], ["match", "vegan", "--limit", "1", "--limit=2"]],
                         ids=lambda v: " ".join(v))
def test_fails_as_the_database_fails(sandbox, sandbox_service, far, args):
    near, there = sandbox.run(*args, check=False), far(*args, url=sandbox_service)
    assert (there.returncode, there.stdout) == (near.returncode, near.stdout)
    assert there.stderr == near.stderr


def test_address_comes_from_the_option_or_the_setting(sandbox_service, far):
    assert far("niche", "vegan", env={"NICHED_URL": sandbox_service}).returncode == 0
    assert far("niche", "vegan", url=f"{sandbox_service}/", env={"NICHED_URL": "http://127.0.0.1:1"}).returncode == 0
    assert far("niche", "vegan", env={"NICHED_URL": "http://127.0.0.1:1"}).returncode == 1
    assert far("niche", "vegan").returncode == 6


@pytest.mark.parametrize("url", ["", "127.0.0.1", "ftp://127.0.0.1", "http://me:pw@127.0.0.1", "http://127.0.0.1/?x=1", "true"])
def test_unusable_address(far, url):
    done = far("niches", "--url", url)
    assert done.returncode == 2 and "http://host:port" in done.stderr and f'"{url}"' in done.stderr


PAGE = {"Content-Type": "text/html"}


@pytest.mark.parametrize("status,headers,body,exit_status,words", [
    (200, PAGE, b"<html>", 7, 'text/html'), (302, {**PAGE, "Location": "http://127.0.0.1:1/"}, b"", 7, "status 302"), (502, PAGE, b"<html>", 1, "status 502"),
    (404, PAGE, b"<html>", 1, "not as niched does"), (429, {"Content-Type": "application/problem+json"}, b'{"code": "LIMIT_NEW", "detail": "slow down"}', 5, "slow down"),
    (451, {"Content-Type": "application/problem+json"}, b'{"code": "OK"}', 2, "OK"), (503, {"Content-Type": "application/problem+json"},
     b'{"code": "STORE_TIMEOUT", "detail": "too slow", "did_you_mean": ["a", 7, "b"]}', 6, "did you mean: a, b")])
def test_answers_that_are_not_ours(far, status, headers, body, exit_status, words):
    with answering(status, headers, body) as (url, _):
        done = far("niches", url=url)
    assert (done.returncode, done.stdout) == (exit_status, "") and words in done.stderr


def test_proxies_of_the_environment(sandbox_service, far):
    """They are used but for loopback."""
    with answering(200, {"Content-Type": "application/json"}, b'{"by": "proxy"}') as (proxy, asked):
        env = {"http_proxy": proxy, "no_proxy": "", "NO_PROXY": ""}
        assert far("niches", url="http://niched.invalid:8080/base", env=env).stdout == '{"by": "proxy"}\n'
        assert asked == ["http://niched.invalid:8080/base/niches"]
        assert far("niche", "vegan", url=sandbox_service, env=env).returncode == 0 and len(asked) == 1


def test_health(program, sandbox_service, far, tmp_path):
    good = far("health", url=sandbox_service)
    assert (good.returncode, good.stdout) == (0, f"{sandbox_service} is ready\n")
    _, port = sandbox_service.address
    assert far("health", env={"NICHED_PORT": port}).returncode == 0
    assert far("health", env={"NICHED_PORT": port, "NICHED_ADDRESS": "0.0.0.0"}).stdout == good.stdout
    assert far("health", url="http://127.0.0.1:1").returncode == 1
    assert far("health", "now").returncode == 2
    with program(f"postgresql:///niched?host={tmp_path}").serve(ready=False) as away:
        done = far("health", url=away)
        assert done.returncode == 6 and done.stderr.startswith("niched health: ")
