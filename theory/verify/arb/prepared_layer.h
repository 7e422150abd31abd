#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/arrays/matrix.h"
#include "theory/verify/arb/ball.h"
#include "theory/verify/layer.h"

namespace unrecur::verify {

/// A layer made ready for many steps: its recurrent weights are balls once and for all, and the part of the inputs in a
/// preactivation is computed once for each input, however often that comes. One step costs n² products.
class PreparedLayer {
 public:
  virtual ~PreparedLayer() = default;
  /// U x + b, with what else adds to it whatever the state is; at the precision in force.
  virtual std::vector<Ball> drive(const Vector<double>& x) const = 0;
  /// s becomes φ(s, x), for all states of the balls.
  virtual void step(std::vector<Ball>& state, const std::vector<Ball>& drive) const = 0;
};

/// Null where the layer is of no kind known here or its weights do not fit each other; `reason` says so then.
std::unique_ptr<PreparedLayer> prepare(const Layer& layer, std::string& reason);

}  // namespace unrecur::verify
