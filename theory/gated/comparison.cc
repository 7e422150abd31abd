#include "theory/gated/comparison.h"

#include "models/arrays/product.h"
#include "theory/arithmetic/activation_bounds.h"
#include "theory/arithmetic/nonnegative.h"

namespace unrecur {
namespace {

/// out += diag(factor) |r|, rounded upwards. Column by column, as the matrices lie in memory.
void add_scaled(MatrixRef<double> out, const Vector<double>& factor, const ConstMatrixRef<double>& r) {
  for (Index k = 0; k < r.cols(); ++k) {
    for (Index j = 0; j < r.rows(); ++j) {
      double& entry = out(j, k);
      entry = add_up(entry, multiply_up(factor(j), std::abs(r(j, k))));
    }
  }
}

/// Entry by entry a_j b_j, rounded upwards.
Vector<double> times_up(const Vector<double>& a, const Vector<double>& b) {
  return a.binaryExpr(b, [](double x, double y) { return multiply_up(x, y); });
}

}  // namespace

LstmCoefficients lstm_coefficients(const LstmBox& box) {
  const Vector<double> opened = times_up(box.o.value, box.out.slope);
  return {.i = times_up(box.i.slope, box.z.value),
          .f = times_up(box.f.slope, box.c),
          .z = times_up(box.i.value, box.z.slope),
          .o = times_up(box.o.slope, box.out.value),
          .opened = opened,
          .carried = times_up(opened, box.f.value)};
}

namespace {

/// (4n × k) rows of the gates to (2n × k): how a change of the preactivations moves c' and h'.
void add_through_gates(MatrixRef<double> out, const LstmBox& box, const Matrix<double>& rows) {
  const Index n = box.c.size();
  const LstmCoefficients by = lstm_coefficients(box);
  add_scaled(out.topRows(n), by.i, rows.topRows(n));
  add_scaled(out.topRows(n), by.f, rows.middleRows(n, n));
  add_scaled(out.topRows(n), by.z, rows.middleRows(2 * n, n));
  add_scaled(out.bottomRows(n), by.opened, out.topRows(n));
  add_scaled(out.bottomRows(n), by.o, rows.bottomRows(n));
}

}  // namespace

Matrix<double> lstm_comparison(const GatedWeights& w, const LstmBox& box) {
  const Index n = w.n;
  Matrix<double> m = Matrix<double>::Zero(2 * n, 2 * n);
  m.topLeftCorner(n, n).diagonal() = box.f.value;
  m.bottomLeftCorner(n, n).diagonal() = lstm_coefficients(box).carried;
  add_through_gates(m.rightCols(n), box, w.recurrent);
  return m;
}

Matrix<double> lstm_input_comparison(const GatedWeights& w, const LstmBox& box) {
  Matrix<double> m = Matrix<double>::Zero(2 * w.n, w.input.cols());
  add_through_gates(m, box, w.input);
  return m;
}

namespace {

using Ranges = std::vector<Interval>;

void fill_from_states(GruBox& box, const GatedWeights& w, const Matrix<double>& absolute, Reset reset,
                      const Ranges& drive) {
  const auto at = [&](Index row) { return drive[static_cast<std::size_t>(row)]; };
  const Vector<double> reach = product_up(absolute, box.h);
  for (Index j = 0; j < w.n; ++j) {
    const Interval r = widened(at(j), reach(j));
    const Interval z = widened(at(w.n + j), reach(w.n + j));
    box.r.value(j) = magnitude_up(w.gates, r);
    box.r.slope(j) = slope_up(w.gates, r);
    box.z.value(j) = magnitude_up(w.gates, z);
    box.z.slope(j) = slope_up(w.gates, z);
    box.z_low(j) = value_over(w.gates, z).low;
  }
  Vector<double> gated(w.n);
  for (Index k = 0; k < w.n; ++k) gated(k) = multiply_up(box.r.value(k), box.h(k));
  const Vector<double> before = reset == Reset::before ? product_up(absolute.bottomRows(w.n), gated) : gated;
  for (Index j = 0; j < w.n; ++j) {
    const Index row = 2 * w.n + j;
    const bool gated_bias = reset == Reset::after && w.recurrent_bias.size() > 0;
    const double own = gated_bias ? std::abs(w.recurrent_bias(row)) : 0.0;
    box.q(j) = add_up(reach(row), own);
    const double moved = reset == Reset::after ? multiply_up(box.r.value(j), box.q(j)) : before(j);
    const Interval n = widened(at(row), moved);
    box.n.value(j) = magnitude_up(w.candidate, n);
    box.n.slope(j) = slope_up(w.candidate, n);
  }
}

}  // namespace

std::optional<GruBox> gru_box(const GatedWeights& w, Reset reset, const InputSet& inputs, int refinements) {
  if (!w.recurrent.allFinite() || !w.input.allFinite()) return std::nullopt;
  if (!w.bias.allFinite() || !w.recurrent_bias.allFinite()) return std::nullopt;
  // Recurrent biases only add, save that of n where the reset gate multiplies it.
  const Ranges drive = gate_drives(w, inputs, (reset == Reset::after ? 2 : 3) * w.n);
  const Matrix<double> absolute = w.recurrent.cwiseAbs();
  GruBox box;
  for (GateBounds* gate : {&box.r, &box.z, &box.n}) *gate = {Vector<double>(w.n), Vector<double>(w.n)};
  box.z_low.resize(w.n);
  box.q.resize(w.n);
  if (bound_of(w.candidate)) {
    box.h = Vector<double>::Ones(w.n);
  } else {
    const auto above = bound_from_below(w.n, [&](const Vector<double>& h) {
      box.h = h;
      fill_from_states(box, w, absolute, reset, drive);
      return box.n.value;
    });
    if (!above) return std::nullopt;
    box.h = *above;
  }
  fill_from_states(box, w, absolute, reset, drive);
  for (int pass = 0; pass < refinements; ++pass) {
    const Vector<double> h = box.h.cwiseMin(box.n.value);
    const double shrunk = (box.h - h).maxCoeff();
    if (!(shrunk > 1e-6)) break;
    box.h = h;
    fill_from_states(box, w, absolute, reset, drive);
  }
  return box;
}

namespace {

/// N of the candidate, before the slope of its tanh.
Matrix<double> candidate_matrix(const GatedWeights& w, Reset reset, const GruBox& box) {
  const Index n = w.n;
  Matrix<double> inner = Matrix<double>::Zero(n, n);
  if (reset == Reset::after) {
    add_scaled(inner, box.r.value, w.recurrent_of(2));
    add_scaled(inner, times_up(box.r.slope, box.q), w.recurrent_of(0));
    return inner;
  }
  Matrix<double> gated = Matrix<double>::Zero(n, n);
  add_scaled(gated, times_up(box.r.slope, box.h), w.recurrent_of(0));
  for (Index l = 0; l < n; ++l) gated(l, l) = add_up(gated(l, l), box.r.value(l));
  multiply<double>(w.recurrent.bottomRows(n).cwiseAbs(), gated, inner, 0.0);
  return inner.unaryExpr([n](double entry) { return nonnegative_sum_up(entry, n); });
}

}  // namespace

GruCoefficients gru_coefficients(const GruBox& box) {
  const auto complement = [](double z) { return std::max(0.0, subtract_up(1.0, z)); };
  const Vector<double> apart = box.h.binaryExpr(box.n.value, [](double a, double b) { return add_up(a, b); });
  return {.update = times_up(box.z.slope, apart),
          .at_low = times_up(box.z_low.unaryExpr(complement), box.n.slope),
          .at_high = times_up(box.z.value.unaryExpr(complement), box.n.slope)};
}

GruComparison gru_comparison(const GatedWeights& w, Reset reset, const GruBox& box) {
  const Index n = w.n;
  const Matrix<double> inner = candidate_matrix(w, reset, box);
  const GruCoefficients by = gru_coefficients(box);
  const auto at = [&](const Vector<double>& z, const Vector<double>& rest) {
    Matrix<double> m = Matrix<double>::Zero(n, n);
    m.diagonal() = z;
    add_scaled(m, rest, inner);
    add_scaled(m, by.update, w.recurrent_of(1));
    return m;
  };
  // At each end the two coefficients z and 1 − z are those of the same z, rounded upwards one by one.
  return {at(box.z_low, by.at_low), at(box.z.value, by.at_high)};
}

Matrix<double> gru_input_comparison(const GatedWeights& w, Reset reset, const GruBox& box) {
  const Index n = w.n;
  const auto rows = [&](Index gate) { return w.input.middleRows(gate * n, n); };
  Matrix<double> inner = w.input.bottomRows(n).cwiseAbs();
  if (reset == Reset::after) {
    add_scaled(inner, times_up(box.r.slope, box.q), rows(0));
  } else {
    Matrix<double> gated = Matrix<double>::Zero(n, w.input.cols());
    add_scaled(gated, times_up(box.r.slope, box.h), rows(0));
    Matrix<double> through(n, w.input.cols());
    multiply<double>(w.recurrent.bottomRows(n).cwiseAbs(), gated, through, 0.0);
    const Vector<double> ones = Vector<double>::Ones(n);
    add_scaled(inner, ones, through.unaryExpr([n](double entry) { return nonnegative_sum_up(entry, n); }));
  }
  const GruCoefficients by = gru_coefficients(box);
  Matrix<double> m = Matrix<double>::Zero(n, w.input.cols());
  add_scaled(m, by.at_low, inner);
  add_scaled(m, by.update, rows(1));
  return m;
}

}  // namespace unrecur
