#pragma once

#include <optional>
#include <string>
#include <vector>

#include "theory/arithmetic/rounding.h"
#include "theory/check/ladder.h"

namespace unrecur {

struct CheckOptions {
  double epsilon = 1e-3;               ///< error for which the context is asked
  std::optional<double> input_norm{};  ///< B_x: ‖x‖₂ ≤ B_x, where it is known
  LadderOptions ladder{};
};

/// What is known about the contraction of one recurrent layer.
struct LayerCheck {
  std::vector<Rung> rungs;
  Verdict verdict = Verdict::undecided;
  std::optional<double> rate_lower, rate_upper;  ///< proved; nothing where nothing is
  std::optional<Index> context;                  ///< k(ε) of the best certificate
  const Certificate* best = nullptr;             ///< points into rungs; null where no rate below 1 is proved
  /// Where refuted: the proved lower rates of at least 1, those with an orbit for their witness first, and then the
  /// larger ones. Point into rungs.
  std::vector<const Rung*> refutations;
  double recurrent_norm = 0.0;        ///< ‖R‖₂ of the stacked recurrent matrix, floating
  std::string domain;                 ///< where the proved rates hold, in words; empty where nothing is
  Reach reach{kInfinity, kInfinity};  ///< what is known of the states, as the context needs it
};

/// Climbs the ladder of the cell and reads it: the verdict, the bracket of the rate, and the context that is enough for
/// an error of ε in the Euclidean norm of the state. Costs what the ladder costs.
LayerCheck check_layer(const Cell<double>& cell, const CheckOptions& options);

/// The states that the recurrence can reach from zero: the box that its activation keeps them in, the box on which a
/// gated cell is certified, and the ball of radius (L_x B_x + ‖φ(0,0)‖)/(1 − λ) where inputs are bounded and the
/// spectral norm certifies λ < 1.
Reach reach_of(const Cell<double>& cell, std::span<const Rung> rungs, std::optional<double> input_norm);

}  // namespace unrecur
