"""What faults are done to: a PostgreSQL with fsync on (in memory of a bounded size where that can be mounted), a standby of it, a
proxy in front of its socket, and the service."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DISK_MB, GONE_S = 1500, 30


def pids_below(pid):
    """A process and all that it started, the first first."""
    out = [pid]
    with contextlib.suppress(FileNotFoundError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            out += pids_below(int(child))
    return out


def send(pids, sent):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sent)


def own_environment():
    """The environment without what speaks of another database or service."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PG", "NICHED", "DATABASE_URL"))}


def fill(niched, url):
    """A scored sandbox of 2,000 creators."""
    for words in (("migrate",), ("taxonomy", "load"), ("sandbox", "--creators", "2000", "--seed", "1"), ("score",)):
        subprocess.run([niched, *words], env={**own_environment(), "DATABASE_URL": url}, check=True, capture_output=True)


class Postgres:
    def __init__(self):
        self.dir = Path(tempfile.mkdtemp(prefix="niched-chaos.", dir="/tmp"))
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "niched-chaos", self.dir], capture_output=True, text=True)
        self.bounded = done.returncode == 0
        self.start()

    def _do(self, word, *more):
        done = subprocess.run([ROOT / "src/run/cluster.sh", word, self.dir, *more], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"cluster.sh {word}: {done.stderr}")
        return done.stdout.strip()

    def start(self):
        self._do("start")

    def stop(self):
        self._do("stop")

    def drop(self):
        with contextlib.suppress(RuntimeError):
            self._do("stop")
        if self.bounded:
            subprocess.run(["umount", "-l", self.dir], check=False)
        shutil.rmtree(self.dir, ignore_errors=True)

    def url(self, database="niched", host=None):
        url = self._do("url", database)
        return re.sub(r"host=[^&]+", f"host={host}", url) if host else url

    @property
    def socket_dir(self):
        return re.search(r"host=([^&]+)", self.url())[1]

    def pid(self):
        return int((self.dir / "data/postmaster.pid").read_text().split()[0])

    def send(self, sent):
        send(pids_below(self.pid()), sent)

    def kill(self):
        pids = pids_below(self.pid())
        send(pids, signal.SIGKILL)
        end = time.monotonic() + GONE_S  # dead ones that nobody has waited for yet count as running
        while any(Path(f"/proc/{pid}").exists() for pid in pids):
            if time.monotonic() > end:
                raise RuntimeError(f"of {pids} some are there {GONE_S} s after they were killed")
            time.sleep(0.01)


class Service:
    """A running `niched serve` on a port that stays its own over a restart."""

    def __init__(self, niched, url, **environment):
        self.niched, self.url, self.environment = niched, url, environment
        self.folder = tempfile.mkdtemp(prefix="niched-serve.")
        self.log_path, self.port = Path(self.folder) / "log", 0
        self.start()

    def start(self):
        offset = self.log_path.stat().st_size if self.log_path.exists() else 0
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen([self.niched, "serve"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={
                **own_environment(), "DATABASE_URL": self.url, "NICHED_PORT": str(self.port), "NICHED_SECRET_FILE": f"{self.folder}/secret", **self.environment})
        end = time.monotonic() + 30
        while not (found := re.search(r"msg=listening .*\bport=(\d+)", self.log_path.read_text(errors="replace")[offset:])):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"niched serve: {self.log_path.read_text()[-2000:]}")
            time.sleep(0.01)
        self.port = int(found[1])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def used(self):
        """Resident MB, open files, threads."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return {"memory": int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024, "files": len(os.listdir(f"/proc/{self.process.pid}/fd")),
                "threads": int(re.search(r"Threads:\s+(\d+)", status)[1])}

    def metric(self, name):
        """A number of /metrics."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            return float(re.search(rf"^{name} (\S+)$", answer.read().decode(), re.M)[1])
