#pragma once

#include "models/arrays/matrix.h"
#include "theory/verify/layer.h"

namespace unrecur::verify {

/// What a refutation says, in plain data: λ ≥ radius for every rate λ in any fixed norm, over a domain that holds
///
/// - an orbit: `states` s_1, …, s_p and `inputs` x_1, …, x_p with φ(s_i, x_i) = s_{i+1}, s_{p+1} = s_1, where the exact
///   states lie within `within` of the stored ones, entry by entry; or, where there are no states,
/// - every state and every input, by patterns of slopes Σ_1, …, Σ_p (the columns of `slopes`, one of ones for a linear
///   layer): the Jacobian is (1 − α) I + α Σ W, and every pattern is approached by some state and input.
///
/// In both cases radius ≤ ρ(J_p ⋯ J_1)^{1/p} of the Jacobians J_i. A radius of 1 or more refutes.
struct Refutation {
  Matrix<double> inputs{};  ///< m × p
  Matrix<double> states{};  ///< n × p
  double within = 0.0;
  Matrix<double> slopes{};  ///< n × p
  double radius = 0.0;
};

/// Proves the refutation for the stored weights in ball arithmetic of 128 bits, and trusts nothing but Arb and this
/// folder, as verify does. The layer's input weights must be the model's own where there is an orbit. Where p > 1, np
/// may not exceed 1,024. Costs (np)³ ball operations, for each layer of a stack. docs/theory.md, section 16.
Finding refute(const Layer& layer, const Refutation& refutation);

}  // namespace unrecur::verify
