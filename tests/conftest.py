"""What the tests of the store and of the running service share: a throw-away PostgreSQL, databases made from migrated
templates, and the program.

`db`      a connection (autocommit) to a database of the test's own, migrated, with the taxonomy
`niched`  the program on that database: niched.run("score"), with niched.serve() as service: ...
`tool`    the program without a database
`sandbox_niched`  the same on a copy of the scored sandbox world, to be changed at will
`sandbox`  the program on a scored sandbox world that all tests read and none changes

tests/run.sh names cluster and program in the environment; without it, a cluster is started here and the program is
build/niched.
"""
import contextlib
import http.client
import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from patience import NEVER_S, SLOW, wait_until
from psycopg.conninfo import conninfo_to_dict

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / (os.environ.get("NICHED_BIN") or os.environ.get("NICHED") or "build/niched")
SANITIZERS = re.compile(r"(ERROR|WARNING|SUMMARY): \w+Sanitizer|runtime error:")
SANDBOX = ("sandbox", "--creators", "2000", "--seed", "1")
START_S, STOP_S, COMMAND_S = NEVER_S, 15 * SLOW, 300 * SLOW
STATEMENT_MS = 20000  # a statement that a busy machine makes wait is no fault: tests of the bound set their own
AT_ONCE = 8  # connections that must agree: a new one goes to the loop that has fewest, so that each is asked
SCRATCH = os.environ.get("TEST_SCRATCH", "/tmp")  # a folder that every user can reach
os.environ.setdefault("NICHED", str(PROGRAM))  # what tests/run.sh gives


class Cluster:
    """A PostgreSQL server of our own, by src/run/cluster.sh."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="niched-test.", dir=SCRATCH)
        self.start()

    def _do(self, word, *args):
        done = subprocess.run([ROOT / "src/run/cluster.sh", word, self.dir, *args], capture_output=True, text=True)
        assert done.returncode == 0, f"cluster.sh {word}: {done.stderr}"
        return done.stdout.strip()

    def start(self):
        self._do("start", "--fast")

    def stop(self):
        self._do("stop")

    def drop(self):
        self._do("drop")
        shutil.rmtree(self.dir, ignore_errors=True)

    def url(self, database="postgres"):
        return self._do("url", database)


class Service(str):
    """A running `niched serve`: its base URL, with its process and its log."""

    def __new__(cls, url, process, log_path):
        self = super().__new__(cls, url)
        self.process, self.log_path = process, log_path
        return self

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    @property
    def tail(self):
        """What it said last, requests apart; all of what a sanitizer said."""
        log, report = self.log, SANITIZERS.search(self.log)
        lines = [line for line in log[report.start() if report else 0:].splitlines() if " msg=request " not in line]
        return "\n".join(lines[:200] if report else lines[-20:])

    @property
    def address(self):
        host, port = self.removeprefix("http://").rsplit(":", 1)
        return host, int(port)

    def status(self, path):
        """The status of a path, 0 if there was no answer. (What tests look at goes through the client of e2e.)"""
        with contextlib.closing(http.client.HTTPConnection(*self.address, timeout=NEVER_S)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except (OSError, http.client.HTTPException):
                return 0

    def statuses(self, path):
        """Those that every loop gives."""
        lines = [http.client.HTTPConnection(*self.address, timeout=NEVER_S) for _ in range(AT_ONCE)]
        try:
            for line in lines:
                line.request("GET", path)
            return {line.getresponse().status for line in lines}
        except (OSError, http.client.HTTPException):
            return {0}
        finally:
            for line in lines:
                line.close()

    def wait(self, path, status, seconds=START_S):
        end = time.monotonic() + seconds
        while (got := self.status(path)) != status or (got := self.statuses(path)) != {status}:  # all loops once one is
            assert self.process.poll() is None, f"niched serve ended with status {self.process.returncode}:\n{self.tail}"
            assert time.monotonic() < end, f"{path} is {got}, not {status} alone, after {seconds} s:\n{self.tail}"
            time.sleep(0.02)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def finish(self):
        """Ends it as an operator would; the time it took. Fails on another status than 0 and on a sanitizer's word."""
        from_s = time.monotonic()
        if self.process.poll() is None:
            self.terminate()
        try:
            status = self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = f"none within {STOP_S} s of SIGTERM"
        log = self.log
        assert status == 0 and not SANITIZERS.search(log), f"niched serve: exit status {status}\n{self.tail}"
        return time.monotonic() - from_s


class Niched:
    """The program on one database, with settings that each of its runs gets."""

    def __init__(self, url, **settings):
        self.url, self.settings = url, settings

    def environment(self, env=None):
        own = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "NICHED", "TEST_"))}
        own["ASAN_OPTIONS"] = "exitcode=99:" + own.get("ASAN_OPTIONS", "")
        return {**own, "DATABASE_URL": self.url, **{k: str(v) for k, v in {**self.settings, **(env or {})}.items()}}

    def run(self, *args, check=True, env=None, input=None):
        """Runs a command to its end, with its output as text. check: fails on another status than 0."""
        done = subprocess.run([PROGRAM, *map(str, args)], env=self.environment(env), input=input, text=True,
                              capture_output=True, timeout=COMMAND_S)
        said = f"niched {' '.join(map(str, args))}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
        assert not SANITIZERS.search(done.stderr) and done.returncode >= 0, said
        assert not check or done.returncode == 0, said
        return done

    @contextlib.contextmanager
    def serve(self, env=None, ready=True, **settings):
        """A running service on a free port; ready: once it answers. serve(NICHED_LOOPS=1) or serve({"NICHED_LOOPS": 1})"""
        log_path = Path(tempfile.mkstemp(prefix="niched-serve.", suffix=".log")[1])
        environment = self.environment({"NICHED_PORT": 0, "NICHED_STATEMENT_TIMEOUT_MS": STATEMENT_MS, **self.settings, **(env or {}), **settings})
        with log_path.open("wb") as log:
            process = subprocess.Popen([PROGRAM, "serve"], env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        service = None
        try:
            service = Service(f"http://127.0.0.1:{self._port(process, log_path)}", process, log_path)
            if ready:
                service.wait("/readyz", 200)
            yield service
            service.finish()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            log_path.unlink()

    @staticmethod
    def _port(process, log_path):
        end = time.monotonic() + START_S
        while True:
            log = log_path.read_text(errors="replace")
            if found := re.search(r"msg=listening .*\bport=(\d+)", log):
                return int(found.group(1))
            assert process.poll() is None, f"niched serve ended with status {process.returncode}:\n{log}"
            assert time.monotonic() < end, f"niched serve does not listen after {START_S} s:\n{log}"
            time.sleep(0.01)


class Databases:
    """Makes and drops databases of a cluster, named by a running number. Those of the session go with the cluster: a drop
    makes PostgreSQL write out everything."""

    def __init__(self, url):
        self.admin_url = url
        self.numbers = itertools.count(1)
        self.kept = None

    def admin(self, statement):
        if not self.kept or self.kept.closed:
            self.kept = psycopg.connect(self.admin_url, autocommit=True)  # for the session: a new one costs as much as the database
        by_files = " strategy file_copy" if self.kept.info.server_version >= 150000 else ""  # half the time
        self.kept.execute(statement + (by_files if statement.startswith("create database") else ""))

    def close(self):
        if self.kept:
            self.kept.close()

    def url(self, name):
        return re.sub(r"/postgres(?=\?|$)", f"/{name}", self.admin_url, count=1)

    def make(self, template="template0"):
        name = f"test_{os.getpid()}_{next(self.numbers)}"
        self.admin(f"create database {name} template {template}")
        return self.url(name)

    def template(self, kind, fill):
        """The name of a database that fill(url) has filled, once for all processes that use the cluster and this program."""
        name = f"{kind}_{PROGRAM.stat().st_mtime_ns}"
        with psycopg.connect(self.admin_url, autocommit=True) as lock:
            lock.execute("select pg_advisory_lock(hashtext(%s))", [name])
            if not lock.execute("select from pg_database where datname = %s", [name]).fetchall():
                url = self.make()
                fill(url)
                lock.execute(f"alter database {self.name(url)} rename to {name}")
        return name

    def name(self, url):
        return conninfo_to_dict(url)["dbname"]

    def drop(self, url):
        self.admin(f"drop database if exists {self.name(url)} with (force)")

    @contextlib.contextmanager
    def one(self, template):
        url = self.make(template)
        try:
            yield url
        finally:
            self.drop(url)


@pytest.fixture(scope="session")
def databases():
    url = os.environ.get("TEST_DATABASE_URL")
    own = None if url else Cluster()
    made = Databases(url or own.url())
    try:
        yield made
    finally:
        made.close()
        if own:
            own.drop()


def migrate(url):
    Niched(url).run("migrate")
    Niched(url).run("taxonomy", "load")


def load_sandbox(url):
    migrate(url)
    Niched(url).run(*SANDBOX)
    Niched(url).run("score")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum full")  # every copy is smaller
        connection.execute("vacuum analyze")


@pytest.fixture(scope="session")
def migrated_template(databases):
    """Name of a database with the schema and the taxonomy."""
    return databases.template("migrated", migrate)


@pytest.fixture(scope="session")
def sandbox_template(databases):
    """Name of a database with the scored sandbox world."""
    return databases.template("sandbox", load_sandbox)


@pytest.fixture(scope="session")
def sandbox(databases, sandbox_template):
    return Niched(databases.make(sandbox_template))


@pytest.fixture(scope="session")
def sandbox_db(sandbox):
    """A read-only connection to the sandbox world."""
    with psycopg.connect(sandbox.url, autocommit=True, options="-c default_transaction_read_only=on") as connection:
        yield connection


@pytest.fixture
def sandbox_niched(databases, sandbox_template):
    with databases.one(sandbox_template) as url:
        yield Niched(url)


@pytest.fixture
def database(databases, migrated_template):
    with databases.one(migrated_template) as url:
        yield url


@pytest.fixture
def empty_niched(databases):
    """The program on a database that was not migrated."""
    with databases.one("template0") as url:
        yield Niched(url)


@pytest.fixture(scope="session")
def program():
    """Makes a Niched of a URL, for a test that has its own database."""
    return Niched


@pytest.fixture
def tool():
    """The program without a database."""
    return Niched("postgresql:///nowhere?host=/nonexistent")


@pytest.fixture
def niched(database):
    return Niched(database)


@pytest.fixture
def db(database):
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def own_cluster():
    own = Cluster()
    try:
        yield own
    finally:
        own.drop()


@pytest.fixture
def cluster():
    """A cluster of the test's own, to be stopped and started."""
    yield from own_cluster()


@pytest.fixture(scope="module")
def module_cluster():
    """The same for all tests of a file."""
    yield from own_cluster()


def pytest_terminal_summary(terminalreporter):
    """Why a test that was given a second try (TEST_AGAIN of tests/run.sh) failed at the first."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"first try of {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)
