"""`make eval`: what the ranking reaches on ../shared/data, one table per task with 95 % intervals, baselines, targets and
verdicts; the same as Markdown and JSON. The status says whether the run worked, not whether the figures please.

    eval.py --tool build/rank_tool --out build [--part test|dev] [--only engagement,relevance,...]

Development looks at --part dev only; looks.tsv counts the looks at the test parts. The dev part leaves the test part alone in
engagement and authenticity; in relevance it is older (its posts train the test run). Bios and credibility have nothing fitted
to keep apart: their dev part is a fixed half of the same rows."""
import argparse
import concurrent.futures
import importlib
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # the tasks are what runs in parallel

import data  # noqa: E402
import report  # noqa: E402
import tool  # noqa: E402


def engagement(index, part):
    import task_engagement
    return task_engagement.run_set(index, part)


def task(name, part):
    return importlib.import_module("task_" + name).run(part)


def attempt(path, function, *args):
    """Runs a job in a process of its own: ("done", result) or ("absent", words)."""
    tool.PATH = path
    try:
        return "done", function(*args)
    except data.Absent as absent:
        return "absent", str(absent)


NAMES = ["engagement", "relevance", "bios", "credibility", "authenticity"]
TITLES = {"relevance": "niche relevance by future hashtag use", "bios": "niche inference from bios",
          "credibility": "follower credibility", "authenticity": "creator authenticity, injected fraud"}


def skipped(title, words):
    s = report.Section(title, "")
    s.note(words)
    return s


def gather_engagement(results, sections):
    import task_engagement as t
    kept = []
    for i in range(len(t.SETS)):
        kind, value = results["engagement", i]
        if kind == "absent":
            sections["engagement"].append(skipped(f"engagement and its interval: {t.SETS[i][0]}", value))
            continue
        clean, attacked, case = value
        sections["engagement"] += clean + attacked
        kept.append(case)
    if kept:
        sections["engagement"].append(t.calibration_task(kept, tool.defaults()))


def looks():
    rows = [x.split("\t") for x in (HERE / "looks.tsv").read_text().splitlines()[1:]]
    return len(rows), "; ".join(f"{when}: {why}" for when, _, why in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--part", choices=["test", "dev"], default="test")
    parser.add_argument("--only", default=",".join(NAMES))
    args = parser.parse_args()
    tool.PATH = str(Path(args.tool).resolve())
    wanted = args.only.split(",")
    if set(wanted) - set(NAMES):
        parser.error(f"no such task: {', '.join(sorted(set(wanted) - set(NAMES)))} (there are {', '.join(NAMES)})")
    began = time.monotonic()
    jobs = [("engagement", i) for i in (0, 1, 2)] if "engagement" in wanted else []
    jobs += [(name, None) for name in NAMES[1:] if name in wanted]
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count() or 2) as pool:
        futures = {j: pool.submit(attempt, tool.PATH, *((engagement, j[1], args.part) if j[0] == "engagement" else
                                                        (task, j[0], args.part))) for j in jobs}
        results = {j: f.result() for j, f in futures.items()}
    sections = {name: [] for name in NAMES}
    if "engagement" in wanted:
        gather_engagement(results, sections)
    for name in NAMES[1:]:
        if name in wanted:
            kind, value = results[name, None]
            sections[name] = [skipped(TITLES[name], value)] if kind == "absent" else value
    everything = [s for name in NAMES for s in sections[name]]
    planner = report.Section("planner against brute force", "synthetic")
    planner.note("planned: comes with the planner's own issue")
    everything.append(planner)
    finish(args, everything, time.monotonic() - began)


def finish(args, sections, seconds):
    count, why = looks()
    head = [f"`make eval`, part: {args.part}. Time splits; everything fitted on the training part only; scores by the code "
            "that serves (tests/eval/rank_tool.c). Benchmarks are fitted in Python (median regression). Intervals are 95 %, "
            "paired bootstrap.", "",
            f"The test parts were looked at {count} times during development ({why}). Development used --part dev: other "
            "posts or accounts, but for bios and follower credibility a half of the same rows."]
    verdicts = [v for s in sections for v in s.verdicts]
    met, missed = sum(v["met"] is True for v in verdicts), sum(v["met"] is False for v in verdicts)
    closing = f"{len(verdicts)} figures with a target: {met} met, {missed} missed"
    summary = [report.verdicts(sections)] if verdicts else []
    print(report.as_text(sections + summary))
    print(f"looks at the test parts during development: {count}\n{closing}, {seconds:.0f} s")
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    suffix = "" if args.part == "test" else "-dev"
    (out / f"eval{suffix}.md").write_text(report.as_markdown(summary + sections, head + ["", closing + "."]))
    (out / f"eval{suffix}.json").write_text(report.as_json(sections))


if __name__ == "__main__":
    main()
