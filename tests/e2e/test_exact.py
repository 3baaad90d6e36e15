"""GET /match is exact: under any weights, goal, caution, audience target and filters it gives the list that brute force
finds, page by page, also when rows change between pages and during a scan; and so are the numbers of its explanation."""
import collections
import http.client
import json
import math
import random
from urllib.parse import urlencode

import httpx
import psycopg
import pytest
from exact_cases import EVERYBODY, comparable
from exact_filters import NOW, PREDICATES, SORTS
from exact_world import (COMPONENTS, DEFAULTS, SIZES, TIGHT, Case, TooClose, any_row, any_world, bump, diversified, logs_of, passing, put, ranked,
                         rescored, round_half_up, value, write)
from patience import NEVER_S
from rounds import LONG, seeds

WORLDS, CASES = 3, 340  # cases of each world
CHECKED = 50  # one answer in so many is held against openapi.yaml


class Asker:
    """One kept connection. Reads what a comparison needs."""

    def __init__(self, service, contract):
        self.connection, self.contract, self.asked = http.client.HTTPConnection(*service.address, timeout=NEVER_S), contract, 0

    def page(self, case, cursor=None):
        target = "/match?" + urlencode({**case.params(), **({"cursor": cursor} if cursor else {})})
        self.connection.request("GET", target)
        response = self.connection.getresponse()
        body = response.read()
        assert response.status == 200, (target, body)
        self.asked += 1
        if self.asked % CHECKED == 1:
            self.contract.check("GET", target, 200, httpx.Headers(response.getheaders()), body)
        page = json.loads(body)
        rows = [metric.split('"')[1] for metric in response.getheader("Server-Timing").split(",") if "rows;" in metric]
        page["rows_read"] = int(rows[0]) if rows else None
        page["keys"] = [(round(item["score"] * 10), round(item["confidence"] * 100), int(item["creator"]["username"][1:]))
                        for item in page["items"]]
        return page


class Exact:
    """A service on a database of its own, whose world is exchanged."""
    seed = None

    def __init__(self, service, connection, contract):
        self.service, self.db, self.ask = service, connection, Asker(service, contract)

    def load(self, seed, most=3000, versions="niche_version"):
        self.seed = seed
        self.rng = random.Random(seed)
        self.world = any_world(self.rng, most)
        self.ids = write(self.db, self.world, versions)
        self.rows = {slug: self.world.niche(slug) for slug in SIZES}
        self.related = {slug: self.world.niche(slug, related=True) for slug in SIZES}
        return self


@pytest.fixture(scope="module")
def exact(databases, migrated_template, program, contract):
    with databases.one(migrated_template) as url, psycopg.connect(url, autocommit=True) as connection:
        with program(url).serve(NICHED_WORKER=0, NICHED_NOW=NOW, NICHED_CACHE_MB=0) as service:
            yield Exact(service, connection, contract)


@pytest.fixture
def big(exact):
    return exact if exact.seed == WORLDS - 1 else exact.load(WORLDS - 1)


def keys(found):
    return [((score + 5) // 10, round_half_up(conf / 100), account) for score, conf, account, _ in found]


# ---- comparisons

def check_explanation(case, item, score, row):
    logs, weights = logs_of(case, row), case.used_weights
    lost_in_all = 1000 - (score + 5) // 10
    parts = item["explanation"]["components"]
    assert list(parts) == list(COMPONENTS) + ["audience_fit"] * bool(case.target)
    whole = sum(w * x for w, x in zip(weights, logs) if w > 0)
    for part, w, x in zip(parts.values(), weights, logs):
        lost = lost_in_all * (w * x / whole if whole < 0 and w > 0 else 0)
        assert abs(part["weight"] - w) <= 0.50001e-4 and abs(part["value"] - math.exp(x)) <= 0.50001e-3
        assert 0 <= part["points_lost"] and abs(10 * part["points_lost"] - lost) < 1 + 1e-9, (part, lost)
        assert case.explain != "full" or abs(part["log_contribution"] - w * x) <= 0.5001e-9
    assert sum(round(10 * part["points_lost"]) for part in parts.values()) == lost_in_all == 1000 - round(10 * item["score"])
    if case.explain == "full":
        assert abs(item["explanation"]["ln_score"] - math.log(value(logs, weights))) <= 0.5001e-9
    spread, centre = math.exp(1.2816 * row.sd), row.score / 100  # those of the default ranking
    low, high = item["explanation"]["interval80"]
    assert abs(low - centre / spread) <= 0.0501 and abs(high - min(100, centre * spread)) <= 0.0501


def check_items(case, page, found):
    assert page["keys"] == keys(found), case
    for item, (score, _, _, row) in zip(page["items"], found):
        a = row.account
        assert (item["creator"]["id"], item["followers"], item["creator"]["country"]) == (str(a.creator), a.followers, a.country)
        assert ("explanation" in item) == (case.explain != "false")
        if case.explain != "false":
            check_explanation(case, item, score, row)


def check_rows_read(case, rows_read, passed):
    """An own ranking says how many rows it read."""
    assert (rows_read is not None) == (case.own or case.diversify is not None), case
    if rows_read is not None:
        assert rows_read <= passed, (case, rows_read, passed)


def check_walk(exact, case, found, most_pages):
    """Page by page to the end, or for so many pages. How many there were."""
    full = {row.account.creator for row in passing(case, exact.rows[case.niche])}
    related = len({row.account.creator for row in passing(case, exact.related[case.niche])} - full)
    at, cursor = 0, None
    for pages in range(1, most_pages + 1):
        page = exact.ask.page(case, cursor)
        check_items(case, page, found[at:at + case.limit])
        check_rows_read(case, page["rows_read"], len(found))
        at, cursor = at + case.limit, page["next_cursor"]
        assert page["has_more"] == (cursor is not None) == (at < len(found)), case
        assert page["related_available"] == related, case
        if not cursor:
            break
    return pages


def check_case(exact, case, found):
    if case.diversify is None:
        return check_walk(exact, case, found, 5 if len(found) <= 5 * case.limit else 2)
    page = exact.ask.page(case)
    check_items(case, page, diversified(case, found, exact.ids))
    assert not page["has_more"] and page["next_cursor"] is None
    check_rows_read(case, page["rows_read"], len(found))
    return 1


@pytest.mark.parametrize("seed", seeds(WORLDS))
def test_every_list_is_the_one_of_brute_force(exact, seed):
    exact.load(seed)
    seen, asked, kept = collections.Counter(), collections.Counter(), collections.Counter()
    for _ in range(CASES):
        case, found = comparable(exact.rng, exact.rows, accounts=exact.world.accounts, resorted=0.25)
        pages = check_case(exact, case, found)
        seen.update({"cases": 1, "pages": pages, "weights": bool(case.weights), "goal": bool(case.goal), "target": bool(case.target),
                     "caution": case.z != 0.5, "some count nothing": case.own and case.counts_nothing, "filters": bool(case.filters),
                     "ties": len({f[:1] for f in found}) < len(found), "full ties": len({f[:2] for f in found}) < len(found),
                     "sorted": case.sorted, "paged": pages > 1, "diversify": case.diversify is not None, "empty": not found, case.niche: 1})
        names = [name for name, _ in case.filters] + [f"by {case.sort_by}", case.sort_order] * case.sorted
        asked.update(names)
        kept.update(names if found else ())
    print(dict(seen), dict(asked), dict(kept))
    assert len(seen) == 14 + len(SIZES) and min(seen.values()) >= 4, seen
    every = {*PREDICATES, "tier", "growth_days", *(f"by {name}" for name in SORTS)}
    assert all(asked[name] >= 4 for name in every) and all(kept[name] for name in every), (asked, kept)


def test_a_large_niche_is_walked_to_its_end(big):
    target = (("US", "0.6"), ("GB", "0.4"))
    for how in ({"weights": (("engagement", "3"), ("loyalty", "0"))}, {"goal": "partnership", "target": target}, {}):
        case = Case("music", limit=100, filters=EVERYBODY, **how)
        found = ranked(case, big.rows["music"])
        assert check_walk(big, case, found, 1000) == -(-len(found) // 100) >= 26


@pytest.mark.parametrize("how", [
    {"weights": (("engagement", "2"),)}, {"weights": (("engagement", "2"), ("loyalty", "0.5"))}, {"goal": "awareness"}, {"goal": "engagement"},
    {"goal": "conversions"}, {"goal": "partnership"}, {"goal": "launch"}, {"weights": (("loyalty", "0"),)}, {"caution": "high"},
    {"caution": "low"}, {"target": (("US", "0.6"), ("GB", "0.4"))}, {"diversify": "0.8"}], ids=str)
def test_rows_read(big, how):
    """Rankings of one's own stop early, also where a component counts for nothing."""
    everybody = len({row.account.creator for row in big.rows["music"]})
    for limit in (20, 100):
        case = Case("music", limit=limit, filters=EVERYBODY, **how)
        page = big.ask.page(case)
        print(f"{how} limit {limit}: {page['rows_read']} of {everybody} rows")
        assert limit <= page["rows_read"] <= everybody
        assert page["rows_read"] < everybody or limit == 100


@pytest.mark.parametrize("weights", ["relevance:0.1", "loyalty:0"])
def test_floors_shorten_a_scan(big, weights):
    """The least that a niche's rows have of each component says sooner that no row can be ahead; the list is the same."""
    case = Case(TIGHT, weights=tuple(tuple(part.split(":")) for part in weights.split(",")), limit=20)
    bounded, = big.db.execute("select bounded = version from niche_version where niche_id = %s", [big.ids[TIGHT]]).fetchone()
    known = big.ask.page(case)
    big.db.execute("update niche_version set bounded = -1 where niche_id = %s", [big.ids[TIGHT]])
    unknown = big.ask.page(case)
    big.db.execute("update niche_version set bounded = version where niche_id = %s", [big.ids[TIGHT]])
    print(f"{weights}: {known['rows_read']} rows read, {unknown['rows_read']} without floors")
    assert bounded and known["items"] == unknown["items"] and known["rows_read"] < unknown["rows_read"]


def test_more_caution_never_lifts_anybody(big):
    """The bound of the scan rests on it."""
    for a in big.world.accounts:
        assert a.engagement(0.0) >= a.engagement(0.5) >= a.engagement(1.28)


# ---- one weight

@pytest.mark.parametrize("name", COMPONENTS)
def test_one_weight_moves_its_own_contribution(big, name):
    """ln of every component stays; what counts more costs more, by as much as was asked for; the rest keeps its proportion."""
    def parts(case):
        return {item["creator"]["id"]: item["explanation"]["components"] for item in big.ask.page(case)["items"]}
    case = Case("cars", limit=100, filters=EVERYBODY, explain="full")
    before, after = parts(case), parts(Case("cars", limit=100, filters=EVERYBODY, explain="full", weights=((name, "3"),)))
    whole = 1 + 2 * DEFAULTS[COMPONENTS.index(name)]
    assert set(before) == set(after) and len(after) == SIZES["cars"]
    for creator, was in before.items():
        for component, part in after[creator].items():
            factor = (3 if component == name else 1) / whole
            assert part["log_contribution"] == pytest.approx(factor * was[component]["log_contribution"], abs=4e-9)
            assert part["value"] == was[component]["value"]


# ---- writes between pages

def change(exact, rng, niche, touchable):
    """Rescores, removes and adds rows of a niche."""
    rows, outside = exact.world.rows, [a for a in exact.world.spare if (a.account, niche) not in exact.world.rows]
    with exact.db.transaction(), exact.db.cursor() as c:
        for account in rng.sample(touchable, len(touchable) // 3):
            row = rows.pop((account, niche), None)
            if row is None:
                continue
            c.execute("delete from niche_match where creator_id = %s and account_id = %s and niche_id = %s",
                      (row.account.creator, account, exact.ids[niche]))
            if rng.random() < 0.8:
                rows[account, niche] = rescored(rng, row)
                put(c, rows[account, niche], exact.ids)
        for account in rng.sample(outside, min(len(outside), 2)):
            rows[account.account, niche] = any_row(rng, account, niche)
            put(c, rows[account.account, niche], exact.ids)
        bump(c, exact.ids[niche])


def place_of(found):
    return found[-1][:3]


def walk_through_changes(exact, niche, limit):
    """A walk with changes between any two pages: each page is the beginning of what lies behind the last one at that moment."""
    rng, first = exact.rng, {niche: exact.world.niche(niche)}
    case, found = comparable(rng, first, niche=niche, diverse=0)
    case = Case(**{**vars(case), "limit": limit, "explain": "false"})
    touchable = rng.sample([r.account.account for r in first[niche]], len(first[niche]) // 5)
    expected = [f[:3] for f in found if not {f[2], *f[3].account.siblings} & set(touchable)]
    seen, cursor, place, pages = [], None, (10_001,), 0
    while True:
        try:
            behind = [f for f in ranked(case, exact.world.niche(niche)) if f[:3] < place]
        except TooClose:
            return 0
        page = exact.ask.page(case, cursor)
        pages += 1
        assert page["keys"] == keys(behind[:limit]), case
        assert page["has_more"] == (len(behind) > limit)
        seen += [f[:3] for f in behind[:limit]]
        if not page["has_more"]:
            break
        cursor, place = page["next_cursor"], place_of(behind[:limit])
        change(exact, rng, niche, touchable)
    known = {f[2] for f in expected}
    assert [f for f in seen if f[2] in known] == expected, "rows that no write touched come exactly once, in their order"
    return pages


def test_walks_through_writes(exact):
    exact.load("writes")
    rounds = 2 if LONG else 1
    walks = [("cars", 3)] * 4 * rounds + [("comedy", 50)] * 5 * rounds + [("music", 100)]
    pages = [walk_through_changes(exact, niche, limit) for niche, limit in walks]
    print(f"{len(pages)} walks, {sum(pages)} pages")
    assert sum(pages) > 40 * rounds


# ---- writes during a scan

MEDDLE = r"""
alter table niche_version rename to niche_version_kept;
create table meddling (step int primary key, statements text not null);
create function meddle(v bigint) returns bigint language plpgsql volatile security definer as $$
declare
  todo text;
begin
  if current_query() not like '%match\_scan\_ask%' then
    return v;
  end if;
  delete from meddling where step = (select min(step) from meddling) returning statements into todo;
  if todo is not null then
    execute todo;
  end if;
  return v;
end $$;
create view niche_version as select world, niche_id, meddle(version) as version, floors, bounded from niche_version_kept;
grant select on niche_version to public;
"""
UNMEDDLE = """
drop view niche_version;
drop function meddle;
drop table meddling;
alter table niche_version_kept rename to niche_version;
"""
BUMP = "update niche_version_kept set version = version + 1 where niche_id = {id};"
MOVE = ("update niche_match set score = 9999, conf = 10000, l_rel = -0.0001, l_eng = -0.0001, l_auth = -0.0001, l_aff = -0.0001,"
        " l_loy = -0.0001, l_fresh = -0.0001 where niche_id = {id} and account_id = any('{{{accounts}}}');")
DELETE = "delete from niche_match where niche_id = {id} and account_id = any('{{{accounts}}}');"


@pytest.fixture(scope="module")
def meddled(exact):
    """Whenever a scan reads the version of its niche (others read versions too), the next of the statements in `meddling` is
    done: the statement that reads does not see it, the next one does."""
    exact.db.execute(MEDDLE)
    yield exact
    exact.db.execute(UNMEDDLE)


def meddle(exact, niche, steps, accounts=()):
    for i, text in enumerate(steps):
        text = text.format(id=exact.ids[niche], accounts=",".join(map(str, accounts)))
        exact.db.execute("insert into meddling values (%s, %s)", (i, text))


def top(exact, niche, accounts):
    """What MOVE does, here."""
    for account in accounts:
        row = exact.world.rows[account, niche]
        row.logs, row.score, row.conf = (-0.0001,) * 6, 9999, 10_000


def in_stored_order(exact, niche):
    return [key[2] for key in sorted(((r.score, r.conf, r.account.account) for r in exact.world.niche(niche)), reverse=True)]


@pytest.fixture
def comedy(meddled):
    meddled.db.execute("truncate meddling")
    return meddled.load("meddled", 600, "niche_version_kept")


def left_over(exact):
    """Steps that were not taken."""
    return exact.db.execute("select count(*) from meddling").fetchone()[0]


@pytest.mark.parametrize("moved", [slice(128, None), slice(200, 300), slice(0, 20)], ids=str)
def test_a_scan_begins_again_when_the_niche_changes(comedy, moved):
    """Rows behind the first chunk move in front of it; without a new beginning they would be missing."""
    case = Case("comedy", limit=100, filters=EVERYBODY, weights=(("relevance", "0"),))  # reads all
    accounts = in_stored_order(comedy, "comedy")[moved]
    meddle(comedy, "comedy", [MOVE + BUMP], accounts)
    page = comedy.ask.page(case)
    top(comedy, "comedy", accounts)
    assert page["keys"] == keys(ranked(case, comedy.world.niche("comedy"))[:100])


def test_a_list_goes_on_when_a_row_vanishes_before_it_is_shown(comedy):
    """Between choosing and showing creators are erased: the page is shorter, not the list."""
    case = Case("comedy", limit=10, filters=EVERYBODY, weights=(("relevance", "0"),))  # reads all
    found = ranked(case, comedy.world.niche("comedy"))
    gone = [f[2] for f in found[:10] if len(f[3].account.siblings) == 1][::3][:2]
    meddle(comedy, "comedy", ["select 1;"] * (1 if len(found) < 128 + 256 else 2) + [DELETE + BUMP], gone)
    rest = [f for f in found if f[2] not in gone]
    page = comedy.ask.page(case)
    assert left_over(comedy) == 0, "the scan had other chunks than this test thinks"
    assert page["has_more"] and page["keys"] == keys(rest[:len(page["keys"])]) and 8 <= len(page["keys"]) <= 10
    assert comedy.ask.page(case, page["next_cursor"])["keys"] == keys(rest[len(page["keys"]):][:10])


def test_a_niche_that_never_rests_is_listed_all_the_same(comedy):
    """After some new beginnings one statement reads it all."""
    case = Case("comedy", limit=100, filters=EVERYBODY, weights=(("relevance", "0"),))
    meddle(comedy, "comedy", [BUMP] * 20)
    assert comedy.ask.page(case)["keys"] == keys(ranked(case, comedy.world.niche("comedy"))[:100])
    assert 0 < left_over(comedy) < 18, "it did begin again, and not for ever"
