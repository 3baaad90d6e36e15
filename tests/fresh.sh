#!/usr/bin/env bash
# Proves on a fresh minimal Debian 12, with only git and make, that `make run` and `make test` need nothing else.
#
#   tests/fresh.sh [--worktree] [DIR]    DIR: the new root (build/fresh), removed first
#
# Needs root, debootstrap and git. The last commit is cloned; --worktree copies the files as they are, uncommitted too.
# WHERE says where in the new root the checkout is (/srv/niched; /root/niched is one that the user postgres cannot reach).
# KINDS says what to prove (run test). The base root is kept in BASE (/tmp/niched-base.tar).
# A private mount and process namespace gets /proc, a tmpfs on /dev/shm and terminals of its own, nothing else; with it all processes end.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=src/run/lib.sh
. src/run/lib.sh

worktree=0
[[ ${1:-} == --worktree ]] && { worktree=1; shift; }
root=${1:-build/fresh}
base=${BASE:-/tmp/niched-base.tar}
where=${WHERE:-/srv/niched}
mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d/*.sources \
    /etc/apt/sources.list.d/*.list 2>/dev/null | head -n 1 | tr -d ' ' || true)
[[ -n $mirror ]] || die "no Debian mirror found in /etc/apt"
[[ $(id -u) == 0 ]] || die "a new root needs root"

make_base() {
    local dir
    command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
    dir=$(mktemp -d /tmp/niched-base.XXXXXX)
    chmod 755 "$dir" # it becomes /, where every user must be able to look
    say "debootstrap from $mirror"
    debootstrap --variant=minbase --include=git,make,ca-certificates bookworm "$dir" "$mirror" >"$dir.log" 2>&1 ||
        { tail -n 5 "$dir.log" >&2; die "debootstrap failed"; }
    tar -C "$dir" -cf "$base" .
    rm -rf "$dir" "$dir.log"
}

# The new root with apt as the host has it, and the checkout.
make_root() {
    rm -rf -- "$root"
    mkdir -p "$root"
    tar -C "$root" -xpf "$base"
    cat >"$root/etc/apt/sources.list" <<-APT
	deb $mirror bookworm main
	deb $mirror bookworm-updates main
	deb ${mirror%/debian*}/debian-security bookworm-security main
	APT
    apt-config dump | grep -E '^Acquire::(Check-|http)[^ ]* "[^"]+";$' >"$root/etc/apt/apt.conf.d/50host" || true
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    mkdir -p "$root$where"
    if ((worktree)); then
        git ls-files -z -co --exclude-standard | while IFS= read -r -d '' file; do
            [[ ! -f $file ]] || printf '%s\0' "$file"
        done | tar --null -T - -cf - | tar -C "$root$where" -xf -
        chown -R root:root "$root$where"
    else
        git clone -q --no-hardlinks . "$root$where"
    fi
}

# Runs inside, as root, in the checkout.
cat_inside() {
    cat <<'INSIDE'
set -euo pipefail
ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
note() { printf '==== %-48s %s\n' "$1" "$2" | tee -a /summary; }

# make run until its first curl line answers, then Ctrl-C. $1: title
run() {
    local from pid url answer status=0
    from=$(ms)
    set -m
    make run </dev/null >/run.log 2>&1 &
    pid=$!
    set +m
    until grep -q '  curl .*niches?q' /run.log; do
        kill -0 $pid 2>/dev/null || { cat /run.log; note "$1" "FAILED"; return 1; }
        sleep 0.05
    done
    note "$1: ready after" "$(($(ms) - from)) ms"
    grep -v '^\(Get\|Selecting\|Preparing\|Unpacking\|Setting up\|(Reading\)' /run.log | tail -n 25
    url=$(sed -n "s/^ *curl '\(.*\)'$/\1/p" /run.log | head -n 1)
    answer=$(curl -s -w '\n%{http_code} in %{time_total} s' "$url")
    note "$1: $url" "${answer##*$'\n'}"
    echo "${answer:0:600}"
    from=$(ms)
    kill -INT -- -$pid
    wait $pid || status=$?
    note "$1: stopped by SIGINT in" "$(($(ms) - from)) ms, status $status (130: make's own, after all is down)"
    [[ $status == 130 || $status == 0 ]] || { tail -n 20 /run.log; return 1; }
    if grep -lzE '^(postgres|build/niched)' /proc/[0-9]*/cmdline; then note "$1" "FAILED: left processes"; return 1; fi
}

: >/summary
for kind in ${KINDS:-run test}; do
    case $kind in
    run)
        run "first make run"
        run "second make run"
        note "clusters of postgresql-common" "$(pg_lsclusters -h 2>/dev/null | wc -l) (0: none was made)"
        ;;
    test)
        from=$(ms)
        make deps-dev >/deps.log 2>&1 || { tail -n 20 /deps.log; note "make deps-dev" FAILED; exit 1; }
        note "make deps-dev" "$(($(ms) - from)) ms"
        from=$(ms)
        make test || { note "make test" FAILED; exit 1; }
        note "make test" "$(($(ms) - from)) ms"
        ;;
    *)
        note "installs and runs" "make $kind"
        make "$kind"
        ;;
    esac
done
echo
cat /summary
INSIDE
}

[[ -f $base ]] || make_base
make_root
cat_inside >"$root/inside.sh"
port=${NICHED_PORT:-8080}
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
say "fresh root in $root, checkout in $where, port $port"
# shellcheck disable=SC2016 # the inner shell expands
exec unshare --mount --pid --fork --kill-child bash -c '
    set -e
    mount -t proc proc "$1/proc"
    mount -t tmpfs -o mode=1777 shm "$1/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$1/dev/pts" # for the tests of what a terminal shows
    mount --bind "$1/dev/pts/ptmx" "$1/dev/ptmx"
    exec chroot "$1" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
        NICHED_PORT="$3" KINDS="$4" bash -c "cd $2 && exec bash /inside.sh"' fresh "$root" "$where" "$port" "${KINDS:-run test}"
