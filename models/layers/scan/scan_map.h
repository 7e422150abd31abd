#pragma once

#include <memory>

#include "models/layers/scan/scan_cell.h"

namespace unrecur {

/// The maps of a scan for fixed inputs: the products U_0 x + b are made once.
template <class S>
class ScanMap : public FixedInputMap<S> {
 public:
  /// The cell outlives the map.
  ScanMap(const ScanCell<S>& cell, const ConstMatrixRef<S>& x);

  Index columns() const override { return x_.cols(); }
  void apply(const ConstMatrixRef<S>& state, Index first, MatrixRef<S> next) const override;
  std::unique_ptr<Jacobian<S>> linearise(const ConstMatrixRef<S>& state, Index first) const override;

 private:
  /// The drive of the columns from `first` on, at these states.
  Matrix<S> drive_at(const ConstMatrixRef<S>& state, Index first) const;

  const ScanCell<S>& cell_;
  Matrix<S> x_, drive_;
};

}  // namespace unrecur
