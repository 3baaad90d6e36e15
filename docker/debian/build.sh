#!/usr/bin/env bash
# `make deb`: the checkout as it is, with debian/ from here and a changelog of the version, through dpkg-buildpackage.
#   docker/debian/build.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$PWD/$1
version=$(cat "$build/version")
REVISION=$(cat "$build/revision")
export REVISION
tree=$build/deb/niched-$version
[[ $REVISION == unknown ]] || version+="~git$(git log -1 --format=%cd --date=format:%Y%m%d.%H%M%S).$REVISION"
date=$(git log -1 --format=%cD 2>/dev/null || date -R)

rm -rf "$build/deb"
mkdir -p "$tree"
if [[ -d .git || -f .git ]]; then
    git ls-files -z -co --exclude-standard | while IFS= read -r -d '' file; do
        [[ ! -f $file ]] || printf '%s\0' "$file"
    done | tar --null -T - -cf - | tar -C "$tree" -xf -
else
    tar --exclude=./build --exclude=./var -cf - . | tar -C "$tree" -xf -
fi
cp -r docker/debian "$tree/debian"
printf 'niched (%s) unstable; urgency=medium\n\n  * CHANGELOG.md says what is new.\n\n -- niched maintainers <maintainers@niched.example.org>  %s\n' \
    "$version" "$date" >"$tree/debian/changelog"
(cd "$tree" && dpkg-buildpackage -us -uc -b >"$build/deb/build.log" 2>&1) || { tail -n 40 "$build/deb/build.log" >&2; exit 1; }
ls -l "$build"/deb/*.deb
