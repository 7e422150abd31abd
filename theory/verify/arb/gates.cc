#include "theory/verify/arb/gates.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
Range dot_range(const Matrix<double>& u, Index row, const Vector<double>& low, const Vector<double>& high) {
  Range range;
  for (Index i = 0; i < u.cols(); ++i) {
    const double weight = u(row, i);
    range.low += Ball(weight) * (weight > 0.0 ? low(i) : high(i));
    range.high += Ball(weight) * (weight > 0.0 ? high(i) : low(i));
  }
  return range;
}

namespace {

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

std::vector<Range> input_ranges(const Matrix<double>& u, const Inputs& inputs) {
  if (inputs.columns.size() > 0) {
    return inputs.columns.rows() * inputs.window == u.cols() ? window_ranges(u, inputs) : std::vector<Range>{};
  }
  if (u.cols() == 0 || inputs.low.size() != u.cols() || inputs.high.size() != u.cols()) return {};
  std::vector<Range> ranges;
  for (Index row = 0; row < u.rows(); ++row) ranges.push_back(dot_range(u, row, inputs.low, inputs.high));
  return ranges;
}

Ball Gated::bias_of(Index row, bool with_recurrent_bias) const {
  Ball sum;
  if (bias != nullptr) sum += (*bias)(row, 0);
  if (with_recurrent_bias && recurrent_bias != nullptr) sum += (*recurrent_bias)(row, 0);
  return sum;
}

Range Gated::drive(Index row, const Inputs& inputs, bool with_recurrent_bias) const {
  const Range range =
      vocabulary.empty() ? dot_range(*input, row, inputs.low, inputs.high) : vocabulary[static_cast<std::size_t>(row)];
  const Ball shift = bias_of(row, with_recurrent_bias);
  return {range.low + shift, range.high + shift};
}

std::optional<Gated> read_gated(const Layer& layer, Index gates) {
  const auto gate = Function::read(layer, "gates", "sigmoid"), candidate = Function::read(layer, "candidate", "tanh"),
             output = Function::read(layer, "output", "tanh");
  if (!gate || !gate->is_gate() || !candidate || !output) return std::nullopt;
  const auto find = [&](const char* name) { return find_parameter(*layer.weights, name); };
  Gated g{find("weight_hh_l0"),
          find("weight_ih_l0"),
          find("bias_ih_l0"),
          find("bias_hh_l0"),
          0,
          {},
          *gate,
          *candidate,
          *output};
  const auto cap = number(layer.attributes, "cap", 1.0);
  if (!cap || !(*cap > 0.0 && *cap <= 1.0)) return std::nullopt;
  g.cap = *cap;
  if (g.recurrent == nullptr || g.input == nullptr) return std::nullopt;
  g.n = g.recurrent->cols();
  const bool fits = g.n > 0 && shaped(g.recurrent, gates * g.n, g.n) && shaped(g.input, gates * g.n, g.input->cols()) &&
                    (g.bias == nullptr || shaped(g.bias, gates * g.n, 1)) &&
                    (g.recurrent_bias == nullptr || shaped(g.recurrent_bias, gates * g.n, 1));
  return fits ? std::optional(g) : std::nullopt;
}

std::optional<Gated> read_gated(const Layer& layer, const Claim& claim, Index gates, bool anything) {
  auto g = read_gated(layer, gates);
  if (!g) return std::nullopt;
  if (anything && claim.inputs.any()) return g;
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
