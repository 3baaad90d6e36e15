"""Cursors over a niche of many thousand creators while a scorer keeps writing: whoever did not change is met exactly once."""
import json
import threading
import urllib.parse
import urllib.request

import psycopg
from patience import NEVER_S
from rounds import LONG

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
CREATORS, FIRST, NICHE = 50_000 if LONG else 15_000, 10_000_000, "test-empty"
# a few scores shared by many: ties are decided by confidence and account
ROW = {"niche_id": "%(niche)s", "followers": "5000", "l_auth": "0", "score": "10000 - (g * 7919 %% 400)",
       "conf": "(g * 104729 %% 50)"}
RESCORE = "update niche_match set score = (score + 137 * %(i)s) %% 10000 where niche_id = %(niche)s and account_id %% 10 = %(i)s %% 3"


def clone(db, table, where, at, **values):
    """CREATORS copies of the first row that fits, with these columns as the expressions say; g is the copy's number."""
    columns = [row[0] for row in db.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
        (table,))]
    values = {"creator_id": "g", "account_id": "g", **values}
    wanted = ", ".join(values.get(column, f"t.{column}") for column in columns)
    db.execute(f"insert into {table} ({', '.join(columns)}) overriding system value select {wanted}"
               f" from (select * from {table} where {where} limit 1) t, generate_series(%(first)s::bigint, %(last)s) g", at)


def fill(db, niche_id):
    creator = db.execute("select creator_id from niche_match where not related order by 1 limit 1").fetchone()[0]
    at = {"creator": creator, "niche": niche_id, "first": FIRST, "last": FIRST + CREATORS - 1}
    with db.transaction():
        clone(db, "creator", "creator_id = %(creator)s", at)
        clone(db, "account", "creator_id = %(creator)s", at, username="'page' || g", platform_account_id="null")
        clone(db, "account_score", "creator_id = %(creator)s", at)
        clone(db, "niche_match", "creator_id = %(creator)s and not related", at, **ROW)
    db.execute("vacuum analyze niche_match")


def rescore(url, niche_id, stop, done):
    """What the scorer does, twenty times a second: three of ten rows get other scores, the version rises."""
    with psycopg.connect(url) as db:
        while not stop.wait(0.05):
            db.execute(RESCORE, {"niche": niche_id, "i": len(done)})
            db.execute("update niche_version set version = version + 1 where niche_id = %s", (niche_id,))
            db.commit()
            done.append(1)


def walk(service, pages=CREATORS):
    """Ids of the first pages, in order. Not by the client: it would validate 100,000 items."""
    met, cursor = [], None
    while True:
        query = urllib.parse.urlencode({"niche": NICHE, "world": "sandbox", "min_authenticity": 0, "limit": 100,
                                        **({"cursor": cursor} if cursor else {})})
        with OPENER.open(f"{service}/match?{query}", timeout=NEVER_S) as answer:
            page = json.load(answer)
        met += [int(item["creator"]["id"]) for item in page["items"]]
        cursor = page["next_cursor"]
        assert page["has_more"] == bool(cursor)
        pages -= 1
        if not cursor or not pages:
            return met


def test_all_pages_while_rows_are_rescored(sandbox_niched):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        niche_id = db.execute("select niche_id from niche where slug = %s", (NICHE,)).fetchone()[0]
        fill(db, niche_id)
    with sandbox_niched.serve(NICHED_WORKER=0) as service:
        best = sorted(range(FIRST, FIRST + CREATORS), key=lambda g: (g * 7919 % 400 - 10000, -(g * 104729 % 50), -g))
        assert walk(service, pages=20) == best[:2000]
        stop, done = threading.Event(), []
        thread = threading.Thread(target=rescore, args=(sandbox_niched.url, niche_id, stop, done))
        thread.start()
        try:
            met = walk(service)
        finally:
            stop.set()
            thread.join()
    still = [g for g in met if g % 10 > 2]
    assert len(done) > 3, "nothing was rescored meanwhile"
    assert len(still) == len(set(still)) and set(still) == {g for g in range(FIRST, FIRST + CREATORS) if g % 10 > 2}
