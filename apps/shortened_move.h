#pragma once

#include <string>
#include <vector>

#include "models/formats/recurrent_layer.h"
#include "models/matrix.h"
#include "theory/input_set.h"

namespace unrecur {

/// The layer on the straight way from `before` to `after` that is nearest to `before` among those of which one of these
/// methods of the ladder was found to prove a rate of at most λ for these inputs: `after` itself where none proves that
/// of `after`. Numbers that are equal in both stay as they are, floats stay floats. By bisection to 1/1,000 of the way,
/// one proof each; rates need not be monotone along the way, so a nearer one may be missed.
RecurrentLayer shortened_move(const RecurrentLayer& before, const RecurrentLayer& after,
                              const std::vector<std::string>& methods, double rate, const InputSet& inputs);

/// Whether every number of the matrix is a float.
bool all_floats(const Matrix<double>& m);

}  // namespace unrecur
