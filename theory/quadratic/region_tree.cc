#include "theory/quadratic/region_tree.h"

#include <atomic>
#include <cmath>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "models/arrays/product.h"
#include "theory/quadratic/metric_bound.h"

namespace unrecur {
namespace {

/// The regions that a witness cuts a domain into, in the order of its multipliers.
class Leaves {
 public:
  Leaves(const QuadraticWitness& witness, Region domain) : witness_(witness) {
    fits_ = divide(std::move(domain)) && cut_ == witness.cuts.size();
  }

  bool fit() const { return fits_; }
  const std::vector<Region>& regions() const { return regions_; }

 private:
  /// A witness may go deeper than a stack of calls.
  bool divide(Region all) {
    std::vector<Region> waiting{std::move(all)};
    while (!waiting.empty()) {
      if (cut_ >= witness_.cuts.size()) return false;
      const int coordinate = witness_.cuts[cut_++];
      const Region region = std::move(waiting.back());
      waiting.pop_back();
      if (coordinate < 0) {
        regions_.push_back(region);
        continue;
      }
      if (coordinate >= region.size()) return false;
      auto [low, high] = region.halves(coordinate);
      waiting.push_back(std::move(high));
      waiting.push_back(std::move(low));
    }
    return true;
  }

  const QuadraticWitness& witness_;
  std::vector<Region> regions_;
  std::size_t cut_ = 0;
  bool fits_ = false;
};

Vector<double> multipliers_of(const QuadraticWitness& witness, std::size_t leaf, std::size_t terms) {
  Vector<double> multipliers(static_cast<Index>(terms));
  for (std::size_t k = 0; k < terms; ++k) {
    multipliers(static_cast<Index>(k)) = std::exp2(witness.exponents[leaf * terms + k] / kExponentsPerOctave);
  }
  return multipliers;
}

}  // namespace

bool proved_over_regions(const JacobianFamily& family, const Matrix<double>& p, const QuadraticWitness& witness,
                         double rate, const ExecutionContext& execution) {
  const Leaves leaves(witness, family.domain());
  const std::vector<Region>& regions = leaves.regions();
  if (!leaves.fit() || witness.exponents.size() % regions.size() != 0) return false;
  const std::size_t terms = witness.exponents.size() / regions.size();
  std::atomic<bool> proved = true;
  for_each_index(execution.threads, regions.size(), [&](std::size_t leaf) {
    if (!proved) return;
    execution.poll();
    const OneThreadIfSmall small(p.rows());
    const UncertainMatrix set = family.over(regions[leaf]);
    // The same number for every region of a family.
    if (set.radius.size() != static_cast<Index>(terms) ||
        !proved_metric_rate(set, p, multipliers_of(witness, leaf, terms), rate)) {
      proved = false;
    }
  });
  return proved;
}

}  // namespace unrecur
