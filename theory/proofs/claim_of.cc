#include "theory/proofs/claim_of.h"

#include "theory/arithmetic/rounding.h"
#include "theory/certificates/context.h"

namespace unrecur::verify {
namespace {

std::vector<double> list(const Matrix<double>& values) {
  return {values.data(), values.data() + values.size()};
}

/// The bound N itself may be attained; the verifier proves strict ones.
struct AddWitness {
  Claim& claim;

  void operator()(std::monostate) const {}
  void operator()(const LmiWitness& witness) const { claim.multipliers = list(witness.multipliers); }
  void operator()(const LstmBlockWitness& witness) const {
    claim.scales = list(witness.scales);
    claim.scaled_norm = next_up(witness.scaled_norm);
  }
  void operator()(const GruBlockWitness& witness) const {
    claim.scales = list(witness.scales);
    claim.scaled_norm = next_up(witness.scaled_norm);
    claim.split = witness.split;
  }
  void operator()(const QuadraticWitness& witness) const {
    claim.cuts = witness.cuts;
    claim.exponents = witness.exponents;
  }
};

}  // namespace

Claim claim_of(const Certificate& certificate, Index input_size, std::optional<double> invariant_box) {
  const NormData norm = certificate.norm.data();
  Claim claim{.norm = norm.kind, .weights = norm.weights, .rate = certificate.rate.value};
  claim.limits = list(certificate.domain.limits);
  if (claim.limits.empty() && invariant_box) {
    claim.limits.assign(static_cast<std::size_t>(certificate.norm.size()), *invariant_box);
  }
  claim.inputs = inputs_of(certificate.domain.inputs, input_size);
  claim.state_low = list(certificate.domain.low);
  claim.state_high = list(certificate.domain.high);
  claim.lean = list(certificate.domain.lean);
  claim.off_low = list(certificate.domain.off_low);
  claim.off_high = list(certificate.domain.off_high);
  claim.slope_low = list(certificate.domain.slope_low);
  claim.slope_high = list(certificate.domain.slope_high);
  std::visit(AddWitness{claim}, certificate.witness);
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
  // The bound itself may be attained, and the verifier's boxes around the orbit are wider than one eigenvalue's
  // enclosure: it is asked for a little less, where that still refutes.
  constexpr double room = 1.0 - 1e-5;
  const double radius = lower.bound->value * room >= 1.0 ? lower.bound->value * room : next_down(lower.bound->value);
  if (const Orbit* orbit = lower.orbit(); orbit != nullptr && orbit->distance) {
    return Refutation{.inputs = orbit->inputs, .states = orbit->states, .within = *orbit->distance, .radius = radius};
  }
  if (const Matrix<double>* slopes = lower.slopes()) return Refutation{.slopes = *slopes, .radius = radius};
  return std::nullopt;
}

}  // namespace unrecur::verify
