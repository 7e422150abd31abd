#pragma once

#include <string>
#include <vector>

#include "theory/verify/arb/ball.h"
#include "theory/verify/claim.h"

namespace unrecur::verify {

/// The parts of verify, by kind of cell. Each takes a claim whose sizes and signs have been checked.
Finding verify_sloped(const Layer& layer, const Claim& claim);
Finding verify_lstm(const Layer& layer, const Claim& claim);
Finding verify_gru(const Layer& layer, const Claim& claim);

inline Finding not_proved(std::string reason) {
  return {false, std::move(reason)};
}

/// True for the weighted and the plain max-norm, in whose terms gated cells are proved.
inline bool is_max_norm(const Claim& claim) {
  return claim.norm == "inf" || claim.norm == "weighted_inf";
}

/// Weight j of a norm; 1 for the plain ones.
inline Ball weight(const Claim& claim, Index j) {
  return claim.weights.empty() ? Ball(1.0) : Ball(claim.weights[static_cast<std::size_t>(j)]);
}
inline Ball limit(const Claim& claim, Index j) {
  return {claim.limits[static_cast<std::size_t>(j)]};
}

}  // namespace unrecur::verify
