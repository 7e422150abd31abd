#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/arrays/parameters.h"
#include "models/decoders/loss.h"

namespace unrecur {

/// What a decoder is, apart from its weights.
struct DecoderSpec {
  Index outputs = 0;                ///< p
  Index inputs = 0;                 ///< n
  std::string loss = {};            ///< bernoulli, softmax, squared
  std::vector<Index> cutoffs = {};  ///< not empty: an adaptive softmax with these first symbols of its tails
  Index shared = 0;                 ///< e > 0: a softmax whose symbols' vectors are those of an embedding e × p
};

/// Where a decoder adds its gradient.
template <class S>
struct DecoderGradient {
  std::span<Parameter<S>> own;  ///< as Decoder::parameters() are
  Matrix<S>* shared = nullptr;  ///< of the embedding whose vectors the decoder shares, e × p; null: not wanted

  DecoderGradient(std::span<Parameter<S>> of_own, Matrix<S>* of_shared = nullptr) : own(of_own), shared(of_shared) {}
  DecoderGradient(Parameters<S>& of_own) : own(of_own) {}
};

/// From the outputs h of a cell (n × columns) to predictions z (p × columns) and their loss ℓ(z, y).
///
/// Memory does not grow with (outputs × columns): predictions are made, scored and differentiated in chunks.
template <class S>
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual std::unique_ptr<Decoder> clone() const = 0;

  const Parameters<S>& parameters() const { return parameters_; }
  Parameters<S>& parameters() { return parameters_; }

  /// Takes the embedding (e × p) whose vectors the decoder's symbols have, to be read at every later call; it is no
  /// part of parameters(). A decoder with vectors of its own has no use for it.
  virtual void share(std::shared_ptr<const Matrix<S>> embedding) { static_cast<void>(embedding); }

  /// z for all columns of h. Under a softmax loss z is fixed up to a constant a column.
  virtual Matrix<S> predict(const ConstMatrixRef<S>& h) const = 0;

  /// ‖z_j − z'_j‖₂ for each column j of two sets of states.
  virtual Vector<S> distances(const ConstMatrixRef<S>& h, const ConstMatrixRef<S>& other) const = 0;

  /// Σ_j w_j ℓ(z_j, y_j).
  virtual double evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets) const = 0;

  /// The same sum; adds scale · its gradient to `gradient` and writes scale · ∂/∂h to d_h. `z` is room for a chunk,
  /// which a caller keeps from step to step.
  virtual double differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale,
                               const DecoderGradient<S>& gradient, Matrix<S>& d_h, Matrix<S>& z) const = 0;

 protected:
  Decoder() = default;
  Decoder(const Decoder&) = default;
  Decoder& operator=(const Decoder&) = default;

  Parameters<S> parameters_;
};

/// All weights zero: the linear decoder, where there are cutoffs the adaptive softmax, where vectors are shared the
/// tied one. Throws UsageError for sizes, cutoffs or a loss that make no sense.
template <class S>
std::unique_ptr<Decoder<S>> make_decoder(const DecoderSpec& spec);

}  // namespace unrecur
