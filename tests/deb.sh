#!/usr/bin/env bash
# `make deb-check`: installs build/deb/niched_*.deb and a PostgreSQL, does by hand what systemd would do with the unit (there is
# none in a chroot): user, environment, ExecStartPre, ExecStart, SIGTERM; asks the service; compares the system calls that it made
# with SystemCallFilter; removes and purges it again. Changes the system it runs on: only in a root that tests/fresh.sh made.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=src/run/lib.sh
. src/run/lib.sh
[[ -e /inside.sh && $(id -u) == 0 ]] || die "only in a root that tests/fresh.sh made: KINDS='deb deb-check' make fresh"
unit=/lib/systemd/system/niched.service
export NICHED_PORT=${NICHED_PORT:-8080}
port=$NICHED_PORT
export DEBIAN_FRONTEND=noninteractive

installs() { apt-get install -q -y --no-install-recommends "$@" >/apt.log 2>&1 || { tail -n 20 /apt.log >&2; die "apt-get install $*"; }; }
check() { say "ok: $1"; shift; "$@" || die "this failed: $*"; }

# What a setting of the unit says, one a line.
unit_says() { sed -n "s/^$1=//p" "$unit"; }

# Runs a command as the unit does.
as_unit() {
    local environment
    mapfile -t environment < <(unit_says Environment | sed 's,%S,/var/lib,'; grep -v '^#' /etc/default/niched | grep .)
    setpriv --reuid "$(unit_says User)" --regid "$(unit_says Group)" --init-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
        env -i PATH=/usr/bin:/bin "${environment[@]}" chrt "--$(unit_says CPUSchedulingPolicy)" 0 "$@"
}

start_pre() {
    local line
    while IFS= read -r line; do
        # shellcheck disable=SC2086 # a line of words
        as_unit ${line#-} || [[ $line == -* ]] || die "ExecStartPre=$line"
    done < <(unit_says ExecStartPre)
}

# System calls in $1 (strace -f) that SystemCallFilter does not let through.
refused_calls() {
    /usr/bin/python3 - "$1" "$unit" <<'PYTHON'
import re, subprocess, sys
def group(name):
    text = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
    words = [w for w in re.findall(r"^ +([@\w-]+)$", text, re.M)]
    return {c for w in words for c in (group(w) if w[0] == "@" else {w})}
allowed = set()
for line in re.findall(r"^SystemCallFilter=(.*)$", open(sys.argv[2]).read(), re.M):
    named = {c for w in line.lstrip("~").split() for c in (group(w) if w[0] == "@" else {w})}
    allowed = allowed - named if line[0] == "~" else allowed | named
made = set(re.findall(r"^\d+ +(\w+)\(", open(sys.argv[1]).read(), re.M))
print(*sorted(made - allowed - {"execve"}))
print(f"{len(made)} calls made, {len(allowed)} let through", file=sys.stderr)
PYTHON
}

installs "$(echo build/deb/niched_*.deb | sed 's,^,./,')" postgresql strace
check "user niched, without a shell" grep -qE '^niched:.*:/var/lib/niched:/usr/sbin/nologin$' /etc/passwd
check "manual page and completion" test -s /usr/share/man/man1/niched.1.gz -a -s /usr/share/bash-completion/completions/niched
check "enabled, for the next start of the machine" test -L /etc/systemd/system/multi-user.target.wants/niched.service
systemd-analyze security --offline=yes "$unit" | tail -n 1

pg_ctlcluster "$(pg_lsclusters -h | cut -d' ' -f1)" main start || die "PostgreSQL does not start"
setpriv --reuid postgres --regid postgres --init-groups createuser niched
setpriv --reuid postgres --regid postgres --init-groups createdb -O niched niched
install -d -o niched -g niched -m "$(unit_says StateDirectoryMode)" /var/lib/niched
start_pre
start_pre # as at every later start
echo "NICHED_PORT=$port" >>/etc/default/niched
as_unit strace -f -qq -o /tmp/strace.log "$(unit_says ExecStart | cut -d' ' -f1)" serve >/serve.log 2>&1 &
for ((i = 0; i < 200; i++)); do niched health >/dev/null 2>&1 && break; sleep 0.1; done
check "healthy" niched health
as_unit niched sandbox --creators 200 --seed 1 >/dev/null
for ((i = 0; i < 300; i++)); do
    curl -s "http://127.0.0.1:$port/readyz" | grep -q '"accounts_waiting":false' && break
    sleep 0.2
done
for path in '/match?niche=vegan&explain=true' '/plan?niche=vegan&budget_usd=500' '/niches?q=vega' /model /metrics /openapi.json; do
    check "$path" curl -fsS --compressed -o /dev/null "http://127.0.0.1:$port$path"
done
check "an answer over HTTP" niched match vegan --limit 3 --format table --url "http://127.0.0.1:$port"
check "secret for the service alone" test "$(stat -c '%U %a' /var/lib/niched/secret)" = "niched 600"
for process in /proc/[0-9]*; do
    [[ $(readlink "$process/exe") != /usr/bin/niched ]] || service=${process#/proc/}
done
check "SIGTERM" kill -TERM "$service"
status=0
wait %1 || status=$?
check "status 0" test "$status" = 0
refused=$(refused_calls /tmp/strace.log)
check "no system call that SystemCallFilter refuses (${refused:-none})" test -z "$refused"

apt-get remove -q -y niched >/apt.log 2>&1
check "removed, settings and state stay" test ! -e /usr/bin/niched -a -e /etc/default/niched -a -e /var/lib/niched/secret
apt-get purge -q -y niched >/apt.log 2>&1
check "purged" test ! -e /etc/default/niched -a ! -e /var/lib/niched
say "the package works; sandboxing itself was not tried: no systemd runs here"
