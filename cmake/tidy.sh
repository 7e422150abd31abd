#!/usr/bin/env bash
# clang-tidy over FILES (without any: over every source of the modules), with the compile commands of a build folder.
# Usage: tidy.sh BUILD [FILE.cc …]
set -euo pipefail
build=$(readlink -f "${1:?a build folder with compile_commands.json}")
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."
files=("$@")
if [[ ${#files[@]} -eq 0 ]]; then
  mapfile -t files < <(find base models theory experiments reports apps -name '*.cc' | sort)
fi
# A file that this build does not compile has no command to check it with.
known() { grep -qF "\"file\": \"$PWD/$1\"" "$build/compile_commands.json"; }
for file in "${files[@]}"; do
  if known "$file"; then printf '%s\0' "$file"; else echo "not built, not checked: $file" >&2; fi
done | xargs -0 -r -n 1 -P "$(nproc)" clang-tidy --quiet -p "$build" --extra-arg=-Wno-unknown-warning-option
