"""niched import --kind engagers: audiences become sketches, and nobody in them can be read from the store."""
import csv
import hashlib
import random
import subprocess

import pytest

import sketches

HEADER = "platform,username,post_id,engager_id,kind,at\n"
PEOPLE = ["Zoe.Marquez77", "@zoe.marquez77", "kim_ananas", "8801234567890123456", "Renée-x"]


def write(path, lines, header=HEADER):
    path.write_text(header + "".join(lines))
    return path


def line(account, engager, kind="like"):
    return f"tiktok,{account},p1,{engager},{kind},2026-10-01T10:00:00Z\n"


@pytest.fixture
def load(niched, tmp_path):
    """Imports a file under the test's secret; returns what was said."""
    write(tmp_path / "creators.csv", ["tiktok,anna,7000\n", "tiktok,ben,8000\n", "tiktok,cleo,9000\n"], "platform,username,followers\n")
    niched.run("import", tmp_path / "creators.csv")

    def run(path, *args, check=True, secret="secret"):
        return niched.run("import", path, *args, check=check, env={"NICHED_SECRET_FILE": tmp_path / secret})
    return run


def counts(done):
    return {words[0]: int(words[1]) for words in (text.split() for text in done.stdout.splitlines())
            if len(words) == 2 and words[1].isdigit()}


def everything(db):
    return db.execute("select t.xmin::text, t.* from audience_sketch t order by 2, 3").fetchall()


def test_a_person_counts_once_in_whatever_spelling(load, db, tmp_path):
    done = load(write(tmp_path / "e.csv", [line("anna", who) for who in PEOPLE] + [line("ben", "KIM_ananas", "comment")]))
    assert counts(done) | {"rows": 6, "accepted": 5, "created": 5, "duplicates": 1} == counts(done)
    anna, ben = [sketches.Sketch(*row) for row in db.execute("select k.theta, k.hashes from audience_sketch k join account a"
                                                             " using (creator_id, account_id) order by a.username")]
    assert len(anna.hashes) == 4 and anna.theta == 1 and ben.hashes < anna.hashes
    with open(tmp_path / "secret", "rb") as file:
        key = file.read()
    assert ben.hashes == {int.from_bytes(hashlib.blake2b(b"2kim_ananas", digest_size=16, key=key, salt=bytes(16),
                                                         person=b"engager".ljust(16, b"\0")).digest()[:8], "big")}


def test_nobody_is_in_the_dump(niched, load, tmp_path):
    bad = ["tiktok,anna,p1,in two words,like,\n", "tiktok,anna,p1," + "x" * 201 + ",like,\n", "tiktok,anna,p1,hidden.person,dance,\n"]
    done = load(write(tmp_path / "e.csv", [line("anna", who) for who in PEOPLE] + bad), check=False)
    assert counts(done)["refused"] == 3 and "(not shown)" in done.stdout + done.stderr
    dump = subprocess.run(["pg_dump", "--inserts", niched.url], capture_output=True, text=True, check=True).stdout
    said = (dump + done.stdout + done.stderr).lower()
    assert "insert into public.audience_sketch" in said
    for who in ["marquez", "ananas", "8801234567890123456", "renée", "in two words", "xxxxx", "hidden.person"]:
        assert who not in said, who


def test_the_same_file_twice_changes_nothing(load, db, tmp_path):
    path = write(tmp_path / "e.csv", [line("anna", f"u{i}") for i in range(900)] + [line("ben", "u1")])
    load(path)
    before = everything(db)
    assert len(before) == 2
    done = load(path)
    assert everything(db) == before
    assert counts(done) | {"created": 0, "updated": 0, "unchanged": 901} == counts(done)


def test_parts_in_any_order_give_the_sketch_of_the_whole(load, db, tmp_path):
    people = [f"u{i}" for i in range(3000)]
    random.Random(4).shuffle(people)
    for number, part in enumerate([people[:40], people[2000:], people[:2000], people[20:1500]]):
        load(write(tmp_path / f"part{number}.csv", [line("anna", who) for who in part]))
    load(write(tmp_path / "whole.csv", [line("ben", who) for who in people]))
    (theta, hashes, buckets), other = db.execute("select theta, hashes, buckets from audience_sketch order by account_id").fetchall()
    assert other == (theta, hashes, buckets)
    sketch = sketches.Sketch(theta, hashes)
    assert len(sketch.hashes) == 256 and 0.05 < theta < 0.15
    with open(tmp_path / "secret", "rb") as file:
        key = file.read()
    assert sketch == sketches.of_people(key, 2, people)
    assert set(buckets) == sketches.buckets(sketch)


def test_malformed_rows_are_refused_and_the_rest_kept(load, db, tmp_path):
    path = write(tmp_path / "e.csv", [line("anna", "u1"), line("anna", ""), line("anna", "a b"), line("anna", "u2", "dance"),
                                      "tiktok,anna,p1,u3,like,yesterday\n", line("nobody", "u4"), line("anna", "@"),
                                      line("anna", "6.72E+18")])
    done = load(path, check=False)
    assert counts(done) | {"rows": 8, "accepted": 1, "refused": 7} == counts(done), done.stdout
    assert "import the profile first" in done.stdout + done.stderr
    assert db.execute("select length(hashes) from audience_sketch").fetchall() == [(8,)]
    assert load(path, "--strict", check=False).returncode == 7


def test_without_a_lasting_salt_nothing_is_kept(niched, load, db, tmp_path):
    path = write(tmp_path / "e.csv", [line("anna", "u1")])
    done = niched.run("import", path, check=False)
    assert done.returncode == 2 and "NICHED_SECRET_FILE" in done.stderr
    assert niched.run("import", "--dry-run", path).returncode == 0
    load(path)
    other = load(write(tmp_path / "f.csv", [line("ben", "u1")]), secret="another", check=False)
    assert other.returncode == 6 and "samples of audiences were hashed with a secret" in other.stderr
    assert niched.run("import", path, check=False).returncode == 6, "nor without one"
    assert db.execute("select count(*) from audience_sketch").fetchone() == (1,)


def test_columns_say_the_kind(load, tmp_path):
    plain = write(tmp_path / "e.csv", ["@anna,u1\n"], "account,commenter\n")
    assert "engagers" in load(plain, "--platform", "tiktok", "--dry-run").stdout
    missing = write(tmp_path / "f.csv", ["anna\n"], "username\n")
    done = load(missing, "--platform", "tiktok", "--kind", "engagers", check=False)
    assert done.returncode == 7 and "no column for engager" in done.stderr


def test_the_forgotten_leave_no_audience(load, db, tmp_path):
    load(write(tmp_path / "e.csv", [line("anna", "u1"), line("ben", "u2")]))
    creator, = db.execute("select creator_id from account where username = 'anna'").fetchone()
    db.execute("select forget_creators(array[%s])", [creator])
    assert db.execute("select a.username from audience_sketch join account a using (creator_id, account_id)").fetchall() == [("ben",)]


def test_sandbox_audiences_are_those_of_its_file(sandbox_db, tool, tmp_path):
    """Sketches against the true sets: exact where small, within four claimed errors where sampled."""
    tool.run("sandbox", "--creators", 2000, "--out", tmp_path)
    people = {}
    for row in csv.DictReader((tmp_path / "engagers.csv").open()):
        people.setdefault(row["username"], set()).add((row["platform"], row["engager"]))
    stored = {name: sketches.Sketch(theta, hashes) for name, theta, hashes in sandbox_db.execute(
        "select a.username, k.theta, k.hashes from audience_sketch k join account a using (creator_id, account_id)")}
    assert stored.keys() == people.keys() and len(stored) > 40
    names = sorted(stored)
    pairs = [(a, b) for a in names for b in names if a < b]
    assert all(sketches.jaccard(stored[a], stored[b])[0] == 0 for a, b in pairs if not people[a] & people[b])
    pairs = [(a, b) for a, b in pairs if people[a] & people[b]]
    assert len(pairs) > 15 and any(stored[name].theta < 1 for pair in pairs for name in pair)
    for a, b in pairs:
        true = len(people[a] & people[b]) / len(people[a] | people[b])
        estimate, error = sketches.jaccard(stored[a], stored[b])
        assert abs(estimate - true) <= (4 * error * estimate if error else 1e-12) or true < 0.02, (a, b, true, estimate)
