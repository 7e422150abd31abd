#pragma once

#include <optional>

#include "theory/verify/arb/scans/scan.h"

namespace unrecur::verify {

/// One layer with its weights and the sizes that follow from them.
struct ScanLayer {
  Scan scan;
  Parameters<double> weights;
  const Matrix<double>* u = nullptr;  ///< of `weights`, as the bias
  const Matrix<double>* bias = nullptr;
  std::size_t inputs = 0, units = 0, blocks = 0, stored = 0;
  bool separate = false, projected = false;

  std::size_t states() const { return stored + (separate ? 2 : 1) * units; }
  std::size_t intake() const { return 2; }
  std::size_t outlet() const { return scan.intake == Scan::Intake::coupled ? 2 : 3; }
};

/// The layer, where its shapes fit what its attributes say.
std::optional<ScanLayer> read_layer(const Layer& layer);

}  // namespace unrecur::verify
