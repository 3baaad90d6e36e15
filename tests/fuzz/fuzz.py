"""`make fuzz`: libFuzzer over each target of tests/fuzz, one at a time or several at once.

    fuzz.py --programs build/fuzzer/fuzz --out build --seconds 60 [--at-once 1] [TARGET...]

A target begins with its folder of tests/fuzz/corpus and with what crashed it once (tests/fuzz/regressions), and keeps what it finds new
in OUT/fuzzer/corpus. What crashes is left in OUT/fuzzer/crashes: shrink it, fix it, and put it among the regressions, which `make
test` replays. Writes OUT/fuzz.json; the status is 1 when a run failed otherwise than by a crash."""
import argparse
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from figures import Figures  # noqa: E402

LONGEST = 4096  # bytes of an input
PATIENCE_S = 10  # for one input, by the clock: as many times that as run at once
MEMORY_MB = 2048


def fuzz(program, out, seconds, patience_s):
    """Runs one target: executions, a second, covered edges, all edges, files of its corpus, crashes."""
    name = program.name
    corpus, crashes = out / "fuzzer/corpus" / name, out / "fuzzer/crashes" / name
    for folder in (corpus, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    seeds = [str(d / name) for d in (HERE / "corpus", HERE / "regressions") if (d / name).is_dir()]
    before = set(crashes.iterdir())
    done = subprocess.run([program, f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-rss_limit_mb={MEMORY_MB}", f"-timeout={patience_s}", "-print_final_stats=1",
                           f"-artifact_prefix={crashes}/", corpus, *seeds], capture_output=True, text=True, errors="replace")
    log = done.stderr
    (out / "fuzzer" / f"{name}.log").write_text(log)
    executed = re.search(r"stat::number_of_executed_units:\s+(\d+)", log)
    found = sorted(set(crashes.iterdir()) - before)
    for path in found:
        said = re.search(r"(does not hold: .*|SUMMARY: .*|ERROR: .*)", log)
        print(f"FOUND {name}: {path}: {said[1] if said else ''}", flush=True)
    if not executed and not found:
        sys.exit(f"{name} failed:\n{log[-3000:]}")
    covered = [int(n) for n in re.findall(r" cov: (\d+)", log)]
    edges = re.search(r"\((\d+) inline 8-bit counters\)", log)
    last = [int(n) for n in re.findall(r"^#(\d+)", log, re.M)]
    return int(executed[1]) if executed else max(last, default=0), max(covered, default=0), int(edges[1]) if edges else 0, len(list(corpus.iterdir())), len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("targets", nargs="*")
    args = parser.parse_args()
    figures = Figures()
    names = [name for source in sorted(HERE.glob("fuzz_*.c")) if (name := source.stem.removeprefix("fuzz_")) in args.targets or not args.targets]
    with ThreadPoolExecutor(args.at_once) as pool:
        found = list(pool.map(lambda name: fuzz(args.programs / name, args.out, args.seconds, PATIENCE_S * args.at_once), names))
    for name, (executed, covered, edges, files, crashes) in zip(names, found):
        figures.add(f"{name}: executions", executed, "inputs", f"{args.seconds} s, {args.at_once} at once, ASan and UBSan, {files} files of corpus")
        figures.add(f"{name}: coverage", covered, "edges", f"of the program's {edges}, the larger part of which a target cannot reach")
        figures.add(f"{name}: crashes", crashes, "crashes", "", 0)
    print(figures.table())
    figures.write(args.out / "fuzz.json")


if __name__ == "__main__":
    main()
