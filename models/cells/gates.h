#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

/// Column j of gate k, where gates of n rows each lie on top of each other.
template <class M>
auto gate(M&& gates, Index k, Index n, Index j) {
  return gates.col(j).segment(k * n, n).array();
}

}  // namespace unrecur
