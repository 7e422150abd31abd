#pragma once

#include <functional>
#include <optional>

#include "models/arrays/matrix.h"
#include "models/formats/shared/recurrent_layer.h"

namespace unrecur {

/// The layer on the straight way from `before` to `after` that is nearest to `before` among those for which `holds` was
/// found to hold: nothing where it does not hold at `after` or, where that is nearer, at the distance `closer_than` (in
/// the Frobenius norm, less 1/1,000). Numbers that are equal in both stay as they are, floats stay floats. By bisection
/// to 1/1,000 of the way, one call of `holds` each; it need not be monotone along the way, so a nearer one may be
/// missed.
std::optional<RecurrentLayer> line_search(const RecurrentLayer& before, const RecurrentLayer& after,
                                          const std::function<bool(const RecurrentLayer&)>& holds, double closer_than);

/// Whether every number of the matrix is a float.
bool all_floats(const Matrix<double>& m);

}  // namespace unrecur
