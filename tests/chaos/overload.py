"""`make overload`: more than the service can do. What it answers well then, beside what it does at its best.

    overload.py --niched build/niched --out build [--seconds 5] [--rounds 3]

First so many connections ask as keep it busy (the peak). Then five times as many; five times as many as it lets in, who come again 0.2 s after
they were refused; requests at a constant rate of five times the peak's, whatever becomes of them, over as many connections; and, beside the
load of the peak, heads and bodies that come drop by drop. Goodput must stay at nine tenths of the peak, and p99
of what is answered with 200 within bounds. Loads alternate, so that other work on the machine meets all; medians. Writes OUT/overload.json; the
status is 1 when the run failed, not when a figure misses."""
import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from figures import Figures  # noqa: E402
from world import Postgres, Service, fill  # noqa: E402

PEAK, TIMES, PAUSE_MS, MOST, SLOW = 64, 5, 200, 400, 200
GOODPUT, P99_MS = 0.9, 1000
CONSTANT = "5 times the peak's rate"
PATHS = [f"/match?niche={niche}&world=sandbox&limit={limit}" for niche in ("vegan", "fitness", "vegan-fitness", "comedy", "travel") for limit in range(5, 25)]
SETTINGS = {"NICHED_CACHE_MB": "0", "NICHED_WORKER": "0", "NICHED_IMPORT_WORKER": "0", "NICHED_MAX_CONNECTIONS": str(MOST)}


class Drops(threading.Thread):
    """Clients who send a byte each 0.2 s, half of them heads and half bodies, and come again when they are cut."""

    def __init__(self, port, n):
        super().__init__(daemon=True)
        self.port, self.n, self.over, self.cut = port, n, threading.Event(), 0

    def begin(self, i):
        wire = socket.create_connection(("127.0.0.1", self.port))
        wire.setblocking(False)
        wire.send(b"POST /match/batch HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n" if i % 2 else b"GET /")
        return wire

    def run(self):
        wires = [self.begin(i) for i in range(self.n)]
        while not self.over.wait(0.2):
            for i, wire in enumerate(wires):
                try:
                    wire.send(b"x")
                except OSError:
                    wire.close()
                    self.cut += 1
                    wires[i] = self.begin(i)
        for wire in wires:
            wire.close()

    def stop(self):
        self.over.set()
        self.join()


def flood(program, port, connections, seconds, file, a_second=0):
    rate = [str(a_second)] if a_second else []
    done = subprocess.run([program, str(port), str(connections), str(seconds), str(PAUSE_MS), file, *rate], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def rounds(program, service, args, file):
    """name -> what each round said"""
    loads = {"peak": PEAK, "5 times the connections": PEAK * TIMES, "5 times those let in": MOST * TIMES, CONSTANT: MOST * TIMES, "beside slow ones": PEAK}
    said, cut = {name: [] for name in loads}, 0
    for _ in range(args.rounds):
        for name, connections in loads.items():
            drops = Drops(service.port, SLOW) if name == "beside slow ones" else None
            if drops:
                drops.start()
                time.sleep(0.5)
            peak = said["peak"][-1] if name == CONSTANT else None
            a_second = TIMES * peak["good"] / peak["seconds"] if peak else 0
            said[name].append(flood(program, service.port, connections, args.seconds, file, a_second))
            if drops:
                drops.stop()
                cut += drops.cut
            time.sleep(1.5)
    return said, cut


def judge(said, cut, figures):
    rate = lambda s: s["good"] / s["seconds"]  # noqa: E731
    for name, all_ in said.items():
        # of each round beside the peak of the same round: the machine may be busy with other work
        share = statistics.median(rate(s) / rate(peak) for s, peak in zip(all_, said["peak"], strict=True))
        middle = {key: statistics.median(s[key] for s in all_) for key in all_[0]}
        beside = f"{middle['good'] / middle['seconds']:,.0f}/s good, {middle['refused'] / middle['seconds']:,.0f}/s refused, p50 {middle['p50_us'] / 1e3:.1f} ms"
        if name != "peak":
            figures.add(f"goodput: {name}", share, "of the peak", beside, GOODPUT, at_least=True)
        figures.add(f"p99: {name}", middle["p99_us"] / 1e3, "ms", beside, P99_MS)
        figures.add(f"lost: {name}", sum(s["lost"] + s["other"] for s in all_), "answers", "closed without an answer, or neither 200, 429 nor 503", 0)
    figures.add("slow ones cut", cut, "connections", f"{SLOW} at a time, a byte each 0.2 s", 1, at_least=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--niched", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    args.niched, figures, primary, service = args.niched.resolve(), Figures(), Postgres(), None
    with tempfile.TemporaryDirectory() as folder:
        program, file = Path(folder) / "flood", Path(folder) / "paths"
        file.write_text("\n".join(PATHS) + "\n")
        subprocess.run(["gcc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-o", program, HERE.parent / "bench/flood.c"], check=True)
        try:
            fill(args.niched, primary.url())
            service = Service(args.niched, primary.url(), NICHED_HEAD_TIMEOUT_S="2", **SETTINGS)
            flood(program, service.port, PEAK, 1, file)
            said, cut = rounds(program, service, args, file)
            judge(said, cut, figures)
            figures.add("exit status", service.stop(), "status", "at SIGTERM", 0)
        finally:
            if service:
                service.close()
            primary.drop()
    print(figures.table())
    figures.write(args.out / "overload.json")


if __name__ == "__main__":
    main()
