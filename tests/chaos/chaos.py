"""`make chaos`: what fails around the service fails under constant load, and every answer is checked.

    chaos.py --niched build/niched --out build [--only NAME,NAME]

Reads must give the bytes of before or 503 with Retry-After, never another answer (with NICHED_STALE_S also those bytes, marked); of writes each that was accepted must be in the
store afterwards; 2 s after the cause has ended there is no 503 any more; memory, open files, threads and connections do not
grow. CASES is the table: what is done and undone. Prints a summary, writes OUT/chaos.json; the status is 1 when the run failed,
not when a figure misses."""
import argparse
import contextlib
import signal
import sys
import tempfile
import time
from pathlib import Path

import psycopg

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from figures import Figures  # noqa: E402
from load import Load  # noqa: E402
from proxy import Proxy  # noqa: E402
from standby import Standby  # noqa: E402
from world import Postgres, Service, fill, pids_below, send  # noqa: E402

BEFORE_S, QUIET_S, PATIENCE_S, RECOVERY_S = 1.0, 2.0, 30.0, 2.0
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


class Skip(Exception):
    pass


class Place:
    """What a case may use."""

    def __init__(self, niched, primary):
        self.niched, self.primary = niched, primary
        self.proxy = Proxy(primary.socket_dir)
        self.service = Service(niched, primary.url(host=self.proxy.dir))

    def admin(self, statement, *more):
        with psycopg.connect(self.primary.url(), autocommit=True) as db:
            return db.execute(statement, more).fetchall() if "select" in statement else db.execute(statement)

    def close(self):
        self.service.close()
        self.proxy.close()


# ---- the cases: generators that do, give back while it lasts, undo

def killed(place):
    place.primary.kill()
    yield 1.5
    place.primary.start()


def restarted(place):
    place.primary.stop()
    yield 0.5
    place.primary.start()


def frozen(place):
    place.primary.send(signal.SIGSTOP)
    yield 4
    place.primary.send(signal.SIGCONT)


def no_connections(place):
    held, url = [], place.primary.url()
    for _ in range(8):  # the service takes what becomes free as well, but waits longer each time
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                held.append(psycopg.connect(url, autocommit=True))
        held[0].execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'niched%'")
    yield 3
    for connection in held:
        connection.close()


def disk_full(place):
    if not place.primary.bounded:
        raise Skip("no tmpfs can be mounted here")
    filler = place.primary.dir / "filler"
    with filler.open("wb", buffering=0) as f, contextlib.suppress(OSError):  # nothing is left to be written at its end
        while True:
            f.write(b"\0" * (1 << 16))
    yield 4
    filler.unlink()
    place.primary.start()  # where it gave up


def cut(place):
    place.proxy.mode = "cut"
    yield 2
    place.proxy.mode = "pass_on"


def silent(place):
    place.proxy.mode = "hold"
    yield 4
    place.proxy.mode = "pass_on"


def read_only(place):
    place.admin("alter system set default_transaction_read_only = on")
    place.admin("select pg_reload_conf()")
    yield 2
    with psycopg.connect(place.primary.url(), autocommit=True, options="-c default_transaction_read_only=off") as db:
        db.execute("alter system reset default_transaction_read_only")
        db.execute("select pg_reload_conf()")


def service_killed(place):
    place.service.process.kill()
    place.service.process.wait()
    yield 0.2
    place.service.start()


CASES = {"PostgreSQL killed": killed, "PostgreSQL restarted": restarted, "PostgreSQL frozen": frozen, "no connections left": no_connections,
         "disk full": disk_full, "network cut": cut, "network silent": silent, "read-only": read_only, "service killed": service_killed}
LOSES = {"service killed"}  # where a connection may break


# once more with NICHED_STALE_S: what is kept is given meanwhile
STALE_CASES = {"stale: PostgreSQL killed": killed, "stale: PostgreSQL frozen": frozen, "stale: network silent": silent}


def follow(name, load, fault):
    """Runs a fault under load: how long after its end the last bad answer came."""
    load.start()
    time.sleep(BEFORE_S)
    if load.count("ok") == 0 or load.count("busy"):
        raise RuntimeError(f"{name}: the load did not run before the fault")
    lasts = next(fault)
    time.sleep(lasts)
    next(fault, None)
    ended = time.monotonic()
    while time.monotonic() - max(ended, bad_at(load)) < QUIET_S and time.monotonic() - ended < PATIENCE_S:
        time.sleep(0.05)
    load.stop()
    return max(0.0, bad_at(load) - ended)


def bad_at(load):
    last = load.last_bad()
    return last.at if last else 0.0


def missing(load, url):
    with psycopg.connect(url, autocommit=True) as db:
        there = {row[0] for row in db.execute("select username from account where username = any(%s)", [load.accepted])}
    return len(set(load.accepted) - there)


def tell(figures, name, load, recovery, lost_writes, loses):
    ok, busy, lost = load.count("ok"), load.count("busy"), load.count("lost")
    figures.add(f"{name}: wrong answers", len(load.wrong), "answers", f"{ok} right, {busy} were 503 with Retry-After, {lost} lost with the connection, {len(load.accepted)} writes accepted", 0)
    figures.add(f"{name}: recovery", recovery, "s", "from the end of the cause to the last bad answer", RECOVERY_S)
    figures.add(f"{name}: accepted writes missing", lost_writes, "writes", "", 0)
    if not loses:
        figures.add(f"{name}: connections broken", lost, "requests", "", 0)
    for why in load.wrong[:5]:
        print(f"FOUND {name}: {why}", flush=True)


def one(figures, name, place, fault, url, service=None, stale=False):
    load = Load(service or place.service, stale=stale)
    try:
        recovery = follow(name, load, fault)
    except Skip as why:
        load.stop()
        print(f"skipped {name}: {why}")
        return
    tell(figures, name, load, recovery, missing(load, url), name in LOSES)
    if stale:
        figures.add(f"{name}: stale answers", load.count("stale"), "answers", "right and marked, while there was no other", 1, at_least=True)
    last = load.last_bad()
    if recovery > RECOVERY_S:
        print(f"LATE {name}: {last.path}: {last.what}: {last.said}")
    print(f"{name}: recovered in {recovery:.2f} s, {load.count('ok')} ok, {load.count('busy')} busy, {load.count('lost')} lost, {len(load.wrong)} wrong", flush=True)


def sigterm(figures, place):
    """A request that was sent before SIGTERM is answered, whole."""
    service = Service(place.niched, place.primary.url())
    try:
        load = Load(service)
        load.start()
        time.sleep(BEFORE_S)
        began = time.monotonic()
        status = service.stop()
        took = time.monotonic() - began
        time.sleep(0.3)
        load.stop()
        # a connection may be refused, or closed between two requests; no answer stops short, and none that was worked on is missing
        short = [s for s in load.seen if s.what == "lost" and s.at < began + took and (s.said == "IncompleteRead" or s.took > 0.05)]
        figures.add("SIGTERM: requests dropped", len(short), "requests", f"{load.count('ok')} right, then refused", 0)
        figures.add("SIGTERM: wrong answers", len(load.wrong), "answers", "", 0)
        figures.add("SIGTERM: accepted writes missing", missing(load, place.primary.url()), "writes", "", 0)
        figures.add("SIGTERM: exit status", status, "status", f"after {took:.2f} s", 0)
    finally:
        service.close()


def clock(figures, place):
    """The clock jumps a day ahead and two back."""
    if not Path(FAKETIME).exists():
        print("skipped clock: no faketime")
        return
    with tempfile.NamedTemporaryFile("w", suffix=".time") as stamp:
        def turn(words):
            Path(stamp.name).write_text(words + "\n")

        def jumps(_):
            turn("+1d")
            yield 2
            turn("-1d")
            time.sleep(2)
            turn("+0d")
        turn("+0d")
        service = Service(place.niched, place.primary.url(), LD_PRELOAD=FAKETIME, FAKETIME_TIMESTAMP_FILE=stamp.name, FAKETIME_CACHE_DURATION="1",
                          FAKETIME_DONT_FAKE_MONOTONIC="1", DONT_FAKE_MONOTONIC="1")
        try:
            one(figures, "clock jumps", place, jumps(place), place.primary.url(), service)
            days = {line[5:15] for line in service.log_path.read_text(errors="replace").splitlines() if line.startswith("time=")}
            if len(days) < 3:
                raise RuntimeError(f"the clock of the service did not jump: its log is of {sorted(days)}")
        finally:
            service.close()


def stale(figures, place, only):
    service = Service(place.niched, place.primary.url(host=place.proxy.dir), NICHED_STALE_S="60")
    try:
        for name, case in STALE_CASES.items():
            if not only or name in only:
                one(figures, name, place, case(place), place.primary.url(), service, stale=True)
    finally:
        service.close()


# ---- the same with a standby that reads go to

def standby_killed(_, standby):
    standby.stop()
    yield 1.5
    standby.start()


def standby_frozen(_, standby):
    send(pids_below(standby.pid()), signal.SIGSTOP)
    yield 4
    send(pids_below(standby.pid()), signal.SIGCONT)


def standby_lags(_, standby):
    with psycopg.connect(standby.url(), autocommit=True) as db:
        db.execute("select pg_wal_replay_pause()")
        yield 3
        db.execute("select pg_wal_replay_resume()")


def promoted(place, standby):
    """The primary dies, its synchronous standby takes over."""
    place.admin("alter system set synchronous_standby_names = '*'")
    place.admin("select pg_reload_conf()")
    place.primary.kill()
    yield 1
    standby.promote()
    with psycopg.connect(standby.url(), autocommit=True) as db:
        db.execute("alter system reset synchronous_standby_names")
        db.execute("select pg_reload_conf()")


STANDBY_CASES = {"standby killed": standby_killed, "standby frozen": standby_frozen, "standby lags": standby_lags, "standby promoted": promoted}


def standbys(figures, place, only):
    """Both hosts in DATABASE_URL. The last case leaves the standby alone."""
    standby = Standby(place.primary.dir, place.primary.url())
    service = Service(place.niched, standby.both(), NICHED_CACHE_MB="0")
    try:
        for name, case in STANDBY_CASES.items():
            if not only or name in only:
                asked = service.metric("niched_standby_statements_total")
                one(figures, name, place, case(place, standby), standby.url() if case is promoted else place.primary.url(), service)
                asked = service.metric("niched_standby_statements_total") - asked
                figures.add(f"{name}: asked of the standby", asked, "statements", f"{service.metric('niched_standby_again_total'):.0f} in all were answered by the primary instead")
    finally:
        service.close()
        standby.stop()


def grown(place):
    """What the service uses after a load without faults has come to rest."""
    load = Load(place.service)
    load.start()
    time.sleep(2)
    load.stop()
    time.sleep(1)
    used = place.service.used()
    used["connections"] = place.admin("select count(*) from pg_stat_activity where application_name like 'niched%%'")[0][0]
    return used


def run(args, figures):
    primary = Postgres()
    place = None
    try:
        fill(args.niched, primary.url())
        place = Place(args.niched, primary)
        grown(place)  # warm
        before = grown(place)
        for name, case in CASES.items():
            if name == "service killed":
                after = grown(place)  # from here on it is another process
                for what, unit, most in (("memory", "MB", 16), ("files", "files", 2), ("threads", "threads", 0), ("connections", "connections", 0)):
                    figures.add(f"grown over all faults: {what}", after[what] - before[what], unit, f"from {before[what]:.0f}", most)
            if not args.only or name in args.only:
                one(figures, name, place, case(place), primary.url())
        for name, case in {"SIGTERM": sigterm, "clock": clock}.items():
            if not args.only or name in args.only:
                case(figures, place)
        if not args.only or set(STALE_CASES) & set(args.only):
            stale(figures, place, args.only)
        if not args.only or set(STANDBY_CASES) & set(args.only):
            standbys(figures, place, args.only)
    finally:
        if place:
            place.close()
        primary.drop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--niched", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", type=lambda s: [w for w in s.split(",") if w])
    args = parser.parse_args()
    args.niched = args.niched.resolve()
    figures = Figures()
    run(args, figures)
    print(figures.table())
    figures.write(args.out / "chaos.json")


if __name__ == "__main__":
    main()
