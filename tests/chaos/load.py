"""A constant load in which every answer is checked: reads that must give the bytes of before (where NICHED_STALE_S is set also the same
marked as stale), or 503 with Retry-After; writes of which each that was accepted must be there afterwards."""
import collections
import http.client
import itertools
import json
import threading
import time

READS = ("/match?niche=vegan&world=sandbox", "/match?niche=vegan-fitness&world=sandbox&explain=full&limit=50", "/match?niche=fitness&country=US&min_followers=5000&world=sandbox",
         "/match?niche=vegan,comedy&world=sandbox", "/match?niche=fitness&weights=engagement:2&world=sandbox", "/niches/vegan?world=sandbox", "/creators/1?world=sandbox",
         "/match?niche=yoga&facets=tier,country&count=exact&world=sandbox", "/overlap?creators=1,2&world=sandbox")
READERS, PAUSE_S, WRITE_PAUSE_S, ANSWER_S = 4, 0.004, 0.02, 20

Seen = collections.namedtuple("Seen", "at what took path said")
RUNS = itertools.count(1)


def ask(port, method, path, body=None, connection=None):
    connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    return answer, answer.read()


class Load:
    def __init__(self, service, writes=True, stale=False):
        self.service, self.stale, self.over = service, stale, threading.Event()
        self.expected = {path: self.settled(path) for path in READS}
        self.seen, self.wrong, self.accepted, self.number, self.run = [], [], [], 0, next(RUNS)
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._read, args=(n,), daemon=True) for n in range(READERS)]
        self.threads += [threading.Thread(target=self._write, daemon=True)] if writes else []

    def settled(self, path):
        end = time.monotonic() + 30
        while True:
            try:
                answer, body = ask(self.service.port, "GET", path)
                if answer.status == 200:
                    return body
            except OSError:
                pass
            assert time.monotonic() < end, f"{path} gives no 200"
            time.sleep(0.05)

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _note(self, what, path, began, why=None, said=""):
        now = time.monotonic()
        with self.lock:
            self.seen.append(Seen(now, what, now - began, path, said))
            if why:
                self.wrong.append(why)

    def _judge(self, path, answer, body, good):
        """ok, stale, busy (503 with Retry-After) or why it is wrong."""
        if answer.status == 503:
            busy = answer.getheader("Retry-After") and json.loads(body)["status"] == 503
            return "busy" if busy else f"{path}: 503 without Retry-After"
        if answer.getheader("Warning") is not None:
            body = self._unmarked(answer, body)
            return "stale" if self.stale and good(answer.status, body) else f"{path}: stale {body[:300]!r}"
        return "ok" if good(answer.status, body) else f"{path}: {answer.status} {body[:300]!r}"

    @staticmethod
    def _unmarked(answer, body):
        """What it was before, if it has all the marks of a stale one."""
        marked = answer.getheader("Warning").startswith("110 ") and answer.getheader("Age", "").isdigit() and not answer.getheader("ETag")
        return body.replace(b'"stale":true}', b'"stale":false}') if marked and body.endswith(b'"stale":true}') else b""

    def _exchange(self, connection, method, path, body, good):
        """Sends one request on the kept connection, notes what came; the connection to go on with, and whether it was accepted."""
        began = time.monotonic()
        try:
            connection = connection or http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=ANSWER_S)
            answer, text = ask(0, method, path, body, connection)
            found = self._judge(path, answer, text, good)
            right = found in ("ok", "stale", "busy")
            self._note(found if right else "wrong", path, began, None if right else found, json.loads(text)["detail"] if found == "busy" else "")
            return connection, found == "ok"
        except TimeoutError:
            self._note("hung", path, began, f"{path}: no answer within {ANSWER_S} s")
        except (OSError, http.client.HTTPException) as e:
            self._note("lost", path, began, None, type(e).__name__)
        connection.close()
        return None, False

    def _read(self, n):
        connection, at = None, n
        while not self.over.wait(PAUSE_S):
            at += 1
            path = READS[at % len(READS)]
            connection, _ = self._exchange(connection, "GET", path, None, lambda status, body, path=path: status == 200 and body == self.expected[path])

    def _write(self):
        connection = None
        while not self.over.wait(WRITE_PAUSE_S):
            self.number += 1
            name = f"chaos.{self.run}.{self.number}"
            connection, accepted = self._exchange(connection, "PUT", f"/creators/tiktok/{name}", json.dumps({"followers": 5000 + self.number}),
                                                  lambda status, body: status == 201)
            if accepted:
                self.accepted.append(name)

    def count(self, what, since=0.0):
        with self.lock:
            return sum(1 for s in self.seen if s.what == what and s.at >= since)

    def last_bad(self):
        """The last answer that was none of those wanted, None if there was none."""
        with self.lock:
            return max((s for s in self.seen if s.what != "ok"), key=lambda s: s.at, default=None)
