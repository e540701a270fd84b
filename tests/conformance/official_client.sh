#!/usr/bin/env bash
# Runs the tests of the official Go client (HashiCorp's api module) against an agent binary.
#
#   official_client.sh BINARY [-run REGEX] [--all] [--list FILE] [--update] [--parallel N] [--log FILE]
#
#   BINARY       stands in as `consul` on the tests' PATH
#   -run REGEX   only tests whose name matches
#   --all        every test of the module, not only those of the list
#   --list FILE  the tests that must pass (default: passing.txt beside this script)
#   --update     with --all: write the tests that passed to the list
#   --parallel N agents at a time (default 4)
#   --log FILE   keep the tests' whole output there
#
# Exits 0 when every listed test that was run passed. Needs Go 1.22 or later; without it the run is skipped,
# unless CI is set.
set -uo pipefail

API_VERSION=v1.29.4
SDK_VERSION=v0.16.1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() { sed -n '2,14p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//'; }
die() { echo "official_client: $*" >&2; exit 2; }

binary= regex='.*' all=no list=$here/passing.txt update=no parallel=${PRAETOR_CONFORMANCE_PARALLEL:-4} log=
while [ $# -gt 0 ]; do
  case $1 in
    -h|--help) usage; exit 0 ;;
    -run|--run) regex=${2:?-run needs a regular expression}; shift ;;
    --all) all=yes ;;
    --list) list=${2:?--list needs a file}; shift ;;
    --update) update=yes ;;
    --parallel) parallel=${2:?--parallel needs a number}; shift ;;
    --log) log=${2:?--log needs a file}; shift ;;
    -*) die "unknown option $1" ;;
    *) [ -z "$binary" ] || die "one BINARY only"; binary=$1 ;;
  esac
  shift
done
[ -n "$binary" ] || { usage >&2; exit 2; }
[ -x "$binary" ] || die "$binary is not an executable file"
[ -r "$list" ] || die "cannot read the list $list"
[ "$update" = no ] || [ "$all" = yes ] || die "--update needs --all"
binary=$(readlink -f "$binary")

skip() {
  echo "official_client: skipped, $1"
  if [ -n "${CI:-}" ]; then echo "official_client: CI is set, so this is a failure" >&2; exit 1; fi
  exit 0
}
go=$(command -v go) || skip "no Go found, and the official client's tests need Go 1.22 or later."
go_version=$("$go" env GOVERSION 2>/dev/null | sed 's/^go//')
oldest=$(printf '%s\n1.22\n' "$go_version" | sort -V | head -1)
[ "$oldest" = 1.22 ] || skip "Go $go_version found, and the official client's tests need Go 1.22 or later."

cache=${PRAETOR_CONFORMANCE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/praetor/conformance}
build=$cache/api-$API_VERSION-sdk-$SDK_VERSION-go$go_version

# The module is copied out of Go's module cache because only a main module's own test dependencies resolve.
prepare() {
  [ -x "$build/api.test" ] && [ -x "$build/watch.test" ] && return 0
  rm -rf "$build"; mkdir -p "$build"
  export GOFLAGS=-mod=mod GOTOOLCHAIN=local
  (cd "$build" && printf 'module scratch\n\ngo 1.22\n' > go.mod \
    && "$go" mod download "github.com/hashicorp/consul/api@$API_VERSION" \
    && "$go" mod download "github.com/hashicorp/consul/sdk@$SDK_VERSION" \
    && cp -r "$("$go" env GOMODCACHE)/github.com/hashicorp/consul/api@$API_VERSION" source) || return 1
  chmod -R u+w "$build/source"
  (cd "$build/source" \
    && "$go" mod edit -dropreplace github.com/hashicorp/consul/sdk \
         -require "github.com/hashicorp/consul/sdk@$SDK_VERSION" \
    && "$go" test -c -o "$build/watch.test" ./watch \
    && "$go" test -c -o "$build/api.test" .)
}
prepare || { rm -f "$build"/*.test; echo "official_client: the client's tests could not be fetched and built" >&2; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/praetor-client.XXXXXX")
group=
finish() {
  [ -z "$group" ] || kill -KILL -- "-$group" 2>/dev/null  # what a crashed test left running
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
mkdir "$work/bin" "$work/tmp"
ln -s "$binary" "$work/bin/consul"
: > "$work/results"; : > "$work/output"

names() { sed -n "s/^$1  *\(Test[A-Za-z0-9_]*\).*/\1/p" "$2"; }      # package, list file
anchored() { paste -sd'|' | sed 's/.*/^(&)$/'; }

# run_tests PACKAGE PARALLEL SECONDS NAME... : appends "package name RESULT time" lines to $work/results
run_tests() {
  local package=$1 count=$2 seconds=$3 pattern dir
  shift 3
  [ $# -gt 0 ] || return 0
  pattern=$(printf '%s\n' "$@" | anchored)
  dir=$build/source; [ "$package" = api ] || dir=$dir/$package
  : > "$work/current"
  set -m
  (cd "$dir" && unset "${!CONSUL_@}" && PATH=$work/bin:$PATH TMPDIR=$work/tmp \
     exec "$build/$package.test" -test.v -test.count=1 -test.parallel "$count" -test.timeout "${seconds}s" \
       -test.run "$pattern") < /dev/null > "$work/current" 2>&1 &
  group=$!
  set +m
  wait "$group"
  kill -KILL -- "-$group" 2>/dev/null
  group=
  cat "$work/current" >> "$work/output"
  sed -nE "s/^--- (PASS|FAIL|SKIP): ([^ ]+) \(([0-9.]+)s\).*/$package \2 \1 \3/p" "$work/current" >> "$work/results"
}

result_of() { awk -v p="$1" -v n="$2" '$1==p && $2==n {r=$3} END {print r}' "$work/results"; }

for package in api watch; do
  if [ "$all" = yes ]; then
    mapfile -t chosen < <("$build/$package.test" -test.list '.*' | grep '^Test' | grep -E -- "$regex")
  else
    mapfile -t chosen < <(names "$package" "$list" | grep -E -- "$regex")
  fi
  [ ${#chosen[@]} -gt 0 ] || continue
  printf '%s\n' "${chosen[@]/#/$package }" >> "$work/chosen"
  run_tests "$package" "$parallel" 1500 "${chosen[@]}"
  # A panic or time-out ends the whole test binary: what got no result is run again, each test alone.
  for name in "${chosen[@]}"; do
    [ -n "$(result_of "$package" "$name")" ] || run_tests "$package" 1 120 "$name"
    [ -n "$(result_of "$package" "$name")" ] || echo "$package $name FAIL 0" >> "$work/results"
  done
  for name in $(names "$package" "$here/timing_sensitive.txt"); do
    if [ "$(result_of "$package" "$name")" = FAIL ]; then
      echo "again, alone: $package $name"
      run_tests "$package" 1 120 "$name"
    fi
  done
done
[ -z "$log" ] || cp "$work/output" "$log"
[ -s "$work/chosen" ] || { echo "official_client: no test chosen"; exit 0; }

# The last result of a test counts.
awk '{last[$1" "$2]=$3; took[$1" "$2]=$4; if (!seen[$1" "$2]++) order[n++]=$1" "$2}
     END {for (i=0;i<n;i++) printf "%s %s %s\n", last[order[i]], order[i], took[order[i]]}' "$work/results" \
  | sort -k2,3 > "$work/final"
awk '{printf "%-4s %-5s %s (%ss)\n", $1, $2, $3, $4}' "$work/final"

awk '$1=="PASS"{print $2" "$3}' "$work/final" | sort > "$work/passed"
sort "$work/chosen" | uniq > "$work/chosen.sorted"
grep -E '^(api|watch) ' "$list" | awk '{print $1" "$2}' | sort -u > "$work/listed"
comm -12 "$work/listed" "$work/chosen.sorted" | comm -23 - "$work/passed" > "$work/broken"
comm -13 "$work/listed" "$work/passed" > "$work/unlisted"

echo
echo "official client $API_VERSION: $(wc -l < "$work/passed") of $(wc -l < "$work/chosen.sorted") tests passed;" \
  "$(wc -l < "$work/listed") in the list"
if [ "$update" = yes ]; then
  { grep '^#' "$list"; cat "$work/passed"; } > "$work/list" && cp "$work/list" "$list"
  echo "wrote $(wc -l < "$work/passed") names to $list"
elif [ -s "$work/unlisted" ]; then
  echo "passed, but not in the list:"; sed 's/^/  /' "$work/unlisted"
fi
if [ -s "$work/broken" ]; then
  echo "in the list, but did not pass:"; sed 's/^/  /' "$work/broken"
  [ -n "$log" ] || echo "(--log FILE keeps the tests' output)"
  exit 1
fi
