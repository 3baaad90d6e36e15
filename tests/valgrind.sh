#!/usr/bin/env bash
# The program under valgrind, for the tests: make test-e2e VALGRIND=1 ARGS='-k "match or cache"'. An error, or memory that is lost
# for good, ends it with status 99, which fails the test; what was said is in its output.
here=$(dirname "$0")
exec valgrind --quiet --suppressions="$here/valgrind.supp" --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite \
    "${PROGRAM_UNDER_VALGRIND:-$here/../build/niched}" "$@"
