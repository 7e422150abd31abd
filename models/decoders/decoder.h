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

  /// z for all columns of h. Under a softmax loss z is fixed up to a constant a column.
  virtual Matrix<S> predict(const ConstMatrixRef<S>& h) const = 0;

  /// ‖z_j − z'_j‖₂ for each column j of two sets of states.
  virtual Vector<S> distances(const ConstMatrixRef<S>& h, const ConstMatrixRef<S>& other) const = 0;

  /// Σ_j w_j ℓ(z_j, y_j).
  virtual double evaluate(const ConstMatrixRef<S>& h, const Targets<S>& targets) const = 0;

  /// The same sum; adds scale · its gradient to `gradient` (as parameters() are) and writes scale · ∂/∂h to d_h. `z` is
  /// room for a chunk, which a caller keeps from step to step.
  virtual double differentiate(const ConstMatrixRef<S>& h, const Targets<S>& targets, S scale,
                               std::span<Parameter<S>> gradient, Matrix<S>& d_h, Matrix<S>& z) const = 0;

 protected:
  Decoder() = default;
  Decoder(const Decoder&) = default;
  Decoder& operator=(const Decoder&) = default;

  Parameters<S> parameters_;
};

/// All weights zero: the linear decoder, or where there are cutoffs the adaptive softmax. Throws UsageError for sizes,
/// cutoffs or a loss that make no sense.
template <class S>
std::unique_ptr<Decoder<S>> make_decoder(const DecoderSpec& spec);

}  // namespace unrecur
