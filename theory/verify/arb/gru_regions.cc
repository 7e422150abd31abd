// ∂h'_j = z e_j + (h − n) z' R_z + (1 − z) n' ∂y_j, and of the candidate's preactivation
// ∂y_j = r R_n + q r' R_r with q = R_n h + b' (reset after the product), or Σ_k R_n,jk (r_k e_k + h_k r'_k R_r,k).
#include <optional>
#include <vector>

#include "theory/verify/arb/regions.h"

namespace unrecur::verify {
namespace {

struct GruFactors {
  std::vector<Factor> keep, update, through, open, reset;
};

/// Nothing where no input of the set lies in the region.
std::optional<GruFactors> factors_of(const Gated& g, bool after, const RegionRanges& over) {
  const Index n = g.n;
  GruFactors by;
  std::vector<Range> moved, drives;
  for (Index row = 0; row < 3 * n; ++row) {
    const auto drive = over.drive(row, row < 2 * n || !after);
    if (!drive) return std::nullopt;
    drives.push_back(*drive);
  }
  const auto drive_of = [&](Index row) { return drives[static_cast<std::size_t>(row)]; };
  for (Index j = 0; j < n; ++j) {
    const Range a = drive_of(j) + over.recurrent(j, 0), r = values(g.gates, a);
    Range inside = over.state(j);
    if (after) {
      inside = over.recurrent(2 * n + j, 0);
      const Ball bias = g.recurrent_bias != nullptr ? Ball((*g.recurrent_bias)(2 * n + j, 0)) : Ball(0.0);
      inside = {inside.low + bias, inside.high + bias};
    }
    by.open.emplace_back(r);
    by.reset.emplace_back(inside * slopes(g.gates, a));
    moved.push_back(r * inside);
  }
  for (Index j = 0; j < n; ++j) {
    Range y = drive_of(2 * n + j);
    if (after) y = y + moved[static_cast<std::size_t>(j)];
    for (Index k = 0; !after && k < n; ++k) {
      const Ball weight((*g.recurrent)(2 * n + j, k));
      y = y + Range{weight, weight} * moved[static_cast<std::size_t>(k)];
    }
    const Range a = drive_of(n + j) + over.recurrent(n + j, 0), z = values(g.gates, a);
    by.keep.emplace_back(z);
    by.update.emplace_back((over.state(j) - values(g.candidate, y)) * slopes(g.gates, a));
    by.through.emplace_back((Range{1.0, 1.0} - z) * slopes(g.candidate, y));
  }
  return by;
}

class GruSet {
 public:
  GruSet(const Gated& g, const GruFactors& by, bool after)
      : weights_(*g.recurrent), n_(g.n), by_(by), set_(n_, after ? 7 * n_ : 5 * n_ + 2 * n_ * n_) {}

  JacobianSet filled(bool after) && {
    BallMatrix inner = after ? inner_after() : inner_before();
    for (Index j = 0; j < n_; ++j) {
      const auto at = static_cast<std::size_t>(j);
      term(j, j, 1.0, by_.keep[at].radius);
      set_.right(j, j) = 1.0;
      term(n_ + j, j, 1.0, by_.update[at].radius);
      set_right(set_, n_ + j, weights_, n_ + j, 0);
      term(2 * n_ + j, j, 1.0, by_.through[at].radius);
      for (Index k = 0; k < n_; ++k) {
        set_.right(k, 2 * n_ + j) = inner(j, k);
        set_.center(j, k) += by_.through[at].middle * inner(j, k);
      }
      set_.center(j, j) += by_.keep[at].middle;
      add_row(set_.center, j, by_.update[at].middle, weights_, n_ + j, 0);
    }
    after ? reset_after() : reset_before();
    return std::move(set_);
  }

 private:
  void term(Index k, Index row, const Ball& left, const Ball& radius) {
    set_.left(row, k) = left;
    set_.radius[static_cast<std::size_t>(k)] = radius;
  }

  BallMatrix inner_after() const {
    BallMatrix inner(n_, n_);
    for (Index j = 0; j < n_; ++j) {
      const auto at = static_cast<std::size_t>(j);
      add_row(inner, j, by_.open[at].middle, weights_, 2 * n_ + j, 0);
      add_row(inner, j, by_.reset[at].middle, weights_, j, 0);
    }
    return inner;
  }

  BallMatrix inner_before() const {
    BallMatrix gated(n_, n_);
    for (Index k = 0; k < n_; ++k) {
      const auto at = static_cast<std::size_t>(k);
      add_row(gated, k, by_.reset[at].middle, weights_, k, 0);
      gated(k, k) += by_.open[at].middle;
    }
    return product(Matrix<double>(weights_.bottomRows(n_)), gated);
  }

  void reset_after() {
    for (Index j = 0; j < n_; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const Factor &through = by_.through[at], &open = by_.open[at], &reset = by_.reset[at];
      term(3 * n_ + j, j, through.middle, open.radius);
      term(4 * n_ + j, j, through.middle, reset.radius);
      term(5 * n_ + j, j, 1.0, open.radius * through.radius);
      term(6 * n_ + j, j, 1.0, reset.radius * through.radius);
      for (const Index k : {3 * n_ + j, 5 * n_ + j}) set_right(set_, k, weights_, 2 * n_ + j, 0);
      for (const Index k : {4 * n_ + j, 6 * n_ + j}) set_right(set_, k, weights_, j, 0);
    }
  }

  void reset_before() {
    for (Index k = 0; k < n_; ++k) {
      const auto at = static_cast<std::size_t>(k);
      set_.radius[static_cast<std::size_t>(3 * n_ + k)] = by_.open[at].radius;
      set_.radius[static_cast<std::size_t>(4 * n_ + k)] = by_.reset[at].radius;
      set_.right(k, 3 * n_ + k) = 1.0;
      set_right(set_, 4 * n_ + k, weights_, k, 0);
      for (Index j = 0; j < n_; ++j) {
        const Factor& through = by_.through[static_cast<std::size_t>(j)];
        const Ball weight(weights_(2 * n_ + j, k)), spread = through.radius * abs(weight);
        for (const Index own : {3 * n_ + k, 4 * n_ + k}) set_.left(j, own) = through.middle * weight;
        const Index first = 5 * n_ + k * n_ + j, second = first + n_ * n_;
        term(first, j, 1.0, spread * by_.open[at].radius);
        set_.right(k, first) = 1.0;
        term(second, j, 1.0, spread * by_.reset[at].radius);
        set_right(set_, second, weights_, k, 0);
      }
    }
  }

  const Matrix<double>& weights_;
  Index n_;
  const GruFactors& by_;
  JacobianSet set_;
};

}  // namespace

JacobiansOver jacobians_of_gru(const Gated& gated, const Claim& claim, bool after) {
  return [&gated, &claim, after](const Region& region) {
    const auto by = factors_of(gated, after, RegionRanges(gated, claim, region));
    if (by) return GruSet(gated, *by, after).filled(after);
    JacobianSet none(gated.n, after ? 7 * gated.n : 5 * gated.n + 2 * gated.n * gated.n);
    none.empty = true;
    return none;
  };
}

}  // namespace unrecur::verify
