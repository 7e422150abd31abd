#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/execution.h"
#include "experiments/twins/window_model.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {

struct TcnOptions {
  Index units = 16;             ///< channels of every layer
  Index steps = 2000;           ///< of Adam
  Index batch = 16;             ///< pieces of sequences in a step
  Index span = 256;             ///< steps of each that count
  double learning_rate = 5e-3;  ///< at first; falls to 0 as a cosine
  std::uint64_t seed = 1;
};

/// A network of causal dilated convolutions that sees the last `order` inputs, a power of two of at least 2: layers of
/// kernel 2 and tanh with dilations 1, 2, 4, …, order/2, each of which reads the sum of those below, and a linear map
/// of the sum of all. Trained to the outputs of the examples by their squared error, each output over its root mean
/// square. Inputs before the first are zero in every layer.
///
/// Throws UsageError where no example has more steps than `order`. Costs `steps` passes over batch (order + span)
/// steps.
std::shared_ptr<const SequenceModel<float>> train_tcn(std::span<const WindowExample> examples, Index order,
                                                      const TcnOptions& options, const ExecutionContext& execution);

/// y of every step, p × T.
Matrix<double> predict_network(const SequenceModel<float>& network, const Matrix<double>& x);

}  // namespace unrecur
