"""How long tests wait. What comes true at once is not waited for, so that bounds which only tell slow from never are wide; those that
a promise names are wider under a sanitizer (SLOW), which makes all of it slower."""
import os
import time
from pathlib import Path

SANITIZERS = {"address", "thread"}  # folders of build/
SLOW = float(os.environ.get("TEST_SLOW") or (5 if Path(os.environ.get("NICHED_BUILD", "build")).name in SANITIZERS else 1))
NEVER_S = 60 * SLOW  # what has not come by then does not come


def promised(seconds):
    """The bound for what README promises within so many seconds: without the promise it takes for ever, on a busy machine some times as long."""
    return 5 * SLOW * seconds


def wait_until(true, seconds=NEVER_S, said=lambda: "it did not come true"):
    """What `true` gives once it is something."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, said()
        time.sleep(0.01)
    return found
