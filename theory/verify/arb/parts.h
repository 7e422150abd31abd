#pragma once

#include <string>
#include <vector>

#include "theory/verify/balls/ball.h"
#include "theory/verify/balls/matrix_proofs.h"
#include "theory/verify/claim.h"
#include "theory/verify/refutation.h"

namespace unrecur::verify {

/// How far a step can move two states apart: |φ(s, x) − φ(s', x')|_j ≤ of_state_j for all states within the claim's
/// limits and inputs of its set with |s − s'| ≤ the norm's weights and |x − x'| ≤ inputs_apart (the same input where
/// that is empty). Where the limits are not kept, or the layer does not fit the claim, the reason.
struct Changes {
  std::vector<Ball> of_state{};
  std::string reason{};
};

/// The parts of verify, for the kinds of cell (kind_proof.h). Each takes a claim whose sizes and signs have been
/// checked. `changes` are for weighted max-norms, `verify` for all the other norms.
Changes changes_of_sloped(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart);
Changes changes_of_lstm(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart);
Changes changes_of_gru(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart);
Changes changes_of_stack(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart);
/// y with |φ_j(0, x)| ≤ y_j for every input of the claim's set, of Elman networks and linear systems; empty for others
/// and where the inputs have no bound or do not fit.
std::vector<Ball> first_step_of_sloped(const Layer& layer, const Claim& claim);
Finding verify_sloped(const Layer& layer, const Claim& claim);
Finding verify_lstm(const Layer& layer, const Claim& claim);
Finding verify_gru(const Layer& layer, const Claim& claim);

/// The context of a claim whose rate is proved.
Finding prove_context(const Layer& layer, const Claim& claim);

/// A refutation along an orbit.
Finding refute_by_orbit(const Layer& layer, const Refutation& refutation);

/// Those of the layer's kind.
Changes changes_of(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart);

/// Layer k of a stack on its own: weight_hh_l2 is weight_hh_l0 of layer 2.
Parameters<double> weights_of_layer(const Parameters<double>& all, std::size_t k);

inline Finding not_proved(std::string reason) {
  return {false, std::move(reason)};
}

/// True for the weighted and the plain max-norm, in whose terms gated cells are proved.
inline bool is_max_norm(const Claim& claim) {
  return claim.norm == "inf" || claim.norm == "weighted_inf";
}

/// Σ_k |A_row,k| v_k; zero where v is empty.
inline Ball row_sum(const Matrix<double>& a, Index row, const std::vector<Ball>& v) {
  Ball sum;
  for (std::size_t k = 0; k < v.size(); ++k) sum += abs(Ball(a(row, static_cast<Index>(k)))) * v[k];
  return sum;
}

/// P of a quadratic norm, n × n, which is symmetric as data.
BallMatrix metric_of(const Claim& claim, Index n);

/// Weight j of a norm; 1 for the plain ones.
inline Ball weight(const Claim& claim, Index j) {
  return claim.weights.empty() ? Ball(1.0) : Ball(claim.weights[static_cast<std::size_t>(j)]);
}
inline Ball limit(const Claim& claim, Index j) {
  return {claim.limits[static_cast<std::size_t>(j)]};
}

}  // namespace unrecur::verify
