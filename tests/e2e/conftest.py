"""The running service. `sandbox_service` serves the scored sandbox world to all tests that only read; `client` asks it."""
from pathlib import Path

import pytest
from client import Client, Contract

CONTRACT = Contract()
COVERAGE = "test_every_documented_answer_was_seen"


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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """What must be seen is counted last, and only where all of this folder is run."""
    here = Path(__file__).parent
    files = {item.path for item in items if item.path.parent == here}
    partial = config.option.keyword or config.option.markexpr or any("::" in arg for arg in config.args)
    if partial or files != set(here.glob("test_*.py")):
        items[:] = [item for item in items if item.name != COVERAGE]
    items.sort(key=lambda item: item.name == COVERAGE)
