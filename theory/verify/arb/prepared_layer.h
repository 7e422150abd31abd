#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/arrays/matrix.h"
#include "theory/verify/arb/centered.h"
#include "theory/verify/layer.h"

namespace unrecur::verify {

/// A layer made ready for many steps: its recurrent weights are balls once and for all, and the part of the inputs in a
/// preactivation is computed once for each input, however often that comes.
///
/// A step goes from the middle of the box to its image, at the precision in force, and says how far the rest of the box
/// can be moved from there by the mean value theorem: |φ(s) − φ(m)| ≤ |J| r with J over the box. So radii grow as the
/// Jacobian lets them, whereas those of plain ball arithmetic forget that a number occurs twice. Costs n² products at
/// the precision in force, and some more in double.
class PreparedLayer {
 public:
  virtual ~PreparedLayer() = default;
  /// U x + b, with what else adds to it whatever the state is; at the precision in force.
  virtual std::vector<Ball> drive(const Vector<double>& x) const = 0;
  /// The box becomes one that holds φ(s, x) for all s of it.
  virtual void step(CenteredState& state, const std::vector<Ball>& drive) const = 0;
};

// By kind.
std::unique_ptr<PreparedLayer> prepare_sloped(const Layer& layer);
std::unique_ptr<PreparedLayer> prepare_lstm(const Layer& layer);
std::unique_ptr<PreparedLayer> prepare_gru(const Layer& layer);

/// Null where the layer is of no kind known here or its weights do not fit each other; `reason` says so then.
std::unique_ptr<PreparedLayer> prepare(const Layer& layer, std::string& reason);

}  // namespace unrecur::verify
