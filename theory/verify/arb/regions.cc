#include "theory/verify/arb/regions.h"

#include <cmath>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "base/parallel.h"
#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
namespace {

/// A diag(weights)
BallMatrix weighted_columns(const BallMatrix& a, const std::vector<Ball>& weights) {
  BallMatrix result = a;
  for (Index k = 0; k < a.cols(); ++k) {
    for (Index i = 0; i < a.rows(); ++i) result(i, k) = a(i, k) * weights[static_cast<std::size_t>(k)];
  }
  return result;
}

BallMatrix transposed(const BallMatrix& a) {
  BallMatrix result(a.cols(), a.rows());
  for (Index k = 0; k < a.cols(); ++k) {
    for (Index i = 0; i < a.rows(); ++i) result(k, i) = a(i, k);
  }
  return result;
}

class RegionsProof {
 public:
  RegionsProof(const Claim& claim, const JacobiansOver& jacobians)
      : claim_(claim),
        jacobians_(jacobians),
        n_(static_cast<Index>(claim.limits.size())),
        metric_(metric_of(claim, n_)),
        rate_(claim.rate) {}

  Finding prove() {
    const auto [low, high] = box_around(claim_.inputs);
    const Index m = low.size();
    Region all{Vector<double>(m + n_), Vector<double>(m + n_)};
    all.low.head(m) = low;
    all.high.head(m) = high;
    for (Index k = 0; k < n_; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const bool boxed = !claim_.state_low.empty();
      all.low(m + k) = boxed ? claim_.state_low[at] : -claim_.limits[at];
      all.high(m + k) = boxed ? claim_.state_high[at] : claim_.limits[at];
    }
    for (std::size_t j = 0; j < claim_.lean.size(); ++j) {
      const Index at = m + n_ - static_cast<Index>(claim_.lean.size()) + static_cast<Index>(j);
      all.low(at) = claim_.off_low[j];
      all.high(at) = claim_.off_high[j];
    }
    if (!divide(std::move(all))) return not_proved(reason_);
    if (cut_ < claim_.cuts.size()) return not_proved("there are more cuts or multipliers than regions");
    return prove_all();
  }

 private:
  bool fails(const std::string& reason) {
    reason_ = reason;
    return false;
  }

  /// The regions of the cuts, from the root; a file's may go deeper than a stack of calls.
  bool divide(Region all) {
    std::vector<Region> waiting{std::move(all)};
    while (!waiting.empty()) {
      if (cut_ >= claim_.cuts.size()) return fails("the cuts end before every region is reached");
      const int coordinate = claim_.cuts[cut_++];
      Region low = std::move(waiting.back());
      waiting.pop_back();
      if (coordinate < 0) {
        regions_.push_back(std::move(low));
        continue;
      }
      if (coordinate >= low.low.size()) return fails("a cut names a coordinate that is not there");
      // Any number between both ends will do; halves of doubles are such.
      const double cut = 0.5 * low.low(coordinate) + 0.5 * low.high(coordinate);
      if (!(low.low(coordinate) <= cut && cut <= low.high(coordinate))) return fails("a region cannot be cut");
      Region high = low;
      low.high(coordinate) = cut;
      high.low(coordinate) = cut;
      waiting.push_back(std::move(high));
      waiting.push_back(std::move(low));
    }
    return true;
  }

  /// On all processors: one region has nothing to do with another.
  Finding prove_all() {
    const auto caller = std::this_thread::get_id();
    const slong bits = Ball::bits();
    std::mutex mutex;
    for_each_index(usable_cores(), regions_.size(), [&](std::size_t at) {
      {
        const std::lock_guard lock(mutex);
        if (!reason_.empty()) return;
      }
      const std::string reason = [&] {
        const Precision same(bits);
        return failure(at);
      }();
      if (std::this_thread::get_id() != caller) flint_cleanup();  // FLINT keeps caches for each thread
      if (reason.empty()) return;
      const std::lock_guard lock(mutex);
      if (reason_.empty()) reason_ = reason;
    });
    return reason_.empty() ? Finding{true, {}} : not_proved(reason_);
  }

  /// Why a region is not proved; empty where it is.
  std::string failure(std::size_t at) const {
    const JacobianSet set = jacobians_(regions_[at]);
    // The same number for every region of a cell.
    const std::size_t terms = set.radius.size();
    if (claim_.exponents.size() < regions_.size() * terms) return "a region lacks multipliers";
    if (claim_.exponents.size() > regions_.size() * terms) return "there are more cuts or multipliers than regions";
    std::vector<Ball> of_right(terms), of_left(terms);
    for (std::size_t k = 0; k < terms; ++k) {
      const double tau = std::exp2(claim_.exponents[at * terms + k] / 32.0);
      if (!(tau > 0.0 && std::isfinite(tau))) return "a multiplier is not a positive number";
      of_right[k] = set.radius[k] * Ball(tau);
      of_left[k] = set.radius[k] / Ball(tau);
    }
    if (set.empty) return {};
    const BallMatrix a = product(weighted_columns(set.right, of_right), transposed(set.right));
    const BallMatrix moved = product(metric_, set.left),
                     b = product(weighted_columns(moved, of_left), transposed(moved));
    const BallMatrix across = product(metric_, set.center);
    BallMatrix t(2 * n_, 2 * n_);
    for (Index j = 0; j < n_; ++j) {
      for (Index i = 0; i < n_; ++i) {
        t(i, j) = rate_ * metric_(i, j) - a(i, j);
        t(n_ + i, n_ + j) = rate_ * metric_(i, j) - b(i, j);
        t(n_ + i, j) = across(i, j);
        t(j, n_ + i) = across(i, j);
      }
    }
    return surely_definite(t) ? "" : "a region is not proved to contract in the metric";
  }

  const Claim& claim_;
  const JacobiansOver& jacobians_;
  Index n_;
  BallMatrix metric_;
  Ball rate_;
  std::vector<Region> regions_;
  std::size_t cut_ = 0;
  std::string reason_;
};

}  // namespace

Factor::Factor(const Range& range)
    : middle(((range.low + range.high) * Ball(0.5)).about()), radius(max(range.high - middle, middle - range.low)) {}

Finding prove_regions(const Claim& claim, const JacobiansOver& jacobians) {
  const std::size_t n = claim.limits.size();
  if (n == 0 || claim.weights.size() != n * n) return not_proved("the metric does not have the size of the state");
  return RegionsProof(claim, jacobians).prove();
}

Region box_around(const Inputs& inputs) {
  if (inputs.columns.size() == 0) return {inputs.low, inputs.high};
  if (inputs.window > 1) return {};
  return {inputs.columns.rowwise().minCoeff(), inputs.columns.rowwise().maxCoeff()};
}

RegionRanges::RegionRanges(const Gated& gated, const Claim& claim, const Region& region)
    : gated_(gated), claim_(claim), region_(region), inputs_(box_around(claim.inputs).low.size()) {}

std::optional<Range> RegionRanges::drive(Index row, bool with_recurrent_bias) const {
  const Range whole = gated_.drive(row, claim_.inputs, with_recurrent_bias);
  if (inputs_ == 0) return whole;
  const Range here = dot_range(*gated_.input, row, region_.low.head(inputs_), region_.high.head(inputs_));
  const Ball shift = gated_.bias_of(row, with_recurrent_bias);
  const Range both{max(here.low + shift, whole.low), min(here.high + shift, whole.high)};
  return surely_below(both.high, both.low) ? std::nullopt : std::optional(both);
}

Range RegionRanges::recurrent(Index row, Index first) const {
  const Index at = inputs_ + first;
  return dot_range(*gated_.recurrent, row, region_.low.segment(at, gated_.n), region_.high.segment(at, gated_.n));
}

std::optional<Range> RegionRanges::leaning(Index row) const {
  Range by_h, together;  // over h itself, and over h = lean c + off, where c and off are free of each other
  for (Index k = 0; k < gated_.n; ++k) {
    const auto at = static_cast<std::size_t>(k), beside = at + static_cast<std::size_t>(gated_.n);
    const Ball weight((*gated_.recurrent)(row, k)), lean(claim_.lean[at]);
    const Range by{weight, weight}, c = state(k), off = state(gated_.n + k), line = Range{lean, lean} * c;
    const Range own = line + off;
    const Range h{max(own.low, Ball(claim_.state_low[beside])), min(own.high, Ball(claim_.state_high[beside]))};
    if (surely_below(h.high, h.low)) return std::nullopt;
    by_h = by_h + by * h;
    together = together + Range{weight * lean, weight * lean} * c + by * off;
  }
  const Range both{max(by_h.low, together.low), min(by_h.high, together.high)};
  return surely_below(both.high, both.low) ? std::nullopt : std::optional(both);
}

Range operator+(const Range& a, const Range& b) {
  return {a.low + b.low, a.high + b.high};
}
Range operator-(const Range& a, const Range& b) {
  return {a.low - b.high, a.high - b.low};
}
Range operator*(const Range& a, const Range& b) {
  const Ball one = a.low * b.low, two = a.low * b.high, three = a.high * b.low, four = a.high * b.high;
  return {min(min(one, two), min(three, four)), max(max(one, two), max(three, four))};
}

Range values(const Function& function, const Range& a) {
  return {function.value(a.low), function.value(a.high)};
}
Range slopes(const Function& function, const Range& a) {
  return {function.smallest_slope(a), function.largest_slope(a)};
}

LstmCellOver cell_over(const Gated& gated, const Range& i, const Range& f, const Range& z, const Range& c) {
  const Range open = values(gated.gates, i), keep = values(gated.gates, f), candidate = values(gated.candidate, z);
  return {.next = keep * c + open * candidate,
          .own = keep,
          .by_i = candidate * slopes(gated.gates, i),
          .by_f = c * slopes(gated.gates, f),
          .by_z = open * slopes(gated.candidate, z)};
}
LstmOutputOver output_over(const Gated& gated, const Range& o, const Range& cell) {
  const Range open = values(gated.gates, o), t = values(gated.output, cell);
  return {.next = open * t, .through = open * slopes(gated.output, cell), .by_o = t * slopes(gated.gates, o)};
}

void add_row(BallMatrix& to, Index row, const Ball& by, const Matrix<double>& weights, Index from, Index first) {
  for (Index k = 0; k < weights.cols(); ++k) to(row, first + k) += by * Ball(weights(from, k));
}
void set_right(JacobianSet& set, Index term, const Matrix<double>& weights, Index from, Index first) {
  for (Index k = 0; k < weights.cols(); ++k) set.right(first + k, term) = weights(from, k);
}

}  // namespace unrecur::verify
