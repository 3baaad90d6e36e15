"""niched sandbox: the made-up world, the same for everybody, gone without a trace."""
import filecmp
import re

import psycopg
import pytest

FILES = ["audience.csv", "collaborations.csv", "creators.csv", "engagers.csv", "posts.csv", "prices.csv", "snapshots.csv"]


def tables_with(db, column):
    return [name for name, in db.execute("select c.table_name from information_schema.columns c join information_schema.tables t"
                                         " using (table_schema, table_name) where c.table_schema = 'public' and column_name = %s"
                                         " and table_type = 'BASE TABLE' order by 1", [column])]


def rows(db):
    return {name: db.execute(f"select count(*) from {name}").fetchone()[0] for name in tables_with(db, "creator_id")}


def written(niched, folder, *args):
    folder.mkdir()
    niched.run("sandbox", *args, "--out", folder)
    return folder


def test_same_seed_same_files(tool, tmp_path):
    one = written(tool, tmp_path / "one", "--creators", 300, "--seed", 5)
    two = written(tool, tmp_path / "two", "--creators", 300, "--seed", 5)
    assert sorted(path.name for path in one.iterdir()) == FILES
    assert filecmp.cmpfiles(one, two, FILES, shallow=False) == (FILES, [], [])
    other = written(tool, tmp_path / "other", "--creators", 300, "--seed", 6)
    assert "creators.csv" in filecmp.cmpfiles(one, other, FILES, shallow=False)[1]


def test_a_larger_world_begins_with_the_smaller(tool, tmp_path):
    small = written(tool, tmp_path / "small", "--creators", 100)
    large = written(tool, tmp_path / "large", "--creators", 200)
    assert (large / "creators.csv").read_bytes().startswith((small / "creators.csv").read_bytes())


def test_addresses_lead_nowhere(tool, tmp_path):
    folder = written(tool, tmp_path / "x", "--creators", 500)
    for name in FILES:
        for host in re.findall(r"https?://([^/\s,\"]+)", (folder / name).read_text()):
            assert host.endswith(".invalid"), host


def test_fixtures_do_not_depend_on_the_options(niched, ask):
    niched.run("sandbox", "--creators", 0, "--seed", 99)
    niched.run("score")
    with niched.serve() as service:
        client = ask(service)
        items = client.walk(niche="test-many", limit=20)
        assert sorted(item["creator"]["username"] for item in items) == [f"test_many_{i:02}" for i in range(1, 61)]
        assert len(client.match("test-null", min_authenticity=0)["items"]) == 3
        assert client.match("test-empty")["items"] == []
        fixture = {item["creator"]["username"]: (item["followers"], item["engagement_rate"]) for item in items}
    assert fixture["test_many_01"][0] == 1100 and fixture["test_many_60"][0] < 100000
    assert len(set(fixture.values())) == 60


def test_fixtures_are_the_same_in_a_large_world(client, niched, ask):
    niched.run("sandbox", "--creators", 0)
    niched.run("score")
    with niched.serve() as service:
        alone = ask(service).walk(niche="test-many", limit=100)
    def known(items):
        return [(item["creator"]["username"], item["score"], item["engagement_rate"]) for item in items]
    assert known(alone) == known(client.walk(niche="test-many", limit=100))


def test_loading_twice_and_if_empty(niched, db):
    niched.run("sandbox", "--creators", 50)
    before = rows(db)
    assert before["creator"] == 113 and before["post"] > 480
    assert "already" in niched.run("sandbox", "--creators", 80, "--if-empty").stdout
    assert rows(db) == before
    niched.run("sandbox", "--creators", 50)
    assert rows(db) == before


def test_purge_leaves_nothing(sandbox_niched):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        before = rows(db)
        full = {name for name, count in before.items() if count}
        assert {"creator", "account", "account_key", "post", "follower_snapshot", "price", "collaboration", "account_score", "audience_sketch",
                "creator_niche", "niche_match"} <= full
        said = sandbox_niched.run("sandbox", "--purge").stdout
        assert said.strip() == f"{before['creator']} sandbox creators removed"
        assert not any(rows(db).values()), rows(db)
        assert sandbox_niched.run("sandbox", "--purge").stdout.startswith("0 ")


def test_purge_spares_the_living(niched, db):
    db.execute("insert into creator (creator_id, world, display_name) values (1000000, 0, 'Real')")
    niched.run("sandbox", "--creators", 0)
    niched.run("sandbox", "--purge")
    assert db.execute("select creator_id from creator").fetchall() == [(1000000,)]


def test_world_of_the_store_stays_sandbox(niched, db):
    niched.run("sandbox", "--creators", 0)
    assert db.execute("select value from state where key = 'default_world'").fetchone() == ("sandbox",)
    assert db.execute("select distinct world from creator").fetchall() == [(1,)]


@pytest.mark.parametrize("args", [["--creators", "-1"], ["--creators", "abc"], ["--creators", "10000001"], ["--creators", ""],
                                  ["--posts", "201"], ["--nope"], ["extra"], ["--seed", "x"]])
def test_wrong_usage(tool, args):
    done = tool.run("sandbox", *args, check=False)
    assert done.returncode == 2 and done.stderr and not done.stdout


def test_out_needs_a_folder(tool, tmp_path):
    done = tool.run("sandbox", "--creators", 1, "--out", tmp_path / "none", check=False)
    assert done.returncode == 1 and "none/creators.csv" in done.stderr
