"""What a repository is expected to have, as far as a machine can tell."""
import json
import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def test_licence_is_whole_and_the_same_everywhere():
    licence = text("LICENSE")
    assert " ".join(licence.split()).startswith("Apache License Version 2.0, January 2004") and "END OF TERMS AND CONDITIONS" in licence
    debian = Path("/usr/share/common-licenses/Apache-2.0")
    assert not debian.exists() or licence.split() == debian.read_text().split()
    assert yaml.safe_load(text("openapi.yaml"))["info"]["license"]["identifier"] == "Apache-2.0"
    assert "Licence: Apache-2.0" in text("README.md")


def test_changelog_keeps_its_form():
    log = text("CHANGELOG.md")
    heads = re.findall(r"^## (.*)$", log, re.M)
    assert heads[0] == "Unreleased" and all(re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", head) for head in heads[1:])
    assert set(re.findall(r"^### (.*)$", log, re.M)) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_workflow_runs_what_everybody_runs_by_both_compilers():
    job = yaml.safe_load(text(".github/workflows/ci.yml"))["jobs"]["ci"]
    assert job["strategy"]["matrix"]["cc"] == ["gcc", "clang"] and job["env"]["CC"] == "${{ matrix.cc }}"
    assert ".ci/run" in [step.get("run") for step in job["steps"]]
    for form in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"):
        assert {"name", "description", "body"} <= yaml.safe_load(form.read_text()).keys(), form


def test_compile_commands_name_every_file(tmp_path):
    subprocess.run(["make", "-s", "-C", ROOT, "compile_commands.json"], check=True, capture_output=True)
    commands = json.loads(text("compile_commands.json"))
    assert {entry["file"] for entry in commands} >= {str(p.relative_to(ROOT)) for p in ROOT.glob("src/**/*.c")}
    one = next(entry for entry in commands if entry["file"] == "src/base/err.c")
    subprocess.run(one["command"] + " -fsyntax-only", shell=True, check=True, cwd=one["directory"])
