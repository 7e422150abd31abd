#!/usr/bin/env bash
# Fails when a room includes a header of a room above it. Arrows run apps -> reports -> experiments -> theory -> models.
# Usage: arrows.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

from_the_ground_up=(models theory experiments reports apps)
wrong=0
for ((i = 0; i < ${#from_the_ground_up[@]}; i++)); do
  room=${from_the_ground_up[i]}
  above=$(IFS='|' && echo "${from_the_ground_up[*]:i+1}|tests|bench")
  if hits=$(grep -rnE --include='*.h' --include='*.cc' "^ *# *include *[\"<](unrecur/)?(${above#|})/" "$room"); then
    printf '%s: a room may include only itself and the rooms below it:\n%s\n' "$room" "$hits" >&2
    wrong=1
  fi
done
exit "$wrong"
