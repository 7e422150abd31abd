#include "theory/gated/lstm_rates.h"

#include <utility>

#include "models/layers/activation_attributes.h"
#include "theory/arithmetic/activation_bounds.h"
#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/perron.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/certificates/best_conditioned.h"

namespace unrecur {
namespace {

Vector<double> blocks(double c, double h, Index n) {
  Vector<double> v(2 * n);
  v << Vector<double>::Constant(n, c), Vector<double>::Constant(n, h);
  return v;
}

/// The 2 × 2 comparison matrix of (‖c‖_∞, ‖h‖_∞).
Matrix<double> scalar_comparison(const BoxedLstm& lstm) {
  const LstmCoefficients by = lstm_coefficients(lstm.box);
  const auto through = [&](const Vector<double>& factor, Index gate) {
    return multiply_up(factor.maxCoeff(), inf_norm_upper(lstm.weights.recurrent_of(gate)));
  };
  const double alpha = add_up(add_up(through(by.i, 0), through(by.f, 1)), through(by.z, 2));
  const double own = add_up(multiply_up(by.opened.maxCoeff(), alpha), through(by.o, 3));
  Matrix<double> a(2, 2);
  a << lstm.box.f.value.maxCoeff(), alpha, by.carried.maxCoeff(), own;
  return a;
}

/// Mv in floating point: the blocks of M on the left are diagonal.
MonotoneMap product_with(const Matrix<double>& m, Index n) {
  return [&m, n](const Vector<double>& v) {
    Vector<double> y = m.rightCols(n) * v.tail(n);
    y.head(n).array() += m.topLeftCorner(n, n).diagonal().array() * v.head(n).array();
    y.tail(n).array() += m.bottomLeftCorner(n, n).diagonal().array() * v.head(n).array();
    return y;
  };
}

/// The same, rounded upwards.
Vector<double> comparison_product_up(const Matrix<double>& m, const Vector<double>& v, Index n) {
  Vector<double> y = product_up(m.rightCols(n), v.tail(n));
  for (Index j = 0; j < n; ++j) {
    y(j) = add_up(y(j), multiply_up(m(j, j), v(j)));
    y(n + j) = add_up(y(n + j), multiply_up(m(n + j, j), v(j)));
  }
  return y;
}

}  // namespace

std::optional<BoxedLstm> boxed_lstm(const Cell<double>& cell, const InputSet& inputs) {
  GatedWeights weights = gated_weights(cell);
  std::optional<LstmBox> box = lstm_box(weights, inputs);
  if (!box) return std::nullopt;
  Domain domain{.text = "|c_j| and |h_j| within an invariant box; " + inputs.description(),
                .limits = Vector<double>(2 * weights.n),
                .inputs = inputs};
  domain.limits << box->c, box->h;
  return BoxedLstm{std::move(weights), std::move(*box), std::move(domain)};
}

std::optional<double> lstm_output_bound(const Cell<double>& cell) {
  return bound_of(activation_in(cell.attributes(), "output", Activation::tanh));
}

std::optional<Vector<double>> lstm_output_limits(const Cell<double>& cell, const InputSet& inputs) {
  auto boxed = boxed_lstm(cell, inputs);
  return boxed ? std::optional<Vector<double>>(std::move(boxed->box.h)) : std::nullopt;
}

std::optional<Certificate> certify_miller_hardt(const BoxedLstm& lstm) {
  if (!lstm.weights.standard()) return std::nullopt;
  const auto norm = [&](Index gate) { return inf_norm_upper(lstm.weights.recurrent_of(gate)); };
  const double f = lstm.box.f.value.maxCoeff();
  const double c = divide_up(1.0, subtract_down(1.0, f));
  const double a = add_up(add_up(multiply_up(multiply_up(0.25, c), norm(1)), multiply_up(0.25, norm(0))), norm(2));
  const double b = add_up(a, multiply_up(multiply_up(0.25, tanh_up(c)), norm(3)));
  return proved_certificate("miller_hardt", Norm::inf(2 * lstm.weights.n), add_up(f, b), lstm.domain);
}

std::optional<Certificate> certify_delta_iss(const BoxedLstm& lstm) {
  const Matrix<double> a = scalar_comparison(lstm);
  if (!a.allFinite()) return std::nullopt;
  const Vector<double> pair = perron_witness(a);
  const Vector<double> v = blocks(pair(0), pair(1), lstm.weights.n);
  const double rate = largest_ratio_up(product_up(a, pair), pair);
  return proved_certificate("delta_iss", Norm::weighted_inf(v), rate, lstm.domain);
}

std::optional<Certificate> certify_lstm_comparison(const BoxedLstm& lstm) {
  const Index n = lstm.weights.n;
  const Matrix<double> m = lstm_comparison(lstm.weights, lstm.box);
  if (!m.allFinite()) return std::nullopt;
  const auto certificate_of = [&](const Vector<double>& v) {
    const double rate = largest_ratio_up(comparison_product_up(m, v, n), v);
    return proved_certificate("comparison_matrix", Norm::weighted_inf(v), rate, lstm.domain);
  };
  // From the vector of delta_iss, so that the rate is never above that one's.
  const Vector<double> pair = perron_witness(scalar_comparison(lstm)), uniform = blocks(pair(0), pair(1), n);
  auto best = certificate_of(power_witness(product_with(m, n), uniform));
  if (n > kWitnessSize || !best) return best;
  if (auto other = certificate_of(perron_witness(m)); other && other->rate.value < best->rate.value) {
    best = std::move(other);
  }
  return best_conditioned(std::move(*best), m, certificate_of, certificate_of(uniform));
}

}  // namespace unrecur
