#include "models/cells/lstm.h"

#include "models/arrays/product.h"
#include "models/cells/gates.h"
#include "models/layers/attributes.h"
#include "models/layers/cell_registry.h"

namespace unrecur {

template <class S>
Lstm<S>::Lstm(Index m, Index n, Options options) : options_(options) {
  this->add_weights(m, n, kGates * n, true);
  if (options.recurrent_bias) this->parameters_.push_back({"bias_hh_l0", Matrix<S>::Zero(kGates * n, 1), 1});
}

template <class S>
CellShape Lstm<S>::shape() const {
  const Index n = units();
  return {.input = this->input_weights().cols(), .state = 2 * n, .output = n, .output_row = n};
}

template <class S>
Attributes Lstm<S>::attributes() const {
  return {{"recurrent_bias", options_.recurrent_bias ? "true" : "false"}};
}

template <class S>
Vector<S> Lstm<S>::drive_bias() const {
  Vector<S> bias = this->weight(this->kBias).col(0);
  if (options_.recurrent_bias) bias += this->weight(kRecurrentBias).col(0);
  return bias;
}

// The element-wise work goes column by column, so that everything but the first read comes from the nearest cache.

template <class S>
void Lstm<S>::forward_step(MatrixRef<S> gates, const ConstMatrixRef<S>& state, MatrixRef<S> next,
                           MatrixRef<S> extra) const {
  const Index n = units();
  multiply<S>(this->recurrent_weights(), state.bottomRows(n), gates, S(1));
  for (Index j = 0; j < gates.cols(); ++j) {
    auto i = gate(gates, kIn, n, j), f = gate(gates, kForget, n, j), g = gate(gates, kCandidate, n, j);
    auto o = gate(gates, kOut, n, j);
    auto c = next.col(j).head(n).array();
    auto tanh_c = extra.col(j).array();
    i = i.logistic();
    f = f.logistic();
    g = g.tanh();
    o = o.logistic();
    c = f * state.col(j).head(n).array() + i * g;
    tanh_c = c.tanh();
    next.col(j).tail(n).array() = o * tanh_c;
  }
}

template <class S>
void Lstm<S>::backward_step(const typename DrivenCell<S>::Step& step, MatrixRef<S> d_state,
                            MatrixRef<S> d_drive) const {
  const Index n = units();
  for (Index j = 0; j < d_state.cols(); ++j) {
    const auto i = gate(step.gates, kIn, n, j), f = gate(step.gates, kForget, n, j);
    const auto g = gate(step.gates, kCandidate, n, j), o = gate(step.gates, kOut, n, j);
    const auto tanh_c = step.extra.col(j).array();
    const auto c = step.state.col(j).head(n).array();
    auto d_c = d_state.col(j).head(n).array(), d_h = d_state.col(j).tail(n).array();
    d_c += d_h * o * (S(1) - tanh_c.square());
    gate(d_drive, kIn, n, j) = d_c * g * i * (S(1) - i);
    gate(d_drive, kForget, n, j) = d_c * c * f * (S(1) - f);
    gate(d_drive, kCandidate, n, j) = d_c * i * (S(1) - g.square());
    gate(d_drive, kOut, n, j) = d_h * tanh_c * o * (S(1) - o);
    d_c *= f;
  }
  multiply_transposed<S>(this->recurrent_weights(), d_drive, d_state.bottomRows(n), S(0));
}

template <class S>
void Lstm<S>::jvp_step(const typename DrivenCell<S>::Step& step, const ConstMatrixRef<S>& v, MatrixRef<S> drive,
                       MatrixRef<S> out) const {
  const Index n = units();
  multiply<S>(this->recurrent_weights(), v.bottomRows(n), drive, S(1));
  for (Index j = 0; j < v.cols(); ++j) {
    const auto i = gate(step.gates, kIn, n, j), f = gate(step.gates, kForget, n, j);
    const auto g = gate(step.gates, kCandidate, n, j), o = gate(step.gates, kOut, n, j);
    const auto tanh_c = step.extra.col(j).array();
    const auto c = step.state.col(j).head(n).array();
    const auto a_i = gate(drive, kIn, n, j), a_f = gate(drive, kForget, n, j);
    const auto a_g = gate(drive, kCandidate, n, j), a_o = gate(drive, kOut, n, j);
    auto out_c = out.col(j).head(n).array();
    out_c = f * v.col(j).head(n).array() + c * f * (S(1) - f) * a_f + g * i * (S(1) - i) * a_i +
            i * (S(1) - g.square()) * a_g;
    out.col(j).tail(n).array() = tanh_c * o * (S(1) - o) * a_o + o * (S(1) - tanh_c.square()) * out_c;
  }
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
  const bool recurrent_bias = read.flag("recurrent_bias", false);
  read.require_all_known();
  return std::make_unique<Lstm<S>>(m, n, typename Lstm<S>::Options{.recurrent_bias = recurrent_bias});
}

}  // namespace

namespace registry::cells {
extern const CellType lstm;
constexpr std::string_view kLstmGates[] = {"input", "forget", "candidate", "output"};
const CellType lstm{"lstm", &make<float>, &make<double>, kLstmGates};
}  // namespace registry::cells

}  // namespace unrecur
