"""The command line: help, exit status by the class of the error, settings, what runs twice."""
import json
import re
import socket
from pathlib import Path

import pytest

COMMANDS = re.findall(r'^    \{"(\w+)", cmd_', (Path(__file__).parents[2] / "src/main.c").read_text(), re.M)


def test_help_names_every_command(tool):
    said = tool.run("--help").stdout
    assert re.findall(r"^  (\w+) ", said, re.M) == COMMANDS
    assert tool.run("-h").stdout == tool.run("help").stdout == said


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(tool, command):
    done = tool.run(command, "--help")
    assert done.stdout.startswith(f"usage: niched {command}") and not done.stderr


@pytest.mark.parametrize("args,words", [
    ([], "usage"), (["nope"], '"nope"'), (["--nope"], '"--nope"'), (["serve", "now"], '"now"'), (["taxonomy"], "usage"),
    (["taxonomy", "eat"], "usage"), (["import"], "no file"), (["import", "--nope", "x"], "--nope")])
def test_wrong_usage(tool, args, words):
    done = tool.run(*args, check=False)
    assert done.returncode == 2 and words in done.stderr and not done.stdout


@pytest.mark.parametrize("args", [["migrate"], ["taxonomy", "load"], ["score"], ["sandbox", "--creators", "1"]])
def test_no_database(tool, tmp_path, args):
    done = tool.run(*args, check=False, env={"DATABASE_URL": f"postgresql:///x?host={tmp_path}"})
    assert done.returncode == 6 and str(tmp_path) in done.stderr


@pytest.mark.parametrize("args", [["taxonomy", "load"], ["score"], ["sandbox", "--creators", "1"]])
def test_no_schema(empty_niched, args):
    done = empty_niched.run(*args, check=False)
    assert done.returncode == 6 and done.stderr, done.stderr


def test_migrate_twice(empty_niched):
    first, second = empty_niched.run("migrate").stdout, empty_niched.run("migrate").stdout
    count = len(first.splitlines()) - 1
    assert count >= 3 and first.splitlines()[-1] == f"schema version {count}, {count} migrations run"
    assert second == f"schema version {count}, 0 migrations run\n"


def test_taxonomy_twice(niched, db):
    version = db.execute("select value from state where key = 'taxonomy_version'").fetchone()
    assert niched.run("taxonomy", "load").stdout.rstrip().endswith("there already")
    assert db.execute("select value from state where key = 'taxonomy_version'").fetchone() == version
    assert niched.run("taxonomy", "check").stdout.rstrip().endswith("in order")


def test_taxonomy_of_a_folder(niched, db, tmp_path):
    (tmp_path / "niches.tsv").write_text("slug\tlabel\tparents\tiab_id\tbase_rate\tgeneric\nkites\tKites\t\t\t0.001\tf\n")
    (tmp_path / "aliases.tsv").write_text("alias\tniche\tlang\tkind\tweight\nkite flying\tkites\ten\tword\t0.9\n")
    (tmp_path / "generic.tsv").write_text("hashtag\nfyp\n")
    assert "loaded" in niched.run("taxonomy", "load", tmp_path).stdout
    assert db.execute("select status from niche where slug = 'kites'").fetchone() == ("active",)
    assert db.execute("select status from niche where slug = 'vegan'").fetchone() == ("retired",)
    (tmp_path / "niches.tsv").write_text("slug\tlabel\tparents\tiab_id\tbase_rate\tgeneric\nkites\tKites\t\t\t2\tf\n")
    done = niched.run("taxonomy", "check", tmp_path, check=False)
    assert done.returncode == 7 and "niches.tsv line 2" in done.stderr and "base_rate" in done.stderr
    assert niched.run("taxonomy", "check", tmp_path / "none", check=False).returncode == 1


def test_score_twice_changes_nothing(niched, db):
    niched.run("sandbox", "--creators", 30)
    niched.run("score")
    before = db.execute("select m.*, m.xmin::text from niche_match m order by 1, 2, 3").fetchall()
    niched.run("score")
    assert before and db.execute("select m.*, m.xmin::text from niche_match m order by 1, 2, 3").fetchall() == before


def test_config(tool):
    said = tool.run("config", env={"DATABASE_URL": "postgresql://me:secret@host/db", "NICHED_PORT": 9000}).stdout
    values = dict(re.findall(r"^(\w+)=(.*?)  # ", said, re.M))
    assert values["NICHED_PORT"] == "9000" and values["NICHED_ADDRESS"] == "127.0.0.1" and values["NICHED_WORKER"] == "1"
    assert values["DATABASE_URL"] == "postgresql://me:***@host/db" and "secret" not in said.replace("32-byte secret", "")
    assert len(values) == len(said.splitlines())


@pytest.mark.parametrize("name,value", [("NICHED_PORT", "99999"), ("NICHED_PORT", "x"), ("NICHED_PORT", ""), ("NICHED_LOOPS", "65"),
                                        ("NICHED_WORKER", "yes"), ("NICHED_NOW", "tomorrow"), ("NICHED_ADDRESS", "nowhere.example")])
def test_bad_setting(tool, name, value):
    done = tool.run("serve", check=False, env={name: value})
    assert done.returncode == 2 and name in done.stderr


def test_port_that_is_taken(tool):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = tool.run("serve", check=False, env={"NICHED_PORT": port})
    assert done.returncode == 1 and str(port) in done.stderr and "NICHED_PORT" in done.stderr


def test_secret_file_that_is_unusable(tool, tmp_path):
    (tmp_path / "short").write_bytes(b"x" * 31)
    for path in (tmp_path / "short", tmp_path / "none" / "secret"):
        done = tool.run("serve", check=False, env={"NICHED_SECRET_FILE": path, "NICHED_PORT": 0})
        assert done.returncode in (1, 7) and str(path) in done.stderr


def test_contract_is_json(tool):
    tables = json.loads(tool.run("contract", env={"DATABASE_URL": ""}).stdout)
    assert {"match", "niches", "livez"} <= {route["name"] for route in tables["routes"]}
    assert {"code": "PARAM_INVALID", "status": 400} in tables["errors"]


def test_frozen_clock(sandbox, ask):
    with sandbox.serve(NICHED_NOW="2027-01-01T00:00:00Z") as service:
        later = ask(service).match("test-many")["items"][0]["data_age_days"]
    with sandbox.serve() as service:
        assert later - ask(service).match("test-many")["items"][0]["data_age_days"] == 61
