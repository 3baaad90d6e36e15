"""openapi.yaml promises nothing that the tests have not seen. Runs last, and only with the whole folder (see conftest.py)."""

# What cannot be provoked from outside: faults of the service itself
UNPROVOKED = {500}


def test_every_documented_answer_was_seen(contract):
    missing = {pair for pair in contract.documented() - contract.seen if pair[1] not in UNPROVOKED}
    assert not missing, f"documented, never seen: {sorted(missing)}"
