"""openapi.yaml in the hands of others: a linter accepts it, a well-known generator makes a typed client of it, and a program
that uses the client compiles and gets answers from the running service. The tools come from npm by package.json, into
build/contract; `make contract` runs this."""
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
WORK = Path(os.environ.get("NICHED_BUILD", ROOT / "build")) / "contract"
ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def run(*command, seconds=300):
    done = subprocess.run(command, cwd=WORK, env=ENVIRONMENT, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def tools():
    """Directory of the tools' programs; installed again only when package.json has changed."""
    WORK.mkdir(parents=True, exist_ok=True)
    wanted, there = HERE / "package.json", WORK / "package.json"
    programs = WORK / "node_modules" / ".bin"
    if not there.exists() or there.read_bytes() != wanted.read_bytes() or not (programs / "tsc").exists():
        shutil.rmtree(WORK / "node_modules", ignore_errors=True)
        shutil.copy(wanted, there)
        run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
    for name in ("redocly.yaml", "tsconfig.json", "client.ts"):
        shutil.copy(HERE / name, WORK / name)
    shutil.copy(ROOT / "openapi.yaml", WORK / "openapi.yaml")
    return programs


def test_the_linter_finds_nothing(tools):
    run(tools / "redocly", "lint", "openapi.yaml", "--config=redocly.yaml", "--format=codeframe", "--max-problems=50")


def test_the_linter_would_find_a_fault(tools):
    text = (ROOT / "openapi.yaml").read_text().replace("operationId: match\n", "operationId: niches\n", 1)
    (WORK / "wrong.yaml").write_text(text)
    done = subprocess.run([tools / "redocly", "lint", "wrong.yaml", "--config=redocly.yaml"], cwd=WORK, env=ENVIRONMENT,
                          capture_output=True, text=True, timeout=300)
    assert done.returncode != 0 and "operation-operationId-unique" in done.stdout + done.stderr


def test_a_generated_client_compiles_and_gets_answers(tools, sandbox):
    run(tools / "openapi-typescript", "openapi.yaml", "--output", "api.ts")
    run(tools / "tsc", "--project", "tsconfig.json")
    with sandbox.serve() as service:
        seen = json.loads(run("node", "out/client.js", service))
    assert seen["items"] == 5 and 0 < seen["score"] <= 100 and seen["username"] in seen["names"]
    assert (seen["status"], seen["code"]) == (404, "NICHE_UNKNOWN")


def test_a_client_that_asks_wrongly_does_not_compile(tools):
    run(tools / "openapi-typescript", "openapi.yaml", "--output", "api.ts")
    text = (HERE / "client.ts").read_text().replace("best.price_usd", "best.price_eur")
    (WORK / "client.ts").write_text(text)
    done = subprocess.run([tools / "tsc", "--project", "tsconfig.json", "--noEmit"], cwd=WORK, env=ENVIRONMENT,
                          capture_output=True, text=True, timeout=300)
    assert done.returncode != 0 and "price_eur" in done.stdout
