#!/usr/bin/env bash
# Runs kinds of tests against one throw-away PostgreSQL: tests/run.sh BUILD_DIR unit|files|sql|e2e|files+sql+e2e|contract|browser...
#
# What a test finds in its environment:
#   NICHED             the program, as an absolute path
#   NICHED_BUILD       the build directory (build, build/address, build/thread)
#   TEST_SCRATCH       a directory for more clusters: in memory where there is room
#   TEST_DATABASE_URL  the superuser's URL of the database "postgres" of a cluster that is gone afterwards;
#                      a test makes databases of its own there
# unit: each build/unit/test_*.   files, sql, e2e, contract, browser: those directories by pytest (files: tests/unit), files+sql+e2e by
# one pool of processes. ARGS goes to pytest. All kinds run even when one fails; then the status is 1.
# TEST_LONG=1: all rounds of the random tests, TEST_JOBS: how many processes, TEST_SLOW=3: bounds of promises so many times as wide.
# TEST_AGAIN=1: one that fails is run once more and named as RERUN: a promise of time that a busy machine broke, not a fault.
# The runners' closing lines are repeated at the end and kept in BUILD_DIR/closing.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -z ${TEST_DATABASE_URL:-} ]]; then
    unset DATABASE_URL "${!PG@}"
    exec src/run/cluster.sh with "$0" "$@"
fi

build=$1
shift
export NICHED=$PWD/$build/niched NICHED_BUILD=$PWD/$build
unset PYTHONDONTWRITEBYTECODE # what is compiled is kept in build/, also the asserts that pytest rewrites
export PYTHONPYCACHEPREFIX=$PWD/build/pycache UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
# VALGRIND=1: the program under valgrind
[[ -z ${VALGRIND:-} ]] || export PROGRAM_UNDER_VALGRIND=$NICHED NICHED_BIN=$PWD/tests/valgrind.sh TEST_SLOW=${TEST_SLOW:-20}
logs=$build/test-logs
closing=$build/closing.txt
mkdir -p "$logs"
: >"$closing"
failed=0

# Runs a command with its output in $logs/$1.log, at most 120 s, beside as many others as there are cores; $logs/$1.failed says
# with which status it failed.
start() {
    local name=$1
    shift
    while (($(jobs -rp | wc -l) >= $(nproc))); do wait -n || true; done
    rm -f "$logs/$name.failed"
    { timeout 120 "$@" >"$logs/$name.log" 2>&1 || echo "$?: $*" >"$logs/$name.failed"; } &
}

# Whether that one is good; if not, shows all it said.
good() {
    [[ ! -e $logs/$1.failed ]] && return 0
    cat "$logs/$1.log"
    echo "FAILED with status $(<"$logs/$1.failed")"
    failed=1
    return 1
}

close() { printf '%-7s %s\n' "$1" "$2" | tee -a "$closing"; }

run_unit() { # the C programs, and each fuzz target over its corpus and what once crashed it
    local program name names=() files passed=0 bad=0 cases=0
    for program in "$build"/unit/test_*; do
        name=${program##*/}
        [[ -x $program && -f tests/unit/$name.c ]] || continue
        start "$name" "$program"
        names+=("$name")
    done
    for program in "$build"/replay/*; do
        name=${program##*/}
        [[ -x $program ]] || continue
        mapfile -t files < <(find "tests/fuzz/corpus/$name" "tests/fuzz/regressions/$name" -type f 2>/dev/null | sort)
        start "replay_$name" "$program" "${files[@]}"
        names+=("replay_$name")
        cases=$((cases + ${#files[@]}))
    done
    wait
    for name in "${names[@]}"; do
        if good "$name"; then passed=$((passed + 1)); else bad=$((bad + 1)); fi
        [[ $name == replay_* ]] && continue
        printf '%-32s %s\n' "$name" "$(grep -aE '^\[  (PASSED|FAILED)  \]' "$logs/$name.log" | head -n 1)"
        cases=$((cases + $(awk '/^\[  PASSED  \]/ { n += $4 } END { print n + 0 }' "$logs/$name.log")))
    done
    close unit "[  PASSED  ] $cases test(s) in $passed programs$( ((bad)) && echo "; [  FAILED  ] $bad programs")"
}

# The tests as Python compiles them, by one process before there are six that would each do all of it.
compile_tests() {
    local made=$PYTHONPYCACHEPREFIX/made
    [[ -e $made && -z $(find tests -name '*.py' -newer "$made" -print -quit) ]] && return 0
    mkdir -p "$PYTHONPYCACHEPREFIX"
    touch "$made.new"
    /usr/bin/python3 -m pytest -p no:cacheprovider -q --collect-only tests/unit tests/sql tests/e2e >/dev/null 2>&1 || return 0 # the tests themselves say why
    mv "$made.new" "$made"
}

run_pytest() { # kind, directories; files are spread over processes, more than there are cores since they wait too
    local status=0
    compile_tests
    # shellcheck disable=SC2086 # ARGS is a list of words
    /usr/bin/python3 -m pytest -p no:cacheprovider -q --tb=short --durations=3 \
        -n "${TEST_JOBS:-$(($(nproc) * 3))}" --dist loadfile --reruns "${TEST_AGAIN:-0}" --reruns-delay 2 -rfER "${@:2}" ${ARGS:-} |
        tee "$logs/$1.log" || status=$?
    ((status == 0)) || failed=1
    close "$1" "$(grep -aE '(passed|failed|error|no tests ran).* in [0-9.]+s' "$logs/$1.log" | tail -n 1)"
}

for kind in "$@"; do
    from=$SECONDS
    case $kind in
    unit) run_unit ;;
    files) run_pytest files tests/unit ;;
    sql | e2e | contract | browser) run_pytest "$kind" "tests/$kind" ;;
    files+sql+e2e) run_pytest "$kind" tests/unit tests/sql tests/e2e ;;
    *) echo "tests/run.sh: no such kind of tests: \"$kind\"" >&2; exit 2 ;;
    esac
    echo "      $kind took $((SECONDS - from)) s"
done
echo "---- $build"
cat "$closing"
exit "$failed"
