#!/usr/bin/env bash
# Runs kinds of tests against one throw-away PostgreSQL: tests/run.sh BUILD_DIR unit|sql|e2e|sql+e2e|contract|browser...
#
# What a test finds in its environment:
#   NICHED             the program, as an absolute path
#   NICHED_BUILD       the build directory (build, build/address, build/thread)
#   TEST_SCRATCH       a directory for more clusters: in memory where there is room
#   TEST_DATABASE_URL  the superuser's URL of the database "postgres" of a cluster that is gone afterwards;
#                      a test makes databases of its own there
# unit: each build/unit/test_*.   sql, e2e, contract, browser: those directories by pytest, sql+e2e by one pool of processes. ARGS
# goes to pytest. All kinds run even when one fails; then the status is 1.
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
export PYTHONPYCACHEPREFIX=$PWD/build/pycache UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
# VALGRIND=1: the program under valgrind
[[ -z ${VALGRIND:-} ]] || export PROGRAM_UNDER_VALGRIND=$NICHED NICHED_BIN=$PWD/tests/valgrind.sh TEST_SLOW=${TEST_SLOW:-20}
logs=$build/test-logs
closing=$build/closing.txt
mkdir -p "$logs"
: >"$closing"
failed=0

# Runs a command with its output in $logs/$1.log; shows all of it when it fails. $2: longest time in seconds
logged() {
    local log=$logs/$1.log limit=$2 status=0
    shift 2
    timeout "$limit" "$@" >"$log" 2>&1 || status=$?
    ((status == 0)) && return 0
    cat "$log"
    echo "FAILED with status $status: $*"
    failed=1
    return 1
}

close() { printf '%-7s %s\n' "$1" "$2" | tee -a "$closing"; }

run_replay() { # each fuzz target over its corpus and what once crashed it
    local program name files
    for program in "$build"/replay/*; do
        [[ -x $program ]] || continue
        name=${program##*/}
        mapfile -t files < <(find "tests/fuzz/corpus/$name" "tests/fuzz/regressions/$name" -type f 2>/dev/null | sort)
        if logged "replay_$name" 120 "$program" "${files[@]}"; then good=$((good + 1)); cases=$((cases + ${#files[@]})); else bad=$((bad + 1)); fi
    done
}

run_unit() {
    local test name good=0 bad=0 cases=0
    for test in "$build"/unit/test_*; do
        [[ -x $test && ! -d $test ]] || continue
        name=${test##*/}
        [[ -f tests/unit/$name.c ]] || continue
        if logged "$name" 120 "$test"; then good=$((good + 1)); else bad=$((bad + 1)); fi
        printf '%-32s %s\n' "$name" "$(grep -aE '^\[  (PASSED|FAILED)  \]' "$logs/$name.log" | head -n 1)"
        cases=$((cases + $(awk '/^\[  PASSED  \]/ { n += $4 } END { print n + 0 }' "$logs/$name.log")))
    done
    run_replay
    close unit "[  PASSED  ] $cases test(s) in $good programs$( ((bad)) && echo "; [  FAILED  ] $bad programs")"
}

run_pytest() { # kind, directories; files are spread over processes, more than there are cores since they wait too
    local status=0
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
    unit)
        run_unit
        run_pytest files tests/unit
        ;;
    sql | e2e | contract | browser) run_pytest "$kind" "tests/$kind" ;;
    sql+e2e) run_pytest "$kind" tests/sql tests/e2e ;;
    *) echo "tests/run.sh: no such kind of tests: \"$kind\"" >&2; exit 2 ;;
    esac
    echo "      $kind took $((SECONDS - from)) s"
done
echo "---- $build"
cat "$closing"
exit "$failed"
