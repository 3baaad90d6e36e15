#!/usr/bin/env bash
# A private PostgreSQL cluster in a directory of its own: no TCP, one socket in a directory that only its owner enters,
# whose file mode is all the authentication there is. It never touches another PostgreSQL of this machine.
#
#   cluster.sh start DIR [--fast]   makes it if need be, starts it, makes the database "niched"; --fast: no fsync, for tests
#   cluster.sh stop DIR             stops it; nothing to do is fine
#   cluster.sh url DIR [DATABASE]   prints its connection URL
#   cluster.sh drop DIR             stops it and removes its data
#   cluster.sh with COMMAND...      runs COMMAND with TEST_DATABASE_URL naming a throw-away cluster below TEST_SCRATCH
#
# As root the server runs as the user postgres (or nobody). Where that user cannot reach DIR (a checkout below /root),
# the data live in /var/lib/niched. Where DIR is too deep for a socket (107 bytes), the socket lives in a short directory.
set -euo pipefail
# shellcheck source=src/run/lib.sh
. "$(dirname "$0")/lib.sh"
umask 022

# Sets dir (the caller's), place (where data and socket really are), user (who runs the server) and bin (its programs).
locate() {
    local version=
    mkdir -p "$1" || true
    [[ -x $1 && -w $1 ]] ||
        die "\"$1\" is not yours to write (an earlier run as root?): run as root, or remove it as root"
    dir=$(cd "$1" && pwd -P)
    [[ $dir != *[\"\`\$\\]* ]] || die "pg_ctl cannot work in a directory with \", \`, \$ or \\ in its name: $dir"
    chmod 700 "$dir" 2>/dev/null || die "\"$dir\" belongs to $(stat -c %U "$dir"), not to $(id -un)"
    place=$dir
    [[ -f $dir/place ]] && place=$(<"$dir/place")
    user=$(id -un)
    if [[ $(id -u) == 0 ]]; then
        user=$(stat -c %U "$place/data" 2>/dev/null || echo root)
        [[ $user == root ]] && user=postgres
        id "$user" >/dev/null 2>&1 || user=nobody
    fi
    [[ -f $place/data/PG_VERSION ]] && version=$(<"$place/data/PG_VERSION")
    bin=$(postgres_bin "$version") && return 0
    die "no PostgreSQL server ${version:+of version $version }here: run \`make deps\`${version:+, or install postgresql-$version}"
}

# Runs a command as the server's user, in a clean environment and from a directory that every user can enter.
as_user() (
    cd /
    local clean=(env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 TZ=UTC "$@")
    [[ $(id -u) != 0 ]] && exec "${clean[@]}"
    exec setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups -- "${clean[@]}"
)

pg() { as_user "$bin/$1" "${@:2}"; }

running() { [[ -f $place/data/PG_VERSION ]] && pg pg_ctl -D "$place/data" status >/dev/null 2>&1; }

# As root: gives the directory to the server's user, or moves to one that he can reach.
hand_over() {
    [[ $(id -u) == 0 ]] || return 0
    chown "$user" "$dir"
    as_user test -w "$dir" && return 0
    place=/var/lib/niched/$(printf '%s' "$dir" | cksum | cut -d' ' -f1)
    mkdir -p "$place"
    chmod 700 "$place"
    chown "$user" "$place"
    as_user test -w "$place" || die "user $user can write neither \"$dir\" nor \"$place\""
    echo "$place" >"$dir/place"
    say "user $user cannot reach \"$dir\": the database's files are in $place"
}

# Prints the socket's directory, making it if need be.
socket_dir() {
    local short
    if [[ ${#place} -le 85 && $place != *,* ]]; then # a comma parts hosts for libpq
        short=$place/socket
    elif [[ -d $(cat "$place/socket.at" 2>/dev/null) ]]; then
        short=$(<"$place/socket.at")
    elif [[ $(id -u) != 0 && -w ${XDG_RUNTIME_DIR:-} && ${#XDG_RUNTIME_DIR} -le 60 ]]; then
        short=$(mktemp -d "$XDG_RUNTIME_DIR/niched.XXXXXX")
    else
        short=$(mktemp -d /tmp/niched.XXXXXX)
    fi
    mkdir -p "$short"
    chmod 700 "$short"
    [[ $(id -u) == 0 ]] && chown "$user" "$short"
    [[ $short == "$place/socket" ]] || echo "$short" >"$place/socket.at"
    echo "$short"
}

socket_path() { cat "$place/socket.at" 2>/dev/null || echo "$place/socket"; }

init() {
    [[ -f $place/data/PG_VERSION ]] && return 0
    rm -rf "$place/data.new"
    pg initdb -D "$place/data.new" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$dir/initdb.log" 2>&1 ||
        { cat "$dir/initdb.log" >&2; die "initdb failed"; }
    echo "include 'niched.conf'" >>"$place/data.new/postgresql.conf"
    ((fast)) || sync -f "$place/data.new"
    mv "$place/data.new" "$place/data"
}

# The megabytes of memory that this machine, or the container we are in, has.
memory_mb() {
    local kb limit
    kb=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null) || limit=max
    [[ $limit == max ]] || ((limit / 1024 > kb)) || kb=$((limit / 1024))
    echo $((kb / 1024))
}

# The megabytes of what the server keeps of the store: a quarter of the memory as PostgreSQL's manual advises, little for tests.
buffers_mb() {
    local mb=$(($(memory_mb) / 4))
    ((fast || mb < 128)) && mb=128
    ((mb > 8192)) && mb=8192
    echo "$mb"
}

# The server's settings, written anew at each start. $1: the socket's directory
# A scored account touches some forty pages, each of which is in the log whole once a checkpoint: lz4 where it is built in.
wal_compression() {
    pg postgres -D "$place/data" -c config_file=/dev/null -c wal_compression=lz4 -C wal_compression 2>/dev/null || echo on
}

settings() {
    local quoted=${1//\'/\'\'} buffers
    buffers=$(buffers_mb)
    cat <<-CONF
	# written by src/run/cluster.sh at each start
	listen_addresses = ''
	port = 5432
	unix_socket_directories = '"$quoted"'
	unix_socket_permissions = 0700
	max_connections = 100
	shared_buffers = ${buffers}MB
	effective_cache_size = $((buffers * 3))MB
	work_mem = 16MB
	maintenance_work_mem = 128MB
	max_wal_size = $((buffers < 1024 ? 512 : buffers * 2))MB
	checkpoint_timeout = 15min
	wal_compression = $(wal_compression)
	bgwriter_delay = 50ms
	bgwriter_lru_maxpages = 1000
	random_page_cost = 1.1
	jit = off
	log_checkpoints = off
	log_timezone = UTC
	timezone = UTC
	CONF
    ((fast)) && printf '%s = off\n' fsync synchronous_commit full_page_writes
    return 0
}

url() { # percent-encodes all but the plainest characters
    local path i c out=
    path=$(socket_path)
    for ((i = 0; i < ${#path}; i++)); do
        c=${path:i:1}
        [[ $c == [A-Za-z0-9/._-] ]] || c=$(printf %s "$c" | od -An -v -tx1 | tr ' ' % | tr -d '\n')
        out+=$c
    done
    echo "postgresql:///${1:-niched}?host=$out&port=5432&user=postgres"
}

sql() { pg psql -XAtq -v ON_ERROR_STOP=1 -h "$(socket_path)" -p 5432 -U postgres -d postgres -c "$1"; }

start() {
    local socket
    fast=0
    [[ ${2:-} == --fast ]] && fast=1
    locate "$1"
    running && return 0
    hand_over
    if [[ -d $place/data && $(stat -c %U "$place/data") != "$user" ]]; then
        die "\"$place\" belongs to $(stat -c %U "$place/data"), not to $user: run as that user or as root, or \`make distclean\`"
    fi
    init
    socket=$(socket_dir)
    settings "$socket" >"$place/data/niched.conf"
    [[ $(id -u) == 0 ]] && chown "$user" "$place/data/niched.conf"
    pg pg_ctl -D "$place/data" -l "$place/postgres.log" -w -t 60 start >/dev/null ||
        { tail -n 15 "$place/postgres.log" >&2; die "PostgreSQL did not start; its log is $place/postgres.log"; }
    [[ $(sql "select 1 from pg_database where datname = 'niched'") == 1 ]] || sql 'create database niched'
}

# $2: immediate where nothing has to be kept
stop() {
    [[ -d $1 ]] || return 0
    locate "$1"
    if running; then
        pg pg_ctl -D "$place/data" -m "${2:-fast}" -w -t 30 stop >/dev/null ||
            pg pg_ctl -D "$place/data" -m immediate -w -t 10 stop >/dev/null ||
            ! running || die "PostgreSQL in $place does not stop" # it may have ended between the two
    fi
    [[ -f $place/socket.at ]] || return 0
    rm -rf -- "$(<"$place/socket.at")"
    rm -f "$place/socket.at"
}

drop() {
    [[ -d $1 ]] || return 0
    stop "$1" immediate
    rm -rf -- "$place" "$dir"
    [[ $place == "$dir" ]] || rmdir --ignore-fail-on-non-empty "${place%/*}"
}

# Where throw-away clusters are made: in memory, if 3 GB of it can be had there and 6 GB are free, since making and dropping
# hundreds of databases is ten times as quick there as on a disk.
scratch_home() {
    local room free
    room=$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1)
    free=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
    if [[ -w /dev/shm && ${room:-0} -ge 3000000 && ${free:-0} -ge 6000000 ]]; then echo /dev/shm; else echo /tmp; fi
}

with() {
    local status=0
    export TEST_SCRATCH=${TEST_SCRATCH:-$(scratch_home)}
    scratch=$(mktemp -d "$TEST_SCRATCH/niched-test.XXXXXX")
    trap 'drop "$scratch"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    start "$scratch" --fast
    TEST_DATABASE_URL=$(url postgres) "$@" || status=$?
    exit "$status"
}

case ${1:-}/$# in
start/[23]) start "${@:2}" ;;
stop/2) stop "$2" ;;
drop/2) drop "$2" ;;
url/[23]) locate "$2" && url "${3:-}" ;;
with/*) with "${@:2}" ;;
*) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
esac
