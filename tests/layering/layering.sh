#!/usr/bin/env bash
# The layering check. Fails when
#   - a module includes a header of a module above it: python -> apps -> reports -> experiments -> theory ->
#     models -> base, and apps/answer, which the program and Python share, one of the other folders of apps;
#   - folders include each other in a circle;
#   - a folder holds more than 30 source files directly;
#   - a library names an option of the command line: apps alone know how users call things.
# Usage: layering.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

from_the_ground_up=(base models theory experiments reports apps python)
most_files=30
wrong=0

complain() {
  printf '%s\n' "$1" >&2
  wrong=1
}

for ((i = 0; i < ${#from_the_ground_up[@]}; i++)); do
  module=${from_the_ground_up[i]}
  above=$(IFS='|' && echo "${from_the_ground_up[*]:i+1}|tests|bench")
  if hits=$(grep -rnE --include='*.h' --include='*.cc' "^ *# *include *[\"<](unrecur/)?(${above#|})/" "$module"); then
    complain "$module: a module may include only itself and the modules below it:"$'\n'"$hits"
  fi
done

if hits=$(grep -rnE --include='*.h' --include='*.cc' '^ *# *include *"apps/' apps/answer | grep -v '"apps/answer/'); then
  complain "apps/answer: it is Python's, too, and knows no command line:"$'\n'"$hits"
fi

# One line for each include between folders: "FROM TO". tsort names the folders of every circle on standard error.
arrows=$(grep -rE --include='*.h' --include='*.cc' '^ *# *include *"' "${from_the_ground_up[@]}" |
  sed -E 's|^(.*)/[^/:]+: *# *include *"(.*)/[^/"]+".*$|\1 \2|' | awk '$1 != $2' | sort -u)
if ! circles=$(tsort <<<"$arrows" 2>&1 >/dev/null); then
  complain "folders include each other in a circle:"$'\n'"$circles"
fi

# What is said to other programs, Slurm and the printer of pages.
other_programs='^(experiments/runner/slurm_executor\.cc|reports/print/pdf\.cc)'
if hits=$(grep -rnE --include='*.h' --include='*.cc' '"[^"]*--[a-z][^"]*"|//.*--[a-z]' "${from_the_ground_up[@]:0:5}" |
  grep -vE "$other_programs"); then
  complain "a library names an option of the command line:"$'\n'"$hits"
fi

while read -r count folder; do
  if ((count > most_files)); then complain "$folder: $count source files directly in it, at most $most_files"; fi
done < <(find "${from_the_ground_up[@]}" tests bench -name '*.h' -o -name '*.cc' | sed 's|/[^/]*$||' | sort | uniq -c)
exit "$wrong"
