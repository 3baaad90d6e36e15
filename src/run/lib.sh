# Words shared by the scripts of src/run and tests; source it.
# shellcheck shell=bash

say() { printf 'niched: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# True when the caller named a database of his own, so that none is made here.
external_database() {
    [[ -n ${DATABASE_URL:-}${PGHOST:-}${PGHOSTADDR:-}${PGPORT:-}${PGDATABASE:-}${PGSERVICE:-} ]]
}

# The directory of the newest PostgreSQL server's programs, or of major version $1 if given. Fails when there is none.
# shellcheck disable=SC2120 # $1 is optional
postgres_bin() {
    local dir
    for dir in $(printf '%s\n' /usr/lib/postgresql/"${1:-*}"/bin | sort -rV) "$(pg_config --bindir 2>/dev/null)"; do
        [[ -x $dir/initdb && -x $dir/pg_ctl ]] || continue
        [[ -z ${1:-} || $("$dir/initdb" --version) =~ \ $1(\.|[a-z]|$) ]] && { echo "$dir"; return 0; }
    done
    return 1
}
