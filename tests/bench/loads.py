"""Load generators: each gives one Measure of a contestant."""
import collections
import json
import re
import statistics
import subprocess
import tempfile
from pathlib import Path

from machine import measured

HERE = Path(__file__).parent
WRK_CONNECTIONS, WRK_THREADS = 64, 2
PGBENCH_CLIENTS, PGBENCH_THREADS, SAMPLED = 16, 2, 0.05
# requests a second, latencies in ms, processor time in microseconds a request, resident memory in MB
Measure = collections.namedtuple("Measure", "rate p50 p99 p999 server_us postgres_us client_us memory_mb")


def median(measures):
    return Measure(*(statistics.median(values) for values in zip(*measures, strict=True)))


def pgbench_program():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return found[-1] if found else "pgbench"


class Meter:
    """Processor time of server and PostgreSQL over a load."""

    def __init__(self, server, store):
        self.server, self.store = server, store

    def now(self):
        return self.server.cpu() if self.server else 0.0, self.store.cpu()

    def over(self, load):
        before = self.now()
        result, done, client_s = load()
        after = self.now()
        a_request = [1e6 * (b - a) / max(done, 1) for a, b in zip(before, after, strict=True)]
        memory = self.server.memory_mb() if self.server else 0.0
        return Measure(*result, *a_request, 1e6 * client_s / max(done, 1), memory)


def wrk(server, paths, seconds, connections=WRK_CONNECTIONS):
    """A load that keeps so many connections busy."""
    def load():
        with tempfile.NamedTemporaryFile("w", suffix=".paths") as file:
            file.write("\n".join(paths) + "\n")
            file.flush()
            ran = measured(["wrk", f"-t{WRK_THREADS}", f"-c{connections}", f"-d{seconds}", "--timeout", "10", "-s", HERE / "urls.lua",
                            f"http://127.0.0.1:{server.port}", "--", file.name])
        found = re.search(r"^JSON (.*)$", ran.output, re.M)
        if not found:
            raise RuntimeError(f"wrk said: {ran.output}")
        said = json.loads(found[1])
        if said["failed"] or not said["requests"]:
            raise RuntimeError(f"{server.name}: {said['failed']} of {said['requests']} requests failed\n{ran.output}")
        rate = 1e6 * said["requests"] / said["us"]
        return (rate, said["p50_us"] / 1e3, said["p99_us"] / 1e3, said["p999_us"] / 1e3), said["requests"], ran.cpu
    return load


def pgbench(store, text, variables, seconds, clients=PGBENCH_CLIENTS):
    """... the statement of a script, by PostgreSQL's own client."""
    def load():
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "script.sql"
            script.write_text(text)
            command = [pgbench_program(), "-n", "-M", "prepared", "-c", clients, "-j", PGBENCH_THREADS, "-T", seconds, "-f", script,
                       "-l", "--log-prefix", f"{folder}/log", "--sampling-rate", SAMPLED]
            for name, value in variables.items():
                command += ["-D", f"{name}={value}"]
            ran = measured([*command, store.url], PGOPTIONS="-c plan_cache_mode=force_generic_plan -c jit=off")
            took = sorted(int(line.split()[2]) for file in Path(folder).glob("log.*") for line in file.read_text().splitlines())
        done = re.search(r"number of transactions actually processed: (\d+)", ran.output)
        rate = re.search(r"tps = ([\d.]+)", ran.output)
        failed = re.search(r"number of failed transactions: (\d+)", ran.output)
        if not done or not rate or failed and int(failed[1]):
            raise RuntimeError(f"pgbench said: {ran.output}")
        shares = [took[min(len(took) - 1, int(s * len(took)))] / 1e3 if took else 0.0 for s in (0.5, 0.99, 0.999)]
        return (float(rate[1]), *shares), int(done[1]), ran.cpu
    return load


def rate(program, server, paths, a_second, seconds, connections=32):
    """What rate.c says of a constant rate: latencies from when a request was due."""
    with tempfile.NamedTemporaryFile("w", suffix=".paths") as file:
        file.write("\n".join(paths) + "\n")
        file.flush()
        done = subprocess.run([program, str(server.port), str(connections), str(a_second), str(seconds), file.name],
                              capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stderr}")
    said = json.loads(done.stdout)
    if said["bad"]:
        raise RuntimeError(f"constant rate: {said}")
    return said
