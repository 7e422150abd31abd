#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "theory/arithmetic/bounds.h"
#include "theory/estimates/windows.h"

namespace unrecur {

struct PairAscentOptions {
  Index starts = 4;              ///< pairs for each window
  int iterations = 40;           ///< of ascent
  double step = 0.1;             ///< first step, as a share of the box (midpoint) and of ‖h − h'‖ (difference)
  double least_distance = 1e-4;  ///< ‖h − h'‖₂, which keeps rounding away from the ratio
  /// The box that h and h' stay in; empty: the range, entry by entry, of the states at the starts of the windows.
  Vector<double> low{}, high{};
  Index group = 16;  ///< pairs that climb side by side; bounds the memory
  std::uint64_t seed = 1;
};

/// The paper's data-dependent rate of the map iterated r times: the largest ratio
///
///     ‖φ^r(h, x) − φ^r(h', x)‖₂ / ‖h − h'‖₂
///
/// that gradient ascent over pairs of full states finds, x running over windows of the data. An estimate of a supremum
/// by what was found: the true one may be larger. Ratios below about 10⁻¹⁰ are rounding.
struct PairRatio {
  Index steps = 0;                   ///< r
  Estimate worst;                    ///< the largest ratio of all starts
  Estimate median;                   ///< of all starts after the ascent
  Estimate unclimbed;                ///< the largest before the ascent, for what it brought
  Index window = 0;                  ///< where the worst was found
  Vector<double> first{}, second{};  ///< h and h' there
};

struct PairRatios {
  std::vector<PairRatio> ratios;  ///< one for each r asked; empty where `failure` says why
  std::string failure;
};

/// Ratios over the first r inputs of each window, for each r of `steps`. A pair climbs in its midpoint, in units of the
/// box, and in its difference, relative to its length, by normalised gradients, with a step of its own that grows with
/// success; ends outside the box are brought back. One third of the pairs starts as two states of the data, one as a
/// state of the data and a random one of the box, one close together along a direction that J stretches. Deterministic.
///
/// Cost: linear in the number of windows, in starts, in iterations and in r (about six steps of the recurrence for each
/// state). Memory: `group` pairs of O(n) numbers a step. Throws UsageError for r below 1 or beyond a window's length,
/// or a box of another size than the state or without
/// an inside.
PairRatios climb_pairs(const DrivenSystem& system, std::span<const InputWindow> windows, std::span<const Index> steps,
                       const PairAscentOptions& options = {});

/// The smallest r from which on every worst ratio is below 1; nothing where the last one is not.
std::optional<Index> contracts_from(std::span<const PairRatio> ratios);

}  // namespace unrecur
