"""The command line: help, exit status by the class of the error, settings, what runs twice."""
import fcntl
import json
import os
import pty
import re
import socket
import struct
import subprocess
import termios
from pathlib import Path

import psycopg
import pytest
from patience import NEVER_S

COMMANDS = re.findall(r'^    \{"(\w+)", cmd_', (Path(__file__).parents[2] / "src/cli/commands.c").read_text(), re.M)


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
    (["taxonomy", "eat"], "usage"), (["import"], "no file"), (["import", "--nope", "x"], "--nope"),
    (["niche"], "0 words"), (["creator", "a", "b", "c"], "3 words"), (["match", "vegan", "--format", "xml"], 'csv, ndjson or table, got "xml"'),
    (["match", *(["x"] * 65)], "at most 64")])
def test_wrong_usage(tool, args, words):
    done = tool.run(*args, check=False)
    assert done.returncode == 2 and words in done.stderr and not done.stdout


@pytest.mark.parametrize("args", [["migrate"], ["taxonomy", "load"], ["score"], ["sandbox", "--creators", "1"], ["match", "vegan"]])
def test_no_database(tool, tmp_path, args):
    done = tool.run(*args, check=False, env={"DATABASE_URL": f"postgresql:///x?host={tmp_path}"})
    assert done.returncode == 6 and str(tmp_path) in done.stderr


@pytest.mark.parametrize("args", [["taxonomy", "load"], ["score"], ["sandbox", "--creators", "1"], ["niches"]])
def test_no_schema(empty_niched, args):
    done = empty_niched.run(*args, check=False)
    assert done.returncode == 6 and done.stderr, done.stderr


def test_migrate_twice(empty_niched):
    first, second = empty_niched.run("migrate").stdout, empty_niched.run("migrate").stdout
    *ran, last = first.splitlines()
    newest = int(ran[-1][:4])  # the number of its file; numbers may be left out
    assert len(ran) >= 3 and last == f"schema version {newest}, {len(ran)} migrations run"
    assert second == f"schema version {newest}, 0 migrations run\n"


def test_taxonomy_twice(niched, db):
    version = db.execute("select value from state where key = 'taxonomy_version'").fetchone()
    assert niched.run("taxonomy", "load").stdout.rstrip().endswith("there already")
    assert db.execute("select value from state where key = 'taxonomy_version'").fetchone() == version
    assert niched.run("taxonomy", "check").stdout.endswith("in order\nthe database has the same\n")


def test_taxonomy_of_a_folder(niched, db, tmp_path):
    (tmp_path / "niches.tsv").write_text("slug\tlabel\tparents\tiab_id\tbase_rate\tgeneric\nkites\tKites\t\t\t0.001\tf\n")
    (tmp_path / "aliases.tsv").write_text("alias\tniche\tlang\tkind\tweight\nkite flying\tkites\ten\tword\t0.9\n")
    (tmp_path / "generic.tsv").write_text("hashtag\nfyp\n")
    assert "loaded" in niched.run("taxonomy", "load", "--yes", tmp_path).stdout
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


READS = [(["match", "vegan-fitness", "--country", "US", "--limit", "3", "--explain"],
          "/match?niche=vegan-fitness&country=US&limit=3&explain=true"),
         (["match", "--niche=vegan fitness", "--min-auth=0.3"], "/match?niche=vegan%20fitness&min_authenticity=0.3"),
         (["match", "vegan", "comedy"], "/match?niche=vegan&niche=comedy"),
         (["niches", "vega", "--limit", "2"], "/niches?q=vega&limit=2"), (["niche", "vegan"], "/niches/vegan"),
         (["creator", "7"], "/creators/7"), (["creator", "tiktok", "@ivy.vegan_c"], "/creators/tiktok/ivy.vegan_c"), (["model"], "/model"),
         (["standing", "76", "--niche", "vegan-fitness"], "/creators/76/standing?niche=vegan-fitness"),
         (["standing", "--niche", "fitness", "--platform", "tiktok", "--followers", "9000", "--engagement-rate", "5pct"],
          "/standing?niche=fitness&platform=tiktok&followers=9000&engagement_rate=5pct"),
         (["similar", "76", "--limit", "3"], "/creators/76/similar?limit=3"), (["overlap", "64,66", "67"], "/overlap?creators=64,66,67")]


@pytest.mark.parametrize("args,path", READS, ids=lambda v: v[0] if isinstance(v, list) else "")
def test_read_command_says_what_the_service_says(sandbox, client, args, path):
    done = sandbox.run(*args)
    here, there = json.loads(done.stdout), client.get(path).json()
    for answer in (here, there):
        assert ("next_cursor" in answer) == (args[0] == "match")
        answer.pop("next_cursor", None)  # signed with a secret of its own
    assert here == there and done.stdout.endswith("}\n") and not done.stderr


@pytest.mark.parametrize("args,status,words", [
    (["match", "qqqqxyz"], 3, '"qqqqxyz"'), (["match", "vegan", "--min-folowers", "5"], 2, "did you mean"), (["match"], 2, "niche is required"),
    (["match", "vegan", "--limit", "101"], 2, "from 1 to 100"), (["match", "vegan", "--min", "5"], 2, '"min"'), (["match", "test-429"], 5, "too many"),
    (["match", "vegan", "--limit", "1", "--limit=2"], 2, "more than once"), (["creator", "999999999"], 3, "no creator"), (["creator", "x"], 2, '"x"')])
def test_read_command_that_fails(sandbox, args, status, words):
    done = sandbox.run(*args, check=False)
    assert done.returncode == status and words in done.stderr and not done.stdout


def test_read_command_helps_with_every_parameter(tool):
    routes = {r["name"]: r for r in json.loads(tool.run("contract").stdout)["routes"]}
    said = tool.run("match", "--help").stdout
    for param in routes["match"]["params"]:
        assert re.search(rf"^  --{param['name'].replace('_', '-')} +\S", said, re.M)
    assert said.startswith("usage: niched match niche...") and "(1000)" in said
    assert "niched creator platform username" in tool.run("creator", "--help").stdout


def test_table(sandbox):
    lines = sandbox.run("match", "vegan-fitness", "--format", "table", "--limit", "4").stdout.splitlines()
    items = json.loads(sandbox.run("match", "vegan-fitness", "--limit", "4").stdout)["items"]
    head = lines[0].split("  ")
    assert head[0] == "#" and "score" in head and len(lines[1:]) > 4
    column = lines[0].index("creator")
    assert [line[column:].split()[0] for line in lines[1:5]] == [item["creator"]["username"] for item in items]
    assert "match in part: " in "\n".join(lines[5:]) and "world: sandbox" in lines


TABLES = [("similar 76 --limit 4", "alike", "like: ivy.vegan_c"), ("overlap 64 66 67", "in both", "counted twice: "), ("standing 76", "percentile", "score: "),
          ("standing --niche fitness --platform tiktok --followers 9000 --engagement-rate 5pct", "p75", "usual engagement: "),
          ("niche vegan-fitness", None, "label: Vegan Fitness"), ("creator 76", "authentic", "id: 76"), ("creator tiktok ivy.vegan_c", "account", "id: 76"),
          ("model", "rate at 10k", "formula: "), ("plan vegan-fitness --budget 2000", "reach", "of which quoted: "), ("match vegan", "score", "world: ")]


@pytest.mark.parametrize("command,title,note", TABLES, ids=lambda v: v and v.split()[0])
def test_tables(sandbox, command, title, note):
    """On a terminal, and no wider than it is; the notes below say what stands beside the rows."""
    wide, narrow = (on_terminal(sandbox, *command.split(), columns=n).splitlines() for n in (140, 80))
    for lines, most in ((wide, 140), (narrow, 80)):
        assert any(line.startswith(note) for line in lines) and "{" not in "".join(lines)
        rows = lines[:len(lines) - lines[::-1].index("")] if title else []
        assert all(len(line) <= most for line in rows) and (not title or title in lines[0])


def test_cost_of_a_plan_is_one_line(sandbox, client):
    cost = client.ok("/plan", niche="vegan-fitness", budget_usd=2000)["cost"]
    lines = sandbox.run("plan", "vegan-fitness", "--budget", "2000", "--format", "table").stdout.splitlines()
    total = {k: round(v) for k, v in cost["total_usd"].items()}
    assert f"cost: ${total['mid']} (${total['low']} to ${total['high']})" in lines
    assert f"of which quoted: {100 * cost['quoted_share']:.3g} %" in lines


@pytest.mark.parametrize("form", ["csv", "ndjson"])
@pytest.mark.parametrize("args,path", [r for r in READS if r[0][0] in ("match", "niches", "similar", "overlap", "standing")],
                         ids=lambda v: v[0] if isinstance(v, list) else "")
def test_format_passes_through(sandbox, client, args, path, form):
    done = subprocess.run([os.environ["NICHED"], *args, "--format", form], env=sandbox.environment(), capture_output=True, timeout=NEVER_S)
    assert done.returncode == 0 and done.stdout == client.get(path + ("&" if "?" in path else "?") + "format=" + form).content
    refused = sandbox.run("niche", "vegan", "--format", form, check=False)
    assert refused.returncode == 2 and "json or table" in refused.stderr


def on_terminal(sandbox, *args, columns, **env):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen([os.environ["NICHED"], *args], env=sandbox.environment(env or {"NO_COLOR": 1}), stdout=theirs) as process:
        os.close(theirs)
        said = b""
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            try:
                while part := terminal.read(4096):
                    said += part
            except OSError:  # the other side is closed
                pass
    assert process.returncode == 0
    return said.decode().replace("\r\n", "\n").rstrip()


def test_table_on_a_terminal_only(sandbox):
    ours, theirs = pty.openpty()
    done = subprocess.run([os.environ["NICHED"], "niches", "--limit", "2"], env=sandbox.environment({"TERM": "dumb"}), stdout=theirs, timeout=NEVER_S)
    os.close(theirs)
    said = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        try:
            while part := terminal.read(4096):
                said += part
        except OSError:  # the other side is closed
            pass
    assert done.returncode == 0 and said.startswith(b"niche ") and b"{" not in said


def test_colour_on_a_terminal_that_has_it(sandbox):
    args = ("similar", "76", "--limit", "2")
    plain = on_terminal(sandbox, *args, columns=120)
    bold = on_terminal(sandbox, *args, columns=120, TERM="xterm")
    lines = bold.splitlines()
    assert lines[0].startswith("\x1b[1m#") and lines[0].endswith("\x1b[0m") and "\x1b[1mworld\x1b[0m: sandbox" in lines
    assert re.sub(r"\x1b\[[01]m", "", bold) == plain and "\x1b" not in plain
    assert on_terminal(sandbox, *args, columns=120, TERM="dumb") == plain
    assert on_terminal(sandbox, *args, columns=120, TERM="xterm", NO_COLOR=1) == plain
    assert "\x1b" not in sandbox.run(*args, "--format", "table", env={"TERM": "xterm"}).stdout


def test_version(tool):
    said = tool.run("--version").stdout
    assert re.fullmatch(r"niched \d+\.\d+\.\d+ \([0-9a-f]{12}\)\n|niched \d+\.\d+\.\d+ \(unknown\)\n", said)
    assert said == tool.run("version").stdout == tool.run("-V").stdout


def test_manual_page(tool, tmp_path):
    page = tool.run("help", "--man").stdout
    assert page == tool.run("help", "--man", env={"NICHED_PORT": 9000, "NICHED_YOUTUBE_KEY": "sesame"}).stdout
    (tmp_path / "niched.1").write_text(page)
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", tmp_path / "niched.1"], capture_output=True, text=True,
                          env={**os.environ, "MANWIDTH": "200", "MAN_KEEP_FORMATTING": ""})
    shown = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    assert done.returncode == 0 and not done.stderr
    for command in COMMANDS:
        assert f"   niched {command}\n" in shown and f"usage: niched {command}" in shown
    for setting in re.findall(r"^(\w+)=", tool.run("config").stdout, re.M):
        assert re.search(rf"^ +{setting}\b", shown, re.M)
    assert "--min-followers" in shown and "EXIT STATUS" in shown
    assert tool.run("help", "--woman", check=False).returncode == 2


@pytest.mark.parametrize("words,found", [
    (["ni"], {"niches", "niche"}), (["match", "--pl"], {"--platform"}), (["match", "--platform", "t"], {"tiktok"}),
    (["match", "--format", ""], {"json", "csv", "ndjson", "table"}), (["import", "--max"], {"--max-errors-shown"}), (["import", "file"], set()),
    (["taxonomy", "--y"], {"--yes"}), (["nothing", "--x"], set()), (["plan", "--goal", "c"], {"conversions"}), (["health", "--u"], {"--url"})])
def test_completion(tool, words, found):
    script = tool.run("completion", "bash").stdout + f"""
COMP_WORDS=(niched "$@") COMP_CWORD=$#
_niched
printf '%s\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-euc", script, "bash", *words], capture_output=True, text=True)
    assert not done.stderr and set(done.stdout.split()) == found
    assert tool.run("completion", "fish", check=False).returncode == 2


def test_table_obeys_no_creator(sandbox_niched):
    """What a creator writes cannot reach the terminal as a control sequence."""
    with psycopg.connect(sandbox_niched.url, autocommit=True) as connection:
        connection.execute("update account_score set username = E'\\x1b[2Jx\\u009b1m\\u000ay' where account_id = 76")
    said = sandbox_niched.run("match", "vegan-fitness", "--format", "table", "--country", "US").stdout
    assert "[2Jx 1m y" in said and "\x1b" not in said and "\x9b" not in said


def test_frozen_clock(sandbox, ask):
    with sandbox.serve(NICHED_NOW="2027-01-01T00:00:00Z") as service:
        later = ask(service).match("test-many")["items"][0]["data_age_days"]
    with sandbox.serve() as service:
        assert later - ask(service).match("test-many")["items"][0]["data_age_days"] == 61
