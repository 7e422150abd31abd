#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/arrays/matrix.h"
#include "theory/verify/balls/centered.h"
#include "theory/verify/layer.h"

namespace unrecur::verify {

/// How the inputs of a layer are known.
enum class Inlet {
  exact,  ///< as numbers
  boxed,  ///< as those of a layer above others are, to within a box: they stand on the state's end there
};

/// A layer made ready for many steps: its recurrent weights are balls once and for all, and the part of the inputs in a
/// preactivation is computed once for each input, however often that comes.
///
/// A step goes from the middle of the box to its image, at the precision in force, and encloses the Jacobian over the
/// box, which says where the rest of it goes: φ(s) − φ(m) = J (s − m), by the mean value theorem. So deviations grow as
/// the Jacobians let them (deviation.h), whereas radii of plain ball arithmetic forget that a number occurs twice.
/// Costs n² products at the precision in force, and some more in double.
class PreparedLayer {
 public:
  virtual ~PreparedLayer() = default;
  /// U x + b, with what else adds to it whatever the state is; at the precision in force. Of boxed inputs b alone, x
  /// empty.
  virtual std::vector<Ball> drive(const Vector<double>& x) const = 0;
  /// φ(·, x) over the box; of boxed inputs φ over the box of (s, x), whose Jacobian has columns for both.
  virtual Image step(const CenteredState& box, const std::vector<Ball>& drive) const = 0;
};

/// Whether the layer has no attributes but these and the names of functions, which have numbers beside them
/// (function.h): one that is not known here may make another map of the cell.
bool says_only(const Layer& layer, std::initializer_list<std::string_view> known,
               std::initializer_list<std::string_view> functions = {});

// By kind, in runs/.
std::unique_ptr<PreparedLayer> prepare_sloped(const Layer& layer, Inlet inlet);
std::unique_ptr<PreparedLayer> prepare_lstm(const Layer& layer, Inlet inlet);
std::unique_ptr<PreparedLayer> prepare_gru(const Layer& layer, Inlet inlet);
/// Layers on top of each other with any skip connections.
std::unique_ptr<PreparedLayer> prepare_stack(const Layer& layer, Inlet inlet);

/// Null where the layer is of no kind known here or its weights do not fit each other; `reason` says so then.
std::unique_ptr<PreparedLayer> prepare(const Layer& layer, std::string& reason);

}  // namespace unrecur::verify
