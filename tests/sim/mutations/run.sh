#!/usr/bin/env bash
# Shows that the simulator finds the deliberate bugs of list.txt: tests/sim/mutations/run.sh PRAETOR [NAME...]
# Tries each one's scenarios, up to 2,000 seeds together, and prints which checker caught it at which seed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.." || exit 1
praetor=${1:?needs the path of a praetor that was built with the preset "mutations"}
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

while read -r name scenarios what; do
  case $name in '' | '#'*) continue ;; esac
  [ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
  grep -rqF "mutated(\"$name\")" protocol storage actors frontends || { echo "$name: no such place in the sources" >&2; exit 2; }
  found='' IFS=, read -r -a each <<< "$scenarios"
  for scenario in "${each[@]}"; do
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
