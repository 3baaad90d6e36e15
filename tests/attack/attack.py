"""`make attack`: hostile input over every operation, parameter, header, body field and column that openapi.yaml names, and raw
requests that no library sends, against the real program on a throw-away PostgreSQL, writes included.

    attack.py --niched build/niched --out build [--only OPERATION] [--every N] [--parts values,sockets,files]

Each answer is held against openapi.yaml and must be 2xx, 3xx or 4xx, soon, without headers of the caller's making and without
words of PostgreSQL. Afterwards the service must live and answer /match with the bytes of before. What is wrong is printed with
the request that provokes it. Writes OUT/attack.json; the status is 1 when the run failed, not when something was found."""
import argparse
import collections
import contextlib
import os
import re
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[0]), str(HERE.parents[0] / "e2e")]

import plan  # noqa: E402
import sockets  # noqa: E402
from client import UNPACK, Client, Contract, Wire  # noqa: E402
from figures import Figures  # noqa: E402

ANSWER_S = 10
SLOW_S = 2.0
IMPORT_S = 120
SHOWN = 2  # of one kind
COOKIES = re.compile(rb"(?:[,;][^,;]*){250}")  # more than libmicrohttpd takes apart in the memory of a connection
LEAKS = re.compile(rb"syntax error at or near|invalid input syntax for|ERROR:  |violates \w+ constraint|root:x:0:")
SAME = ("/match?niche=vegan&world=sandbox&explain=full&limit=100", "/match?niche=vegan-fitness&world=sandbox&facets=tier,country&count=exact",
        "/match?niche=vegan,comedy&world=sandbox", "/match?niche=fitness&world=sandbox&goal=awareness&format=csv", "/niches/vegan?world=sandbox")


class Hung(Exception):
    pass


class Talk:
    """One kept connection on which cases are sent; a new one when the other side closed it."""

    def __init__(self, address):
        self.address, self.wire = address, None

    def close(self):
        if self.wire:
            self.wire.close()
        self.wire = None

    def send(self, case):
        names = {name.lower() for name, _ in case.headers}
        head = [case.method + b" " + case.target + b" HTTP/1.1"]
        head += [] if b"host" in names else [b"Host: a"]
        head += [name + b": " + value for name, value in case.headers]
        head += [b"Content-Length: %d" % len(case.body)] if case.body or case.method in (b"POST", b"PUT", b"PATCH") else []
        self.wire = self.wire or Wire(self.address, ANSWER_S)
        self.wire.buffer = b""
        with contextlib.suppress(ConnectionError):  # it may answer and close before all was sent
            self.wire.send(b"\r\n".join(head) + b"\r\n\r\n" + case.body)

    def ask(self, case):
        """The answer; None when the other side closed without one."""
        self.send(case)
        try:
            while self.wire.interim():
                pass
            answer = self.wire.answer(case.method.decode(), case.target.decode("latin-1"))
        except ConnectionError:
            answer = None
        except TimeoutError:
            self.close()
            raise Hung from None
        if answer is None or answer.headers.get("Connection", "").lower() == "close":
            self.close()
        return answer


class Attack:
    def __init__(self, contract, service, every):
        self.contract, self.service, self.every = contract, service, every
        self.talk = Talk(service.address)
        self.sent, self.statuses, self.found, self.shown = (collections.Counter() for _ in range(4))
        self.slowest = 0.0, None
        self.places = set()
        self.plain_good = self.plain_all = self.closed = 0

    def report(self, what, case, why):
        self.found[what] += 1
        self.shown[what, case.operation, str(why)[:30]] += 1
        if self.shown[what, case.operation, str(why)[:30]] <= SHOWN:
            print(f"FOUND {what}: {why}\n    {case.operation} {case.where} [{case.family}] {case.method.decode()} {case.target[:300]!r} "
                  f"{[h for h in case.headers if h[0] != b'Content-Type']!r:.200} {case.body[:200]!r}", flush=True)

    def hold(self, case, answer):
        """Holds one answer to what is promised."""
        if answer is None:
            self.closed += 1
            if len(case.body) < 1_000_000 and not COOKIES.search(b"; ".join(v for k, v in case.headers if k == b"Cookie")):
                self.report("no answer", case, "the connection was closed without an answer")
            return
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            self.report("5xx", case, f"{answer.status_code} {answer.content[:300]!r}")
            return
        ours = "X-Request-Id" in answer.headers
        try:
            if ours:
                body = UNPACK[answer.headers.get("Content-Encoding")](answer.content)
                self.contract.check(answer.method, answer.target, answer.status_code, answer.headers, body)
        except Exception as e:  # whatever the check says
            self.report("contract", case, f"{answer.status_code}: {str(e)[:500]}")
        if not ours and not 400 <= answer.status_code < 500:
            self.report("contract", case, f"{answer.status_code} without X-Request-Id")
        if "X-Injected" in answer.headers or "Set-Cookie" in answer.headers:
            self.report("header injection", case, dict(answer.headers))
        if leak := LEAKS.search(answer.content):
            self.report("leak", case, leak[0])

    def one(self, case):
        began = time.monotonic()
        try:
            answer = self.talk.ask(case)
        except Hung:
            self.report("hang", case, f"no answer within {ANSWER_S} s")
            return
        took = time.monotonic() - began
        self.slowest = max(self.slowest, (took, case.target[:100].decode("latin-1")))
        if took > SLOW_S:
            self.report("slow", case, f"{took:.1f} s")
        self.sent[case.family] += 1
        self.places.add((case.operation, case.where))
        if case.family == "plain":
            good = answer is not None and answer.status_code < 300
            self.plain_good += good
            self.plain_all += 1
            if not good:
                print(f"plain {case.operation}: {answer and (answer.status_code, answer.content[:300])}")
        self.hold(case, answer)

    def values(self, client, stock, only):
        for n, case in enumerate(plan.cases(self.contract, stock)):
            if only and case.operation != only:
                continue
            if case.family == "plain":
                prepare(client, case.operation)
            if n % self.every == 0 or case.family == "plain":
                self.one(case)
        self.talk.close()

    def sockets(self):
        count = 0
        for name, sent, verdict in sockets.cases():
            got, closed, took = sockets.exchange(self.service.address, sent)
            count += 1
            if why := sockets.judge(verdict, got, closed):
                self.found["sockets"] += 1
                print(f"FOUND sockets: {name}: {why} ({took:.1f} s) {got[:150]!r}", flush=True)
        return count

    def files(self, client):
        count, ids = 0, []
        for kind, media, body in plan.files(self.contract):
            target = f"/imports?kind={kind}&platform=tiktok&dry_run=false".encode()
            case = plan.Case("import_post", f"file {kind}", "file", b"POST", target, [(b"Content-Type", media.encode())], body)
            answer = None
            with contextlib.suppress(Hung):
                answer = self.talk.ask(case)
            self.hold(case, answer)
            count += body.count(b"\n")
            if answer is not None and answer.status_code == 202:
                ids.append(answer.json()["id"])
        for job in ids:
            self.look_back(client, job)
        return count

    def look_back(self, client, job):
        state = await_job(client, job)
        if state["status"] == "failed" and "STORE" in str(state):
            self.found["import"] += 1
            print(f"FOUND import {job} failed in the store: {state}")
        for form in ("json", "csv", "ndjson"):
            client.get(f"/imports/{job}/errors", params={"format": form, "limit": 1000})


def await_job(client, job):
    """What an import has come to, once it is over."""
    end = time.monotonic() + IMPORT_S
    while (state := client.ok(f"/imports/{job}"))["status"] not in ("done", "failed"):
        assert time.monotonic() < end, f"import {job} is {state['status']} after {IMPORT_S} s"
        time.sleep(0.05)
    return state


OWN = {"platform": "tiktok", "username": plan.ALSO["username"]}  # named by rows alone: others are erased on the way
ROWS = {"price": ("prices", {"amount_usd": 100, "valid_from": "2026-10-30"}), "collaboration": ("collaborations", {"brand": "Green Bowl", "started_on": "2026-10-30"}),
        "conversion": ("conversions", {"orders": 3, "reported_at": "2026-10-30T18:00:00Z"})}


def made(answer):
    assert answer.status_code in (200, 201, 202), answer.text
    return answer.json()


def first(client, path):
    """The first item of a list, once the loop that answers knows of the world that is meant now."""
    end = time.monotonic() + ANSWER_S
    while not (items := client.ok(path)["items"]):
        assert time.monotonic() < end, f"{path} stays empty"
    return items[0]


def standing(client):
    """The id of a creator who stands somewhere."""
    creator = made(client.put("/creators/tiktok/attack.vegan", json={"followers": 5000, "bio": "vegan recipes, vegan fitness, vegan every day"}))["id"]
    end = time.monotonic() + ANSWER_S
    while client.get(f"/creators/{creator}/standing").status_code != 200:
        assert time.monotonic() < end, f"{creator} stands nowhere"
        time.sleep(0.05)
    return creator


def furnish(client):
    """Makes what ids and tokens name, so that a plain request finds something. A function from operation and parameter to its value."""
    creator = made(client.put("/creators/tiktok/attack.own", json={"followers": 5000}))["id"]
    known = {("", "id"): creator, ("creator_standing", "id"): standing(client)}
    made(client.put("/creators/tiktok/" + OWN["username"], json={"followers": 5000}))
    known["account_unlink", "id"] = made(client.put("/creators/tiktok/attack.one_more", json={"followers": 5000}))["id"]  # an account too many is refused
    for name in ("import", "import_delete", "import_errors"):
        job = client.post("/imports", params={"platform": "tiktok"}, content=f"username,followers\nx,abc\n{name},5000\n", headers={"Content-Type": "text/csv"})
        known[name, "id"] = await_job(client, made(job)["id"])["id"]  # the first one makes `live` the world that is meant
    for name, (path, row) in ROWS.items():
        made(client.post(f"/{path}", json={**OWN, **row}))
        known[f"{name}_delete", "id"] = first(client, f"/{path}")["id"]
    request = made(client.post("/requests", json={**OWN, "kind": "access"}))
    known["request", "id"], known["request", "token"] = request["id"], request["token"]

    def stock(operation, parameter):
        if parameter == "username":
            return f"attack.{operation}"
        return known.get((operation, parameter)) or known.get(("", parameter))
    return stock


def prepare(client, operation):
    """The creator that an operation's plain request names."""
    made(client.put(f"/creators/tiktok/attack.{operation}", json={"followers": 5000}))
    if operation == "account_unlink":
        own = client.ok("/creators/tiktok/attack.one_more")["id"]
        made(client.put(f"/creators/{own}/accounts/tiktok/attack.{operation}"))


@contextlib.contextmanager
def world(program):
    """A service on a scored made-up world of its own."""
    os.environ["NICHED_BIN"] = str(program)
    import conftest
    cluster = conftest.Cluster()
    try:
        niched = conftest.Niched(conftest.Databases(cluster.url()).make())
        for words in (("migrate",), ("taxonomy", "load"), conftest.SANDBOX, ("score",)):
            niched.run(*words)
        with tempfile.TemporaryDirectory() as secrets, niched.serve(
                NICHED_OPEN_REQUESTS=1000, NICHED_IMPORT_WAITING=1000, NICHED_IDLE_TIMEOUT_S=5,
                NICHED_SECRET_FILE=f"{secrets}/secret") as service:
            yield service
    finally:
        cluster.drop()


def bytes_of(client):
    return [client.get(path).content for path in SAME]


def memory_mb(service):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{service.process.pid}/status").read_text())[1]) / 1024


def run(args, figures):
    contract = Contract()
    with world(args.niched) as service, Client(service, contract) as client:
        before, rss = bytes_of(client), memory_mb(service)
        attack = Attack(contract, service, args.every)
        stock = furnish(client)
        raw = attack.sockets() if "sockets" in args.parts else 0
        rows = attack.files(client) if "files" in args.parts else 0
        began = time.monotonic()
        if "values" in args.parts:
            attack.talk.close()  # it was silent for as long as files took
            attack.values(client, stock, args.only)
        took = time.monotonic() - began
        same = before == bytes_of(client)
        tell(figures, attack, args, raw, rows, took, same, memory_mb(service) - rss)


def tell(figures, attack, args, raw, rows, took, same, grown):
    total = sum(attack.sent.values())
    figures.add("requests", total, "requests", f"{len(attack.places)} places of {len(attack.contract.operations)} operations, {took:.0f} s")
    for family, count in attack.sent.most_common():
        figures.add(f"requests: {family}", count, "requests", "")
    figures.add("raw requests", raw, "requests", "smuggling, framing, sizes")
    figures.add("rows of hostile files", rows, "rows", "POST /imports")
    figures.add("answers 2xx", sum(n for s, n in attack.statuses.items() if s < 300), "answers", "")
    figures.add("answers 3xx", sum(n for s, n in attack.statuses.items() if 300 <= s < 400), "answers", "")
    figures.add("answers 4xx", sum(n for s, n in attack.statuses.items() if 400 <= s < 500), "answers", "")
    figures.add("closed without an answer", attack.closed, "requests", "bodies beyond 1 MB and hundreds of cookies alone may be")
    if attack.plain_all:
        figures.add("plain requests that succeed", attack.plain_good / attack.plain_all, "share", "so that a value meets code, not a 404", 0.9, True)
    figures.add("slowest answer", attack.slowest[0], "s", attack.slowest[1], SLOW_S)
    for what in ("5xx", "hang", "slow", "no answer", "contract", "header injection", "leak", "sockets", "import"):
        figures.add(f"found: {what}", attack.found[what], "findings", "", 0)
    figures.add("the same bytes afterwards", float(same), "yes or no", f"{len(SAME)} answers of the made-up world", 1, True)
    figures.add("memory grown", grown, "MB", "resident, of the service")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--niched", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="one operation")
    parser.add_argument("--every", type=int, default=1, help="each Nth case alone")
    parser.add_argument("--parts", default="values,sockets,files")
    args = parser.parse_args()
    args.niched = args.niched.resolve()
    args.parts = args.parts.split(",")
    figures = Figures()
    run(args, figures)
    print(figures.table())
    figures.write(args.out / "attack.json")


if __name__ == "__main__":
    main()
