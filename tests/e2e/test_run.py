"""src/run: the private cluster and `make run`, as a user has them, in a directory of their own."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.request
from pathlib import Path

import psycopg
import pytest
from patience import NEVER_S

RUN = Path(__file__).resolve().parents[2] / "src" / "run"
CLUSTER = str(RUN / "cluster.sh")
OWN_DATABASE = ("DATABASE_URL", "SANDBOX", "NICHED_PORT", "NICHED_ADDRESS", "NICHED_SECRET_FILE")


def clean_env(**more):
    env = {k: v for k, v in os.environ.items() if k not in OWN_DATABASE and not k.startswith(("PG", "MAKE"))}
    return {**env, **more}


@contextlib.contextmanager
def directory():
    """One that every user can reach (pytest's own cannot be entered by the user postgres)."""
    path = Path(tempfile.mkdtemp(prefix="niched-run.", dir=os.environ.get("TEST_SCRATCH", "/tmp")))
    path.chmod(0o755)
    try:
        yield path
    finally:
        subprocess.run([CLUSTER, "drop", str(path / "var" / "pg")], check=False)
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def place():
    with directory() as path:
        yield path


@pytest.fixture(scope="module")
def first_run():
    """What a run without made-up creators has left."""
    with directory() as path, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        Running(path, port, SANDBOX="0").stop()
        yield path


@pytest.fixture
def port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cluster(*argv):
    return subprocess.run([CLUSTER, *argv], check=True, capture_output=True, text=True, env=clean_env()).stdout.strip()


class Running:
    """`make run` in `place`, read until its last curl line, or another one."""

    def __init__(self, place, port, until="/niches?q=", niched=os.environ["NICHED"], **env):
        (place / "Makefile").write_text(f"run:\n\t@{RUN}/run.sh {niched}\n")
        self.process = subprocess.Popen(["make", "run"], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        env=clean_env(NICHED_PORT=str(port), **env), start_new_session=True,
                                        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # a job of a script ignores it
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if until in line:
                break

    def stop(self, kill=os.kill, sig=signal.SIGINT):
        if self.process.poll() is None:
            kill(self.process.pid, sig)
        self.said += self.process.stdout.read()
        return self.process.wait(NEVER_S)


def status(url):
    with urllib.request.urlopen(url, timeout=NEVER_S) as answer:
        return answer.status


def test_cluster_lives_and_dies(place):
    home = str(place / "var" / "pg")
    cluster("start", home, "--fast")
    url = cluster("url", home)
    with psycopg.connect(url) as db:
        assert db.execute("show listen_addresses").fetchone() == ("",)
        assert db.execute("show server_encoding").fetchone() == ("UTF8",)
        db.execute("create table kept as select 1")
    socket_dir = Path(url.split("host=")[1].split("&")[0])
    assert socket_dir.stat().st_mode & 0o077 == 0
    cluster("stop", home)
    cluster("stop", home)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    cluster("start", home, "--fast")
    cluster("start", home, "--fast")
    with psycopg.connect(cluster("url", home)) as db:
        assert db.execute("select count(*) from kept").fetchone() == (1,)
    cluster("drop", home)
    assert not Path(home).exists()


@pytest.mark.parametrize("name", ["deep" * 25, "it's 100% odd", "with, comma"])
def test_cluster_in_a_directory_of_any_name(place, name):
    home = str(place / "var" / "pg" / name)
    try:
        cluster("start", home, "--fast")
        with psycopg.connect(cluster("url", home)) as db:
            assert db.execute("select 1").fetchone() == (1,)
    finally:
        cluster("drop", home)


@pytest.mark.parametrize("command,expected", [("true", 0), ("exit 7", 7)])
def test_throw_away_cluster_is_gone_whatever_happens(command, expected):
    done = subprocess.run([CLUSTER, "with", "bash", "-c", f'echo "$TEST_DATABASE_URL"; {command}'], capture_output=True,
                          text=True, env=clean_env())
    assert done.returncode == expected, done.stderr
    assert not Path(done.stdout.split("host=")[1].split("/socket")[0]).exists()


@pytest.mark.parametrize("kill,sig", [(os.kill, signal.SIGINT), (os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM),
                                      (os.kill, signal.SIGKILL)], ids=["int-make", "ctrl-c", "term-make", "kill-make"])
def test_run_stops_all_of_it(first_run, place, port, kill, sig):
    subprocess.run(["cp", "-a", first_run / "var", place], check=True)
    run = Running(place, port, SANDBOX="0")
    assert status(f"http://127.0.0.1:{port}/readyz") == 200, run.said
    run.stop(kill, sig)
    assert "stopping" in run.said
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 1)
    assert not (place / "var/pg/data/postmaster.pid").exists()


def written(place):
    """What was loaded, and how many rows were written after a transaction: (jobs, creators' newest), xmin -> scores."""
    with psycopg.connect(cluster("url", str(place / "var/pg"))) as db:
        loaded = db.execute("select (select count(*) from import_job), count(*), max(xmin::text::bigint) from account").fetchone()
        return loaded, sorted(xmin for xmin, in db.execute("select xmin::text::bigint from account_score"))


def test_second_run_keeps_the_data_and_does_nothing_again(place, port):
    first = Running(place, port)
    with psycopg.connect(cluster("url", str(place / "var/pg"))) as db:
        db.execute("create table public.kept as select 1")
    loaded, scored = written(place)
    assert first.said.count("  curl 'http://127.0.0.1:") == 3 and loaded[1] == len(scored) > 1000, first.said
    first.stop()
    second = Running(place, port)
    with psycopg.connect(cluster("url", str(place / "var/pg"))) as db:
        assert db.execute("select count(*) from public.kept").fetchone() == (1,)
    again, rescored = written(place)
    assert again == loaded and sum(xmin > scored[-1] for xmin in rescored) < 100, second.said  # some few are due meanwhile
    second.stop()


def test_taken_port_is_named(place):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = Running(place, taken.getsockname()[1])
        assert run.stop() != 0
    assert "is taken" in run.said and "NICHED_PORT" in run.said


def test_own_database_gets_no_made_up_creator(place, port):
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as db:
        db.execute("drop database if exists run_own with (force)")
        db.execute("create database run_own")
    url = os.environ["TEST_DATABASE_URL"].replace(":///postgres?", ":///run_own?")
    run = Running(place, port, DATABASE_URL=url)
    run.stop()
    assert "sandbox world" not in run.said and not (place / "var/pg").exists()
    small = place / "niched"  # of a world of 200: the usual one is what test_second_run... makes
    small.write_text(f"#!/bin/sh\n[ \"$1\" != sandbox ] || set -- \"$@\" --creators 200\nexec {os.environ['NICHED']} \"$@\"\n")
    small.chmod(0o755)
    run = Running(place, port, "sandbox world", small, DATABASE_URL=url, SANDBOX="1")
    run.stop()
    with psycopg.connect(url) as db:
        assert db.execute("select count(*) between 200 and 400, min(world) from account").fetchone() == (True, 1)
