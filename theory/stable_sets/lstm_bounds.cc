#include "theory/stable_sets/lstm_bounds.h"

#include <algorithm>
#include <cmath>

#include "theory/stable_sets/gate_slopes.h"

namespace unrecur {
LstmRowWeights lstm_row_weights(const SequenceModel<float>& model, const InputBounds& inputs) {
  const auto& recurrent = *find_parameter(model.cell().parameters(), "weight_hh_l0");
  const Index n = recurrent.cols();
  DriveRange range = drive_range(model, inputs, 0, recurrent.rows());
  const Vector<float> reach = recurrent.cwiseAbs().rowwise().sum();
  range.low -= reach;
  range.high += reach;
  const auto cap = static_cast<float>(forget_cap(model.cell()).value_or(1.0));
  LstmRowWeights w;
  for (auto* v : {&w.f, &w.o, &w.f_weight, &w.i_weight, &w.g_weight, &w.o_weight}) v->resize(n);
  for (Index j = 0; j < n; ++j) {
    const auto low = [&](Index gate) { return range.low(gate * n + j); };
    const auto high = [&](Index gate) { return range.high(gate * n + j); };
    w.f(j) = cap * sigmoid(high(kForget));
    w.o(j) = sigmoid(high(kOutput));
    const float input = sigmoid(high(kInput));
    const float candidate = std::tanh(std::max(std::abs(low(kCandidate)), std::abs(high(kCandidate))));
    const float cell = input * candidate / (1.0F - w.f(j));
    w.f_weight(j) = cell * cap * sigmoid_slope(low(kForget), high(kForget));
    w.i_weight(j) = candidate * sigmoid_slope(low(kInput), high(kInput));
    w.g_weight(j) = input * tanh_slope(low(kCandidate), high(kCandidate));
    w.o_weight(j) = std::tanh(cell) * sigmoid_slope(low(kOutput), high(kOutput));
  }
  return w;
}

Matrix<double> floating_comparison(const Matrix<float>& recurrent, const LstmRowWeights& w) {
  const Index n = recurrent.cols();
  const Matrix<double> size = recurrent.cwiseAbs().cast<double>();
  const auto weighted = [&](const Vector<float>& weights, Index gate) -> Matrix<double> {
    return weights.cast<double>().asDiagonal() * size.middleRows(gate * n, n);
  };
  const Vector<double> f = w.f.cast<double>(), o = w.o.cast<double>();
  Matrix<double> m = Matrix<double>::Zero(2 * n, 2 * n);
  m.topLeftCorner(n, n).diagonal() = f;
  m.topRightCorner(n, n) =
      weighted(w.f_weight, kForget) + weighted(w.i_weight, kInput) + weighted(w.g_weight, kCandidate);
  m.bottomLeftCorner(n, n).diagonal() = o.cwiseProduct(f);
  m.bottomRightCorner(n, n) = o.asDiagonal() * m.topRightCorner(n, n) + weighted(w.o_weight, kOutput);
  return m;
}

}  // namespace unrecur
