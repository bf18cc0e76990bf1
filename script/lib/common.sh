# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Shared by the scripts: where things are, packages, builds, progress. Sourced, never run.
set -euo pipefail

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
export MUSTER_TREE=$tree
export PYTHONDONTWRITEBYTECODE=1
# Debian's own Python, whatever else stands first in PATH.
python=/usr/bin/python3

# Everything that is built or downloaded lies outside the tree.
if [ -z "${MUSTER_CACHE:-}" ]; then
	if mkdir -p /var/cache/muster 2>/dev/null && [ -w /var/cache/muster ]; then
		MUSTER_CACHE=/var/cache/muster
	else
		MUSTER_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/muster
		mkdir -p "$MUSTER_CACHE"
	fi
fi
export MUSTER_CACHE
build_root=$MUSTER_CACHE/build-$(printf %s "$tree" | sha256sum | cut -c1-12)

say() { printf '[%4ds] %s\n' "$SECONDS" "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# quietly WHAT CMD…: one progress line; the output is shown only where the command fails.
quietly() {
	local what=$1 log rc=0
	shift
	say "$what"
	log=$(mktemp)
	"$@" >"$log" 2>&1 || rc=$?
	[ "$rc" = 0 ] || { tail -n 60 "$log" >&2; say "$what: failed ($rc)"; }
	rm -f "$log"
	return "$rc"
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# packages_of GROUP…: the packages of these groups in lib/packages.
packages_of() {
	local group
	for group in "$@"; do
		awk -F '\t' -v g="$group" '!/^#/ && NF { n = split($1, a, ","); for (i = 1; i <= n; i++) if (a[i] == g) print $2 }' \
			"$tree/script/lib/packages"
	done | sort -u
}

# need GROUP…: install what is missing of these groups; says what to do where that is impossible.
need() {
	local missing="" p have
	have=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p') ||
		die "needs Debian 12 (no dpkg here)"
	for p in $(packages_of "$@"); do
		grep -qx -- "$p" <<<"$have" || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	if ! as_root true 2>/dev/null; then
		die "needs root once, to install:$missing
    run: su -c 'apt-get install --no-install-recommends$missing'"
	fi
	# shellcheck disable=SC2086 # a list of words
	quietly "installing$missing" as_root env DEBIAN_FRONTEND=noninteractive sh -c '
		apt-get install -y -q --no-install-recommends "$@" ||
		{ apt-get update -q && apt-get install -y -q --no-install-recommends "$@"; }' apt $missing
}

# build KIND: configure and build the tree as "release" or "san" (ASan and UBSan); prints the directory.
build() {
	local kind=$1 dir=$build_root/$1 opts
	case $kind in
	release) opts="--prefix=/usr --sysconfdir=/etc --localstatedir=/var --libexecdir=libexec --buildtype=debugoptimized" ;;
	# Sanitizers lead gcc astray about what may be uninitialized; the release build checks that.
	san) opts="--prefix=/usr --libexecdir=libexec --buildtype=debug -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-Wno-maybe-uninitialized" ;;
	# gcc is the compiler whose warnings are errors.
	fuzz) opts="--buildtype=debugoptimized -Dfuzz=true -Db_lundef=false -Dwerror=false" ;;
	*) die "no build called $kind" ;;
	esac
	mkdir -p "$dir"
	(
		flock 9
		# shellcheck disable=SC2086 # a list of options
		if [ ! -e "$dir/build.ninja" ]; then
			[ "$kind" != fuzz ] || export CC=clang
			quietly "configuring the $kind build" meson setup $opts "$dir" "$tree" || { rm -rf "$dir/meson-private" "$dir/build.ninja"; exit 1; }
		fi
		quietly "building ($kind)" ninja -C "$dir"
	) 9>"$dir.lock" || return 1
	printf '%s\n' "$dir"
}
