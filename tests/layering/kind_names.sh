#!/usr/bin/env bash
# A kind of layer is one place. Counts the lines of code that hold the name of a kind as a string literal outside the
# entries of the kinds themselves (and the readers of file formats, which translate other people's names), and fails
# above the limit: compare a property of the kind's entry instead (CellType, KindTheory, KindProof).
# Usage: kind_names.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

most_lines=25
kinds=$(for file in theory/kinds/*.cc; do basename "$file" .cc; done | paste -sd'|')
own_places='^(models/cells|models/formats|theory/kinds|theory/verify/arb/proofs)/'

hits=$(grep -rnE --include='*.h' --include='*.cc' "\"($kinds)\"" base models theory experiments reports apps python |
  grep -vE "$own_places" || true)
lines=$(grep -c . <<<"$hits" || true)
if ((lines > most_lines)); then
  printf '%s lines name a kind of cell outside its entries, at most %s:\n%s\n' "$lines" "$most_lines" "$hits" >&2
  exit 1
fi
