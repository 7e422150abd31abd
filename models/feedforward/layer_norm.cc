#include <cmath>

#include "base/errors.h"
#include "models/blocks/stream.h"
#include "models/layers/attributes.h"
#include "models/layers/feedforward_layer.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

template <class S>
struct LayerNormTape : LayerTape<S> {
  Matrix<S> normal;      ///< (x − μ)/√(σ² + ε)
  Vector<S> reciprocal;  ///< 1/√(σ² + ε) of each column
};

/// h_t = γ ∘ (x_t − μ_t)/√(σ_t² + ε) + β, μ_t and σ_t² mean and variance (over n) of the entries of x_t, ε = 1e-5.
///
/// Receptive field 1; no state. Parameters: weight = γ, bias = β (n each). Source: Ba, Kiros and Hinton, "Layer
/// normalization" (2016).
template <class S>
class LayerNorm : public FeedForwardLayer<S> {
 public:
  explicit LayerNorm(Index n) : size_(n) {
    this->parameters_.push_back({"weight", Matrix<S>::Zero(n, 1), 1});
    this->parameters_.push_back({"bias", Matrix<S>::Zero(n, 1), 1});
  }

  std::string kind() const override { return "layer_norm"; }
  Attributes attributes() const override { return {}; }
  LayerSizes sizes() const override { return {size_, 0, size_}; }
  std::optional<Index> receptive_field() const override { return 1; }
  std::unique_ptr<SequenceLayer<S>> copy() const override { return std::make_unique<LayerNorm>(*this); }
  std::vector<WeightStart> weight_starts() const override { return {{1.0, 0.0}, {0.0, 0.0}}; }
  std::unique_ptr<LayerStream<S>> stream(Index batch) const override { return make_state_stream<S>(*this, batch); }
  std::unique_ptr<LayerTape<S>> make_tape() const override { return std::make_unique<LayerNormTape<S>>(); }

  void forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial, LayerTape<S>& tape,
               Matrix<S>& output, Matrix<S>* final_state) const override {
    this->require_inputs(packing, x, initial, tape);
    auto& own = tape_as<LayerNormTape<S>>(tape);
    own.normal = x.rowwise() - x.colwise().mean();
    own.reciprocal =
        (own.normal.colwise().squaredNorm().array() / static_cast<S>(size_) + kSmallest).rsqrt().transpose();
    own.normal *= own.reciprocal.asDiagonal();
    output = this->weight(0).col(0).asDiagonal() * own.normal;
    output.colwise() += this->weight(1).col(0);
    if (final_state != nullptr) final_state->resize(0, packing.batch());
  }

  void backward(const Packing& packing, const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, const LayerTape<S>& tape,
                const ConstMatrixRef<S>& d_output, std::span<Parameter<S>> gradient, Matrix<S>* d_input,
                Matrix<S>* d_initial) const override {
    this->require_gradients(packing, d_output, gradient);
    const auto& own = tape_as<LayerNormTape<S>>(tape);
    gradient[0].value.col(0) += d_output.cwiseProduct(own.normal).rowwise().sum();
    gradient[1].value.col(0) += d_output.rowwise().sum();
    if (d_initial != nullptr) d_initial->resize(0, packing.batch());
    if (d_input == nullptr) return;
    // The part of γ ∘ ∂h that neither moves all entries together nor scales them, over the deviation.
    Matrix<S> d = this->weight(0).col(0).asDiagonal() * d_output;
    const Vector<S> along = d.cwiseProduct(own.normal).colwise().mean().transpose();
    const Vector<S> mean = d.colwise().mean().transpose();
    d.rowwise() -= mean.transpose();
    d -= own.normal * along.asDiagonal();
    *d_input = d * own.reciprocal.asDiagonal();
  }

 private:
  static constexpr S kSmallest = static_cast<S>(1e-5);
  Index size_;
};

void require_norm(Index m, Index n, const Attributes& attributes) {
  AttributeReader("layer_norm", attributes).require_all_known();
  if (m < 1 || m != n) {
    throw UsageError("a layer normalisation gives as many numbers as it reads, found " + std::to_string(m) +
                     " inputs and " + std::to_string(n) + " outputs");
  }
}

template <class S>
std::unique_ptr<SequenceLayer<S>> make(Index m, Index n, const Attributes& attributes) {
  require_norm(m, n, attributes);
  return std::make_unique<LayerNorm<S>>(n);
}

double weights(Index m, Index n, const Attributes& attributes) {
  require_norm(m, n, attributes);
  return 2.0 * static_cast<double>(n);
}

}  // namespace

namespace registry::feedforward {
extern const LayerType layer_norm;
const LayerType layer_norm{
    .kind = "layer_norm", .make_float = &make<float>, .make_double = &make<double>, .weights = &weights};
}  // namespace registry::feedforward

}  // namespace unrecur
