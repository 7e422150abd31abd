#include "theory/comparison.h"

#include "models/product.h"

namespace unrecur {
namespace {

/// out(j, k) += factor |r(j, k)|, rounded upwards.
void add_row(Matrix<double>& out, Index row, Index first, double factor, const Matrix<double>& r, Index from) {
  for (Index k = 0; k < r.cols(); ++k) {
    double& entry = out(row, first + k);
    entry = add_up(entry, multiply_up(factor, std::abs(r(from, k))));
  }
}

}  // namespace

Matrix<double> lstm_comparison(const GatedWeights& w, const LstmBox& box) {
  const Index n = w.n;
  Matrix<double> m = Matrix<double>::Zero(2 * n, 2 * n);
  for (Index j = 0; j < n; ++j) {
    m(j, j) = box.f.value(j);
    add_row(m, j, n, multiply_up(box.i.slope(j), box.z.value(j)), w.recurrent, j);
    add_row(m, j, n, multiply_up(box.f.slope(j), box.c(j)), w.recurrent, n + j);
    add_row(m, j, n, multiply_up(box.i.value(j), box.z.slope(j)), w.recurrent, 2 * n + j);

    const double o = box.o.value(j);
    m(n + j, j) = multiply_up(o, m(j, j));
    for (Index k = 0; k < n; ++k) m(n + j, n + k) = multiply_up(o, m(j, n + k));
    add_row(m, n + j, n, multiply_up(box.o.slope(j), tanh_up(box.c(j))), w.recurrent, 3 * n + j);
  }
  return m;
}

namespace {

using Ranges = std::vector<Interval>;

void fill_from_states(GruBox& box, const GatedWeights& w, Reset reset, const Ranges& drive) {
  const auto at = [&](Index row) { return drive[static_cast<std::size_t>(row)]; };
  for (Index j = 0; j < w.n; ++j) {
    const Interval r = widened(at(j), row_reach(w.recurrent, j, box.h));
    const Interval z = widened(at(w.n + j), row_reach(w.recurrent, w.n + j, box.h));
    box.r.value(j) = sigmoid_up(r.high);
    box.r.slope(j) = sigmoid_slope_up(r);
    box.z.value(j) = sigmoid_up(z.high);
    box.z.slope(j) = sigmoid_slope_up(z);
    box.z_low(j) = sigmoid_down(z.low);
  }
  Vector<double> gated(w.n);
  for (Index k = 0; k < w.n; ++k) gated(k) = multiply_up(box.r.value(k), box.h(k));
  for (Index j = 0; j < w.n; ++j) {
    const Index row = 2 * w.n + j;
    const double own = w.recurrent_bias.size() > 0 ? std::abs(w.recurrent_bias(row)) : 0.0;
    box.q(j) = add_up(row_reach(w.recurrent, row, box.h), own);
    const double reach =
        reset == Reset::after ? multiply_up(box.r.value(j), box.q(j)) : add_up(row_reach(w.recurrent, row, gated), own);
    const Interval n = widened(at(row), reach);
    box.n.value(j) = tanh_magnitude_up(n);
    box.n.slope(j) = tanh_slope_up(n);
  }
}

}  // namespace

std::optional<GruBox> gru_box(const GatedWeights& w, Reset reset, const InputSet& inputs, int refinements) {
  if (!w.recurrent.allFinite() || !w.input.allFinite() || !w.recurrent_bias.allFinite()) return std::nullopt;
  // The recurrent biases of r and z only add; that of n is dealt with where the reset gate is.
  const Ranges drive = gate_drives(w, inputs, 2 * w.n);
  GruBox box;
  for (GateBounds* gate : {&box.r, &box.z, &box.n}) *gate = {Vector<double>(w.n), Vector<double>(w.n)};
  box.z_low.resize(w.n);
  box.q.resize(w.n);
  box.h = Vector<double>::Ones(w.n);
  fill_from_states(box, w, reset, drive);
  for (int pass = 0; pass < refinements; ++pass) {
    const Vector<double> h = box.h.cwiseMin(box.n.value);
    const double shrunk = (box.h - h).maxCoeff();
    if (!(shrunk > 1e-6)) break;
    box.h = h;
    fill_from_states(box, w, reset, drive);
  }
  return box;
}

namespace {

/// N of the candidate, before the slope of its tanh.
Matrix<double> candidate_matrix(const GatedWeights& w, Reset reset, const GruBox& box) {
  const Index n = w.n;
  Matrix<double> inner = Matrix<double>::Zero(n, n);
  if (reset == Reset::after) {
    for (Index j = 0; j < n; ++j) {
      add_row(inner, j, 0, box.r.value(j), w.recurrent, 2 * n + j);
      add_row(inner, j, 0, multiply_up(box.r.slope(j), box.q(j)), w.recurrent, j);
    }
    return inner;
  }
  Matrix<double> gated = Matrix<double>::Zero(n, n);
  for (Index l = 0; l < n; ++l) {
    add_row(gated, l, 0, multiply_up(box.r.slope(l), box.h(l)), w.recurrent, l);
    gated(l, l) = add_up(gated(l, l), box.r.value(l));
  }
  multiply<double>(w.recurrent.bottomRows(n).cwiseAbs(), gated, inner, 0.0);
  return inner.unaryExpr([n](double entry) { return nonnegative_sum_up(entry, n); });
}

}  // namespace

GruComparison gru_comparison(const GatedWeights& w, Reset reset, const GruBox& box) {
  const Index n = w.n;
  const Matrix<double> inner = candidate_matrix(w, reset, box);
  GruComparison m{Matrix<double>::Zero(n, n), Matrix<double>::Zero(n, n)};
  for (Index j = 0; j < n; ++j) {
    const double update = multiply_up(box.z.slope(j), add_up(box.h(j), box.n.value(j)));
    const auto fill = [&](Matrix<double>& out, double z, double rest) {
      const double factor = multiply_up(rest, box.n.slope(j));
      for (Index k = 0; k < n; ++k) out(j, k) = multiply_up(factor, inner(j, k));
      out(j, j) = add_up(out(j, j), z);
      add_row(out, j, 0, update, w.recurrent, n + j);
    };
    // At each end the two coefficients z and 1 − z are those of the same z, rounded upwards one by one.
    fill(m.at_low, box.z_low(j), subtract_up(1.0, box.z_low(j)));
    fill(m.at_high, box.z.value(j), std::max(0.0, subtract_up(1.0, box.z.value(j))));
  }
  return m;
}

}  // namespace unrecur
