"""`make lint`: the rules of the house that a machine can hold. Prints file:line: message; the status is 1 on any.

    lint.py [--root DIR] [--only rule,rule] [--list]

RULES at the end is the table; a rule is a function from a Tree to findings (path, line, message). The rules that need
no compiler run in milliseconds; clang-tidy, which is slow, is cached in build/lint by the content of all that it reads.
"""
import argparse
import concurrent.futures
import hashlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import contract  # noqa: E402
import cparse  # noqa: E402

FUNCTION_LINES, FUNCTION_NESTING, FILE_LINES, MUTABLE_STATE = 60, 3, 400, 2
FLOOR = {"base": 0, "rank": 1, "store": 2, "http": 3, "ingest": 3, "score": 3, "api": 4, "cli": 5, "main": 5}
# rank is pure: no I/O, no clock; the builder of the taxonomy's automaton may allocate
RANK_REFUSES = {"time.h", "stdio.h", "stdlib.h", "unistd.h", "sys/time.h", "pthread.h", "errno.h"}
RANK_MAY = [("taxonomy", "stdlib.h")]  # beginning of the file's name, header
# header of an outside library -> the only places that may include it
DOORS = [
    (r"microhttpd\.h", ["src/http/", "include/http/"]),
    (r"gnutls/.*\.h", ["src/http/"]),
    (r"(libpq-fe|libpq-events|libpq/.*|postgres_fe|pg_config.*)\.h", ["src/store/", "include/store/"]),
    (r"(cjson/)?cJSON(_Utils)?\.h", ["src/ingest/", "include/ingest/"]),
    (r"sodium(/.*)?\.h", ["src/base/", "include/base/"]),
    (r"z(lib|conf)\.h", ["src/base/", "include/base/"]),
    (r"zstd(_errors)?\.h|zdict\.h", ["src/base/", "include/base/"]),
    (r"utf8proc\.h", ["src/base/", "include/base/"]),
    (r"curl/.*\.h", ["src/ingest/", "include/ingest/"]),
]
PKGS = ["libmicrohttpd", "gnutls", "libcjson", "libcurl", "libpq", "libsodium", "zlib", "libzstd", "libutf8proc"]
WARN = ["-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wswitch", "-Wconversion"]


class Tree:
    """The checkout under test."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        self.build = self.root / "build" / "lint"
        self.notes = []  # lines that are no findings but must be seen
        self._cflags = None

    def files(self, *patterns):
        return sorted(str(p.relative_to(self.root)) for g in patterns for p in self.root.glob(g) if p.is_file())

    def sources(self):
        return self.files("src/*.c", "src/*/*.c")

    def headers(self):
        return self.files("include/*/*.h", "src/*/*.h")

    def tests(self):
        return self.files("tests/**/*.c", "tests/**/*.h")

    def text(self, path):
        return (self.root / path).read_text(errors="replace")

    def cflags(self):
        if self._cflags is None:
            pkg = self.run(["pkg-config", "--cflags", *PKGS])
            self._cflags = ["-std=gnu17", "-D_GNU_SOURCE", "-Iinclude", *pkg.stdout.split()]
        return self._cflags

    def run(self, argv, **more):
        return subprocess.run(argv, cwd=self.root, capture_output=True, text=True, errors="replace", **more)


def includes(text):
    """(line, name) of each #include."""
    for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"]', cparse.blank(text, keep_strings=True), re.M):
        yield text.count("\n", 0, m.start()) + 1, m.group(1)


def floor_of(path):
    """src/main.c -> main; src/http/x.c and include/http/x.h -> http."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else "main"


def rule_floors(tree):
    for path in tree.sources() + tree.headers():
        own = floor_of(path)
        if own not in FLOOR:
            yield path, 1, f'"{own}" is no floor of the house'
            continue
        for line, name in includes(tree.text(path)):
            other = name.split("/")[0]
            if "/" in name and other in FLOOR and other != own and FLOOR[other] >= FLOOR[own] and own != "main":
                yield path, line, f"floor {own} ({FLOOR[own]}) may not include {name} of floor {other} ({FLOOR[other]})"
            if ".." in name.split("/"):
                yield path, line, f"relative include {name}: say floor/x.h"
            if own == "rank" and name in RANK_REFUSES and not any(Path(path).stem.startswith(b) and name == h for b, h in RANK_MAY):
                yield path, line, f"rank is pure: it may not include {name}"


def rule_doors(tree):
    for path in tree.sources() + tree.headers():
        for line, name in includes(tree.text(path)):
            for header, places in DOORS:
                if re.fullmatch(header, name) and not any(path == p or (p[-1] == "/" and path.startswith(p)) for p in places):
                    yield path, line, f"{name} has one door, {' and '.join(places)}; ask there"


def is_data_table(text):
    first = re.match(r"\s*/\*.*?\*/", text, re.S)
    return bool(first and "table of data" in first.group(0))


def rule_functions(tree):
    for path in tree.sources() + tree.headers() + tree.tests():
        for f in cparse.functions(tree.text(path)):
            if f.lines > FUNCTION_LINES:
                yield path, f.line, f"{f.name}() has {f.lines} lines, at most {FUNCTION_LINES}"
            if f.nesting > FUNCTION_NESTING:
                yield path, f.deepest, f"{f.name}() nests {f.nesting} deep, at most {FUNCTION_NESTING}"


def rule_files(tree):
    for path in tree.sources() + tree.headers() + tree.tests():
        text = tree.text(path)
        lines = text.count("\n")
        if lines > FILE_LINES and not is_data_table(text):
            yield path, FILE_LINES + 1, f"{lines} lines, at most {FILE_LINES} (unless its first comment says: table of data)"


def rule_goto(tree):
    for path in tree.sources() + tree.headers() + tree.tests():
        for token in cparse.tokens(cparse.blank(tree.text(path))):
            if token.text == "goto":
                yield path, token.line, "goto"


def rule_opening(tree):
    for path in tree.sources() + tree.headers():
        if not re.match(r"/\*|//", tree.text(path)):
            yield path, 1, "does not open with a comment that says why it exists"


def objects(tree):
    """Compiles every source, plainly, into build/lint/obj; the pairs of those that compiled."""
    def one(path):
        obj = tree.build / "obj" / (path[:-2] + ".o")
        key = tree_hash(tree, path, "gcc") + "\n"
        stamp = obj.with_suffix(".key")
        if not (obj.exists() and stamp.exists() and stamp.read_text() == key):
            obj.parent.mkdir(parents=True, exist_ok=True)
            done = tree.run(["gcc", *tree.cflags(), "-O1", "-w", "-c", "-o", str(obj), path])
            if done.returncode:
                return path, None
            stamp.write_text(key)
        return path, obj
    return parallel(one, tree.sources())


def rule_state(tree):
    """Mutable variables with static storage, wherever they are declared, read from the objects."""
    found = []
    for path, obj in objects(tree):
        if obj is None:
            continue  # the rule `warnings` says why
        for line in tree.run(["objdump", "-t", str(obj)]).stdout.splitlines():
            m = re.match(r"[0-9a-f]+ (.{7}) (\S+)\s+([0-9a-f]+)\s+(?:\.hidden )?(\S+)$", line)
            if m and re.match(r"\.(data|bss|tdata|tbss)|\*COM\*", m.group(2)) and "O" in m.group(1) \
                    and not m.group(2).startswith(".data.rel.ro"):
                found.append((path, re.sub(r"\.\d+$", "", m.group(4))))
    if len(found) > MUTABLE_STATE:
        for path, name in found:
            at = re.search(rf"\b{re.escape(name)}\b", cparse.blank(tree.text(path)))
            line = tree.text(path).count("\n", 0, at.start()) + 1 if at else 1
            yield path, line, f"{name} is mutable state; the program has {len(found)} such variables, at most {MUTABLE_STATE}"


def rule_headers(tree):
    def alone(path):
        return path, tree.run(["gcc", *tree.cflags(), *WARN, "-fsyntax-only", "-x", "c", "-include", path, "/dev/null"])
    for path, done in parallel(alone, tree.headers()):
        if done.returncode:
            yield from compiler_findings(done.stderr, path, "does not compile alone: ")


def rule_contracts(tree):
    for path in tree.files("include/*/*.h"):
        text = tree.text(path)
        lines = text.splitlines()
        for name, line in cparse.prototypes(text):
            above = lines[line - 2].rstrip() if line > 1 else ""
            if not (above.endswith("*/") or above.lstrip().startswith("//")):
                yield path, line, f"{name}() has no contract: a comment directly above it"


def rule_settings(tree):
    table, readme, scripts = tree.root / "src/base/settings.c", tree.root / "README.md", tree.files("src/run/*.sh")
    if not table.exists():
        tree.notes.append("settings: src/base/settings.c is not there yet")
        return
    text = cparse.blank(tree.text("src/base/settings.c"), keep_strings=True)
    known = {m.group(1): text.count("\n", 0, m.start()) + 1
             for m in re.finditer(r'"((?:NICHED_[A-Z][A-Z0-9_]*)|DATABASE_URL)"', text)}
    words = readme.read_text() if readme.exists() else ""
    for name, line in known.items():
        if not re.search(rf"\b{name}\b", words):
            yield "src/base/settings.c", line, f"{name} is not in README.md"
    others = " ".join(tree.text(s) for s in scripts)
    for m in re.finditer(r"\bNICHED_[A-Z][A-Z0-9_]*\b", words):
        if m.group(0) not in known and m.group(0) not in others:
            yield "README.md", words.count("\n", 0, m.start()) + 1, f"{m.group(0)} is no setting of src/base/settings.c"


def rule_contract(tree):
    if not tree.files("src/api/*.c"):
        tree.notes.append("contract: niched contract not built yet")
        return
    program = tree.root / "build" / "niched"
    done = tree.run(["make", "--no-print-directory", "build"])
    if done.returncode or not program.exists():
        lines = done.stderr.strip().splitlines() or [""]
        yield "Makefile", 1, "build/niched does not build: " + next((x for x in lines if "error:" in x or "***" in x), lines[-1])
        return
    done = tree.run([str(program), "contract"])
    if done.returncode:
        yield "openapi.yaml", 1, f"`niched contract` ended with status {done.returncode}: {done.stderr.strip()}"
        return
    yield from contract.compare(done.stdout, tree.root / "openapi.yaml")


def rule_format(tree):
    paths = tree.sources() + tree.headers() + tree.tests()
    if paths:
        done = tree.run(["clang-format", "--dry-run", "-Werror", *paths])
        if done.returncode:
            seen = set()
            for path, line, message in compiler_findings(done.stderr, ".clang-format", ""):
                if (path, line) not in seen:
                    seen.add((path, line))
                    yield path, line, "not as clang-format has it (make format)"


def rule_warnings(tree):
    def one(job):
        compiler, path = job
        return path, tree.run([compiler, *tree.cflags(), *WARN, *(["-O2"] if compiler == "gcc" else []), "-c", "-o",
                               "/dev/null", path]), compiler
    jobs = [(c, p) for c in ("gcc", "clang") for p in tree.sources() + tree.files("tests/unit/*.c")]
    for path, done, compiler in parallel(one, [j for j in jobs if not cached(tree, j[1], j[0])]):
        if done.returncode:
            yield from compiler_findings(done.stderr, path, f"{compiler}: ")
        else:
            remember(tree, path, compiler)


def rule_tidy(tree):
    def one(path):
        return path, tree.run(["clang-tidy", "--quiet", path, "--", *tree.cflags()])
    for path, done in parallel(one, [p for p in tree.sources() if not cached(tree, p, "tidy")]):
        found = list(compiler_findings(done.stdout, path, ""))
        yield from found
        if done.returncode and not found:
            yield path, 1, "clang-tidy failed: " + (done.stdout + done.stderr).strip()[-300:]
        if not done.returncode:
            remember(tree, path, "tidy")


def without_va_opt(tree):
    """A directory with copies of the headers that say __VA_OPT__, which cppcheck 2.10 cannot read, without it."""
    shadow = tree.build / "cppcheck-include"
    for path in tree.files("include/*/*.h"):
        copy = shadow / Path(path).relative_to("include")
        if "__VA_OPT__" in tree.text(path):
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(re.sub(r"\{__VA_ARGS__ __VA_OPT__\(, ?\)(\{[^{}]*\})\}", r"{\1, ##__VA_ARGS__}", tree.text(path)))
        else:
            copy.unlink(missing_ok=True)
    return shadow


def rule_cppcheck(tree):
    if not tree.sources():
        return
    (tree.build / "cppcheck").mkdir(parents=True, exist_ok=True)
    done = tree.run(["cppcheck", "-q", "-j", jobs_count(), "--std=c11", "--enable=warning,performance,portability",
                     "--inline-suppr", "--error-exitcode=1", "-D_GNU_SOURCE", "-D__linux__", f"-I{without_va_opt(tree)}", "-Iinclude",
                     "--suppress=missingIncludeSystem", f"--cppcheck-build-dir={tree.build / 'cppcheck'}",
                     "--template={file}:{line}: error: {message} [{id}]", "src"])
    found = list(compiler_findings(done.stderr, "src", ""))
    yield from found
    if done.returncode and not found:
        yield "src", 1, "cppcheck failed: " + (done.stdout + done.stderr).strip()[-300:]


# ---- the machinery of the rules that run other programs

def compiler_findings(text, path, prefix):
    """file:line:column: error: message, of any of the compilers."""
    for line in text.splitlines():
        m = re.match(r"(?:In file included from )?([^\s:]+):(\d+):(?:\d+:)? *(?:fatal )?(?:error|warning): (.*)", line)
        if m:
            where = os.path.relpath(m.group(1), os.getcwd()) if m.group(1).startswith(os.getcwd()) else m.group(1)
            yield os.path.normpath(where), int(m.group(2)), prefix + m.group(3)


def jobs_count():
    return str(os.cpu_count() or 2)


def parallel(function, items):
    with concurrent.futures.ThreadPoolExecutor(int(jobs_count())) as pool:
        return list(pool.map(function, items))


def tree_hash(tree, path, tool):
    """What a tool's verdict on a file depends on: its text, that of the project's headers it reaches, the settings."""
    key = hashlib.sha256(f"{tool} {WARN} {tree.cflags()} {tool_version(tool)}".encode())
    todo, seen = [path], set()
    while todo:
        p = todo.pop()
        if p in seen or not (tree.root / p).is_file():
            continue
        seen.add(p)
        text = tree.text(p)
        key.update(f"\n{p}\n{text}".encode())
        for _, name in includes(text):
            todo += ["include/" + name, str(Path(p).parent / name)]
    if tool == "tidy" and (tree.root / ".clang-tidy").exists():
        key.update(tree.text(".clang-tidy").encode())
    return key.hexdigest()


VERSIONS = {}


def tool_version(tool):
    program = {"tidy": "clang-tidy"}.get(tool, tool)
    if program not in VERSIONS:
        VERSIONS[program] = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return VERSIONS[program]


def cached(tree, path, tool):
    return (tree.build / "clean" / tree_hash(tree, path, tool)).exists()


def remember(tree, path, tool):
    stamp = tree.build / "clean" / tree_hash(tree, path, tool)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()


RULES = [  # name, what it holds, function
    ("floors", "a floor includes its own and lower ones; http, ingest, score never each other; rank is pure", rule_floors),
    ("doors", "one door per outside library", rule_doors),
    ("functions", f"at most {FUNCTION_LINES} lines and {FUNCTION_NESTING} nested control statements", rule_functions),
    ("files", f"at most {FILE_LINES} lines, tables of data apart", rule_files),
    ("goto", "none", rule_goto),
    ("opening", "every file opens with a comment", rule_opening),
    ("contracts", "every prototype in include/ has a comment directly above", rule_contracts),
    ("settings", "every setting is in README.md and the other way round", rule_settings),
    ("contract", "every route, parameter and field is in openapi.yaml and the other way round", rule_contract),
    ("format", "clang-format", rule_format),
    ("headers", "every header compiles alone", rule_headers),
    ("state", f"at most {MUTABLE_STATE} mutable variables with static storage in the program", rule_state),
    ("warnings", "gcc and clang, " + " ".join(WARN), rule_warnings),
    ("cppcheck", "warning, performance, portability", rule_cppcheck),
    ("tidy", "clang-tidy with .clang-tidy", rule_tidy),
]


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=Path(__file__).resolve().parents[2])
    parser.add_argument("--only", default="", help="names of rules, separated by commas")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args(argv)
    only = set(filter(None, args.only.split(",")))
    if args.list:
        print("\n".join(f"{name:10} {what}" for name, what, _ in RULES))
        return 0
    if only - {r[0] for r in RULES}:
        parser.error(f"no such rule: {', '.join(sorted(only - {r[0] for r in RULES}))} (--list names them)")
    tree = Tree(args.root)
    os.chdir(tree.root)
    tree.build.mkdir(parents=True, exist_ok=True)
    began, count, ran = time.monotonic(), 0, 0
    for name, _, rule in RULES:
        if only and name not in only:
            continue
        start = time.monotonic()
        findings = sorted(set(rule(tree)))
        for path, line, message in findings:
            print(f"{path}:{line}: {name}: {message}")
        count += len(findings)
        ran += 1
        print(f"lint {name:10} {'ok' if not findings else f'{len(findings)} found':10} {time.monotonic() - start:6.1f} s", flush=True)
    for note in tree.notes:
        print(note)
    closing = f"lint: {ran} rules over {len(tree.sources())} sources, {count} found, {time.monotonic() - began:.1f} s"
    print(closing)
    (tree.build / "closing.txt").write_text("\n".join([*tree.notes, closing]) + "\n")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
