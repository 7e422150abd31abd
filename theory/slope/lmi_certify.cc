#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "theory/arithmetic/definite.h"
#include "theory/arithmetic/diagonal_scaling.h"
#include "theory/arithmetic/rounding.h"
#include "theory/certificates/context.h"
#include "theory/slope/lmi.h"
#include "theory/slope/lmi_search.h"

namespace unrecur {
namespace {

/// By a power of two to entries of at most about 1, and without entries too small for the proof. Empty where that
/// fails.
SlopeMultipliers normalised(SlopeMultipliers m) {
  const double largest = m.p.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  if (!(largest > 0.0 && largest < kInfinity)) return {};
  const double scale = std::ldexp(1.0, -std::ilogb(largest));
  m.p = (0.5 * scale * (m.p + m.p.transpose())).eval();
  m.lambda = (scale * m.lambda).cwiseMax(0x1p-100);
  m.p = (m.p.array().abs() < 0x1p-100).select(0.0, m.p);
  return m;
}

std::optional<Certificate> prove(const SlopeMap& map, const SlopeMultipliers& m) {
  const double found = std::max(lmi_rate(map, m), 0x1p-60);
  // Room enough for the proof of definiteness that the norm itself asks for.
  if (!(found < kInfinity) || !proved_semidefinite(m.p, 1e-13 * m.p.cwiseAbs().maxCoeff())) return std::nullopt;
  for (const double margin : {1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4}) {
    const double rate = found * (1.0 + margin);
    if (!proved_lmi(map, m, rate)) continue;
    return Certificate{"lmi", Norm::quadratic(m.p), {rate, Rigour::proved}, map.domain, LmiWitness{m.lambda}};
  }
  return std::nullopt;
}

/// Multipliers found by a solver lie on the boundary, where a proof has no room: a little larger they leave it.
SlopeMultipliers loosened(const SlopeMap& map, const SlopeMultipliers& m) {
  SlopeMultipliers best = m;
  double rate = kInfinity;
  for (const double share : {0.0, 1e-8, 1e-6, 1e-4, 1e-3, 1e-2, 1e-1}) {
    SlopeMultipliers candidate{m.p, (1.0 + share) * m.lambda};
    const double found = lmi_rate(map, candidate);
    if (!(found < rate)) continue;
    rate = found;
    best = std::move(candidate);
  }
  return best;
}

/// The multipliers of least rate found, first, and others that may have less context.
class Search {
 public:
  Search(const SlopeMap& map, const LmiOptions& options) : map_(map), options_(options) {}

  std::vector<SlopeMultipliers> candidates() {
    const Matrix<double> target = map_.largest_slope() * map_.w;
    const Vector<double> d = diagonal_scaling(target.allFinite() ? target : map_.w);
    const SlopeMultipliers start = normalised(diagonal_multipliers(map_, d));
    if (start.p.size() == 0) return {};
    keep(start);
    keep(normalised(descended_multipliers(map_, start, evaluations(), options_.execution)));
    if (best_.p.size() == 0) return {};
    const bool exact = worth_a_program();
    if (exact) deepen();
    std::vector<SlopeMultipliers> found{best_};
    for (const double share : {0.5, 0.2, 0.05, 0.01}) found.push_back(mixed(start, share));
    if (exact) add_round_ones(found);
    found.push_back(start);
    return found;
  }

 private:
  /// Whether a semidefinite program is solved: not where the rate is far from 1 or weights are far larger, since no
  /// verdict depends on it then and the solver fails on such numbers, which it says on standard output.
  bool worth_a_program() const {
    return map_.size() <= options_.largest_exact && semidefinite_programs_available() && rate_ > 1e-3 && rate_ < 1e2 &&
           map_.w.cwiseAbs().maxCoeff() < 1e3;
  }

  int evaluations() const { return map_.size() <= 64 ? 400 : 200; }

  bool keep(SlopeMultipliers m) {
    const double rate = m.p.size() > 0 ? lmi_rate(map_, m) : kInfinity;
    if (!(rate < rate_)) return false;
    best_ = std::move(m);
    rate_ = rate;
    return true;
  }

  /// Whatever lies deep inside at one rate shows a smaller one.
  void deepen() {
    for (int round = 0; round < 4; ++round) {
      const double before = rate_;
      const auto deep = deepest_multipliers(map_, rate_, options_.execution);
      if (!deep || !keep(normalised(loosened(map_, *deep))) || rate_ > before * (1.0 - 1e-6)) return;
    }
  }

  /// Multipliers that show a rate form a convex set, and those at the start have the rounder norm.
  SlopeMultipliers mixed(const SlopeMultipliers& start, double share) const {
    const double scale = share * best_.p.trace() / start.p.trace();
    return {(1.0 - share) * best_.p + scale * start.p, (1.0 - share) * best_.lambda + scale * start.lambda};
  }

  /// The best conditioned norm at rates a little above the least: most useful below 1, where context counts.
  void add_round_ones(std::vector<SlopeMultipliers>& found) const {
    const double room = rate_ < 1.0 ? 1.0 - rate_ : rate_;
    for (const double share : {1e-4, 1e-2, 0.1}) {
      const auto round = best_conditioned_multipliers(map_, rate_ + share * room, options_.execution);
      if (!round) continue;
      const SlopeMultipliers candidate = normalised(loosened(map_, *round));
      if (candidate.p.size() > 0) found.push_back(candidate);
    }
  }

  const SlopeMap& map_;
  const LmiOptions& options_;
  SlopeMultipliers best_;
  double rate_ = kInfinity;
};

}  // namespace

std::optional<Certificate> certify_lmi(const SlopeMap& map, const LmiOptions& options) {
  if (map.constant() || !lmi_not_tried(map, options).empty()) return std::nullopt;
  std::optional<Certificate> best;
  for (const SlopeMultipliers& m : Search(map, options).candidates()) {
    auto candidate = prove(map, m);
    if (candidate && (!best || needs_less_context(*candidate, *best))) best = std::move(candidate);
  }
  return best;
}

}  // namespace unrecur
