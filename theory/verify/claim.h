#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/arrays/matrix.h"
#include "theory/verify/layer.h"
#include "theory/verify/observed.h"

namespace unrecur::verify {

/// The inputs a claim is about: all of them (`low` and `columns` empty), the box low_i ≤ x_i ≤ high_i, or the convex
/// hull of `columns`; with a window of w > 1, every stack of w points of that hull.
struct Inputs {
  Vector<double> low{}, high{};
  Matrix<double> columns{};
  Index window = 1;

  /// Whether inputs are not bounded.
  bool any() const { return columns.size() == 0 && low.size() == 0; }
};

/// What a certificate says, in plain data: ‖φ(s, x) − φ(s', x)‖ ≤ rate · ‖s − s'‖ for all states |s_j| ≤ limits_j
/// (every state where there are no limits), which no input of `inputs` leads out of the limits.
struct Claim {
  std::string norm;               ///< a name of NormKind
  std::vector<double> weights{};  ///< of the norm, as in NormData
  /// The diagonal of Λ, one number of at least 0 for each unit, where the norm is quadratic and the slopes vary.
  std::vector<double> multipliers{};
  double rate = 0.0;
  std::vector<double> limits{};  ///< empty, or one for each entry of the state
  Inputs inputs{};
  /// Of LSTMs in a quadratic norm: low_j ≤ s_j ≤ high_j within the limits, which no input of the set leads out of and
  /// which holds zero; the claim is then about these states. Empty: the limits themselves.
  std::vector<double> state_low{}, state_high{};
  /// With that box: off_low_j ≤ h_j − lean_j c_j ≤ off_high_j for each unit, which holds at zero and after every step.
  /// The cuts are then those of c and h − lean c.
  std::vector<double> lean{}, off_low{}, off_high{};
  /// Of kinds with bounded slopes, on the limits and for the inputs: between which numbers the slope of each unit lies.
  /// Empty: those that the activation has anywhere.
  std::vector<double> slope_low{}, slope_high{};
  /// Of gated cells in a weighted two-norm: positive scales S of the rows of the recurrent matrix R (zero where a row
  /// does nothing), and N with ‖S R‖₂ < N.
  std::vector<double> scales{};
  double scaled_norm = 0.0;
  /// Of gated cells in a quadratic norm: a tree of cuts of the box of inputs (where it is one) and states, from the
  /// root, the coordinate that is halved or -1 for a region; and e of the multiplier 2^(e/32) of each term of each
  /// region.
  std::vector<int> cuts{}, exponents{};
  double split = 0.0;  ///< ν of a GRU's two-norm: the part of rate² that the state's own way takes
  /// ‖C (s_t − s_t^k)‖₂ ≤ ε for the truncation of order k, both started at zero, C what is observed. Needs limits, or a
  /// radius r with ‖φ(0, x)‖ ≤ (1 − rate) r for every input of the set, in the norm of the claim: no state from zero
  /// leaves that ball.
  struct Context {
    double epsilon = 0.0;
    long long steps = 0;
    std::optional<double> radius{};
    Observed observed{};
  };
  std::optional<Context> context{};
};

/// Proves the claim for the stored weights from the definitions, in ball arithmetic of 128 bits, and trusts nothing but
/// Arb and this folder: no routine of the search takes part. Not proved means just that. Costs n² ball operations, n³
/// for two-norms and quadratic ones. docs/theory.md, section 15.
Finding verify(const Layer& layer, const Claim& claim);

}  // namespace unrecur::verify
