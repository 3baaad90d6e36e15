"""From every schema that ever was: its rows go on to the newest one, which is then what a new store has, and are ranked. Commands of
another version say what to do."""
import os
import re
import subprocess
from pathlib import Path

import psycopg
import pytest

MIGRATIONS = sorted((Path(__file__).parents[2] / "sql/migrations").glob("*.sql"))
NUMBERS = [int(path.name[:4]) for path in MIGRATIONS]
LONG = os.environ.get("TEST_LONG") == "1"
FROM = [n for i, n in enumerate(NUMBERS[:-1]) if LONG or i % 5 == 1 or n == NUMBERS[-2]]  # each in the long run
BOOTSTRAP = ("create table schema_migration (version integer primary key, name text not null, checksum text not null,"
             " applied_at timestamptz not null default now())")


def schema(url):
    """All of it, also rights and security; not the marks of a dump of its own."""
    dump = subprocess.run(["pg_dump", "--schema-only", url], capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in dump.splitlines() if not re.match(r"\\(un)?restrict |--|$", line))


@pytest.fixture(scope="module")
def fresh(databases, program):
    with databases.one("template0") as url:
        program(url).run("migrate")
        with psycopg.connect(url) as db:
            yield schema(url), db.execute("select version, name, checksum from schema_migration").fetchall()


def fill(db, number):
    """What a store of that time may hold: one creator with all that hangs on them."""
    if number < 2:
        return
    creator, = db.execute("insert into creator (world) values (0) returning creator_id").fetchone()
    who = {"c": creator, "a": db.execute(
        "insert into account (creator_id, world, platform, username, bio, followers, country, language, source, observed_at)"
        " values (%s, 0, 2, 'anna', 'vegan coach', 12000, 'US', 'en', 'then', now()) returning account_id", [creator]).fetchone()[0]}
    db.execute("insert into account_key values (0, 2, 'username', 'anna', %(c)s, %(a)s)", who)
    db.execute("insert into follower_snapshot (creator_id, account_id, day, followers, source)"
               " select %(c)s, %(a)s, current_date - i, 12000 - i, 'then' from generate_series(1, 40) i", who)
    db.execute("insert into post (creator_id, account_id, post_key, posted_at, caption, hashtags, likes, comments, source, observed_at)"
               " select %(c)s, %(a)s, 'p' || i, now() - make_interval(days => i), 'my vegan lunch', '{vegan}', 500, 20, 'then', now()"
               " from generate_series(3, 20) i", who)
    db.execute("insert into price (creator_id, account_id, amount_usd, source, valid_from) values (%(c)s, %(a)s, 120, 'rate_card', '2026-01-01')", who)
    if number >= 3:
        db.execute("insert into account_dirty (creator_id, account_id) values (%(c)s, %(a)s)", who)


@pytest.mark.parametrize("number", FROM)
def test_from_every_schema(empty_niched, fresh, number):
    url = empty_niched.url
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(BOOTSTRAP)
        for path in MIGRATIONS[:NUMBERS.index(number) + 1]:
            with db.transaction():
                db.execute(path.read_text())
        with db.cursor() as cursor:
            cursor.executemany("insert into schema_migration (version, name, checksum) values (%s, %s, %s)", [row for row in fresh[1] if row[0] <= number])
        fill(db, number)
        said = empty_niched.run("import", "--platform", "tiktok", "x.csv", check=False)
        assert said.returncode == 6 and f"has schema version {number}, this program needs {NUMBERS[-1]}: run niched migrate" in said.stderr
        said = empty_niched.run("migrate").stdout
        assert [int(n) for n in re.findall(r"^(\d{4})_", said, re.M)] == [n for n in NUMBERS if n > number]
        assert schema(url) == fresh[0]
        if number < 2:
            return
        empty_niched.run("taxonomy", "load")
        assert db.execute("select count(*) from account_dirty").fetchone() == (1,) or number < 3
        db.execute("insert into account_dirty (creator_id, account_id) select creator_id, account_id from account on conflict do nothing")
        empty_niched.run("score")
        assert '"username":"anna"' in empty_niched.run("match", "vegan", "--world", "live", "--min-authenticity", "0").stdout.replace(": ", ":")


def test_a_newer_store_is_refused_by_every_command(niched, db, tmp_path):
    db.execute("insert into schema_migration (version, name, checksum) values (9999, '9999_future.sql', 'x')")
    file = tmp_path / "creators.csv"
    file.write_text("username\nann\n")
    for words in (("serve",), ("import", "--platform", "tiktok", file), ("score",), ("match", "vegan"), ("key", "list"), ("taxonomy", "load"), ("audit",),
                  ("request", "list"), ("secret", "list"), ("workspace", "list"), ("sandbox",), ("refresh",), ("fit",)):
        done = niched.run(*words, check=False, env={"NICHED_SECRET_FILE": tmp_path / "secret"})
        assert done.returncode == 6 and "has schema version 9999, this program knows up to" in done.stderr, (words, done.stderr)
        assert "use a newer niched" in done.stderr, words
