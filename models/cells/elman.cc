#include "models/cells/elman.h"

#include "base/errors.h"
#include "models/arrays/product.h"
#include "models/layers/activation_attributes.h"
#include "models/layers/cell_registry.h"

namespace unrecur {

template <class S>
Elman<S>::Elman(Index m, Index n, Options options) : options_(options) {
  this->add_weights(m, n, n, options.bias);
  if (options.recurrent_bias) this->parameters_.push_back({"bias_hh_l0", Matrix<S>::Zero(n, 1), 1});
  if (!(options.leak > 0.0 && options.leak <= 1.0)) throw UsageError("the leak of an Elman cell lies in (0, 1]");
}

template <class S>
CellShape Elman<S>::shape() const {
  const Index n = this->recurrent_weights().rows();
  return {.input = this->input_weights().cols(), .state = n, .output = n, .output_row = 0};
}

template <class S>
Attributes Elman<S>::attributes() const {
  Attributes attributes{{"activation", name_of(options_.activation.kind)}, {"leak", decimal(options_.leak)}};
  write_activation(attributes, "activation", options_.activation, Activation::tanh);
  if (options_.recurrent_bias) attributes["recurrent_bias"] = "true";
  return attributes;
}

template <class S>
Vector<S> Elman<S>::drive_bias() const {
  const Vector<S> bias = DrivenCell<S>::drive_bias();
  return options_.recurrent_bias ? Vector<S>(bias + this->weight(kRecurrentBias).col(0)) : bias;
}

template <class S>
void Elman<S>::recurrent_gradient(const ConstMatrixRef<S>& d_drive, const ConstMatrixRef<S>& previous,
                                  const DrivenTape<S>& tape, std::span<Parameter<S>> gradient) const {
  DrivenCell<S>::recurrent_gradient(d_drive, previous, tape, gradient);
  if (options_.recurrent_bias) gradient[kRecurrentBias].value.col(0) += d_drive.rowwise().sum();
}

template <class S>
void Elman<S>::forward_step(MatrixRef<S> gates, const ConstMatrixRef<S>& state, MatrixRef<S> next, MatrixRef<S>) const {
  multiply<S>(this->recurrent_weights(), state, gates, S(1));
  activate<S>(options_.activation, gates);
  if (options_.leak == 1.0) {
    next = gates;
  } else {
    const S leak = static_cast<S>(options_.leak);
    next = (S(1) - leak) * state + leak * gates;
  }
}

template <class S>
void Elman<S>::backward_step(const typename DrivenCell<S>::Step& step, MatrixRef<S> d_state,
                             MatrixRef<S> d_drive) const {
  const S leak = static_cast<S>(options_.leak);
  d_drive = leak * d_state;
  scale_by_slope<S>(options_.activation, step.gates, d_drive);
  // (1 − α) ∂next + Wᵀ ∂drive, in place.
  if (leak != S(1)) d_state *= S(1) - leak;
  multiply_transposed<S>(this->recurrent_weights(), d_drive, d_state, leak == S(1) ? S(0) : S(1));
}

template <class S>
void Elman<S>::jvp_step(const typename DrivenCell<S>::Step& step, const ConstMatrixRef<S>& v, MatrixRef<S> drive,
                        MatrixRef<S> out) const {
  const S leak = static_cast<S>(options_.leak);
  multiply<S>(this->recurrent_weights(), v, drive, S(1));
  scale_by_slope<S>(options_.activation, step.gates, drive);
  if (leak == S(1)) {
    out = drive;
  } else {
    out = (S(1) - leak) * v + leak * drive;
  }
}

template <class S>
bool Elman<S>::diagonal_step(const typename DrivenCell<S>::Step& step, MatrixRef<S> out) const {
  const S leak = static_cast<S>(options_.leak);
  out.colwise() = Vector<S>(leak * this->recurrent_weights().diagonal());
  scale_by_slope<S>(options_.activation, step.gates, out);
  out.array() += S(1) - leak;
  return true;
}

template class Elman<float>;
template class Elman<double>;

namespace {

template <class S>
std::unique_ptr<Cell<S>> make(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("elman", attributes);
  typename Elman<S>::Options options;
  options.activation = read_activation(read, "activation", Activation::tanh);
  options.leak = read.number("leak", 1.0);
  options.recurrent_bias = read.flag("recurrent_bias", false);
  read.require_all_known();
  return std::make_unique<Elman<S>>(m, n, options);
}

}  // namespace

namespace registry::cells {
extern const CellType elman;
const CellType elman{"elman", &make<float>, &make<double>};
}  // namespace registry::cells

}  // namespace unrecur
