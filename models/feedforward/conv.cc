#include "models/feedforward/conv.h"

#include <cmath>

#include "base/errors.h"
#include "models/arrays/product.h"
#include "models/layers/attributes.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

constexpr Index kLargestState = Index{1} << 31;

template <class S>
struct ConvTape : LayerTape<S> {
  Matrix<S> windows;  ///< what each column reads
  Matrix<S> values;   ///< ρ of the sums
};

}  // namespace

template <class S>
Conv<S>::Conv(Index m, Index n, Options options) : inputs_(m), outputs_(n), options_(options) {
  if (m < 1 || n < 1 || options.kernel < 1 || options.dilation < 1) {
    throw UsageError("a convolution needs inputs, outputs, a kernel and a dilation of at least 1");
  }
  if (options.kernel > kLargestState / options.dilation || m > kLargestState / (options.kernel * options.dilation)) {
    throw UsageError("a convolution over " + std::to_string(options.kernel) + " inputs " +
                     std::to_string(options.dilation) + " steps apart reaches too far back");
  }
  this->parameters_.push_back({"weight", Matrix<S>::Zero(n, options.kernel * m)});
  this->parameters_.push_back({"bias", Matrix<S>::Zero(n, 1), 1});
}

template <class S>
Attributes Conv<S>::attributes() const {
  return {{"kernel", std::to_string(options_.kernel)},
          {"dilation", std::to_string(options_.dilation)},
          {"activation", name_of(options_.activation)}};
}

template <class S>
std::unique_ptr<LayerTape<S>> Conv<S>::make_tape() const {
  return std::make_unique<ConvTape<S>>();
}

template <class S>
Matrix<S> Conv<S>::unfold(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial) const {
  Matrix<S> windows(options_.kernel * inputs_, packing.columns());
  for (Index t = 0; t < packing.steps(); ++t) {
    const Index w = packing.width(t);
    for (Index i = 0; i < options_.kernel; ++i) {
      const Index from = t - i * options_.dilation;
      auto block = windows.block(i * inputs_, packing.begin(t), inputs_, w);
      if (from >= 0) {
        block = x.middleCols(packing.begin(from), w);
      } else {
        block = initial.block((reach() + from) * inputs_, 0, inputs_, w);
      }
    }
  }
  return windows;
}

template <class S>
void Conv<S>::fold(const Packing& packing, const Matrix<S>& d_windows, Matrix<S>* d_input, Matrix<S>* d_initial) const {
  if (d_input != nullptr) d_input->setZero(inputs_, packing.columns());
  if (d_initial != nullptr) d_initial->setZero(inputs_ * reach(), packing.batch());
  for (Index t = 0; t < packing.steps(); ++t) {
    const Index w = packing.width(t);
    for (Index i = 0; i < options_.kernel; ++i) {
      const Index from = t - i * options_.dilation;
      const auto block = d_windows.block(i * inputs_, packing.begin(t), inputs_, w);
      if (from >= 0 && d_input != nullptr) d_input->middleCols(packing.begin(from), w) += block;
      if (from < 0 && d_initial != nullptr) d_initial->block((reach() + from) * inputs_, 0, inputs_, w) += block;
    }
  }
}

template <class S>
Matrix<S> Conv<S>::last_inputs(const Packing& packing, const ConstMatrixRef<S>& x,
                               const ConstMatrixRef<S>& initial) const {
  Matrix<S> last(inputs_ * reach(), packing.batch());
  for (Index b = 0; b < packing.batch(); ++b) {
    const Index length = packing.length(b);
    for (Index j = 0; j < reach(); ++j) {
      const Index from = length - reach() + j;
      auto block = last.block(j * inputs_, b, inputs_, 1);
      if (from >= 0) {
        block = x.col(packing.column(b, from));
      } else {
        block = initial.block((length + j) * inputs_, b, inputs_, 1);
      }
    }
  }
  return last;
}

template <class S>
void Conv<S>::forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                      LayerTape<S>& tape, Matrix<S>& output, Matrix<S>* final_state) const {
  this->require_inputs(packing, x, initial, tape);
  auto& own = tape_as<ConvTape<S>>(tape);
  own.windows = unfold(packing, x, initial);
  own.values.resize(outputs_, packing.columns());
  multiply<S>(this->weight(0), own.windows, own.values, S(0));
  own.values.colwise() += this->weight(1).col(0);
  activate<S>(options_.activation, own.values);
  output = own.values;
  if (final_state != nullptr) *final_state = last_inputs(packing, x, initial);
}

template <class S>
void Conv<S>::backward(const Packing& packing, const ConstMatrixRef<S>&, const ConstMatrixRef<S>&,
                       const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                       Matrix<S>* d_input, Matrix<S>* d_initial) const {
  this->require_gradients(packing, d_output, gradient);
  const auto& own = tape_as<ConvTape<S>>(tape);
  Matrix<S> d_sums = d_output;
  scale_by_slope<S>(options_.activation, own.values, d_sums);
  multiply_by_transposed<S>(d_sums, own.windows, gradient[0].value, S(1));
  gradient[1].value.col(0) += d_sums.rowwise().sum();
  if (d_input == nullptr && d_initial == nullptr) return;
  Matrix<S> d_windows(own.windows.rows(), own.windows.cols());
  multiply_transposed<S>(this->weight(0), d_sums, d_windows, S(0));
  fold(packing, d_windows, d_input, d_initial);
}

template class Conv<float>;
template class Conv<double>;

namespace {

Index whole(AttributeReader& read, const char* name) {
  const double number = read.number(name, 1.0);
  if (!(number >= 1.0 && number <= 1e9 && number == std::floor(number))) {
    throw UsageError(std::string("attribute ") + name + " of a convolution: expected a whole number from 1 to 1e9");
  }
  return static_cast<Index>(number);
}

double weights(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("conv", attributes);
  return static_cast<double>(n) * (static_cast<double>(whole(read, "kernel")) * static_cast<double>(m) + 1.0);
}

template <class S>
std::unique_ptr<SequenceLayer<S>> make(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("conv", attributes);
  typename Conv<S>::Options options;
  options.kernel = whole(read, "kernel");
  options.dilation = whole(read, "dilation");
  options.activation = activation_named(read.text("activation", "identity"));
  read.require_all_known();
  return std::make_unique<Conv<S>>(m, n, options);
}

}  // namespace

namespace registry::feedforward {
extern const LayerType conv;
const LayerType conv{"conv", &make<float>, &make<double>, &weights};
}  // namespace registry::feedforward

}  // namespace unrecur
