#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/formats/shared/stored_tensor.h"

namespace unrecur {

/// A weight of a recurrent layer as the model uses it: stored, or what a wrapper makes of stored arrays.
struct EffectiveWeight {
  std::vector<std::int64_t> shape;
  std::function<Matrix<double>()> load;  ///< exact where it is stored, rounded to double where it is computed
  std::vector<std::string> sources;      ///< the arrays it is made of, the one of its shape first
  std::string formula;                   ///< how; empty where it is stored as it is
  std::string problem;                   ///< why it is not known; empty where it is
  std::size_t place = 0;                 ///< of the first of its arrays in the file
};

/// The weights and biases of recurrent layers by their names, B standing for weight_hh_l0 and the like:
///
///     B_raw                                   WeightDrop: B = B_raw; a stored B is a copy of which parts were dropped
///     B_g, B_v                                weight_norm: B = g v / ‖v‖, norms of rows, columns or all, as g's shape
///     B_orig, B_mask                          pruning: B = orig ∘ mask
///     B_orig, B_u, B_v                        spectral_norm: B = orig / (uᵀ orig v), or that of the transpose
///     parametrizations.B.original0, original1 weight_norm, as above
///     parametrizations.B.original, 0._u, 0._v spectral_norm, as above
///     parametrizations.B.…                    anything else has a problem
std::map<std::string, EffectiveWeight> effective_weights(const std::vector<StoredTensor>& tensors,
                                                         const std::string& file);

/// The name of the weight that a stored array of one of these names is a part of, B for B_g; empty for a weight itself
/// and for other names.
std::string wrapped_weight(const std::string& name);

}  // namespace unrecur
