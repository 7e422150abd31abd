#include "theory/orbits/enclosed_cell.h"

namespace unrecur {

std::unique_ptr<EnclosedCell> enclosed_cell(const Cell<double>& cell) {
  for (const auto& parameter : cell.parameters()) {
    if (!parameter.value.allFinite()) return nullptr;
  }
  const std::string kind = cell.kind();
  if (kind == "elman" || kind == "linear") return enclosures::sloped(cell);
  if (kind == "lstm") return enclosures::lstm(cell);
  if (kind == "gru") return enclosures::gru(cell);
  return nullptr;
}

}  // namespace unrecur
