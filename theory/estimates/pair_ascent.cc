#include "theory/estimates/pair_ascent.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "base/errors.h"
#include "theory/estimates/iterated_pairs.h"

namespace unrecur {
namespace {

struct Box {
  Vector<double> low, high;
  Vector<double> width() const { return high - low; }
  Vector<double> clipped(const Vector<double>& state) const { return state.cwiseMax(low).cwiseMin(high); }
  void clip(Matrix<double>& states) const {
    for (Index c = 0; c < states.cols(); ++c) states.col(c) = clipped(states.col(c));
  }
};

/// The range of the windows' states, widened where it is flat, so that pairs have room to move.
Box range_of(std::span<const InputWindow> windows) {
  Box box{windows[0].state, windows[0].state};
  for (const InputWindow& window : windows) {
    box.low = box.low.cwiseMin(window.state);
    box.high = box.high.cwiseMax(window.state);
  }
  const Vector<double> middle = 0.5 * (box.low + box.high);
  const double least = std::max(1e-2 * box.width().maxCoeff(), 1e-2);
  const Vector<double> half = 0.5 * box.width().cwiseMax(least);
  return {middle - half, middle + half};
}

double uniform(std::mt19937_64& engine) {
  return static_cast<double>(engine() >> 11) * 0x1p-53;
}

/// The pairs of one group on their way up.
class Climb {
 public:
  Climb(const IteratedPairs& pairs, Matrix<double> states, const Box& box, const PairAscentOptions& options)
      : pairs_(pairs),
        box_(box),
        options_(options),
        states_(std::move(states)),
        ratios_(pairs.evaluate(states_)),
        step_(Vector<double>::Constant(pairs.pairs(), options.step)) {}

  const Matrix<double>& states() const { return states_; }
  const Vector<double>& log_ratios() const { return ratios_.log; }

  void move() {
    const Index count = pairs_.pairs();
    Matrix<double> trial = proposal();
    box_.clip(trial);
    IteratedPairs::Ratios there = pairs_.evaluate(trial);
    for (Index p = 0; p < count; ++p) {
      const bool apart = (trial.col(p) - trial.col(count + p)).norm() >= options_.least_distance;
      if (apart && there.log(p) > ratios_.log(p)) {
        for (const Index c : {p, count + p}) {
          states_.col(c) = trial.col(c);
          ratios_.gradient.col(c) = there.gradient.col(c);
        }
        ratios_.log(p) = there.log(p);
        step_(p) = std::min(1.0, 1.5 * step_(p));
      } else {
        step_(p) *= 0.4;
      }
    }
  }

 private:
  /// A step along the gradient: midpoints in units of the box, differences relative to their length.
  Matrix<double> proposal() const {
    const Index count = pairs_.pairs();
    const Vector<double> width = box_.width();
    const double root = std::sqrt(static_cast<double>(width.size()));
    Matrix<double> trial = states_;
    for (Index p = 0; p < count; ++p) {
      const auto g = ratios_.gradient.col(p), g2 = ratios_.gradient.col(count + p);
      const Vector<double> e = states_.col(p) - states_.col(count + p), along_e = 0.5 * (g - g2);
      const Vector<double> along_m = width.cwiseProduct(g + g2);
      Vector<double> e_step = Vector<double>::Zero(e.size()), m_step = e_step;
      if (along_e.norm() > 0.0) e_step = step_(p) * e.norm() * along_e / along_e.norm();
      if (along_m.norm() > 0.0) m_step = step_(p) * root * width.cwiseProduct(along_m / along_m.norm());
      trial.col(p) += m_step + 0.5 * e_step;
      trial.col(count + p) += m_step - 0.5 * e_step;
    }
    return trial;
  }

  const IteratedPairs& pairs_;
  const Box& box_;
  const PairAscentOptions& options_;
  Matrix<double> states_;
  IteratedPairs::Ratios ratios_;
  Vector<double> step_;
};

/// Where pairs start: the kinds of starts in turn.
class Starts {
 public:
  Starts(std::span<const InputWindow> windows, const Box& box, const PairAscentOptions& options)
      : windows_(windows), box_(box), options_(options) {}

  Index count() const { return options_.starts * static_cast<Index>(windows_.size()); }
  Index window_of(Index i) const { return i % static_cast<Index>(windows_.size()); }

  /// States of starts first, first + 1, … in the columns that `pairs` wants.
  Matrix<double> states(const IteratedPairs& pairs, Index first) const {
    const Index count = pairs.pairs(), n = box_.low.size();
    Matrix<double> states(n, 2 * count), directions(n, 2 * count);
    for (Index p = 0; p < count; ++p) {
      std::mt19937_64 engine(options_.seed * 0x9E3779B97F4A7C15ULL + static_cast<std::uint64_t>(first + p));
      Vector<double> direction(n);
      for (double& d : direction) d = 2.0 * uniform(engine) - 1.0;
      states.col(p) = windows_[static_cast<std::size_t>(window_of(first + p))].state;
      states.col(count + p) = partner(first + p, engine);
      directions.col(p) = directions.col(count + p) = direction.normalized();
    }
    box_.clip(states);
    bring_close(pairs, first, directions, states);
    return states;
  }

 private:
  /// What a pair starts as. Kinds change with every round over the windows, so that each window meets them all.
  enum class Kind { data, anywhere, close };
  Kind kind_of(Index i) const {
    return static_cast<Kind>((i / static_cast<Index>(windows_.size()) + window_of(i)) % 3);
  }

  Vector<double> partner(Index i, std::mt19937_64& engine) const {
    const Vector<double> own = box_.clipped(windows_[static_cast<std::size_t>(window_of(i))].state);
    const Vector<double> other = box_.clipped(windows_[static_cast<std::size_t>(engine() % windows_.size())].state);
    if (kind_of(i) == Kind::data && (own - other).norm() > options_.least_distance) return other;
    Vector<double> anywhere = box_.low;
    for (Index j = 0; j < anywhere.size(); ++j) anywhere(j) += uniform(engine) * (box_.high(j) - box_.low(j));
    return anywhere;
  }

  /// Close pairs: 2 · least distance to both sides of a state that is a little inside the box.
  void bring_close(const IteratedPairs& pairs, Index first, Matrix<double> directions, Matrix<double>& states) const {
    const Index count = pairs.pairs();
    const Vector<double> middle = 0.5 * (box_.low + box_.high);
    Matrix<double> centres(states.rows(), 2 * count);
    for (Index p = 0; p < count; ++p) {
      centres.col(p) = centres.col(count + p) = middle + 0.98 * (states.col(p) - middle);
    }
    for (int round = 0; round < 4; ++round) directions = pairs.stretch(centres, directions);
    for (Index p = 0; p < count; ++p) {
      if (kind_of(first + p) != Kind::close || !directions.col(p).allFinite() || directions.col(p).norm() == 0.0) {
        continue;
      }
      states.col(p) = centres.col(p) + 2.0 * options_.least_distance * directions.col(p);
      states.col(count + p) = centres.col(p) - 2.0 * options_.least_distance * directions.col(p);
    }
    box_.clip(states);
  }

  std::span<const InputWindow> windows_;
  const Box& box_;
  const PairAscentOptions& options_;
};

/// All starts for one r, a group at a time. Nothing where a ratio is no number.
std::optional<PairRatio> climb_all(const DrivenSystem& system, std::span<const InputWindow> windows, Index r,
                                   const Box& box, const PairAscentOptions& options) {
  const Starts starts(windows, box, options);
  PairRatio best{.steps = r, .worst = {-1.0}, .median = {0.0}, .unclimbed = {0.0}};
  std::vector<double> all;
  for (Index first = 0; first < starts.count(); first += options.group) {
    std::vector<Index> window_of;
    for (Index i = first; i < std::min(first + options.group, starts.count()); ++i) {
      window_of.push_back(starts.window_of(i));
    }
    const IteratedPairs pairs(system, windows, window_of, r);
    Climb climb(pairs, starts.states(pairs, first), box, options);
    best.unclimbed.value = std::max(best.unclimbed.value, std::exp(climb.log_ratios().maxCoeff()));
    for (int i = 0; i < options.iterations; ++i) climb.move();
    for (Index p = 0; p < pairs.pairs(); ++p) {
      all.push_back(std::exp(climb.log_ratios()(p)));
      if (!std::isfinite(all.back())) return std::nullopt;
      if (all.back() <= best.worst.value) continue;
      best.worst.value = all.back();
      best.window = window_of[static_cast<std::size_t>(p)];
      best.first = climb.states().col(p);
      best.second = climb.states().col(pairs.pairs() + p);
    }
  }
  std::sort(all.begin(), all.end());
  best.median.value = 0.5 * (all[(all.size() - 1) / 2] + all[all.size() / 2]);
  return best;
}

void require_ascent(const DrivenSystem& system, std::span<const InputWindow> windows, std::span<const Index> steps,
                    const PairAscentOptions& options) {
  if (options.starts < 1 || options.iterations < 0 || options.group < 1 || !(options.least_distance > 0.0)) {
    throw UsageError("an ascent needs starts, a group and a distance above zero");
  }
  if (options.low.size() != options.high.size() ||
      (options.low.size() > 0 && options.low.size() != system.state_size())) {
    throw UsageError("the box of an ascent has another size than the state");
  }
  if (!(options.low.array() < options.high.array()).all()) throw UsageError("the box of an ascent has no inside");
  for (const Index r : steps) {
    for (const InputWindow& window : windows) {
      if (r < 1 || r > window.inputs.cols()) throw UsageError("an ascent over more steps than a window has, or none");
    }
  }
}

}  // namespace

PairRatios climb_pairs(const DrivenSystem& system, std::span<const InputWindow> windows, std::span<const Index> steps,
                       const PairAscentOptions& options) {
  require_ascent(system, windows, steps, options);
  PairRatios result;
  if (windows.empty()) {
    result.failure = "no window of that length in the data";
    return result;
  }
  const Box box = options.low.size() > 0 ? Box{options.low, options.high} : range_of(windows);
  if (!box.low.allFinite() || !box.high.allFinite()) {
    result.failure = "the states do not stay finite along the data";
    return result;
  }
  for (const Index r : steps) {
    std::optional<PairRatio> ratio = climb_all(system, windows, r, box, options);
    if (!ratio) {
      result.failure = "the states do not stay finite over " + std::to_string(r) + " steps";
      result.ratios.clear();
      return result;
    }
    result.ratios.push_back(std::move(*ratio));
  }
  return result;
}

std::optional<Index> contracts_from(std::span<const PairRatio> ratios) {
  std::optional<Index> from;
  for (const PairRatio& ratio : ratios) {
    if (!(ratio.worst.value < 1.0))
      from.reset();
    else if (!from)
      from = ratio.steps;
  }
  return from;
}

}  // namespace unrecur
