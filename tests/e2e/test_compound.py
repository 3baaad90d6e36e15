"""GET /match over several niches: any of them, all of them without a niche of their own, and those that match in part. Lists
are held against brute force over the stored rows."""
import collections
import itertools
import random
import time
from dataclasses import dataclass, replace

import psycopg
import pytest
from exact_cases import EVERYBODY, any_case
from exact_world import DEFAULTS, SIZES, Case, TooClose, logs_of, passing, persons, quantise, value
from patience import SLOW, wait_until
from rounds import seeds
from test_exact import exact, keys  # noqa: F401 (a fixture)

ALL = {"min_followers": 0, "max_followers": 1_000_000_000, "min_authenticity": 0}  # what leaves nobody out


def names(items):
    return [(item["creator"]["platform"], item["creator"]["username"]) for item in items]


# ---- any of several niches, and related ones: brute force

@dataclass(frozen=True)
class Several(Case):
    niches: tuple = ()
    related: bool = False

    def params(self):
        out = {**super().params(), "count": "exact", "niche": ",".join(self.niches) + (" -vegan" if self.excluded else "")}
        if len(self.niches) > 1:
            out["niche_mode"] = "any"
        return {**out, "include": "related"} if self.related else out


def best_rows(case, rows, ids):
    """Each creator once, by the best row of any account, as (score, conf, account, row)."""
    best = {}
    for row in passing(case, rows):
        score = quantise(value(logs_of(case, row), case.used_weights))
        key = (score, row.conf, -ids[row.niche])
        if key > best.get(row.account.account, ((-1,),))[0]:
            best[row.account.account] = (key, (score, row.conf, row.account.account, row))
    return persons(sorted((found for _, found in best.values()), key=lambda f: f[:3], reverse=True))


def listed(exact, case):
    """Full matches, then those who match in part and in no niche fully, and how many these are."""
    rows = [row for slug in case.niches for row in exact.rows[slug]]
    full = best_rows(case, rows, exact.ids)
    known = {row.account.creator for *_, row in full}
    part = [row for slug in case.niches for row in exact.related[slug] if row.account.creator not in known]
    related = best_rows(case, part, exact.ids)
    return full + related if case.related else full, min(100, len(related))


def any_several(rng):
    niches = tuple(rng.sample([slug for slug in SIZES if slug != "magic"], rng.choice((1, 2, 2, 3, 4))))
    related = rng.random() < 0.5
    case = any_case(rng, niche="cars", diverse=0)
    return Several(**{**vars(case), "niches": niches, "related": related, "explain": "false"})


def check_page(case, page, found):
    assert page["keys"] == keys(found), case
    for item, (_, _, _, row) in zip(page["items"], found):
        assert item["match"] == ("related" if row.related else "direct") and item["matched_niches"] == [row.niche], case


def walk(exact, case, found, in_part):
    at, cursor = 0, None
    for pages in itertools.count(1):
        page = exact.ask.page(case, cursor)
        check_page(case, page, found[at:at + case.limit])
        at, cursor = at + case.limit, page["next_cursor"]
        assert page["has_more"] == (cursor is not None) == (at < len(found)), case
        assert page["total"] == sum(not row.related for _, _, _, row in found), case
        assert page["related_available"] == in_part and page["query"]["niche"]["mode"] == ("any" if len(case.niches) > 1 else "all")
        if not cursor or pages == 6:
            return pages


@pytest.mark.parametrize("seed", seeds(2))
def test_any_of_several_is_what_brute_force_finds(exact, seed):  # noqa: F811
    exact.load(f"any {seed}", most=1000)
    seen = collections.Counter()
    while seen["cases"] < 120:
        case = any_several(exact.rng)
        try:
            found, in_part = listed(exact, case)
        except TooClose:
            continue
        pages = walk(exact, case, found, in_part)
        kinds = {row.related for _, _, _, row in found}
        seen.update({"cases": 1, "any": len(case.niches) > 1, "own": case.own, "related": case.related and True in kinds,
                     "both": len(kinds) == 2, "paged": pages > 1, "filters": bool(case.filters),
                     "several rows": len({f[3].niche for f in found}) > 1})
    print(dict(seen))
    assert len(seen) == 8 and min(seen.values()) >= 5, seen


def test_stored_order_is_read_page_by_page(exact):  # noqa: F811
    """The defaults need no more rows than the page has."""
    exact.load("any deep", most=1000)
    case = Several("cars", limit=100, filters=EVERYBODY, niches=("comedy", "music", "cars"), related=True)
    found, in_part = listed(exact, case)
    assert in_part > 0 and len(found) > 400
    at, cursor = 0, None
    while at < len(found):
        page = exact.ask.page(case, cursor)
        check_page(case, page, found[at:at + 100])
        at, cursor = at + 100, page["next_cursor"]
    assert cursor is None


# ---- the sandbox

def test_any_with_one_niche_is_all(client):
    one, same = client.match("vegan-fitness"), client.match("vegan-fitness", niche_mode="any")
    assert one == same and one["query"]["niche"]["mode"] == "all"
    assert all(item["matched_niches"] == ["vegan-fitness"] for item in one["items"])


def test_any_takes_the_niches_as_asked(client):
    """Parents stay themselves, and what one implies stays too."""
    for asked, resolved in (("vegan,fitness", ["fitness", "vegan"]), ("food,vegan", ["food", "vegan"]), ("vegan,vegan", ["vegan"])):
        niche = client.match(asked, niche_mode="any")["query"]["niche"]
        assert (sorted(niche["resolved"]), niche["asked"]) == (resolved, asked)


def test_any_lists_everybody_once(client):
    everyone = client.walk(niche="vegan,keto", niche_mode="any", limit=100, **ALL)
    parts = [client.walk(niche=niche, limit=100, **ALL) for niche in ("vegan", "keto")]
    assert set(names(everyone)) == set(names(parts[0])) | set(names(parts[1])) and len(set(names(everyone))) == len(everyone)
    best = {}
    for item in parts[0] + parts[1]:
        key = (item["score"], item["confidence"])
        best[item["creator"]["id"], item["creator"]["platform"]] = max(key, best.get((item["creator"]["id"], item["creator"]["platform"]), key))
    assert all(best[item["creator"]["id"], item["creator"]["platform"]] == (item["score"], item["confidence"]) for item in everyone)
    assert {tuple(item["matched_niches"]) for item in everyone} == {("vegan",), ("keto",)}


def test_related_come_last_and_are_marked(client):
    page = client.match("vegan-fitness", **ALL)
    full = client.walk(niche="vegan-fitness", limit=100, **ALL)
    both = client.walk(niche="vegan-fitness", limit=7, include="related", **ALL)
    assert [{**item, "rank": 0} for item in both[:len(full)]] == [{**item, "rank": 0} for item in full]
    rest = both[len(full):]
    assert len(rest) >= page["related_available"] > 0 and all(item["match"] == "related" for item in rest)
    scores = [item["score"] for item in rest]
    assert scores == sorted(scores, reverse=True) and len(set(names(both))) == len(both)
    assert page["query"]["include"] is None and client.match("vegan-fitness", include="related")["query"]["include"] == ["related"]


@pytest.mark.parametrize("params,code,param", [
    ({"niche_mode": "some"}, "PARAM_INVALID", "niche_mode"), ({"niche_mode": ""}, "PARAM_INVALID", "niche_mode"),
    ({"niche_mode": ["any", "all"]}, "PARAM_DUPLICATE", "niche_mode"), ({"include": "everything"}, "PARAM_INVALID", "include"),
    ({"include": "-related"}, "PARAM_INVALID", "include"),
    ({"include": "related", "diversify": "0.5"}, "PARAM_INVALID", "include")])
def test_refused(client, params, code, param):
    assert client.problem("/match", 400, code, niche="vegan,keto", **params)["param"] == param


def test_cursor_is_of_one_mode(client):
    cursor = client.match("vegan,keto", niche_mode="any", limit=1, **ALL)["next_cursor"]
    for other in ({"niche_mode": "all"}, {"niche_mode": "any", "include": "related"}):
        client.problem("/match", 400, "PARAM_CURSOR", niche="vegan,keto", cursor=cursor, limit=1, **ALL, **other)


# ---- compounds of which rows are kept

PAIRS = ("travel,fitness", "vegan,comedy", "fitness,travel,food")
WAYS = ({}, {"explain": "full"}, {"weights": "engagement:3,loyalty:0"}, {"goal": "launch"}, {"audience_target": "US:0.7,GB:0.3"},
        {"caution": "low"}, {"diversify": "0.5"}, {"min_confidence": "0.5"}, {"country": "US,GB"}, {"limit": 3}, {"limit": 3, "include": "related"},
        {"min_followers": 1000, "max_followers": 100000, "min_authenticity": 0.25}, {"platform": "-tiktok", "include": "related"},
        *({"min_confidence": sure, "count": "exact", "facets": "tier,country"} for sure in ("0.35", "0.6", "0.7", "0.99")))


def kept(db):
    return db.execute("select count(*) from niche_compound where state = 'kept'").fetchone()[0]


def bytes_of(client, niche, way):
    """Every page, byte for byte."""
    out, params = [], {"niche": niche, **{"limit": 100, **ALL, **way}}
    while True:
        answer = client.get("/match", params=params)
        assert answer.status_code == 200, answer.text
        out.append(answer.content)
        if not answer.json()["next_cursor"] or len(out) == 8:
            return out
        params["cursor"] = answer.json()["next_cursor"]


def test_kept_rows_give_the_bytes_of_the_fly(sandbox_niched, ask, tmp_path):
    """Also after all accounts are scored anew, and a cursor of the one goes on in the other."""
    secret = {"NICHED_SECRET_FILE": tmp_path / "secret"}
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        with sandbox_niched.serve(secret, NICHED_COMPOUNDS=0) as service:
            fly = {(niche, i): bytes_of(ask(service), niche, way) for niche in PAIRS for i, way in enumerate(WAYS)}
            cursors = {niche: ask(service).match(niche, limit=1, **ALL)["next_cursor"] for niche in PAIRS}
            assert sum(map(bool, cursors.values())) >= 2
        assert not db.execute("select count(*) from niche_compound").fetchone()[0], "0 keeps none"
        with sandbox_niched.serve(secret) as service:
            client = ask(service)
            for niche in PAIRS:
                client.match(niche)
            wait_until(lambda: kept(db) == len(PAIRS))
            ids = [row[0] for row in db.execute("select compound_id from niche_compound")]
            plan = [row[0] for row in db.execute("select count(*) from niche_match where niche_id = any(%s) group by niche_id", [ids])]
            assert len(plan) == len(PAIRS) and all(plan)
            time.sleep(0.5 * SLOW)  # loops take the new snapshot within a tenth of a second
            for (niche, i), was in fly.items():
                assert bytes_of(client, niche, WAYS[i]) == was, (niche, WAYS[i])
            for niche, cursor in cursors.items():
                rest = client.match(niche, limit=99, cursor=cursor, **ALL)["items"] if cursor else []
                assert names(rest) == names(client.match(niche, limit=100, **ALL)["items"])[1:]
            before = db.execute("select * from niche_match where niche_id = any(%s) order by niche_id, account_id", [ids]).fetchall()
            db.execute("insert into account_dirty (creator_id, account_id) select distinct creator_id, account_id from niche_match"
                       " where niche_id = any(%s) on conflict (creator_id, account_id) do update set tries = 0", [ids])
            wait_until(lambda: not db.execute("select count(*) from account_dirty").fetchone()[0])
            after = db.execute("select * from niche_match where niche_id = any(%s) order by niche_id, account_id", [ids]).fetchall()
            assert before == after and before, "the scorer makes the same rows of an account as were made of what is stored"


def test_confidence_of_a_compound_is_its_own(sandbox, ask):
    """Without kept rows list, count, facets, diagnosis and why_not all look at the same one."""
    with sandbox.serve(NICHED_COMPOUNDS=0) as service:
        client, kinds = ask(service), collections.Counter()
        for niche in PAIRS[:2]:
            whole = client.walk(niche=niche, limit=100, **ALL)
            sure = sorted({item["confidence"] for item in whole})
            for limit in [round(c + 0.005, 3) for c in sure[::max(1, len(sure) // 4)]]:  # between two that are shown
                asked = {"niche": niche, "min_confidence": limit, **ALL}
                listed = client.walk(**asked, limit=100)
                assert {i["creator"]["id"] for i in listed} == {i["creator"]["id"] for i in whole if i["confidence"] > limit}
                page = client.ok("/match", **asked, count="exact", facets="tier", limit=100)
                tier = page["facets"]["tier"]
                assert page["total"] == len(listed) == sum(v["count"] for v in tier["values"]) + tier["unknown"]
                if page["diagnosis"]:
                    assert page["diagnosis"]["results"] == len(listed) and page["diagnosis"]["candidates_in_niche"] == len(whole)
                    removed = {f["filter"]: f for f in page["diagnosis"]["filters"]}["min_confidence"]
                    assert (removed["removed_alone"], removed["removed_unknown"]) == (len(whole) - len(listed), 0)
                for at, item in list(enumerate(whole, 1))[::max(1, len(whole) // 5)]:
                    found, = client.ok("/match", **asked, why_not=f"{item['creator']['platform']}/{item['creator']['username']}"
                                       )["why_not"]["accounts"]
                    kinds[found["reason"]] += 1
                    if item["confidence"] > limit:
                        place = [i["creator"]["id"] for i in listed].index(item["creator"]["id"]) + 1
                        assert (found["reason"], found["rank"], found["failed"]) == ("ranked", place, [])
                    else:
                        failed, = found["failed"]
                        assert (found["reason"], failed["filter"], failed["unknown"]) == ("filtered", "min_confidence", False)
                        assert float(failed["value"]) == pytest.approx(item["confidence"], abs=0.0051)
        assert kinds["ranked"] >= 3 and kinds["filtered"] >= 3, kinds


def test_why_not_in_kept_rows(sandbox_niched, ask):
    """The rank is the one that brute force finds among the rows that are kept."""
    rng, seen = random.Random(6), collections.Counter()
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve() as service:
        client = ask(service)
        niche = PAIRS[0]
        client.match(niche)
        wait_until(lambda: kept(db) == 1)
        rows = db.execute(
            "select a.username, p.slug, m.account_id, m.score, m.conf, m.followers, m.country, m.l_rel, m.l_eng, m.l_auth, m.l_aff, m.l_loy, m.l_fresh"
            " from niche_match m join account a using (creator_id, account_id) join platform p on p.platform = a.platform"
            " where m.niche_id >= 1000000").fetchall()
        time.sleep(0.5 * SLOW)  # loops take the new snapshot within a tenth of a second
        assert len(rows) > 10
        for _ in range(60):
            low, sure, countries = rng.choice((0, 1000, 20_000)), rng.choice((0, *(row[4] / 10_000 for row in rows))), rng.choice((None, None, ("US", "GB")))
            pairs = rng.choice(((), (), (("engagement", "3"), ("loyalty", "0"))))
            params = {"niche": niche, **ALL, "min_followers": low, "min_confidence": sure, "limit": rng.choice((1, 5, 100)), "count": "exact",
                      **({"country": ",".join(countries)} if countries else {}), **({"weights": "engagement:3,loyalty:0"} if pairs else {})}
            weights = Case(niche, weights=pairs).used_weights
            fails = {row: [name for name, bad in (("country", countries and row[6] not in countries), ("min_followers", row[5] < low),
                                                  ("min_confidence", row[4] / 10_000 < sure)) if bad] for row in rows}
            full = sorted(((quantise(value(row[7:], weights)) if pairs else row[3], row[4], row[2]) for row in rows if not fails[row]), reverse=True)
            row = rng.choice(rows)
            page = client.ok("/match", **params, why_not=f"{row[1]}/{row[0]}")
            found, = page["why_not"]["accounts"]
            assert page["total"] == len(full) and sorted(f["filter"] for f in found["failed"]) == sorted(fails[row])
            places = [at for at, place in enumerate(full, 1) if place[2] == row[2]]
            assert (found["reason"], found["rank"]) == (("ranked", places[0]) if places else ("filtered", None)), params
            seen.update({found["reason"]: 1, "own": bool(pairs)})
    assert min(seen[what] for what in ("ranked", "filtered", "own")) >= 5, seen


def test_rows_of_a_compound_follow_their_accounts(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve() as service:
        client = ask(service)
        first = client.walk(niche="travel gaming", limit=100, **ALL)
        wait_until(lambda: kept(db) == 1)
        compound = db.execute("select compound_id from niche_compound").fetchone()[0]
        gone = first[0]["creator"]
        version = "select version from niche_version where niche_id = %s"
        was = db.execute(version, [compound]).fetchone()[0]
        db.execute("delete from post where creator_id = %s", [int(gone["id"])])
        db.execute("update account set bio = 'hello', name = 'hello', category = null, username = 'hello' || account_id where creator_id = %s",
                   [int(gone["id"])])
        db.execute("insert into account_dirty (creator_id, account_id) select creator_id, account_id from account where creator_id = %s",
                   [int(gone["id"])])
        wait_until(lambda: not db.execute("select count(*) from account_dirty").fetchone()[0])
        assert names(client.walk(niche="travel gaming", limit=100, **ALL)) == names(first[1:])
        assert db.execute(version, [compound]).fetchone()[0] > was


def test_the_least_recently_used_compound_goes(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db, sandbox_niched.serve(NICHED_COMPOUNDS=2) as service:
        client = ask(service)
        whole = {niche: bytes_of(client, niche, {}) for niche in PAIRS[:3]}
        wait_until(lambda: kept(db) >= 2 and not db.execute("select count(*) from niche_compound where state = 'asked'").fetchone()[0])
        assert kept(db) == 2
        ids = [row[0] for row in db.execute("select compound_id from niche_compound")]
        for table in ("niche_match", "niche_version"):
            assert db.execute(f"select count(distinct niche_id) from {table} where niche_id >= 1000000 and niche_id <> all(%s)",
                              [ids]).fetchone()[0] == 0, "its rows went with it"
        # the rows go under the feet of loops that still know them: they answer on the fly at once
        db.execute("delete from niche_match where niche_id >= 1000000")
        db.execute("delete from niche_version where niche_id >= 1000000")
        for niche, was in whole.items():
            assert bytes_of(client, niche, {}) == was


def test_a_store_without_writes_keeps_none(sandbox_niched, ask):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        name = db.info.dbname
        db.execute(f'alter database "{name}" set default_transaction_read_only = on')
        with sandbox_niched.serve() as service:
            assert ask(service).match("vegan,comedy", **ALL)["items"]
            time.sleep(1)
            assert ask(service).match("vegan,comedy", **ALL)["items"]
            assert "read-only" not in service.log
        assert not db.execute("select count(*) from niche_compound").fetchone()[0]
