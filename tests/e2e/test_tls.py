"""TLS by the service itself, with a certificate made here."""
import concurrent.futures
import contextlib
import signal
import socket
import ssl
import subprocess
import time

import httpx
import pytest
from patience import NEVER_S, wait_until

ASK = b"GET /match?niche=vegan&limit=5 HTTP/1.1\r\nHost: localhost\r\n\r\n"


def make(folder, name):
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", certificate, "-keyout", key], check=True, capture_output=True)
    return {"NICHED_TLS_CERTIFICATE": certificate, "NICHED_TLS_KEY": key}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return make(tmp_path_factory.mktemp("tls"), "one")


@pytest.fixture(scope="module")
def trust(files):
    return ssl.create_default_context(cafile=files["NICHED_TLS_CERTIFICATE"])


class Secure(httpx.Client):
    """A client of the contract over TLS."""

    def __init__(self, service, contract, trust):
        def check(response):
            response.read()
            contract.check(response.request.method, response.request.url.raw_path.decode(), response.status_code, response.headers, response.content)
        super().__init__(base_url=service.replace("http:", "https:"), verify=trust, trust_env=False, timeout=NEVER_S, event_hooks={"response": [check]})


@pytest.fixture(scope="module")
def service(sandbox, files, trust, contract):
    with sandbox.serve(files, ready=False, NICHED_LOOPS=2, NICHED_IDLE_TIMEOUT_S=2, NICHED_LEAST_RATE=1000, NICHED_HEAD_TIMEOUT_S=1) as service:
        with Secure(service, contract, trust) as client:
            for _ in range(2):
                wait_until(lambda: client.get("/readyz").status_code == 200, 20)
        yield service


@pytest.fixture
def client(service, contract, trust):
    with Secure(service, contract, trust) as client:
        yield client


def line(service, trust):
    return trust.wrap_socket(socket.create_connection(service.address, timeout=8), server_hostname="localhost")


def test_answers_are_those_of_plain_http(client, sandbox_service):
    for path in ("/match?niche=vegan&limit=100&explain=full", "/openapi.yaml", "/niches/vegan", "/nowhere", "/match?limit=0"):
        with httpx.Client(base_url=str(sandbox_service), trust_env=False) as plain:
            theirs, ours = plain.get(path), client.get(path)
        assert ours.status_code == theirs.status_code and (ours.content == theirs.content or ours.status_code >= 400), path
    assert client.post("/match/batch", json={"queries": [{"niche": "vegan"}] * 20}).status_code == 200


@pytest.mark.filterwarnings("ignore:.*TLSv1_1")
def test_versions(service, files):
    for version, good in ((ssl.TLSVersion.TLSv1_3, True), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)):
        context = ssl.create_default_context(cafile=files["NICHED_TLS_CERTIFICATE"])
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        with contextlib.ExitStack() as stack:
            if not good:
                stack.enter_context(pytest.raises((ssl.SSLError, ConnectionError)))
            stack.enter_context(line(service, context))


def test_many_at_once_and_pipelined(service, trust):
    def talk(_):
        with line(service, trust) as wire:
            wire.sendall(ASK * 20)
            got = b""
            while got.count(b"HTTP/1.1 200 OK") < 20 or not got.endswith(b"}"):
                chunk = wire.recv(65536)
                assert chunk
                got += chunk
            return True
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(talk, range(48)))


def test_large_bodies_come_whole(client):
    """Beyond what a record holds, and what is decrypted but not read yet is not waited for."""
    body = b'{"queries": [{"niche": "vegan", "limit": 1}]}' + b" " * 120_000
    for _ in range(5):
        assert client.post("/match/batch", content=body, headers={"Content-Type": "application/json"}).status_code == 200


def test_plain_http_on_the_port_of_tls(service, client):
    with socket.create_connection(service.address, timeout=NEVER_S) as wire:
        wire.sendall(ASK)
        with contextlib.suppress(ConnectionError):
            assert b"HTTP/1.1 2" not in wire.recv(4096)
    assert client.get("/livez").status_code == 200


def test_slow_ones_are_cut(service, trust, client):
    def ends(wire, begun):
        """Before 18 s are over."""
        with contextlib.suppress(OSError), wire:
            for byte in begun * 30:
                wire.send(bytes([byte]))
                time.sleep(0.1)
            return False
        return True
    with concurrent.futures.ThreadPoolExecutor() as pool:
        cut = [pool.submit(ends, socket.create_connection(service.address), b"\x16\x03\x01\x02\x00\x01"),  # a handshake
               pool.submit(ends, line(service, trust), b"GET /x")]
        assert client.get("/livez").status_code == 200
        assert all(done.result() for done in cut)


def test_a_full_service_says_so_within_tls(sandbox, files, trust, contract):
    with sandbox.serve(files, ready=False, NICHED_MAX_CONNECTIONS=10) as service, contextlib.ExitStack() as stack:
        for _ in range(9):
            stack.enter_context(line(service, trust)).sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        with Secure(service, contract, trust) as client:
            response = client.get("/model")
            assert (response.status_code, response.json()["code"]) == (503, "LIMIT_OVERLOAD") and "Retry-After" in response.headers
            assert client.get("/livez").status_code == 200


def fails(sandbox, status, **env):
    """libmicrohttpd forgets some bytes of a certificate that it refuses: no leaks are looked for."""
    done = sandbox.run("serve", check=False, env={"NICHED_PORT": 0, "ASAN_OPTIONS": "exitcode=99:detect_leaks=0", **env})
    assert done.returncode == status, done.stderr
    return done.stderr


def test_wrong_files(sandbox, files, tmp_path):
    other = make(tmp_path, "other")
    assert "NICHED_TLS_KEY" in fails(sandbox, 2, NICHED_TLS_CERTIFICATE=files["NICHED_TLS_CERTIFICATE"])
    assert "NICHED_TLS_CERTIFICATE" in fails(sandbox, 2, NICHED_TLS_KEY=files["NICHED_TLS_KEY"])
    said = fails(sandbox, 1, **{**files, "NICHED_TLS_CERTIFICATE": tmp_path / "nope"})
    assert "nope" in said and "No such file" in said
    text = tmp_path / "text.pem"
    text.write_text("a certificate")
    assert "text.pem\" is none" in fails(sandbox, 2, **{**files, "NICHED_TLS_CERTIFICATE": text})
    said = fails(sandbox, 2, **{**files, "NICHED_TLS_KEY": other["NICHED_TLS_KEY"]})  # of another certificate
    assert str(other["NICHED_TLS_KEY"]) in said
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert "broken.pem" in fails(sandbox, 2, **{**files, "NICHED_TLS_CERTIFICATE": broken})
    other["NICHED_TLS_KEY"].chmod(0o644)
    assert "chmod" in fails(sandbox, 2, **other)


def seen(service):
    """The certificate that a new connection gets."""
    return ssl.get_server_certificate(service.address)


def test_a_renewed_certificate_is_taken_up(sandbox, tmp_path, contract):
    files = make(tmp_path, "one")
    certificate, key = files["NICHED_TLS_CERTIFICATE"], files["NICHED_TLS_KEY"]
    old = certificate.read_text()
    other = make(tmp_path, "two")
    new = {name: other[name].read_bytes() for name in files}
    with sandbox.serve(files, ready=False, NICHED_LOOPS=2) as service:
        def hang_up(said):
            before = service.log.count(said)
            service.process.send_signal(signal.SIGHUP)
            wait_until(lambda: service.log.count(said) > before)
        trusting = ssl.create_default_context(cafile=certificate)
        with line(service, trusting) as wire:
            assert seen(service) == old
            certificate.write_bytes(new["NICHED_TLS_CERTIFICATE"])  # of another key than the one that is there
            hang_up('msg="the certificate stays as it was"')
            assert seen(service) == old and str(key) in service.log
            key.unlink()
            hang_up('msg="the certificate stays as it was"')
            assert "No such file" in service.log and seen(service) == old
            key.write_bytes(new["NICHED_TLS_KEY"])
            key.chmod(0o600)
            hang_up('msg="certificate read"')
            assert [seen(service) for _ in range(4)] == [certificate.read_text()] * 4  # both loops
            wire.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")  # who came before stays
            assert wire.recv(4096).startswith(b"HTTP/1.1 200 OK")
        with Secure(service, contract, ssl.create_default_context(cafile=certificate)) as client:
            assert client.get("/livez").status_code == 200


def test_health_asks_by_tls(sandbox, service, files):
    """It believes nobody whom the machine does not: this certificate is signed by itself."""
    done = sandbox.run("health", check=False, env={**files, "NICHED_PORT": service.address[1]})
    assert done.returncode == 1 and "certificate" in done.stderr
