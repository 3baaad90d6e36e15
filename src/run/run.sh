#!/usr/bin/env bash
# `make run`: database, data, service, and on the way out the same in reverse. run.sh NICHED_BINARY
#
# Without DATABASE_URL or PG*: a private cluster in var/pg, with the made-up sandbox world.
# With one of them: that database, and made-up creators only if SANDBOX=1 says so.
# SIGINT or SIGTERM, here or at the `make` above, stops service and cluster; the exit status is then 0.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=src/run/lib.sh
. "$here/lib.sh"

niched=$1
export NICHED_PORT=${NICHED_PORT:-8080}
address=${NICHED_ADDRESS:-127.0.0.1}
case $address in
0.0.0.0 | ::) address=127.0.0.1 ;;
esac
base=http://$address:$NICHED_PORT
[[ $address == *:* ]] && base=http://[$address]:$NICHED_PORT
shutdown_s=$((${NICHED_SHUTDOWN_S:-10} + 5))
export NICHED_SECRET_FILE=${NICHED_SECRET_FILE:-var/secret} # cursors and tombstones outlive a restart
cluster=var/pg
private=1
external_database && private=0
sandbox=${SANDBOX:-$private}
service=
started_cluster=0

port_taken() { (exec 3<>"/dev/tcp/$address/$NICHED_PORT") 2>/dev/null; }

# Runs one step of the preparation and says how long it took.
step() {
    local what=$1 from=$EPOCHREALTIME status=0
    shift
    "$@" || status=$?
    ((status == 0)) || die "$what failed: \`$*\` ended with status $status"
    say "$(printf '%-50s %6d ms' "$what" $(((${EPOCHREALTIME/[.,]/} - ${from/[.,]/}) / 1000)))"
}

# The service first, then what it stands on. Waits for both; a service that overstays its own limit is killed.
# shellcheck disable=SC2317 # a trap calls it
stop_all() {
    local tries
    trap '' INT TERM
    if [[ -n $service ]]; then
        kill -TERM "$service" 2>/dev/null || true
        for ((tries = 0; tries < shutdown_s * 20; tries++)); do
            kill -0 "$service" 2>/dev/null || break
            sleep 0.05
        done
        kill -KILL "$service" 2>/dev/null && say "the service did not end within $shutdown_s s and was killed"
        wait "$service" 2>/dev/null || true
    fi
    if ((started_cluster)); then
        "$here/cluster.sh" stop "$cluster" || true
    fi
}

stop_asked() {
    say "stopping"
    exit 0
}

# `kill -INT` of make alone does not reach its children, and make then waits for them: while it does, it blocks SIGINT,
# which /proc shows. A make that was killed outright is gone from there, or a zombie.
make_gives_up() {
    local line
    [[ $parent == make ]] || return 1
    [[ -r /proc/$PPID/status ]] || return 0
    while read -r line; do
        [[ $line == State:*Z* ]] && return 0
        [[ $line == SigBlk:* ]] && return $((((16#${line##*[[:space:]]} >> 1) & 1) == 0))
    done <"/proc/$PPID/status"
    return 1
}

database() {
    if ((!private)); then
        export DATABASE_URL=${DATABASE_URL:-postgresql://} # the latter leaves all to PG*
        return 0
    fi
    [[ -w var && (! -e var/run.lock || -w var/run.lock) ]] ||
        die "var/ belongs to $(stat -c %U var): an earlier run was another user's; run as that user or remove var/ as root"
    exec 9>var/run.lock
    flock -n 9 || die "another \`make run\` of this checkout is running (var/run.lock)"
    started_cluster=1
    step "PostgreSQL in var/pg" "$here/cluster.sh" start "$cluster" 9>&-
    DATABASE_URL=$("$here/cluster.sh" url "$cluster")
    export DATABASE_URL
    unset "${!PG@}"
}

prepare() {
    step "migrations" "$niched" migrate
    step "taxonomy" "$niched" taxonomy load --yes
    if [[ $sandbox == 1 ]]; then
        step "sandbox world (made-up creators, if empty)" "$niched" sandbox --creators 2000 --seed 1 --if-empty
    fi
    step "scores" "$niched" score
}

# Waits until the service answers 200 on /readyz.
wait_ready() {
    local tries
    for ((tries = 0; tries < 600; tries++)); do
        kill -0 "$service" 2>/dev/null || { service=; die "the service ended before it was ready"; }
        curl -fs --noproxy '*' -m 2 -o /dev/null "$base/readyz" && return 0
        sleep 0.05
    done
    die "the service is not ready after 30 s; what it says: $(curl -s --noproxy '*' -m 2 "$base/readyz" || true)"
}

invite() {
    cat <<-TRY

	niched answers on $base (Ctrl-C stops it). Open it in a browser, or try:

	  curl '$base/match?niche=vegan-fitness'
	  curl '$base/match?niche=vegan-fitness&country=US&max_followers=50000&limit=3&explain=true'
	  curl '$base/niches?q=vegan'

	TRY
    [[ $private == 1 || $sandbox == 1 ]] ||
        say "no made-up creators were put into your database; SANDBOX=1 would load 2,000"
}

trap stop_all EXIT
trap stop_asked INT TERM
parent=$(cat "/proc/$PPID/comm" 2>/dev/null || true)

[[ $NICHED_PORT =~ ^[1-9][0-9]{0,4}$ ]] || die "NICHED_PORT must be 1 to 65535, got \"$NICHED_PORT\""
port_taken && die "port $NICHED_PORT of $address is taken; choose another one: NICHED_PORT=8081 make run"
mkdir -p var
database
prepare
# 9>&-: the lock is this script's alone. pdeathsig: no service is left behind when this script is killed.
setpriv --pdeathsig TERM "$niched" serve 9>&- &
service=$!
wait_ready
invite

exec {never}<> <(:)
while kill -0 "$service" 2>/dev/null; do
    read -r -t 0.5 -u "$never" _ || true
    if make_gives_up; then stop_asked; fi
done
status=0
wait "$service" || status=$?
service=
((status == 0)) || say "the service ended with status $status"
exit "$status"
