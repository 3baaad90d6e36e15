"""Talks to rank_tool, the voice of src/rank and src/score (its commands are listed in rank_tool.c)."""
import subprocess

PATH = None  # set once by eval.py


def plain(text):
    """A text as a field: no tabs, no line ends."""
    return " ".join((text or "").split())


def line(command, *fields):
    return "\t".join([command, *[f if isinstance(f, str) else repr(float(f)) for f in fields]])


def run(lines):
    """The answers to a batch of commands, in order; commands without an answer give none."""
    done = subprocess.run([PATH], input="\n".join(lines) + "\n", capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"rank_tool ended with status {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout.splitlines()


def pairs(answer):
    """slug=a,b,c words of an answer as (slug, [a, b, c])."""
    return [(w.split("=")[0], w.split("=")[1].split(",")) for w in answer.split(" ") if "=" in w]


def defaults():
    names = ["z", "half_life", "nu0", "clip", "deff", "gate", "related", "npmi_min", "drift"]
    return dict(zip(names, map(float, run(["defaults"])[0].split())))


def niches():
    """slug -> (generic, intersection, parents)."""
    return {slug: (a[0] == "1", a[1] == "1", [p for p in a[2].split("+") if p]) for slug, a in pairs(run(["niches"])[0])}
