"""The running service. `sandbox_service` serves the scored sandbox world to all tests that only read; `client` asks it."""
import json
import os
import shutil
from pathlib import Path

import pytest
from client import Client, Contract

CONTRACT = Contract()
SEEN = Path(os.environ.get("NICHED_BUILD", "build")) / "test-logs" / "seen"
UNPROVOKED = {500}  # faults of the service itself cannot be provoked from outside


@pytest.fixture(scope="session")
def contract():
    return CONTRACT


@pytest.fixture(scope="session")
def sandbox_service(sandbox):
    with sandbox.serve() as service:
        yield service


@pytest.fixture(scope="session")
def client(sandbox_service):
    with Client(sandbox_service, CONTRACT) as client:
        yield client


@pytest.fixture
def ask():
    """Makes a client for another service: ask(service).get(...)"""
    made = []

    def make(service):
        made.append(Client(service, CONTRACT))
        return made[-1]
    yield make
    for client in made:
        client.close()


# Files that take long, the longest first, but for those that need no sandbox, which the first of them makes: all processes end at
# about the same time.
FIRST = ("metrics", "run", "imports", "taxonomy_edit", "exact", "scorer", "fit", "slow", "cache", "filters", "backup", "compound", "formats", "pull",
         "own", "import_kill", "people", "cli", "health", "secrets", "scoring", "import", "writes", "upgrade", "honest", "standby", "similar", "keys",
         "workspaces", "limits", "retain", "writes_together", "requests", "remote", "standing", "match", "files", "batch", "plan", "lockstep", "http",
         "engagers", "opt_out", "weights", "tls", "sandbox", "audit", "erased", "plan_own")


def pytest_collection_modifyitems(items):
    place = {f"test_{name}.py": n for n, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(FIRST)))


def whole_folder(config):
    """Whether all of this folder is run: only then the contract must have been seen whole."""
    here = Path(__file__).parent
    only = config.option.keyword or config.option.markexpr or any("::" in arg for arg in config.args)
    return not only and any(Path(arg).resolve() == here for arg in config.args)


def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(SEEN, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """Each process writes what it saw; the first one counts, once the others are done: openapi.yaml promises nothing that the
    tests have not seen."""
    SEEN.mkdir(parents=True, exist_ok=True)
    (SEEN / f"{os.getpid()}.json").write_text(json.dumps(sorted(CONTRACT.seen)))
    if hasattr(session.config, "workerinput") or exitstatus != 0 or not whole_folder(session.config):
        return
    seen = {tuple(pair) for file in SEEN.glob("*.json") for pair in json.loads(file.read_text())}
    missing = sorted(pair for pair in CONTRACT.documented() - seen if pair[1] not in UNPROVOKED)
    if missing:
        print(f"\ndocumented in openapi.yaml, never seen: {missing}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
