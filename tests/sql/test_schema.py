"""The schema keeps its own rules, the ranked list is read from its index alone, migrations refuse what they do not know."""
import concurrent.futures
import re
from pathlib import Path

import psycopg
import pytest

QUERIES = Path(__file__).parents[2] / "sql/queries"
DIRECTORY = {"account_key"}  # sharded by its own key: documented in its comment
ALSO_SMALL = set()  # tables with a creator_id that need not be routed by it: none


def tables_with_creator(db):
    return {name for name, in db.execute(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid where c.relkind = 'r'"
        " and c.relnamespace = 'public'::regnamespace and a.attname = 'creator_id' and not a.attisdropped")}


def test_everything_has_a_comment(db):
    bare = db.execute(
        "select c.relname, a.attname from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
        " and not a.attisdropped where c.relkind in ('r', 'p', 'v') and c.relnamespace = 'public'::regnamespace"
        " and (obj_description(c.oid, 'pg_class') is null or col_description(c.oid, a.attnum) is null)"
        " order by 1, 2").fetchall()
    assert bare == []
    functions = db.execute(
        "select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace and obj_description(p.oid, 'pg_proc') is null"
        " and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')").fetchall()
    assert functions == []


def test_growing_tables_are_routed_by_creator(db):
    first = dict(db.execute(
        "select c.relname, a.attname from pg_index i join pg_class c on c.oid = i.indrelid"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]"
        " where i.indisprimary and c.relnamespace = 'public'::regnamespace").fetchall())
    with_creator = tables_with_creator(db)
    assert len(with_creator) >= 15
    assert {name for name in with_creator if first.get(name) != "creator_id"} == DIRECTORY | ALSO_SMALL


def test_every_table_has_a_primary_key(db):
    assert db.execute(
        "select c.relname from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"
        " and not exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary)").fetchall() == []


def columns(db, table):
    return db.execute(
        "select a.attname, format_type(a.atttypid, null), a.attidentity <> '' from pg_attribute a where a.attrelid = %s::regclass"
        " and a.attnum > 0 and not a.attisdropped and (a.attnotnull and not a.atthasdef or a.attname = 'account_id')",
        [table]).fetchall()


SAMPLE = {"text": "'x'", "text[]": "'{}'", "date": "'2026-01-01'", "timestamp with time zone": "now()", "bytea": "'x'", "jsonb": "'{}'"}
CHECKED = {("collaboration", "brand_id"): "1", ("conversion_report", "workspace_id"): "7", ("audience_share", "dimension"): "'age'",
           ("price", "source"): "'quote'", ("account_key", "kind"): "'id'", ("account_key", "platform"): "1", ("account", "platform"): "1",
           ("account_score", "engagement_basis"): "'none'", ("account_score", "price_source"): "'prior'",
           ("niche_match", "kind"): "'direct'", ("audience_share", "share"): "0.5", ("audience_sketch", "theta"): "0.5",
           ("audience_sample", "flagged"): "0", ("creator_moved", "moved_to"): "2"}


def put_row(db, table, creator):
    """One row that satisfies the table's checks."""
    values = {}
    for name, kind, identity in columns(db, table):
        if identity and name != "account_id":
            continue
        values[name] = CHECKED.get((table, name)) or SAMPLE.get(kind) or ("'{}'" if kind.endswith("[]") else
                                                                          "false" if kind == "boolean" else "1")
        if name in ("creator_id", "account_id"):
            values[name] = str(creator)
        if table == "account_key" and name == "key":
            values[name] = f"'{creator}'"
    db.execute(f"insert into {table} ({', '.join(values)}) overriding system value values ({', '.join(values.values())})")


def test_forget_creators_covers_every_table(db):
    db.execute("insert into brand (brand_id, name, brand_key) values (1, 'b', 'b');"
               "insert into workspace (workspace_id, name) values (7, 'w');"
               "insert into creator (creator_id, world) values (1, 0), (2, 0)")
    tables = tables_with_creator(db)
    for table in sorted(tables - {"creator"}):
        put_row(db, table, 1)
        put_row(db, table, 2)
    db.execute("select forget_creators('{1}')")
    for table in tables:
        assert db.execute(f"select distinct creator_id from {table}").fetchall() == [(2,)], table


def statement():
    """match.sql without its own parameters' casts in the way: as the service prepares it for no filter but the defaults."""
    filters = " and m.followers >= $8::bigint and m.followers <= $9::bigint and exp(m.l_auth) >= $10::float8"
    return (QUERIES / "match.sql").read_text().replace("/*filters*/", filters)


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
def test_match_reads_its_index_alone(sandbox_db, mode):
    niche, = sandbox_db.execute("select niche_id from niche where slug = 'fitness'").fetchone()
    with sandbox_db.cursor() as cursor:
        cursor.execute(f"set plan_cache_mode = {mode}")
        cursor.execute(f"prepare match as {statement()}")
        plan = [line for line, in cursor.execute(
            f"explain (analyze, costs off, timing off, summary off) execute match (1, {niche}, 21, 10001, 0, 0, 1, 1000, 100000, 0.25)")]
        cursor.execute("deallocate match; reset plan_cache_mode")
    text = "\n".join(plan)
    at = next((i for i, line in enumerate(plan) if "Index Only Scan using niche_match_rank on niche_match m" in line), None)
    assert at is not None, text
    inner = "\n".join(plan[at:at + 5])
    assert re.search(r"rows=21\b", plan[at]) and "Heap Fetches: 0" in inner, text
    above = [line.strip(" ->").split(" (")[0] for line in plan[at - 4:at]]
    assert above[-2:] == ["Subquery Scan on r", "Filter:"] and "siblings" in plan[at - 1], text
    assert "Sort" not in text, text
    assert any("Index Scan using account_score_account" in line and "loops=21" in line for line in plan), text
    assert "niche_match m_1 (never executed)" in text, "no other account is looked for where there is none"
    assert not any("Seq Scan on" in line and ("account " in line or "niche_match" in line) for line in plan), text


def test_match_returns_the_order_of_the_index(sandbox_db):
    niche, = sandbox_db.execute("select niche_id from niche where slug = 'fitness'").fetchone()
    rows = sandbox_db.execute(re.sub(r"\$(\d+)", r"%(p\1)s", statement().replace("%s", "%%s")),
                              {"p1": 1, "p2": niche, "p3": 100, "p4": 10001, "p5": 0, "p6": 0, "p7": 1, "p8": 0, "p9": 10**9, "p10": 0}).fetchall()
    order = [(row[2], row[3], row[1]) for row in rows]
    assert len(order) == 100 and order == sorted(order, reverse=True)


def test_no_row_of_a_list_lacks_its_score(sandbox_db):
    """match.sql joins account_score: a listed account without one would make a page short."""
    assert sandbox_db.execute("select count(*) from niche_match m left join account_score s using (creator_id, account_id)"
                              " where s.account_id is null").fetchone() == (0,)
    assert sandbox_db.execute("select count(*) from niche_match m join account a using (creator_id, account_id)"
                              " where m.followers is distinct from a.followers or m.world <> a.world"
                              " or m.country is distinct from a.country or m.platform <> a.platform").fetchone() == (0,)
    assert sandbox_db.execute("select count(*) from niche_match where (kind = 'related') <> related").fetchone() == (0,)


def test_changed_migration_is_refused(niched, db):
    db.execute("update schema_migration set checksum = '0000000000000000' where version = 2")
    done = niched.run("migrate", check=False)
    assert done.returncode == 6 and "0002_evidence.sql" in done.stderr and "changed" in done.stderr


def test_newer_store_is_refused(niched, db):
    db.execute("insert into schema_migration (version, name, checksum) values (9999, '9999_future.sql', 'x')")
    done = niched.run("migrate", check=False)
    assert done.returncode == 6 and "9999" in done.stderr and "newer niched" in done.stderr


def test_failed_migration_leaves_nothing(empty_niched):
    with psycopg.connect(empty_niched.url, autocommit=True) as db:
        db.execute("create table follower_snapshot (x int)")  # in the way of 0002
        done = empty_niched.run("migrate", check=False)
        assert done.returncode == 6 and "follower_snapshot" in done.stderr
        assert db.execute("select max(version) from schema_migration").fetchone() == (1,)
        assert db.execute("select to_regclass('creator')").fetchone() == (None,)
        db.execute("drop table follower_snapshot")
        empty_niched.run("migrate")


def test_two_migrations_at_once(empty_niched):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        said = [done.stdout for done in pool.map(lambda _: empty_niched.run("migrate"), range(4))]
    assert sum("0001_reference.sql" in text for text in said) == 1
    assert all("schema version" in text for text in said)
