#include "theory/proofs/claim_of.h"

#include "theory/arithmetic/rounding.h"
#include "theory/certificates/context.h"

namespace unrecur::verify {
namespace {

std::vector<double> list(const Matrix<double>& values) {
  return {values.data(), values.data() + values.size()};
}

}  // namespace

Claim claim_of(const Certificate& certificate, Index input_size, std::optional<double> invariant_box) {
  const NormData norm = certificate.norm.data();
  Claim claim{.norm = norm.kind, .weights = norm.weights, .rate = certificate.rate.value};
  claim.limits = list(certificate.domain.limits);
  if (claim.limits.empty() && invariant_box) {
    claim.limits.assign(static_cast<std::size_t>(certificate.norm.size()), *invariant_box);
  }
  claim.inputs = inputs_of(certificate.domain.inputs, input_size);
  const auto scales = certificate.witness.find("scales");
  if (scales != certificate.witness.end()) {
    claim.scales = list(scales->second);
    // The bound itself may be attained; the verifier proves strict ones.
    claim.scaled_norm = next_up(certificate.witness.at("s")(0, 0));
  }
  const auto multipliers = certificate.witness.find("Lambda");
  if (multipliers != certificate.witness.end()) claim.multipliers = list(multipliers->second);
  const auto split = certificate.witness.find("nu");
  if (split != certificate.witness.end()) claim.split = split->second(0, 0);
  return claim;
}

void add_context(Claim& claim, const Certificate& certificate, double epsilon) {
  if (claim.limits.empty() || !(claim.rate < 1.0)) return;
  const Reach reach{.euclidean = kInfinity,
                    .box = kInfinity,
                    .limits = Eigen::Map<const Vector<double>>(claim.limits.data(), std::ssize(claim.limits))};
  const auto steps = certificate_bound(certificate, reach, GapNorm::euclidean).context(epsilon);
  if (steps) claim.context = Claim::Context{.epsilon = epsilon, .steps = *steps};
}

std::optional<Refutation> refutation_of(const LowerRateBound& lower) {
  if (!lower.bound || lower.bound->rigour != Rigour::proved) return std::nullopt;
  // The bound itself may be attained, and a ball around the exact value does not tell them apart.
  const double radius = next_down(lower.bound->value);
  if (const Orbit* orbit = lower.orbit(); orbit != nullptr && orbit->distance) {
    return Refutation{.inputs = orbit->inputs, .states = orbit->states, .within = *orbit->distance, .radius = radius};
  }
  if (const Matrix<double>* slopes = lower.slopes()) return Refutation{.slopes = *slopes, .radius = radius};
  return std::nullopt;
}

}  // namespace unrecur::verify
