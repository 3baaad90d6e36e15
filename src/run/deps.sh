#!/usr/bin/env bash
# Installs what is missing of niched's packages: deps.sh run|dev|bench|contract|browser|fuzz|valgrind|deb (Debian, Ubuntu). Quick and silent when nothing is.
# A PostgreSQL server that this brings in makes no cluster of its own: that of `make run` is private, in var/.
set -euo pipefail
# shellcheck source=src/run/lib.sh
. "$(dirname "$0")/lib.sh"

run=(gcc libc6-dev make pkg-config curl ca-certificates
    libmicrohttpd-dev libgnutls28-dev libcjson-dev libpq-dev libsodium-dev zlib1g-dev libzstd-dev libutf8proc-dev libjs-chart.js python3 python3-yaml)
# its flavours (OpenSSL, GnuTLS, NSS) exclude each other: any that is there will do
pkg-config --exists libcurl 2>/dev/null || run+=(libcurl4-openssl-dev)
dev=("${run[@]}" git openssl binutils clang clang-format clang-tidy cppcheck libcmocka-dev
    python3-pytest python3-pytest-xdist python3-pytest-rerunfailures python3-httpx python3-jsonschema python3-psycopg python3-hypothesis python3-numpy prometheus man-db systemd)

contract=()
command -v node >/dev/null || contract+=(nodejs)
command -v npm >/dev/null || contract+=(npm)

bench=("${contract[@]}" python3-psycopg nghttp2-client wrk)

browser=("${contract[@]}" chromium chromium-driver python3-selenium)
deb=("${run[@]}" build-essential debhelper)

missing() {
    local present package
    present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
    for package in "$@"; do
        [[ $'\n'$present$'\n' == *$'\n'"installed $package"$'\n'* ]] || echo "$package"
    done
}

# What libFuzzer and the sanitizers link with: a package of its own in some releases, part of clang's in others.
clang_runtime() {
    compgen -G "$(clang -print-resource-dir)/lib/linux/libclang_rt.fuzzer-*.a" >/dev/null || echo "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
}

# Runs a command as root.
root() {
    if [[ $(id -u) == 0 ]]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

# Keeps postgresql-common from making and starting a cluster "main" while $@ runs; the administrator's file stays as it is.
without_main_cluster() {
    local conf=/etc/postgresql-common/createcluster.d/zz-niched.conf status=0
    root mkdir -p "${conf%/*}"
    echo 'create_main_cluster = false' | root tee "$conf" >/dev/null
    "$@" || status=$?
    root rm -f "$conf"
    root rmdir --ignore-fail-on-non-empty "${conf%/*}"
    return "$status"
}

install() {
    root apt-get update -q || say "apt-get update failed; trying with the package lists at hand"
    root apt-get install -q -y --no-install-recommends "$@"
}

case ${1:-} in
run) packages=("${run[@]}") ;;
dev) packages=("${dev[@]}") ;;
bench) packages=("${bench[@]}") ;;
contract) packages=("${contract[@]}") ;;
browser) packages=("${browser[@]}") ;;
fuzz) mapfile -t packages < <(clang_runtime) ;;
valgrind) packages=(valgrind libc6-dbg) ;;
deb) packages=("${deb[@]}") ;;
*) die "usage: deps.sh run|dev|bench|contract|browser|fuzz|valgrind|deb" ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    pkg-config --exists libmicrohttpd gnutls libcjson libcurl libpq libsodium zlib libzstd libutf8proc 2>/dev/null &&
        { external_database || postgres_bin >/dev/null; } && exit 0
    die "no apt-get here: this installs packages on Debian 12 and Ubuntu 22.04 or newer only.
On another system install the equivalents of these and run again:
  ${packages[*]}
and a PostgreSQL server of version 13 or newer (or name one by DATABASE_URL)"
fi

mapfile -t wanted < <(missing "${packages[@]}")
if [[ $1 != deb ]] && ! postgres_bin >/dev/null; then
    [[ $1 == run ]] && external_database || wanted+=(postgresql)
fi
[[ ${#wanted[@]} == 0 ]] && exit 0

if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    die "packages are missing, and there is no sudo to install them with. As root, run \`make deps\` here, or install
  ${wanted[*]}"
fi
say "installing ${wanted[*]}"
without_main_cluster install "${wanted[@]}" || die "apt-get could not install ${wanted[*]}"
