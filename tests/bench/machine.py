"""What the benchmarks share: a cluster of their own, programs run and measured, a service that serves."""
import collections
import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
Measured = collections.namedtuple("Measured", "wall cpu peak_mb output")


def _stat(pid):
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def cpu_of(pid):
    """Processor seconds of a process, user and system."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def tree_cpu(pid):
    """Processor seconds of a process, of its children that run and of those that have ended."""
    while True:
        ended, live = _stat(pid)[13:15], cpu_of(pid)
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                live += cpu_of(child)
        if _stat(pid)[13:15] == ended:  # else one ended meanwhile and may be counted twice
            return live + sum(map(int, ended)) / TICKS


def memory_mb(pid):
    """Resident memory now."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def peak_mb(pid):
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


class Cluster:
    """A PostgreSQL of its own with fsync on, by src/run/cluster.sh."""

    def __init__(self, place):
        self.place = Path(place)
        self._do("start")
        where = self.place / "place"  # the data live elsewhere where the server's user cannot reach the folder
        data = Path(where.read_text().strip()) if where.exists() else self.place
        self.pid = int((data / "data/postmaster.pid").read_text().split()[0])

    def _do(self, word, *more):
        done = subprocess.run([ROOT / "src/run/cluster.sh", word, self.place, *more], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"cluster.sh {word}: {done.stderr}")
        return done.stdout.strip()

    def drop(self):
        self._do("drop")

    def database(self, name):
        with psycopg.connect(self._do("url", "postgres"), autocommit=True) as db:
            db.execute(f'create database "{name}"')
        return self.url(name)

    def url(self, name):
        return self._do("url", name)

    def connect(self, url):
        return psycopg.connect(url, autocommit=True)

    def backend_cpu(self, db):
        return cpu_of(db.info.backend_pid)

    def cpu(self):
        """Processor seconds of all its processes, also of sessions that are just ending."""
        return tree_cpu(self.pid)


def measured(command, **environment):
    """Runs a command to its end: wall and processor seconds, peak memory, what it said. RuntimeError when it fails."""
    with tempfile.TemporaryFile("w+") as log:
        began = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                   env=dict(os.environ, **environment))
        peak = 0.0
        while True:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                peak = max(peak, peak_mb(process.pid))
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.01)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        output = log.read()
    if process.returncode:
        raise RuntimeError(f"{command[:3]}: status {process.returncode}\n{output[-2000:]}")
    return Measured(wall, used.ru_utime + used.ru_stime, peak, output)


class Service:
    """A running `niched serve` on a free port."""

    def __init__(self, niched, url, **settings):
        self.log = tempfile.NamedTemporaryFile("w+", prefix="niched-bench.", suffix=".log")
        self.port = free_port()
        environment = {**os.environ, "DATABASE_URL": url, "NICHED_PORT": str(self.port), "NICHED_LOG_LEVEL": "info", **settings}
        began = time.monotonic()
        self.process = subprocess.Popen([niched, "serve"], stdout=self.log, stderr=subprocess.STDOUT, env=environment)
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() - began > 30:
                self.__exit__()
                raise RuntimeError(f"niched serve: {Path(self.log.name).read_text()[-2000:]}")
            time.sleep(0.005)
        self.ready_s = time.monotonic() - began

    def _ready(self):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz").status == 200
        return False

    def cpu(self):
        return cpu_of(self.process.pid)

    def peak_mb(self):
        return peak_mb(self.process.pid)

    def memory_mb(self):
        return memory_mb(self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
