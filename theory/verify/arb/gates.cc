#include "theory/verify/arb/gates.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
namespace {

/// The point of the range where |a| is least; zero where the range may hold it.
Ball nearest_to_zero(const Range& range) {
  if (range.low.surely_positive()) return range.low;
  if (surely_below(range.high, 0.0)) return range.high;
  return {0.0};
}

Range dot_range(const Matrix<double>& u, Index row, const Vector<double>& low, const Vector<double>& high) {
  Range range;
  for (Index i = 0; i < u.cols(); ++i) {
    const double weight = u(row, i);
    range.low += Ball(weight) * (weight > 0.0 ? low(i) : high(i));
    range.high += Ball(weight) * (weight > 0.0 ? high(i) : low(i));
  }
  return range;
}

/// The range of every row of U x over the columns of X, in blocks that bound the memory.
std::vector<Range> column_ranges(const Matrix<double>& u, const Matrix<double>& x) {
  constexpr Index block = 256;
  std::vector<Range> ranges;
  for (Index first = 0; first < x.cols(); first += block) {
    const BallMatrix sums = product(u, Matrix<double>(x.middleCols(first, std::min(block, x.cols() - first))));
    for (Index row = 0; row < u.rows(); ++row) {
      if (first == 0) ranges.push_back({sums(row, 0), sums(row, 0)});
      Range& range = ranges[static_cast<std::size_t>(row)];
      for (Index c = 0; c < sums.cols(); ++c) {
        range = {min(range.low, sums(row, c)), max(range.high, sums(row, c))};
      }
    }
  }
  return ranges;
}

/// The same over windows of columns, each of which may be any.
std::vector<Range> window_ranges(const Matrix<double>& u, const Inputs& inputs) {
  const Index size = inputs.columns.rows();
  std::vector<Range> ranges(static_cast<std::size_t>(u.rows()));
  for (Index place = 0; place < inputs.window; ++place) {
    const std::vector<Range> part = column_ranges(u.middleCols(place * size, size), inputs.columns);
    for (std::size_t row = 0; row < ranges.size(); ++row) {
      ranges[row] = {ranges[row].low + part[row].low, ranges[row].high + part[row].high};
    }
  }
  return ranges;
}

}  // namespace

namespace {

bool shaped(const Matrix<double>* m, Index rows, Index cols) {
  return m != nullptr && m->rows() == rows && m->cols() == cols && m->allFinite();
}

}  // namespace

// Values of σ and |tanh| lie below 1, which the balls of saturated gates hold inside: then 1 itself is the bound.

Ball largest_sigmoid(const Range& range) {
  const Ball value = sigmoid(range.high);
  return surely_below(value, 1.0) ? value : Ball(1.0);
}

Ball largest_sigmoid_slope(const Range& range) {
  const Ball value = sigmoid(nearest_to_zero(range));
  return value * (Ball(1.0) - value);
}

Ball largest_tanh(const Range& range) {
  const Ball value = max(abs(tanh(range.low)), abs(tanh(range.high)));
  return surely_below(value, 1.0) ? value : Ball(1.0);
}

Ball largest_tanh_slope(const Range& range) {
  const Ball value = tanh(nearest_to_zero(range));
  return Ball(1.0) - value * value;
}

Range magnitudes(const Range& range) {
  const Ball low = abs(tanh(nearest_to_zero(range)));
  return {low.surely_positive() ? low : Ball(0.0), largest_tanh(range)};
}

namespace {

/// Cells of one product, between doubles.
class ProductCells {
 public:
  explicit ProductCells(const GateProduct& p)
      : p_(p),
        a_(p.slope_value.about()),
        h_(p.slope.about()),
        b_(p.value_slope.about()),
        l_(p.value.about()),
        t_low_(p.magnitude.low.about()),
        t_high_(p.magnitude.high.about()) {}

  double bound(double low, double high) {
    constexpr int coarse = 32;
    for (int i = 0; i <= coarse; ++i) best_ = std::max(best_, about(low + (high - low) * i / coarse));
    return cell(low, high);
  }

 private:
  static constexpr int kMostCells = 600;

  double cell(double low, double high) {
    const double m = low + (high - low) / 2.0;
    const double bound = std::max(at_end(low, m).upper(), at_end(high, m).upper());
    best_ = std::max(best_, about(m));
    const double enough = best_ + 1e-11 * (a_ + h_ + b_ + std::abs(l_));
    if (bound <= enough || !std::isfinite(bound) || ++cells_ > kMostCells || !(low < m && m < high)) return bound;
    return std::max(cell(low, m), cell(m, high));
  }

  /// The product for g at an end of a cell, with m² + g (1 − 2 m) for g (1 − g).
  Ball at_end(double g, double m) const {
    const Ball middle(m), gate(g), s = middle * middle + gate * (Ball(1.0) - middle - middle);
    return over_magnitudes(s * p_.slope_value, gate * p_.value_slope) + s * p_.slope + gate * p_.value;
  }

  /// sup of alpha t + beta (1 − t²); both are at least 0.
  Ball over_magnitudes(const Ball& alpha, const Ball& beta) const {
    const auto at = [&](const Ball& t) { return alpha * t + beta * (Ball(1.0) - t * t); };
    const Ball bend = beta + beta;
    if (surely_at_most(bend * p_.magnitude.high, alpha)) return at(p_.magnitude.high);
    if (surely_at_most(alpha, bend * p_.magnitude.low)) return at(p_.magnitude.low);
    if (beta.surely_positive()) return beta + alpha * alpha / (bend + bend);
    return abs(alpha) * p_.magnitude.high + abs(beta);
  }

  /// In floating point: which cells matter.
  double about(double g) const {
    const double rise = (1.0 - g) * a_, bend = 2.0 * b_;
    const double t = rise >= bend * t_high_ ? t_high_ : std::max(rise / bend, t_low_);
    return g * ((1.0 - g) * (t * a_ + h_) + (1.0 - t * t) * b_ + l_);
  }

  const GateProduct& p_;
  double a_, h_, b_, l_, t_low_, t_high_;
  double best_ = -std::numeric_limits<double>::infinity();
  int cells_ = 0;
};

}  // namespace

Ball largest(const GateProduct& product) {
  const double low = std::max(0.0, -(-sigmoid(product.gate.low)).upper());
  return {ProductCells(product).bound(low, largest_sigmoid(product.gate).upper())};
}

std::vector<Range> input_ranges(const Matrix<double>& u, const Inputs& inputs) {
  if (inputs.columns.size() > 0) {
    return inputs.columns.rows() * inputs.window == u.cols() ? window_ranges(u, inputs) : std::vector<Range>{};
  }
  if (inputs.low.size() != u.cols() || inputs.high.size() != u.cols()) return {};
  std::vector<Range> ranges;
  for (Index row = 0; row < u.rows(); ++row) ranges.push_back(dot_range(u, row, inputs.low, inputs.high));
  return ranges;
}

Range Gated::drive(Index row, const Inputs& inputs, bool with_recurrent_bias) const {
  const Range range =
      vocabulary.empty() ? dot_range(*input, row, inputs.low, inputs.high) : vocabulary[static_cast<std::size_t>(row)];
  Ball shift;
  if (bias != nullptr) shift += (*bias)(row, 0);
  if (with_recurrent_bias && recurrent_bias != nullptr) shift += (*recurrent_bias)(row, 0);
  return {range.low + shift, range.high + shift};
}

std::optional<Gated> read_gated(const Layer& layer, Index gates) {
  const auto find = [&](const char* name) { return find_parameter(*layer.weights, name); };
  Gated g{find("weight_hh_l0"), find("weight_ih_l0"), find("bias_ih_l0"), find("bias_hh_l0"), 0, {}};
  if (g.recurrent == nullptr || g.input == nullptr) return std::nullopt;
  g.n = g.recurrent->cols();
  const bool fits = g.n > 0 && shaped(g.recurrent, gates * g.n, g.n) && shaped(g.input, gates * g.n, g.input->cols()) &&
                    (g.bias == nullptr || shaped(g.bias, gates * g.n, 1)) &&
                    (g.recurrent_bias == nullptr || shaped(g.recurrent_bias, gates * g.n, 1));
  return fits ? std::optional(g) : std::nullopt;
}

std::optional<Gated> read_gated(const Layer& layer, const Claim& claim, Index gates) {
  auto g = read_gated(layer, gates);
  if (!g) return std::nullopt;
  const Index m = g->input->cols();
  const bool inputs_fit = claim.inputs.columns.size() > 0
                              ? claim.inputs.columns.rows() * claim.inputs.window == m
                              : claim.inputs.low.size() == m && claim.inputs.high.size() == m;
  if (!inputs_fit) return std::nullopt;
  if (claim.inputs.columns.size() > 0) g->vocabulary = window_ranges(*g->input, claim.inputs);
  return g;
}

bool scaled_norm_holds(const Gated& gated, const Claim& claim) {
  const Matrix<double>& r = *gated.recurrent;
  if (static_cast<Index>(claim.scales.size()) != r.rows()) return false;
  BallMatrix scaled(r.rows(), r.cols());
  for (Index k = 0; k < r.cols(); ++k) {
    for (Index j = 0; j < r.rows(); ++j) scaled(j, k) = Ball(claim.scales[static_cast<std::size_t>(j)]) * r(j, k);
  }
  return norm_surely_below(scaled, claim.scaled_norm);
}

std::optional<Ball> per_scale(const Gated& gated, const Claim& claim, Index row, const Ball& factor) {
  if (gated.idle(row) || factor.is_zero()) return Ball(0.0);
  const Ball scale(claim.scales[static_cast<std::size_t>(row)]);
  return scale.surely_positive() ? std::optional(factor / scale) : std::nullopt;
}

}  // namespace unrecur::verify
