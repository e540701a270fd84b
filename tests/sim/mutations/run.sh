#!/usr/bin/env bash
# Shows that the deliberate bugs of list.txt are found: tests/sim/mutations/run.sh BUILD_DIRECTORY [NAME...]
# Tries each one's scenarios, up to 2,000 seeds together, and prints which checker caught it at which seed. What the
# simulator can't meet names a unit test program instead (`test_NAME`), which has to fail.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.." || exit 1
build=${1:?needs a build directory of the preset "mutations"}
praetor=$build/praetor
shift
seeds=${PRAETOR_MUTATION_SEEDS:-2000}
caught=0 missed=()

# Prints "SCENARIO SEED CHECKER TEXT" of the first failure in the JSON of `sim run`.
first_failure() {
  python3 -c '
import json, sys
for run in json.load(sys.stdin)["runs"]:
    for found in run["findings"]:
        print(run["scenario"], run["seed"], "[" + found["checker"] + "]", found["text"][:140])
        sys.exit()'
}

# Prints "PROGRAM CASE" of the first test case that fails; the bug may also end the program.
first_failed_case() {  # program, bug
  local log
  log=$(PRAETOR_MUTATION=$2 timeout 300 "$build/tests/unit/$1" --reporter compact 2>&1) && return
  echo "$1 $(grep -m 1 -E 'failed: |error: |SIGABRT|assertion' <<< "$log" | sed "s|^$PWD/||" | cut -c1-140)"
}

while read -r name scenarios what; do
  case $name in '' | '#'*) continue ;; esac
  [ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
  grep -qF "row($name)" protocol/mutation.hpp || { echo "$name: not in protocol/mutation.hpp" >&2; exit 2; }
  found='' IFS=, read -r -a each <<< "$scenarios"
  for scenario in "${each[@]}"; do
    if [[ $scenario = test_* ]]; then
      found=$(first_failed_case "$scenario" "$name")
      [ -z "$found" ] || break
      continue
    fi
    found=$(PRAETOR_MUTATION=$name "$praetor" sim run "$scenario" --seeds "1..$((seeds / ${#each[@]}))" --first --json \
      | first_failure)
    [ -z "$found" ] || break
  done
  if [ -n "$found" ]; then
    caught=$((caught + 1))
    echo "caught  $name: $found"
  else
    missed+=("$name")
    echo "MISSED  $name ($what): $scenarios, $seeds seeds"
  fi
done < tests/sim/mutations/list.txt

echo "$caught caught, ${#missed[@]} missed"
[ ${#missed[@]} = 0 ]
