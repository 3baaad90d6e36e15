#!/usr/bin/env bash
# `make ci`: deps, lint, tests, the contract, tests with sanitizers. Stops at the first that fails; ends with the runners' own lines.
set -euo pipefail
cd "$(dirname "$0")/.."

export TEST_AGAIN=1 # of 5,300 runs of a test one that waits for a machine that is not its own may be late
from=$SECONDS
make deps-dev
make lint
make test-long
cp build/closing.txt build/closing.test.txt
make contract
cp build/closing.txt build/closing.contract.txt
make test-browser
make test SAN=address
echo
echo "==== make lint"
cat build/lint/closing.txt
echo "==== make test-long"
cat build/closing.test.txt
echo "==== make contract"
cat build/closing.contract.txt
echo "==== make test-browser"
cat build/closing.txt
echo "==== make test SAN=address"
cat build/address/closing.txt
echo "==== ci passed in $((SECONDS - from)) s"
