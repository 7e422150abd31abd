#include "models/cells/lstm.h"

#include "base/errors.h"
#include "models/arrays/hyperbolic_tangent.h"
#include "models/arrays/product.h"
#include "models/cells/gates.h"
#include "models/layers/activation_attributes.h"
#include "models/layers/cell_registry.h"

namespace unrecur {

template <class S>
typename Lstm<S>::Options Lstm<S>::read_options(AttributeReader& read) {
  return {.recurrent_bias = read.flag("recurrent_bias", false),
          .gates = read_activation(read, "gates", Activation::sigmoid),
          .candidate = read_activation(read, "candidate", Activation::tanh),
          .output = read_activation(read, "output", Activation::tanh)};
}

template <class S>
Lstm<S>::Lstm(Index m, Index n, Options options) : options_(options) {
  this->add_weights(m, n, kGates * n, true);
  if (options.recurrent_bias) this->parameters_.push_back({"bias_hh_l0", Matrix<S>::Zero(kGates * n, 1), 1});
  if (!options.gates.is_gate()) {
    throw UsageError("the gates of an lstm cell: expected sigmoid or hard_sigmoid, found " +
                     name_of(options.gates.kind));
  }
}

template <class S>
CellShape Lstm<S>::shape() const {
  const Index n = units();
  return {.input = this->input_weights().cols(), .state = 2 * n, .output = n, .output_row = n};
}

template <class S>
Attributes Lstm<S>::attributes() const {
  Attributes attributes{{"recurrent_bias", options_.recurrent_bias ? "true" : "false"}};
  write_activation(attributes, "gates", options_.gates, Activation::sigmoid);
  write_activation(attributes, "candidate", options_.candidate, Activation::tanh);
  write_activation(attributes, "output", options_.output, Activation::tanh);
  if (options_.cap) attributes["cap"] = decimal(*options_.cap);
  return attributes;
}

template <class S>
Vector<S> Lstm<S>::drive_bias() const {
  Vector<S> bias = this->weight(this->kBias).col(0);
  if (options_.recurrent_bias) bias += this->weight(kRecurrentBias).col(0);
  return bias;
}

template <class S>
bool Lstm<S>::standard() const {
  return options_.gates.kind == Activation::sigmoid && options_.candidate.kind == Activation::tanh &&
         options_.output.kind == Activation::tanh;
}

template <class S>
typename Lstm<S>::Slopes Lstm<S>::slopes(const typename DrivenCell<S>::Step& step) const {
  const Index n = units();
  Slopes slopes{slopes_at<S>(options_.gates, step.gates), slopes_at<S>(options_.output, step.extra)};
  slopes.gates.middleRows(kCandidate * n, n) =
      slopes_at<S>(options_.candidate, step.gates.middleRows(kCandidate * n, n));
  if (options_.cap) {
    const Matrix<S> whole = step.gates.middleRows(kForget * n, n) / cap();
    slopes.gates.middleRows(kForget * n, n) = cap() * slopes_at<S>(options_.gates, whole);
  }
  return slopes;
}

// The element-wise work goes column by column, so that everything but the first read comes from the nearest cache.
// Slopes of the formula's own functions are computed where they are needed; those of others beforehand, all at once.

template <class S>
void Lstm<S>::forward_step(MatrixRef<S> gates, const ConstMatrixRef<S>& state, MatrixRef<S> next,
                           MatrixRef<S> extra) const {
  const Index n = units();
  multiply<S>(this->recurrent_weights(), state.bottomRows(n), gates, S(1));
  if (!standard()) {
    activate<S>(options_.gates, gates.topRows(kCandidate * n));
    activate<S>(options_.candidate, gates.middleRows(kCandidate * n, n));
    activate<S>(options_.gates, gates.bottomRows(n));
    if (options_.cap) gates.middleRows(kForget * n, n) *= cap();
    next.topRows(n).array() = gates.middleRows(kForget * n, n).array() * state.topRows(n).array() +
                              gates.topRows(n).array() * gates.middleRows(kCandidate * n, n).array();
    extra = next.topRows(n);
    activate<S>(options_.output, extra);
    next.bottomRows(n).array() = gates.bottomRows(n).array() * extra.array();
    return;
  }
  for (Index j = 0; j < gates.cols(); ++j) {
    auto i = gate(gates, kIn, n, j), f = gate(gates, kForget, n, j), g = gate(gates, kCandidate, n, j);
    auto o = gate(gates, kOut, n, j);
    auto c = next.col(j).head(n).array();
    auto tanh_c = extra.col(j).array();
    i = i.logistic();
    f = f.logistic();
    if (options_.cap) f *= cap();
    take_tanh<S>(g.matrix());
    o = o.logistic();
    c = f * state.col(j).head(n).array() + i * g;
    tanh_c = c;
    take_tanh<S>(tanh_c.matrix());
    next.col(j).tail(n).array() = o * tanh_c;
  }
}

namespace {

/// Places of the gates: i, f, g, o.
enum : Index { kI, kF, kG, kO };

/// σ', tanh' of the candidate and tanh' of c' as expressions of the values: what Slopes holds for other functions. Of
/// f = κ σ the slope is f (1 − f/κ).
template <class S>
struct FormulaSlopes {
  const ConstMatrixRef<S>&gates, &output;
  Index n;
  S cap;

  /// x σ'
  template <class X>
  auto times_gate(const X& x, Index k, Index j) const {
    const auto value = gate(gates, k, n, j);
    return x * value * (S(1) - (k == kF ? S(1) / cap : S(1)) * value);
  }
  auto of_candidate(Index k, Index j) const { return S(1) - gate(gates, k, n, j).square(); }
  auto of_output(Index j) const { return S(1) - output.col(j).array().square(); }
};

template <class S>
struct StoredSlopes {
  const Matrix<S>&gates, &output;
  Index n;

  template <class X>
  auto times_gate(const X& x, Index k, Index j) const {
    return x * gate(gates, k, n, j);
  }
  auto of_candidate(Index k, Index j) const { return gate(gates, k, n, j); }
  auto of_output(Index j) const { return output.col(j).array(); }
};

template <class S, class AllSlopes>
void backward_columns(const typename DrivenCell<S>::Step& step, const AllSlopes& slopes, Index n, MatrixRef<S> d_state,
                      MatrixRef<S> d_drive) {
  for (Index j = 0; j < d_state.cols(); ++j) {
    const auto i = gate(step.gates, kI, n, j), f = gate(step.gates, kF, n, j);
    const auto g = gate(step.gates, kG, n, j), o = gate(step.gates, kO, n, j);
    const auto tanh_c = step.extra.col(j).array();
    const auto c = step.state.col(j).head(n).array();
    auto d_c = d_state.col(j).head(n).array(), d_h = d_state.col(j).tail(n).array();
    d_c += d_h * o * slopes.of_output(j);
    gate(d_drive, kI, n, j) = slopes.times_gate(d_c * g, kI, j);
    gate(d_drive, kF, n, j) = slopes.times_gate(d_c * c, kF, j);
    gate(d_drive, kG, n, j) = d_c * i * slopes.of_candidate(kG, j);
    gate(d_drive, kO, n, j) = slopes.times_gate(d_h * tanh_c, kO, j);
    d_c *= f;
  }
}

template <class S, class AllSlopes>
void jvp_columns(const typename DrivenCell<S>::Step& step, const AllSlopes& slopes, Index n, const ConstMatrixRef<S>& v,
                 const ConstMatrixRef<S>& drive, MatrixRef<S> out) {
  for (Index j = 0; j < v.cols(); ++j) {
    const auto i = gate(step.gates, kI, n, j), f = gate(step.gates, kF, n, j);
    const auto g = gate(step.gates, kG, n, j), o = gate(step.gates, kO, n, j);
    const auto tanh_c = step.extra.col(j).array();
    const auto c = step.state.col(j).head(n).array();
    const auto a_i = gate(drive, kI, n, j), a_f = gate(drive, kF, n, j);
    const auto a_g = gate(drive, kG, n, j), a_o = gate(drive, kO, n, j);
    auto out_c = out.col(j).head(n).array();
    out_c = f * v.col(j).head(n).array() + slopes.times_gate(c, kF, j) * a_f + slopes.times_gate(g, kI, j) * a_i +
            i * slopes.of_candidate(kG, j) * a_g;
    out.col(j).tail(n).array() = slopes.times_gate(tanh_c, kO, j) * a_o + o * slopes.of_output(j) * out_c;
  }
}

}  // namespace

template <class S>
void Lstm<S>::backward_step(const typename DrivenCell<S>::Step& step, MatrixRef<S> d_state,
                            MatrixRef<S> d_drive) const {
  const Index n = units();
  if (standard()) {
    backward_columns<S>(step, FormulaSlopes<S>{step.gates, step.extra, n, cap()}, n, d_state, d_drive);
  } else {
    const Slopes stored = slopes(step);
    backward_columns<S>(step, StoredSlopes<S>{stored.gates, stored.output, n}, n, d_state, d_drive);
  }
  multiply_transposed<S>(this->recurrent_weights(), d_drive, d_state.bottomRows(n), S(0));
}

template <class S>
void Lstm<S>::jvp_step(const typename DrivenCell<S>::Step& step, const ConstMatrixRef<S>& v, MatrixRef<S> drive,
                       MatrixRef<S> out) const {
  const Index n = units();
  multiply<S>(this->recurrent_weights(), v.bottomRows(n), drive, S(1));
  if (standard()) {
    jvp_columns<S>(step, FormulaSlopes<S>{step.gates, step.extra, n, cap()}, n, v, drive, out);
  } else {
    const Slopes stored = slopes(step);
    jvp_columns<S>(step, StoredSlopes<S>{stored.gates, stored.output, n}, n, v, drive, out);
  }
}

template <class S>
bool Lstm<S>::diagonal_step(const typename DrivenCell<S>::Step& step, MatrixRef<S> out) const {
  const Index n = units();
  // Of the direction h_j the gates of unit j move by their own weights; in the direction c_j row j of c' is f_j.
  Matrix<S> drive(kGates * n, out.cols());
  for (Index k = 0; k < kGates; ++k) {
    drive.middleRows(k * n, n).colwise() = Vector<S>(this->recurrent_weights().middleRows(k * n, n).diagonal());
  }
  const Matrix<S> still = Matrix<S>::Zero(2 * n, out.cols());
  const Slopes stored = slopes(step);
  jvp_columns<S>(step, StoredSlopes<S>{stored.gates, stored.output, n}, n, still, drive, out);
  out.topRows(n) = step.gates.middleRows(kF * n, n);
  return true;
}

template <class S>
void Lstm<S>::recurrent_gradient(const ConstMatrixRef<S>& d_drive, const ConstMatrixRef<S>& previous,
                                 const DrivenTape<S>& tape, std::span<Parameter<S>> gradient) const {
  DrivenCell<S>::recurrent_gradient(d_drive, previous, tape, gradient);
  if (options_.recurrent_bias) gradient[kRecurrentBias].value.col(0) += d_drive.rowwise().sum();
}

template class Lstm<float>;
template class Lstm<double>;

namespace {

template <class S>
std::unique_ptr<Cell<S>> make(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("lstm", attributes);
  const auto options = Lstm<S>::read_options(read);
  read.require_all_known();
  return std::make_unique<Lstm<S>>(m, n, options);
}

}  // namespace

namespace registry::cells {
extern const CellType lstm;
const CellType lstm{"lstm", &make<float>, &make<double>, kLstmGates};
}  // namespace registry::cells

}  // namespace unrecur
