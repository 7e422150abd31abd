#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

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
  /// A box within the limits, low_j ≤ s_j ≤ high_j, that holds zero and is kept as well. Empty: the limits themselves.
  Vector<double> low{}, high{};
  /// Beside that box, of an LSTM with state (c, h): off_low_j ≤ h_j − lean_j c_j ≤ off_high_j, one for each unit. For h
  /// = o ρ(c) and c go together.
  Vector<double> lean{}, off_low{}, off_high{};
  /// Whether the domain holds a state.
  bool holds(const Eigen::Ref<const Vector<double>>& state) const;
  /// Of slope maps on a box: the slopes of unit j lie in [slope_low_j, slope_high_j] there. Empty: those that the
  /// activation has anywhere.
  Vector<double> slope_low{}, slope_high{};
};

// What a second program needs, beside the norm, the rate and the domain, to check a claim from the weights without
// trusting the search that found it. Weights of norms (v, d and P) lie in the norm.

/// Of method lmi, in a quadratic norm where slopes vary: Λ of theory/slope/lmi.h.
struct LmiWitness {
  Vector<double> multipliers;  ///< the diagonal of Λ, n numbers of at least 0
};

/// Of method block_2norm for LSTMs, in the weighted two-norm of (x c, h) (theory/gated/lstm_rates.h).
struct LstmBlockWitness {
  Vector<double> scales;     ///< the diagonal of S, 4n positive numbers; zero for rows of R that do nothing
  double scaled_norm = 0.0;  ///< N ≥ ‖S R‖₂
};

/// Of method block_2norm for GRUs, in the two-norm (theory/gated/gru_rates.h).
struct GruBlockWitness {
  Vector<double> scales;     ///< the diagonal of S, 3n positive numbers; zero for rows of R that do nothing
  double scaled_norm = 0.0;  ///< N ≥ ‖S R‖₂, R_n acting on r ∘ h where the reset gate comes before the product
  double split = 0.0;        ///< ν, with λ² = ν + τ N²
};

/// Of method quadratic for gated cells (theory/quadratic/quadratic.h): how the domain is cut into regions, and one
/// multiplier 2^(e/32) for each term of each of them. The proof holds for any positive ones, so they can be coarse.
struct QuadraticWitness {
  /// The tree of cuts from the root, halves in order, the lower first: the coordinate that is halved (inputs first,
  /// where their set is a box, then the state), or -1 for a region that is not cut.
  std::vector<int> cuts;
  std::vector<int> exponents;  ///< e, term by term, region by region in the order of `cuts`
};
inline constexpr double kExponentsPerOctave = 32.0;

/// Of all other methods nothing: norm, rate and domain are the whole claim.
using Witness = std::variant<std::monostate, LmiWitness, LstmBlockWitness, GruBlockWitness, QuadraticWitness>;

/// ‖φ(s, x) − φ(s', x)‖ ≤ λ ‖s − s'‖ for all s, s' and x of the domain, in the stated norm.
///
/// λ may be 1 or more: the claim is then true and useless for forgetting.
///
/// The verifier (theory/proofs/claim_of.h) reads: of the norm its kind and its weights (v, d or P); the rate's value;
/// of the domain the limits and the box within them, the inputs (their box or their columns and window) and the slopes;
/// of the witness every field. It reads neither the method nor the domain's text.
struct Certificate {
  std::string method;  ///< one of KindTheory::upper_methods
  Norm norm;
  UpperBound rate;
  Domain domain{};
  Witness witness{};
};

/// A certificate of a rate that was proved; nothing where the rate is not a finite number ≥ 0.
std::optional<Certificate> proved_certificate(std::string method, Norm norm, double rate, Domain domain = {});

}  // namespace unrecur
