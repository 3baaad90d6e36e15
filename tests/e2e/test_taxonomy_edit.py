"""Editing the taxonomy: what check and load say before anything is written, who is scored anew, and that the result is that of
scoring everybody."""
import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from patience import NEVER_S, wait_until

ROOT = Path(__file__).parents[2]
FILES = ROOT / "sql/taxonomy"
NICHE = ("select slug, niche_id from niche where status = 'active'")
DERIVED = {
    "creator_niche": "select * from creator_niche order by 1, 2, 3",
    "niche_match": "select * from niche_match order by 1, 2, 3",
    "account_score": "select creator_id, account_id, niche_ids, bio_weight, post_weights from account_score order by 1, 2",
    "lookalike_key": "select * from lookalike_key order by 1, 2, 3, 4",
}


@pytest.fixture(scope="module")
def small_template(databases, migrated_template, program):
    """Name of a database with a small scored world."""
    url = databases.make(migrated_template)
    program(url).run("sandbox", "--creators", 250, "--seed", 3)
    program(url).run("score")
    return databases.name(url)


@pytest.fixture
def small(databases, small_template, program):
    with databases.one(small_template) as url:
        yield program(url)


@pytest.fixture
def files(tmp_path):
    """The taxonomy's files, to be edited."""
    return Files(shutil.copytree(FILES, tmp_path / "taxonomy"))


class Files:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return str(self.path)

    __str__ = __fspath__

    def edit(self, name, change):
        lines = (self.path / f"{name}.tsv").read_text().splitlines()
        rows = change([line.split("\t") for line in lines[1:]])
        (self.path / f"{name}.tsv").write_text("\n".join([lines[0], *("\t".join(row) for row in rows)]) + "\n")

    def add_alias(self, alias, niche, weight="0.9", kind="word"):
        self.edit("aliases", lambda rows: [*rows, [alias, niche, "en", kind, weight]])

    def add_niche(self, slug, label, parents="", rate="0.005"):
        self.edit("niches", lambda rows: [*rows, [slug, label, parents, "", rate, "f"]])

    def drop_aliases(self, niche, keep=0):
        self.edit("aliases", lambda rows: [r for r in rows if r[1] != niche] + [r for r in rows if r[1] == niche][:keep])

    def niche(self, slug, column, value):
        self.edit("niches", lambda rows: [[*r[:column], value, *r[column + 1:]] if r[0] == slug else r for r in rows])


def derived(db):
    """The rows of each table as the store writes them."""
    return {name: db.execute(f"select string_agg(x::text, e'\\n') from ({query}) x").fetchone()[0].split("\n") for name, query in DERIVED.items()}


def dirty(db):
    return db.execute("select count(*) from account_dirty").fetchone()[0]


def counts(text):
    """What was said of accounts and of lists: ((anew, all), {slug: (before, gained, lost)})."""
    anew = re.search(r"^accounts: (\d+) of (\d+) will", text, re.M)
    lists = re.findall(r"^  sandbox (\S+): (\d+), \+(\d+) -(\d+)$", text, re.M)
    return (int(anew[1]), int(anew[2])), {slug: tuple(map(int, numbers)) for slug, *numbers in lists}


def members(db):
    return {slug: {account for account, in db.execute(
        "select account_id from niche_match where niche_id = %s and not related", (niche_id,))}
        for slug, niche_id in db.execute(NICHE).fetchall()}


def alias(files):
    files.add_alias("meal", "vegan")


def fewer_aliases(files):
    files.drop_aliases("fitness", keep=3)


def new_niche(files):
    files.add_niche("planted-days", "Planted days", "vegan,fitness")
    files.add_alias("strong on plants", "planted-days")


def gone(files):
    files.edit("niches", lambda rows: [[*r[:2], ",".join(p for p in r[2].split(",") if p != "yoga"), *r[3:]]
                                       for r in rows if r[0] != "yoga"])
    files.drop_aliases("yoga")


def other_parents(files):
    files.niche("yoga", 2, "travel")


def other_numbers(files):
    other_parents(files)
    weights(files)
    files.niche("vegan", 4, "0.2")
    files.niche("comedy", 4, "0.001")


def weights(files):
    files.edit("aliases", lambda rows: [[*r[:4], "0.3"] if r[1] in ("vegan", "cooking") else r for r in rows])


EDITS = [fewer_aliases, new_niche, gone, other_numbers]


def same_as_all(small, db):
    """Scores what is marked; then everybody, which must change nothing."""
    small.run("score")
    marked = derived(db)
    small.run("score", "--all")
    everybody = derived(db)
    for name in DERIVED:
        assert marked[name] == everybody[name], name
    return marked


@pytest.mark.parametrize("edit", EDITS, ids=lambda e: e.__name__)
def test_as_if_everybody_were_scored(small, files, edit):
    with psycopg.connect(small.url, autocommit=True) as db:
        db.execute("insert into niche_compound (world, parts) select 1, array_agg(niche_id order by niche_id)"
                   " from niche where slug in ('vegan', 'comedy')")
        small.run("score")
        before, had = derived(db), members(db)
        edit(files)
        said = small.run("taxonomy", "check", files).stdout
        assert derived(db) == before and dirty(db) == 0
        loaded = small.run("taxonomy", "load", "--yes", files).stdout
        assert loaded.startswith(said.split("\n", 1)[1])
        (anew, everybody), lists = counts(loaded)
        assert anew == dirty(db) < everybody and f"loaded, {anew} accounts" in loaded
        after = same_as_all(small, db)
        has = members(db)
        moved = {slug: (len(had.get(slug, ())), len(has.get(slug, set()) - had.get(slug, set())),
                        len(had.get(slug, set()) - has.get(slug, set()))) for slug in had.keys() | has.keys()}
        moved = {slug: numbers for slug, numbers in moved.items() if any(numbers[1:])}
        assert len(moved) == int(re.search(r"^lists: (\d+) gain or lose", loaded, re.M)[1])
        assert all(moved[slug] == numbers for slug, numbers in lists.items())
        changed = {account_of(row) for name in ("creator_niche", "niche_match") for row in set(before[name]) ^ set(after[name])}
        assert len(changed) <= anew and changed


def account_of(row):
    """(creator, account, ...)"""
    return int(row.split(",")[1])


def test_says_what_changes(small, files):
    new_niche(files)
    files.niche("yoga", 1, "Yoga and more")
    files.niche("travel", 4, "0.2")
    other_parents(files)
    files.edit("niches", lambda rows: [["plant-eating" if r[0] == "vegan" else r[0], r[1], r[2].replace("vegan", "plant-eating")
                                        if "vegan" in r[2].split(",") else r[2], *r[3:]] for r in rows])
    files.edit("aliases", lambda rows: [[r[0], "plant-eating" if r[1] == "vegan" else r[1], *r[2:]] for r in rows])
    files.add_alias("vegan", "plant-eating", "1")
    with psycopg.connect(small.url, autocommit=True) as db:
        vegan, = db.execute("select niche_id from niche where slug = 'vegan'").fetchone()
        said = small.run("taxonomy", "load", "--yes", files).stdout
        assert "niches: 1 added, 0 retired, 1 renamed, 1 with another label, 1 with other parents, 1 with another base rate\n" in said
        assert '  + planted-days "Planted days", parents fitness, plant-eating, base rate 0.005: aliases 1 added (strong on plants)\n' in said
        assert "  ~ plant-eating, was vegan, keeps its id: aliases 1 added (vegan)\n" in said
        assert '  ~ yoga, label "Yoga and more", was "Yoga", parents travel, were fitness\n' in said
        assert "  ~ travel, base rate 0.2, was" in said
        assert db.execute("select slug, status from niche where niche_id = %s", (vegan,)).fetchone() == ("plant-eating", "active")
        assert db.execute("select count(*) from niche where slug = 'vegan'").fetchone() == (0,)
        same_as_all(small, db)
        again = small.run("taxonomy", "load", files).stdout
        assert again.rstrip().endswith("there already") and dirty(db) == 0


def test_there_and_back(small, files):
    """A niche that goes and returns has its id and its rows again."""
    with psycopg.connect(small.url, autocommit=True) as db:
        before = derived(db)
        gone(files)
        said = small.run("taxonomy", "load", "--yes", files).stdout
        assert '  - yoga "Yoga", retired' in said
        small.run("score")
        assert derived(db) != before
        small.run("taxonomy", "load", "--yes")
        small.run("score")
        assert derived(db) == before


def test_only_the_order_of_lines(small, files):
    files.edit("aliases", lambda rows: rows[::-1])
    with psycopg.connect(small.url, autocommit=True) as db:
        assert small.run("taxonomy", "check", files).stdout.endswith("the database has the same\n")
        assert "loaded, 0 accounts" in small.run("taxonomy", "load", files).stdout
        assert dirty(db) == 0


def test_nobody_to_ask(small, files):
    alias(files)
    with psycopg.connect(small.url, autocommit=True) as db:
        version = db.execute("select value from state where key = 'taxonomy_version'").fetchone()
        done = small.run("taxonomy", "load", files, check=False)
        assert done.returncode == 2 and "--yes" in done.stderr and "1 added (meal)" in done.stdout
        assert db.execute("select value from state where key = 'taxonomy_version'").fetchone() == version
        assert dirty(db) == 0
    for args in (["load", files, "more"], ["check", "--yes", files], ["load", "--nope"]):
        assert small.run("taxonomy", *args, check=False).returncode == 2


@pytest.mark.parametrize("answer, status", [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_asks_on_a_terminal(small, files, answer, status):
    alias(files)
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    done = subprocess.run([ROOT / os.environ["NICHED"], "taxonomy", "load", files], env=small.environment(), stdin=theirs,
                          capture_output=True, text=True, timeout=NEVER_S)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == status and "load it? [y/N]" in done.stderr
    with psycopg.connect(small.url, autocommit=True) as db:
        assert (dirty(db) > 0) == (status == 0) and ("nothing was changed" in done.stderr) == (status != 0)


def test_check_without_a_database(tool, files):
    said = tool.run("taxonomy", "check", files).stdout
    assert "in order" in said and "not compared with a database" in said
    files.niche("vegan", 4, "7")
    assert tool.run("taxonomy", "check", files, check=False).returncode == 7


def test_check_of_a_new_database(empty_niched, files):
    assert "not compared" in empty_niched.run("taxonomy", "check", files).stdout
    empty_niched.run("migrate")
    assert "no taxonomy yet" in empty_niched.run("taxonomy", "check", files).stdout
    assert "loaded, all accounts" in empty_niched.run("taxonomy", "load", files).stdout


def test_set_aside_accounts_are_tried_again(small, files):
    alias(files)
    with psycopg.connect(small.url, autocommit=True) as db:
        db.execute("insert into account_dirty select creator_id, account_id, 3, 'x' from account order by 1 limit 5")
        small.run("taxonomy", "load", "--yes", files)
        assert db.execute("select count(*) from account_dirty where tries > 0").fetchone() == (0,)


def test_while_serving(small, files, ask):
    """A service takes the new taxonomy up, and scores with it what was marked, also where its batch waited."""
    new_niche(files)
    with psycopg.connect(small.url, autocommit=True) as db, small.serve() as service:
        client = ask(service)
        client.problem("/niches/planted-days", 404, "NICHE_UNKNOWN")
        db.execute("insert into account_dirty select creator_id, account_id from account on conflict do nothing; notify niched_dirty")
        small.run("taxonomy", "load", "--yes", files)
        wait_until(lambda: dirty(db) == 0 and client.get("/niches/planted-days").status_code == 200)
        assert client.ok("/match", niche="planted-days")["items"]
        served = derived(db)
    with psycopg.connect(small.url, autocommit=True) as db:
        small.run("score", "--all")
        assert derived(db) == served
