#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

/// x ← tanh x, for every entry. Within four units in the last place of the exact value; odd, at most 1, exact at ±0,
/// NaN where x is. An entry's bits do not depend on where it stands among the others. In double several times as fast
/// as the C library's, one entry after the other: below |x| = 0.6 the eighth convergent of Lambert's continued fraction
/// x/(1 + x²/(3 + x²/(5 + …))), above it (1 − e^{−2|x|})/(1 + e^{−2|x|}). In float Eigen's.
///
/// No proof rests on it: theory bounds tanh itself (theory/arithmetic/scalar_functions.h, docs/theory.md).
template <class S>
void take_tanh(MatrixRef<S> x);

}  // namespace unrecur
