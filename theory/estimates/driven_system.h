#pragma once

#include <memory>

#include "models/layers/cell.h"

namespace unrecur {

/// A map s' = φ(s, x) as estimates see it: anything that can be iterated and linearised along inputs.
///
/// A cell is one (CellSystem); a textbook map with known exponents is another, and that is how the estimates are
/// tested.
class DrivenSystem {
 public:
  virtual ~DrivenSystem() = default;
  virtual Index state_size() const = 0;  ///< n, of the full state
  virtual Index input_size() const = 0;  ///< m
  /// The maps for fixed inputs x (m × c). Lives no longer than the system.
  virtual std::unique_ptr<FixedInputMap<double>> fix_inputs(const ConstMatrixRef<double>& x) const = 0;
};

/// Steps whose input products are held at one time where a sequence is gone through: what bounds the memory.
inline constexpr Index kDriveSteps = 256;

/// A recurrent cell with its full state: (c, h) of an LSTM, the states of all layers of a stack. Keeps a reference.
class CellSystem : public DrivenSystem {
 public:
  explicit CellSystem(const Cell<double>& cell) : cell_(cell) {}
  Index state_size() const override { return cell_.shape().state; }
  Index input_size() const override { return cell_.shape().input; }
  std::unique_ptr<FixedInputMap<double>> fix_inputs(const ConstMatrixRef<double>& x) const override {
    return cell_.fix_inputs(x);
  }

 private:
  const Cell<double>& cell_;
};

}  // namespace unrecur
