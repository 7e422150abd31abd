#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

/// A matrix of these sizes, its entries not set. Where it takes megabytes and the system can, on large pages: else the
/// first write to each of its small ones costs as much as a step of a recurrence of a few hundred units.
Matrix<double> large_matrix(Index rows, Index columns);

}  // namespace unrecur
