#include "theory/quadratic/region_tree.h"

#include <cmath>

#include "theory/quadratic/metric_bound.h"

namespace unrecur {
namespace {

class RegionProof {
 public:
  RegionProof(const JacobianFamily& family, const Matrix<double>& p, const QuadraticWitness& witness, double rate,
              const ExecutionContext& execution)
      : family_(family), p_(p), witness_(witness), rate_(rate), execution_(execution) {}

  bool holds() {
    return holds_on(family_.domain()) && cut_ == witness_.cuts.size() && at_ == witness_.exponents.size();
  }

 private:
  bool holds_on(const Region& region) {
    if (cut_ >= witness_.cuts.size()) return false;
    const int coordinate = witness_.cuts[cut_++];
    if (coordinate < 0) return leaf_holds(region);
    if (coordinate >= region.size()) return false;
    const auto [low, high] = region.halves(coordinate);
    return holds_on(low) && holds_on(high);
  }

  bool leaf_holds(const Region& region) {
    execution_.poll();
    const UncertainMatrix set = family_.over(region);
    const auto terms = static_cast<std::size_t>(set.radius.size());
    if (witness_.exponents.size() - at_ < terms) return false;
    Vector<double> multipliers(set.radius.size());
    for (double& multiplier : multipliers) multiplier = std::exp2(witness_.exponents[at_++] / kExponentsPerOctave);
    return proved_metric_rate(set, p_, multipliers, rate_);
  }

  const JacobianFamily& family_;
  const Matrix<double>& p_;
  const QuadraticWitness& witness_;
  double rate_;
  const ExecutionContext& execution_;
  std::size_t cut_ = 0, at_ = 0;
};

}  // namespace

bool proved_over_regions(const JacobianFamily& family, const Matrix<double>& p, const QuadraticWitness& witness,
                         double rate, const ExecutionContext& execution) {
  return RegionProof(family, p, witness, rate, execution).holds();
}

}  // namespace unrecur
