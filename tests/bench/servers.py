"""What is measured: the service, a constant answer, peers. Each has a name, a port, cpu() and memory_mb()."""
import http.client
import json
import os
import re
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

from machine import Service, cpu_of, free_port, memory_mb
from psycopg.conninfo import conninfo_to_dict

HERE = Path(__file__).parent
PER_REQUEST = {"Date", "Connection", "Content-Length"}  # libmicrohttpd's own


class Niched(Service):
    """`niched serve` that only reads, without a line for each request. Settings that it does not know are left out."""

    def __init__(self, name, store, url=None, **settings):
        self.name = name
        known = subprocess.run([store.niched, "config"], capture_output=True, text=True, env={**os.environ, "DATABASE_URL": store.url}).stdout
        wanted = {"NICHED_WORKER": "0", "NICHED_IMPORT_WORKER": "0", "NICHED_LOG_LEVEL": "warn", "NICHED_CACHE_MB": "0", "NICHED_STATEMENT_TIMEOUT_MS": "60000",
                  **settings}  # None: its default
        super().__init__(store.niched, url or store.url,
                         **{k: str(v) for k, v in wanted.items() if v is not None and re.search(rf"\b{k}\b", known)})

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return answer.read()

    def stop(self):
        self.__exit__()


class Program:
    """A server of another kind and its children."""

    def __init__(self, name, command, ready, **environment):
        self.name, self.port = name, free_port()
        self.process = subprocess.Popen([str(c).format(port=self.port) for c in command], env={**os.environ, **environment},
                                        stdin=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + 20
        while not self._answers(ready):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"{name} does not answer")
            time.sleep(0.05)

    def _answers(self, path):
        try:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            line.request("GET", path)
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()

    def pids(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu(self):
        return sum(cpu_of(pid) for pid in self.pids())

    def memory_mb(self):
        return sum(memory_mb(pid) for pid in self.pids())

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return answer.read()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def constant(program, folder, niched, path):
    """libmicrohttpd with the answer that niched gives to a path, headers and all."""
    line = http.client.HTTPConnection("127.0.0.1", niched.port)
    line.request("GET", path)
    answer = line.getresponse()
    body = answer.read()
    line.close()
    (folder / "body").write_bytes(body)
    (folder / "headers").write_text("".join(f"{k}: {v}\n" for k, v in answer.getheaders() if k not in PER_REQUEST))
    loops = os.cpu_count()
    return Program("constant", [program, "{port}", loops, folder / "headers", folder / "body"], "/"), len(body)


# ---- peers

def install_peers(place):
    """npm packages go where things are built, in the versions of package.json."""
    place.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "server.mjs", "rows.mjs"):
        shutil.copy(HERE / "peers" / name, place / name)
    if (place / "installed").exists() and (place / "installed").read_text() == (place / "package.json").read_text():
        return
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"], cwd=place,
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"npm install: {done.stderr[-2000:]}")
    shutil.copy(place / "package.json", place / "installed")


# Whoever has no cards reads these.
COLUMNS = """s.name, s.bio, s.picture_url, s.platform, s.username, s.url, s.engagement_rate, s.engagement_basis, s.engagement_usual,
  s.authenticity, s.price_usd, s.price_source, (date_part('epoch', s.last_post_at) * 1000000)::bigint as last_post_us,
  (date_part('epoch', s.observed_at) * 1000000)::bigint as observed_us, s.niche_ids, s.posts, s.engagement_typical,
  s.signal_measured, s.signal_unusual"""


def without_card(statements):
    """The statements as somebody sends them whose library reads columns: the same rows, no value that only niched unpacks."""
    return [(sql.replace("s.card", COLUMNS).replace("select c.card from", "select * from"), values) for sql, values in statements]


def peer(driver, place, store, niched, first, again):
    """A Node server with one of the two usual drivers, one process a core."""
    first, again = without_card(first), without_card(again)
    with store.connect() as db:
        slugs = dict(db.execute("select niche_id, slug from niche").fetchall())
    sample = json.loads(niched.get(f"/match?niche={store.largest[1]}"))
    config = {"driver": driver, "processes": os.cpu_count(), "first": first, "again": again, "slugs": slugs,
              "niches": {slug: [niche, label] for niche, slug, label, _ in store.niches},
              "query": sample["query"], "world": sample["world"], "model": sample["model_version"],
              "database": conninfo_to_dict(store.url), "now_ms": None}
    if sample["world"] == "sandbox":
        with store.connect() as db:
            config["now_ms"], = db.execute("select (extract(epoch from clock) * 1000)::bigint from world where world = 1").fetchone()
    (place / f"{driver}.json").write_text(json.dumps(config))
    return Program(f"fastify + {driver}", ["node", place / "server.mjs", place / f"{driver}.json", "{port}"],
                   f"/match?niche={store.largest[1]}", NODE_ENV="production")


def differences(niched, other, niches):
    """Niches of which two servers give other answers; cursors are each server's own."""
    found = []
    for _, slug, *_ in niches:
        ours, theirs = (json.loads(s.get(f"/match?niche={slug}")) for s in (niched, other))
        for answer in (ours, theirs):
            answer["next_cursor"] = answer["next_cursor"] is not None
        if ours != theirs:
            found.append((slug, first_difference(ours, theirs)))
    return found


def first_difference(a, b, at=""):
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() != b.keys():
        return f"{at} has {sorted(a.keys() ^ b.keys())} in one alone"
    if isinstance(a, dict) and isinstance(b, dict):
        return next((first_difference(a[k], b[k], f"{at}.{k}") for k in a if a[k] != b[k]), None)
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return next((first_difference(x, y, f"{at}[{i}]") for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y), None)
    return f"{at}: {str(a)[:120]} and {str(b)[:120]}"
