"""Each rule of lint.py finds a planted fault, and finds nothing beside it."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import contract  # noqa: E402
import cparse  # noqa: E402
import lint  # noqa: E402

TOP = "/* why */\n"
NESTED = "int f(int a) {\n    for (;;)\n        while (a)\n            if (a) {\n%s            }\n    return a;\n}\n"


def guard(text):
    return f"{TOP}#ifndef H\n#define H\n{text}#endif\n"


def run(tmp_path, rule, files, monkeypatch):
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    tree = lint.Tree(tmp_path)
    tree.build.mkdir(parents=True, exist_ok=True)
    function = {name: f for name, _, f in lint.RULES}[rule]
    return sorted(set(function(tree))), tree.notes


FAULTS = [  # rule, files, where it must be found (path, line), words of the message
    ("floors", {"src/base/a.c": TOP + '#include "http/b.h"\n'}, ("src/base/a.c", 2), "floor base"),
    ("floors", {"src/http/a.c": TOP + '#include "score/b.h"\n'}, ("src/http/a.c", 2), "floor http"),
    ("floors", {"include/store/a.h": TOP + '#include "api/b.h"\n'}, ("include/store/a.h", 2), "floor store"),
    ("floors", {"src/rank/a.c": TOP + "#include <time.h>\n"}, ("src/rank/a.c", 2), "rank is pure"),
    ("floors", {"src/rank/a.c": TOP + "#include <stdlib.h>\n"}, ("src/rank/a.c", 2), "rank is pure"),
    ("floors", {"src/rank/a.c": TOP + '#include "../http/a.h"\n'}, ("src/rank/a.c", 2), "relative"),
    ("floors", {"src/extra/a.c": TOP}, ("src/extra/a.c", 1), "no floor"),
    ("doors", {"src/api/a.c": TOP + "#include <libpq-fe.h>\n"}, ("src/api/a.c", 2), "src/store/"),
    ("doors", {"src/http/reply.c": TOP + "#include <cjson/cJSON.h>\n"}, ("src/http/reply.c", 2), "src/ingest/"),
    ("doors", {"src/api/a.c": TOP + "#include <microhttpd.h>\n"}, ("src/api/a.c", 2), "src/http/"),
    ("doors", {"src/http/a.c": TOP + "# include <zlib.h>\n"}, ("src/http/a.c", 2), "src/base/"),
    ("doors", {"src/store/a.c": TOP + "#include <curl/curl.h>\n"}, ("src/store/a.c", 2), "src/ingest/"),
    ("functions", {"src/base/a.c": TOP + "int f(void) {\n" + "    ;\n" * 59 + "}\n"}, ("src/base/a.c", 2), "61 lines"),
    ("functions", {"src/base/a.c": TOP + NESTED % "                if (a > 1)\n                    return 1;\n"},
     ("src/base/a.c", 6), "nests 4 deep"),
    ("functions", {"tests/unit/a.c": TOP + NESTED % "switch (a) { case 1: break; }\n"}, ("tests/unit/a.c", 6), "nests 4"),
    ("files", {"src/base/a.c": TOP + "int x;\n" * 400}, ("src/base/a.c", 401), "401 lines"),
    ("goto", {"src/base/a.c": TOP + "void f(void) {\n    goto out;\nout:;\n}\n"}, ("src/base/a.c", 3), "goto"),
    ("opening", {"src/base/a.c": "int x;\n"}, ("src/base/a.c", 1), "comment"),
    ("contracts", {"include/base/a.h": guard("/* good */\nint f(void);\nint g(int a,\n      int b);\n")},
     ("include/base/a.h", 6), "g() has no contract"),
    ("contracts", {"include/base/a.h": guard("/* good */\nint f(void);\n\nint g(void);\n")}, ("include/base/a.h", 7), "g()"),
    ("settings", {"src/base/settings.c": TOP + '{"NICHED_PORT", 1},\n{"NICHED_HOST", 1},\n', "README.md": "`NICHED_PORT`\n"},
     ("src/base/settings.c", 3), "NICHED_HOST"),
    ("settings", {"src/base/settings.c": TOP + '{"NICHED_PORT", 1},\n', "README.md": "NICHED_PORT\nNICHED_OLD\n"},
     ("README.md", 2), "NICHED_OLD"),
    ("format", {"src/base/a.c": TOP + "int  x;\n", ".clang-format": "BasedOnStyle: LLVM\n"}, ("src/base/a.c", 2), "make format"),
    ("headers", {"include/base/a.h": guard("/* x */\nsize_t f(void);\n")}, ("include/base/a.h", 5), "does not compile alone"),
    ("state", {"src/base/a.c": TOP + "int a;\nstatic int b = 1;\nint f(void);\nint f(void) {\n    static int c;\n"
               "    return a + ++b + ++c;\n}\n"}, ("src/base/a.c", 6), "3 such variables"),
    ("warnings", {"src/base/a.c": TOP + "int f(long a);\nint f(long a) {\n    return a;\n}\n"}, ("src/base/a.c", 4), "gcc: "),
    ("warnings", {"src/base/a.c": TOP + "int f(long a);\nint f(long a) {\n    return a;\n}\n"}, ("src/base/a.c", 4), "clang: "),
    ("cppcheck", {"src/base/a.c": TOP + "int f(void);\nint f(void) {\n    int a[2] = {0, 0};\n    return a[2];\n}\n"},
     ("src/base/a.c", 5), "out of bounds"),
    ("tidy", {"src/base/a.c": TOP + "#include <string.h>\nint f(char *a, char *b);\nint f(char *a, char *b) {\n"
              "    if (strcmp(a, b))\n        return 1;\n    return 0;\n}\n",
              ".clang-tidy": (Path(__file__).parents[2] / ".clang-tidy").read_text()},
     ("src/base/a.c", 5), "bugprone-suspicious-string-compare"),
]


@pytest.mark.parametrize("rule,files,where,words", FAULTS, ids=[f"{f[0]}-{i}" for i, f in enumerate(FAULTS)])
def test_planted_fault_is_found(tmp_path, monkeypatch, rule, files, where, words):
    found, _ = run(tmp_path, rule, files, monkeypatch)
    assert any(where == f[:2] and words in f[2] for f in found), found
    assert {f[:2] for f in found} <= {where} or rule in ("state", "headers"), found


GOOD = {
    "include/base/a.h": guard("#include <stddef.h>\n\n/* A pair. */\nstruct pair {\n    int a;\n    int (*cb)(int x);\n};\n"
                              "/* One. */\nint f(void);\n/* Two lines of\n * contract. */\nint *g(const struct pair *p,\n"
                              "       size_t n) __attribute__((pure));\ntypedef int (*callback)(int);\n#define TWICE(x) ((x) + (x))\n"
                              "static inline int h(int x) {\n    return x;\n}\n"),
    "src/base/a.c": TOP + '#include "base/a.h"\n\nstatic const char *const names[] = {"goto", "if (x) {"};\n\n'
                          "int f(void) {\n    return names[0][0];\n}\n",
    "src/http/body.c": TOP + '#include "base/a.h"\n#include <microhttpd.h>\n',
    "src/ingest/a.c": TOP + "#include <cjson/cJSON.h>\n",
    "src/rank/taxonomy.c": TOP + "#include <math.h>\n#include <stdlib.h>\n",
    "src/main.c": TOP + '#include "api/x.h"\n#include "cli/x.h"\n/* never goto; #include <zlib.h> */\n',
    "src/rank/taxonomy_graph.c": TOP + "#include <stdlib.h>\n",
    "src/base/table.c": "/* A table of data. */\n" + "// x\n" * 500,
}


@pytest.mark.parametrize("rule", ["floors", "doors", "functions", "files", "goto", "opening", "contracts", "headers", "state"])
def test_good_code_passes(tmp_path, monkeypatch, rule):
    assert run(tmp_path, rule, GOOD, monkeypatch) == ([], [])


def test_cppcheck_reads_macros_with_va_opt(tmp_path, monkeypatch):
    files = {"include/base/log.h": guard("void say(const int *p);\n#define line(...) say((const int[]){__VA_ARGS__ __VA_OPT__(, ){0, 0}})\n"),
             "src/base/a.c": TOP + '#include "base/log.h"\nint f(void);\nint f(void) {\n    int a[2] = {0, 0};\n    line();\n'
                                   "    line(1);\n    return a[2];\n}\n"}
    found, _ = run(tmp_path, "cppcheck", files, monkeypatch)
    assert [f[:2] for f in found] == [("src/base/a.c", 8)]


def test_functions_are_measured():
    text = TOP + """
#define LOOP(x) for (int i = 0; i < (x); i++) { }
struct s { int a; } table[] = {{1}, {2}};
static int first(int a,
                 int b) {
    struct s v = {.a = 1};
    if (a) {
        b = ((struct s){3}).a;
    } else if (b) {
        do
            b--;
        while (b);
    } else {
        LOOP(a) {
            if (b)
                switch (a) {
                case 1: {
                    b = 2;
                    break;
                }
                default:
                    b = '}' + "{"[0];
                }
        }
    }
    return v.a + b;
}
__attribute__((noinline)) void second(void) {
}
"""
    found = [(f.name, f.line, f.lines, f.nesting) for f in cparse.functions(text)]
    assert found == [("first", 5, 24, 4), ("second", 29, 2, 0)]


def test_contract_rule_waits_for_the_program(tmp_path, monkeypatch):
    assert run(tmp_path, "contract", {"src/base/a.c": TOP}, monkeypatch) == ([], ["contract: niched contract not built yet"])


def test_contract_rule_runs_the_program(tmp_path, monkeypatch):
    files = {"src/api/a.c": TOP, "openapi.yaml": OPENAPI,
             "Makefile": ".PHONY: build\nbuild:\n\t@mkdir -p build; printf '#!/bin/sh\\necho \\047{\"routes\": []}\\047\\n' >build/niched;"
                         " chmod +x build/niched\n"}
    found, _ = run(tmp_path, "contract", files, monkeypatch)
    assert [f[2] for f in found] == ["GET /match is described but not answered by the program"]


OPENAPI = """openapi: 3.1.0
paths:
  /match:
    parameters:
      - $ref: '#/components/parameters/limit'
    get:
      operationId: match
      parameters:
        - {name: niche, in: query, required: true, schema: {type: array, items: {type: string}}}
        - name: sort
          in: query
          schema: {type: string, enum: [score, followers], default: score}
components:
  parameters:
    limit: {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
  schemas:
    Item:
      properties:
        id: {type: string}
        score: {type: [number, 'null']}
"""


def tables():
    return {"routes": [{"method": "GET", "path": "/match", "params": [
        {"name": "limit", "type": "integer", "min": 1, "max": 100, "default": "20", "required": False},
        {"name": "niche", "type": "array", "required": True},
        {"name": "sort", "type": "string", "enum": ["followers", "score"], "default": "score"}]},
        {"method": "HEAD", "path": "/match"}],
        "schemas": {"Item": [{"name": "id", "type": "string", "nullable": False},
                             {"name": "score", "type": "number", "nullable": True}]}}


def compare(tmp_path, change):
    path = tmp_path / "openapi.yaml"
    path.write_text(OPENAPI)
    t = tables()
    change(t)
    return list(contract.compare(json.dumps(t), path))


def test_contract_agrees(tmp_path):
    assert compare(tmp_path, lambda t: None) == []


@pytest.mark.parametrize("change,line,words", [
    (lambda t: t["routes"].append({"method": "GET", "path": "/x"}), 2, "GET /x is answered by the program"),
    (lambda t: t["routes"].append({"method": "PUT", "path": "/match"}), 3, "PUT /match is answered"),
    (lambda t: t["routes"].pop(0), 6, "GET /match is described but"),
    (lambda t: t["routes"][0]["params"].pop(0), 5, "parameter limit is described but"),
    (lambda t: t["routes"][0]["params"].append({"name": "q", "type": "string"}), 6, "parameter q is taken"),
    (lambda t: t["routes"][0]["params"][0].update(max=50), 5, "limit: maximum is 100 here, 50"),
    (lambda t: t["routes"][0]["params"][0].update(min=None), 5, "limit: minimum is 1 here, None"),
    (lambda t: t["routes"][0]["params"][0].update(default=10), 5, "limit: default is 20 here, 10"),
    (lambda t: t["routes"][0]["params"][0].update(type="int"), 5, "no JSON Schema type"),
    (lambda t: t["routes"][0]["params"][1].update(required=False), 9, "niche: required"),
    (lambda t: t["routes"][0]["params"][2].update(enum=["score"]), 10, "sort: enum"),
    (lambda t: t["schemas"]["Item"].pop(), 20, "Item.score is described but"),
    (lambda t: t["schemas"]["Item"].append({"name": "x"}), 17, "Item.x is written"),
    (lambda t: t["schemas"]["Item"][0].update(type="integer"), 19, "Item.id: type"),
    (lambda t: t["schemas"]["Item"][1].update(nullable=False), 20, "Item.score: nullable"),
    (lambda t: t["schemas"].update(Nope=[]), 16, "schema Nope"),
])
def test_contract_differs(tmp_path, change, line, words):
    found = compare(tmp_path, change)
    assert len(found) == 1 and found[0][:2] == ("openapi.yaml", line) and words in found[0][2], found


def test_exit_status_and_lines(tmp_path):
    (tmp_path / "src/base").mkdir(parents=True)
    (tmp_path / "src/base/a.c").write_text(TOP + "#include <libpq-fe.h>\n")
    argv = [sys.executable, lint.__file__, "--root", str(tmp_path), "--only"]
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([*argv, "doors,goto"], capture_output=True, text=True, env=env)
    assert done.returncode == 1 and done.stdout.startswith("src/base/a.c:2: doors: libpq-fe.h has one door")
    assert subprocess.run([*argv, "goto"], capture_output=True, env=env).returncode == 0
    assert subprocess.run([*argv, "nope"], capture_output=True, env=env).returncode == 2
