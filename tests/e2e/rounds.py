"""How much of what is random is tried: one world of several, unless TEST_LONG=1 (make test-long) asks for all. Each world alone
must show every kind of case."""
import os

LONG = os.environ.get("TEST_LONG") == "1"


def seeds(n):
    return range(n) if LONG else range(n - 1, n)
