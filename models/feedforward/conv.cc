#include "models/feedforward/conv.h"

#include <cmath>
#include <string>
#include <utility>

#include "base/errors.h"
#include "models/arrays/product.h"
#include "models/arrays/shares.h"
#include "models/blocks/tap_products.h"
#include "models/blocks/weight_norm.h"
#include "models/layers/attributes.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

constexpr Index kLargestState = Index{1} << 31;

template <class S>
struct ConvTape : LayerTape<S> {
  Matrix<S> weights;  ///< W as it was
  TapProducts<S> products;
  Matrix<S> values;  ///< ρ of the sums, and σ of the gates
};

void require_sizes(Index m, Index n, Index kernel, Index dilation) {
  if (m < 1 || n < 1 || kernel < 1 || dilation < 1) {
    throw UsageError("a convolution needs inputs, outputs, a kernel and a dilation of at least 1");
  }
  if (kernel > kLargestState / dilation || m > kLargestState / (kernel * dilation)) {
    throw UsageError("a convolution over " + std::to_string(kernel) + " inputs " + std::to_string(dilation) +
                     " steps apart reaches too far back");
  }
}

/// Rows of an input of m that are read.
template <class Options>
Index rows_read(Index m, const Options& options) {
  const Index rows = options.rows > 0 ? options.rows : m - options.first_row;
  if (options.first_row < 0 || rows < 1 || options.first_row + rows > m) {
    throw UsageError("a convolution reads the rows " + std::to_string(options.first_row) + " to " +
                     std::to_string(options.first_row + rows - 1) + " of an input of " + std::to_string(m));
  }
  return rows;
}

}  // namespace

template <class S>
Conv<S>::Conv(Index m, Index n, Options options) : inputs_(m), outputs_(n), options_(options) {
  require_sizes(m, n, options.kernel, options.dilation);
  taps_ = {.inputs = rows_read(m, options), .kernel = options.kernel, .dilation = options.dilation};
  const Index rows = rows_of_sums();
  if (options.normalised) this->parameters_.push_back({"weight_g", Matrix<S>::Zero(rows, 1)});
  this->parameters_.push_back(
      {options.normalised ? "weight_v" : "weight", Matrix<S>::Zero(rows, options.kernel * taps_.inputs)});
  this->parameters_.push_back({"bias", Matrix<S>::Zero(rows, 1), 1});
}

template <class S>
Attributes Conv<S>::attributes() const {
  const auto flag = [](bool on) { return std::string(on ? "true" : "false"); };
  return {{"kernel", std::to_string(options_.kernel)},  {"dilation", std::to_string(options_.dilation)},
          {"activation", name_of(options_.activation)}, {"gated", flag(options_.gated)},
          {"normalised", flag(options_.normalised)},    {"first_row", std::to_string(options_.first_row)},
          {"rows", std::to_string(options_.rows)}};
}

template <class S>
std::vector<WeightStart> Conv<S>::weight_starts() const {
  const double range = 1.0 / std::sqrt(static_cast<double>(options_.kernel * taps_.inputs));
  std::vector<WeightStart> starts(this->parameters().size(), {.centre = 0.0, .range = range});
  if (options_.normalised) starts[0] = {.centre = 1.0 / std::sqrt(3.0), .range = 0.0};
  return starts;
}

template <class S>
std::unique_ptr<LayerTape<S>> Conv<S>::make_tape() const {
  return std::make_unique<ConvTape<S>>();
}

template <class S>
Matrix<S> Conv<S>::weights() const {
  return options_.normalised ? normalised_rows(this->weight(0), this->weight(1)) : this->weight(0);
}

template <class S>
void Conv<S>::finish(MatrixRef<S> sums, Matrix<S>& output) const {
  output.resize(outputs_, sums.cols());
  for_each_part_shared(sums.rows(), sums.cols(), [&](Index first, Index count) {
    auto part = sums.middleCols(first, count);
    auto out = output.middleCols(first, count);
    part.colwise() += this->weight(bias_at()).col(0);
    activate<S>(options_.activation, part.topRows(outputs_));
    if (options_.gated) {
      activate<S>(Activation::sigmoid, part.bottomRows(outputs_));
      out = part.topRows(outputs_).cwiseProduct(part.bottomRows(outputs_));
    } else {
      out = part;
    }
  });
}

template <class S>
Matrix<S> Conv<S>::sums_gradient(const Matrix<S>& values, const ConstMatrixRef<S>& d_output,
                                 MatrixRef<S> d_bias) const {
  Matrix<S> d_sums(rows_of_sums(), d_output.cols());
  const Index shares = worthwhile_shares(d_sums.size(), d_sums.cols());
  Matrix<S> d_biases = Matrix<S>::Zero(d_sums.rows(), shares);
  const auto part_gradient = [&](Index first, Index count, Index share) {
    auto part = d_sums.middleCols(first, count);
    const auto own = values.middleCols(first, count);
    const auto wanted = d_output.middleCols(first, count);
    part.topRows(outputs_) = wanted;
    if (options_.gated) {
      const auto gates = own.bottomRows(outputs_).array();
      part.bottomRows(outputs_).array() = wanted.array() * own.topRows(outputs_).array() * gates * (S(1) - gates);
      part.topRows(outputs_).array() *= gates;
    }
    scale_by_slope<S>(options_.activation, own.topRows(outputs_), part.topRows(outputs_));
    d_biases.col(share) += part.rowwise().sum();
  };
  in_shares(d_sums.cols(), shares, [&](Index share, Index begin, Index end) {
    for_each_part(begin, end, [&](Index first, Index count) { part_gradient(first, count, share); });
  });
  d_bias.col(0) += d_biases.rowwise().sum();
  return d_sums;
}

template <class S>
void Conv<S>::forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                      LayerTape<S>& tape, Matrix<S>& output, Matrix<S>* final_state) const {
  this->require_inputs(packing, x, initial, tape);
  auto& own = tape_as<ConvTape<S>>(tape);
  const auto read = x.middleRows(options_.first_row, taps_.inputs);
  own.weights = weights();
  own.values.resize(rows_of_sums(), packing.columns());
  own.products.forward(taps_, packing, own.weights, read, initial, own.values);
  finish(own.values, output);
  if (final_state != nullptr) *final_state = last_inputs<S>(taps_, packing, read, initial);
}

template <class S>
void Conv<S>::backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                       const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient,
                       Matrix<S>* d_input, Matrix<S>* d_initial) const {
  this->require_gradients(packing, d_output, gradient);
  const auto& own = tape_as<ConvTape<S>>(tape);
  const Matrix<S> d_sums = sums_gradient(own.values, d_output, gradient[bias_at()].value);
  const auto read = x.middleRows(options_.first_row, taps_.inputs);
  Matrix<S> d_normalised, d_read;
  if (options_.normalised) d_normalised.resize(own.weights.rows(), own.weights.cols());
  MatrixRef<S> d_weights(options_.normalised ? d_normalised : gradient[0].value);
  const bool all_rows = taps_.inputs == inputs_;
  own.products.gradients(taps_, packing, own.weights, d_sums, read, initial, S(options_.normalised ? 0 : 1), d_weights,
                         all_rows || d_input == nullptr ? d_input : &d_read, d_initial);
  if (options_.normalised) {
    add_normalised_gradient(this->weight(0), this->weight(1), d_normalised, gradient[0].value, gradient[1].value);
  }
  if (all_rows || d_input == nullptr) return;
  d_input->setZero(inputs_, packing.columns());
  d_input->middleRows(options_.first_row, taps_.inputs) = d_read;
}

template <class S>
class Conv<S>::Stream : public LayerStream<S> {
 public:
  Stream(const Conv& layer, Index batch) : layer_(layer), weights_(layer.weights()), ring_(layer.taps_, batch) {}

  void step(const ConstMatrixRef<S>& x, Matrix<S>& output) override {
    values_.resize(weights_.rows(), x.cols());
    const auto read = x.middleRows(layer_.options_.first_row, layer_.taps_.inputs);
    multiply<S>(weights_, ring_.window(read), values_, S(0));
    layer_.finish(values_, output);
  }

 private:
  const Conv& layer_;
  Matrix<S> weights_;
  TapRing<S> ring_;
  Matrix<S> values_;
};

template <class S>
std::unique_ptr<LayerStream<S>> Conv<S>::stream(Index batch) const {
  return std::make_unique<Stream>(*this, batch);
}

template class Conv<float>;
template class Conv<double>;

namespace {

Index whole(AttributeReader& read, const char* name, double least, double fallback) {
  const double number = read.number(name, fallback);
  if (!(number >= least && number <= 1e9 && number == std::floor(number))) {
    throw UsageError(std::string("attribute ") + name + " of a convolution: expected a whole number from " +
                     decimal(least) + " to 1e9");
  }
  return static_cast<Index>(number);
}

template <class S>
typename Conv<S>::Options options_of(const Attributes& attributes) {
  AttributeReader read("conv", attributes);
  typename Conv<S>::Options options;
  options.kernel = whole(read, "kernel", 1.0, 1.0);
  options.dilation = whole(read, "dilation", 1.0, 1.0);
  options.activation = activation_named(read.text("activation", "identity"));
  options.gated = read.flag("gated", false);
  options.normalised = read.flag("normalised", false);
  options.first_row = whole(read, "first_row", 0.0, 0.0);
  options.rows = whole(read, "rows", 0.0, 0.0);
  read.require_all_known();
  return options;
}

double weights(Index m, Index n, const Attributes& attributes) {
  const auto options = options_of<float>(attributes);
  const double columns = static_cast<double>(options.kernel) * static_cast<double>(rows_read(m, options));
  return static_cast<double>(n) * (options.gated ? 2.0 : 1.0) * (columns + (options.normalised ? 2.0 : 1.0));
}

template <class S>
std::unique_ptr<SequenceLayer<S>> make(Index m, Index n, const Attributes& attributes) {
  return std::make_unique<Conv<S>>(m, n, options_of<S>(attributes));
}

constexpr CellAttribute kAttributes[] = {
    {"kernel", "1"}, {"dilation", "1"}, {"activation", "relu"}, {"gated", "false"}, {"normalised", "false"}};

}  // namespace

namespace registry::feedforward {
extern const LayerType conv;
const LayerType conv{.kind = "conv",
                     .make_float = &make<float>,
                     .make_double = &make<double>,
                     .weights = &weights,
                     .attributes = kAttributes};
}  // namespace registry::feedforward

}  // namespace unrecur
