"""Plans of the statements in sql/queries on a store that has grown: nothing that grows is read from end to end, and lists are
read from their index alone.

The store is the sandbox world; a copy of it gets the statistics of one that is GROWN times as large, so that PostgreSQL plans as
it would there. Requests use generic plans (plan_cache_mode of their connections), which do not depend on the values. A file with
marks (/*filters*/ and others) is no statement yet: what the service makes of it is recorded while it answers REQUESTS."""
import re
import sys
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/bench"))
from recorder import Recorder  # noqa: E402
from test_schema import put_row  # noqa: E402

GROWN = 500  # times the creators of the sandbox world: 1,000,000
QUERIES = {path.stem: path.read_text() for path in sorted((ROOT / "sql/queries").glob("*.sql"))}
MARKED = {name for name, sql in QUERIES.items() if re.search(r"/\*[a-z]+\*/", sql)}
NO_QUERY = {"score_temp", "app_role"}  # several statements: settings and tables of a connection; a block

# Who may read a growing table from end to end, and why.
WHOLE = {
    ("effect_count", "account"): "the whole store is scored in memory",
    ("gauges", "account"): "counts below 100,000 accounts alone; beyond, what the statistics say",
    ("gauges", "account_dirty"): "counts a queue, which is short when it is not the matter",
    ("ready", "account_dirty"): "stops at the first row",
    ("sandbox_purge", "creator"): "removes a world, 10,000 at a time",
    ("score_waiting", "account_dirty"): "counts a queue before a command works it off",
    ("secret_adopt", "account"): "a command, once in a store's life: all samples of audiences go",
    ("secret_adopt", "audience_sketch"): "those samples",
    ("taxonomy_mark_all", "account"): "marks every account",
    ("taxonomy_retry", "account_dirty"): "goes through a queue after the taxonomy changed",
}
QUEUES = {"account_dirty_failed", "collaboration_own_list"}  # indexes of a few rows of a large table, where the sandbox has none

REQUESTS = (
    "/match?niche=fitness", "/match?niche=fitness&platform=tiktok&country=US&min_followers=5000&max_followers=60000",
    "/match?niche=fitness&country=US&min_engagement_rate=0.02", "/match?niche=fitness&weights=engagement:2",
    "/match?niche=vegan,gaming", "/match?niche=vegan,gaming&niche_mode=any", "/match?niche=vegan,gaming&include=related",
    "/match?niche=vegan,gaming&niche_mode=any&include=related", "/match?niche=vegan,gaming&min_confidence=0.5",
    "/match?niche=fitness&sort_by=followers", "/match?niche=fitness&facets=tier,country,platform,language,price_band&count=exact",
    "/match?niche=fitness&min_posts_per_week=30&min_engagement_rate=90pct", "/match?niche=fitness&why_not=1",
    "/plan?niche=fitness&budget_usd=2000&country=US", "/creators/{sketched}/similar?country=US", "/prices", "/collaborations", "/conversions",
)
# lists and what else reads candidates of a niche by the thousand: from the index alone, with whatever filters and weights.
# (file, table, index)
INDEX_ALONE = (
    ("match", "niche_match", "niche_match_rank"), ("match_related", "niche_match", "niche_match_rank"),
    ("match_scan", "niche_match", "niche_match_rank"), ("match_any", "niche_match", "niche_match_rank"),
    ("match_any_related", "niche_match", "niche_match_rank"),
    ("match_sorted", "niche_match", "niche_match_rank"), ("similar_near", "lookalike_key", "lookalike_key_near"),
)


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def growing(db):
    """Tables with a row for each creator or for what a creator has."""
    return [name for name, in db.execute(
        "select c.relname from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and exists ("
        "select from pg_attribute a where a.attrelid = c.oid and a.attname = 'creator_id' and not a.attisdropped) order by 1")]


def grow(db):
    """Gives the growing tables the statistics of a store that is GROWN times as large. PostgreSQL looks up how many pages a file
    has by itself, so that rows are told by how many there are on a page; an empty table needs a row."""
    tables = growing(db)
    db.execute("insert into workspace (workspace_id, name) values (7, 'somebody')")  # whose rows put_row() makes
    for table in tables:
        if not db.execute(f"select exists (select from {table})").fetchone()[0]:
            put_row(db, table, 1)
            db.execute(f"analyze {table}")
    db.execute("update pg_statistic s set stadistinct = -least(1, s.stadistinct / c.reltuples)"
               " from pg_class c join pg_attribute a on a.attrelid = c.oid"
               " where c.oid = s.starelid and a.attnum = s.staattnum and s.stadistinct > 0 and c.reltuples > 0"
               " and a.attname in ('creator_id', 'account_id', 'post_key') and c.relname = any(%s)", [tables])
    db.execute("update pg_class c set reltuples = greatest(c.reltuples * %s, 1000000), relpages = greatest(c.relpages, 1)"
               " where c.relname = any(%s) or c.oid in (select indexrelid from pg_index where indrelid = any(%s::regclass[]))",
               [GROWN, tables, tables])
    return set(tables)


def record(db, niched, folder):
    """(file, statement) of what was made of marked files, the statements whose answers come binary, and what makes the tables of a
    merge and of the scorer."""
    sketched, = db.execute("select min(creator_id) from audience_sketch").fetchone()
    with Recorder(niched.url) as recorder:
        recorded = type(niched)(recorder.url)
        with recorded.serve(NICHED_WORKER=0) as service:
            for path in REQUESTS:
                assert service.status(path.format(sketched=sketched)) == 200, path
        (folder / "one.csv").write_text("username,followers\nsomebody_new,2000\n")
        recorded.run("import", "--platform", "tiktok", str(folder / "one.csv"))
        texts = {s.sql for s in recorder.statements}
        staging = [table for sql in recorder.simple for table in re.findall(r"create temp table if not exists import_\w+ [^;]*", sql)]
    binary = sorted({s.sql for s in recorder.statements if s.binary})
    made = {name: sorted(t for t in texts if t.startswith(QUERIES[name].split("/*")[0])) for name in MARKED}
    tables = re.findall(r"create temp table.*?\)(?= on commit)|alter table [^;]*", QUERIES["score_temp"], re.S)
    return made, binary, "; ".join(staging + tables)


class Planner:
    def __init__(self, db, niched, folder):
        self.made, self.binary, temporary = record(db, niched, folder)
        self.db, self.grown = db, grow(db)
        db.execute(temporary)

    def statements(self, name):
        return self.made[name] if name in MARKED else [QUERIES[name]]

    def plans(self, name):
        """All nodes of the plans of a file's statements."""
        for sql in self.statements(name):
            self.db.execute(f"prepare planned as {sql}".encode())
            try:
                types, = self.db.execute("select parameter_types::text[] from pg_prepared_statements where name = 'planned'").fetchone()
                values = f"({', '.join(['null'] * len(types))})" if types else ""
                for plan in self.db.execute(f"explain (format json) execute planned{values}").fetchone()[0]:
                    yield from nodes(plan["Plan"])
            finally:
                self.db.execute("deallocate planned")


@pytest.fixture(scope="module")
def planner(databases, sandbox_template, program, tmp_path_factory):
    with databases.one(sandbox_template) as url, psycopg.connect(url, autocommit=True) as db:
        made = Planner(db, program(url), tmp_path_factory.mktemp("plans"))
        db.execute("set plan_cache_mode = force_generic_plan; set jit = off")
        yield made


def reads_whole(node):
    if node["Node Type"] == "Seq Scan":
        return True
    scans = node["Node Type"] in ("Index Scan", "Index Only Scan", "Bitmap Index Scan")
    return scans and "Index Cond" not in node and node["Index Name"] not in QUEUES


@pytest.mark.parametrize("name", sorted(QUERIES.keys() - NO_QUERY))
def test_nothing_that_grows_is_read_from_end_to_end(planner, name):
    assert planner.statements(name), f"no request of REQUESTS asks {name}.sql"
    own = name.startswith(("score_", "compound_", "effect_"))  # as score_temp.sql has it for the scorer's connection
    for kind in ("seqscan", "hashjoin", "mergejoin"):
        planner.db.execute(f"set enable_{kind} = {'off' if own else 'on'}")
    whole = {node["Relation Name"] for node in planner.plans(name)
             if reads_whole(node) and node.get("Relation Name") in planner.grown}
    assert whole == {table for query, table in WHOLE if query == name}


@pytest.mark.parametrize("name, table, index", INDEX_ALONE)
def test_candidates_are_read_from_the_index_alone(planner, name, table, index):
    """The first scan of the table is of its index alone, and there is no other that is not by account."""
    scans = [node for node in planner.plans(name) if node.get("Relation Name") == table]
    assert any(node["Node Type"] == "Index Only Scan" and node["Index Name"] == index for node in scans)
    other = [node for node in scans if node["Node Type"] != "Index Only Scan"]
    assert all("creator_id" in node.get("Index Cond", "") for node in other), other


def test_what_a_filter_leaves_out_costs_no_look_at_the_map(planner):
    """Filters of one value are conditions of the index of lists, in its order."""
    conditions = [node.get("Index Cond", "") for node in planner.plans("match") if node["Node Type"] == "Index Only Scan"]
    assert any(all(f"({column} " in c for column in ("platform", "country", "followers")) for c in conditions), conditions
    assert any("(engagement_rate >=" in c for c in conditions), conditions
    assert not any(node["Node Type"] == "Sort" for node in planner.plans("match"))


def test_rows_knows_every_type_of_a_binary_answer(planner):
    """One that src/store/rows.c does not know ends the service at the first answer that has it."""
    known = {int(oid) for oid in re.findall(r"\bTYPE_\w+ = (\d+)", (ROOT / "src/store/rows.c").read_text())}
    lists = {oid for oid, in planner.db.execute(
        "select typarray::int8 from pg_type where oid = any(%s::oid[]) and typname <> 'bool'", [sorted(known)])}
    connection = planner.db.pgconn
    assert known and len(planner.binary) > 10
    for sql in planner.binary:
        connection.prepare(b"typed", sql.encode())
        row = connection.describe_prepared(b"typed")
        types = {row.fname(i).decode(): row.ftype(i) for i in range(row.nfields)}
        planner.db.execute("deallocate typed")
        assert types and not {name: oid for name, oid in types.items() if oid not in known | lists}, sql


def test_bounds_on_followers_leave_a_list_in_its_order(planner):
    """niche_match_size, which has them, would have every row of the niche read and sorted."""
    for name in ("match", "match_sorted", "plan"):
        assert not [node for node in planner.plans(name) if node.get("Index Name") == "niche_match_size"], name


def test_the_statistics_are_those_of_a_large_store(planner):
    """Else the tests above prove nothing: a small table is best read from end to end."""
    planner.db.execute("set enable_seqscan = on")
    rows, = planner.db.execute("explain (format json) select from creator").fetchone()[0]
    assert rows["Plan"]["Plan Rows"] > 900_000
    assert next(nodes(rows["Plan"]))["Node Type"] == "Seq Scan" and reads_whole(rows["Plan"])
