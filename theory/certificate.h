#pragma once

#include <map>
#include <string>

#include "models/matrix.h"
#include "theory/bounds.h"
#include "theory/norm.h"

namespace unrecur {

/// Where a rate holds. Every certificate of this version is global: any state and any input, bounded or not.
struct Domain {
  std::string text = "every state and every input";
};

/// ‖φ(s, x) − φ(s', x)‖ ≤ λ ‖s − s'‖ for all s, s' and x of the domain, in the stated norm.
///
/// λ may be 1 or more: the claim is then true and useless for forgetting. The witness holds, by name, what a second
/// program needs to check the claim from the weights without trusting the search that found it: `v` or `d` (weights of
/// the norm, columns of size n), `P` (n × n), `s` (1 × 1 bounds of spectral norms).
struct Certificate {
  std::string method;  ///< spectral_norm, one_norm, inf_norm, perron, diagonal_2norm, lyapunov_equation
  Norm norm;
  UpperBound rate;
  Domain domain;
  std::map<std::string, Matrix<double>> witness;
};

}  // namespace unrecur
