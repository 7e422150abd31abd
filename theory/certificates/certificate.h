#pragma once

#include <map>
#include <optional>
#include <string>

#include "models/arrays/matrix.h"
#include "theory/arithmetic/bounds.h"
#include "theory/certificates/input_set.h"
#include "theory/certificates/norm.h"

namespace unrecur {

/// Where a rate holds. The default is global: any state and any input, bounded or not.
///
/// Gated cells contract on a box |s_j| ≤ limits_j only, for inputs of a set. The box holds the zero state, and no input
/// of the set leads out of it, so the recurrence from zero and all its truncations stay inside.
struct Domain {
  std::string text = "every state and every input";
  Vector<double> limits{};  ///< one for each entry of the state; empty: every state
  InputSet inputs = InputSet::anything();
};

/// ‖φ(s, x) − φ(s', x)‖ ≤ λ ‖s − s'‖ for all s, s' and x of the domain, in the stated norm.
///
/// λ may be 1 or more: the claim is then true and useless for forgetting. The witness holds, by name, what a second
/// program needs to check the claim from the weights without trusting the search that found it: `v` or `d` (weights of
/// the norm, columns of the state's size), `P` (n × n), `Lambda` (n × 1 multipliers), `s` (1 × 1 bounds of spectral
/// norms), `scales` (of the rows of a gated cell's recurrent matrix, whose spectral norm is then bounded by `s`).
struct Certificate {
  std::string method;  ///< as in RateOptions
  Norm norm;
  UpperBound rate;
  Domain domain;
  std::map<std::string, Matrix<double>> witness;
};

/// A certificate of a rate that was proved; nothing where the rate is not a finite number ≥ 0.
std::optional<Certificate> proved_certificate(std::string method, Norm norm, double rate, Domain domain = {});

}  // namespace unrecur
