#pragma once

#include "models/arrays/matrix.h"

namespace unrecur::verify {

/// What the states s of two runs are compared in: s itself, or an output map C s, which is what the layer gives, or
/// what a dense layer on top makes of that, whose bias is the same for both runs and does not count.
struct Observed {
  bool outputs = false;   ///< h, what the layer or the stack gives, in the place of s
  Matrix<double> head{};  ///< of outputs: V, q × h, for V h in the place of h; no entries: h itself
};

}  // namespace unrecur::verify
