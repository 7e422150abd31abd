#pragma once

#include <memory>
#include <vector>

#include "models/layers/joint_cell.h"
#include "models/layers/scan/scan_cell.h"
#include "theory/scans/scan_bounds.h"

namespace unrecur {

/// A layer with what is known of it, and |U|.
struct ScanLink {
  std::unique_ptr<Cell<double>> own;  ///< where the layer is one of a stack
  const ScanCell<double>* cell = nullptr;
  ScanBounds bounds;
  Matrix<double> absolute;
};

/// Scans on top of each other, from the bottom.
struct ScanChain {
  std::vector<ScanLink> layers;
  Skip skip = Skip::none;
  Index inputs = 0;  ///< m of the whole
  bool bounded = true;
};

/// The layers of the cell; none where one of them is no scan.
ScanChain scan_chain(const Cell<double>& cell);

/// Finds the bounds of all layers for inputs of the set.
void bound_layers(ScanChain& chain, const InputSet& inputs);

/// What layer k reads of numbers that belong to the outputs below it: their limits, or how far they move. `of_input` is
/// that of x. Sums are rounded upwards.
Vector<double> read_by(const ScanChain& chain, std::size_t k, const std::vector<Vector<double>>& outputs,
                       const Vector<double>& of_input);

/// One on top of the other.
Vector<double> stacked(const Vector<double>& a, const Vector<double>& b);

}  // namespace unrecur
