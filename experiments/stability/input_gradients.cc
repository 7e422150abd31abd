#include "experiments/stability/input_gradients.h"

#include <algorithm>
#include <numeric>

#include "base/errors.h"
#include "experiments/tasks/batches.h"

namespace unrecur {
namespace {

constexpr Index kTogether = 32;

/// The targets of the last `count` columns.
Targets<double> last_targets(const Targets<double>& targets, Index count) {
  Targets<double> last;
  if (targets.frames.size() > 0) last.frames = targets.frames.rightCols(count);
  if (!targets.symbols.empty()) last.symbols.assign(targets.symbols.end() - count, targets.symbols.end());
  return last;
}

}  // namespace

Matrix<double> last_loss_gradients(const SequenceModel<double>& model, const Batch<double>& batch) {
  const Packing& packing = batch.packing;
  const Index width = packing.batch();
  if (packing.columns() != packing.steps() * width) throw UsageError("gradients of pieces of different lengths");
  const Sequential<double>& layers = model.layers();
  const Matrix<double> x = model.inputs(batch), rest = model.zero_state(width);
  const auto tape = layers.make_tape();
  Matrix<double> all;
  layers.forward(packing, x, rest, *tape, all, nullptr);
  const Matrix<double> h = all.rightCols(width);
  Parameters<double> of_decoder = zeros_like(model.decoder().parameters());
  Matrix<double> d_last, z, d_x;
  model.decoder().differentiate(h, last_targets(batch.targets, width), 1.0, of_decoder, d_last, z);
  Matrix<double> d_output = Matrix<double>::Zero(layers.sizes().output, packing.columns());
  d_output.rightCols(width) = d_last;
  Parameters<double> of_layers = zeros_like(layers.parameters());
  layers.backward(packing, x, rest, *tape, d_output, of_layers, &d_x, nullptr);
  return d_x;
}

Matrix<double> input_gradient_norms(const SequenceModel<double>& model, std::span<const Sequence> pieces,
                                    Index distance) {
  const Index count = std::ssize(pieces);
  for (const Sequence& piece : pieces) {
    if (piece.steps() <= distance || distance < 0) throw UsageError("a piece is shorter than the distance asked for");
  }
  Matrix<double> norms(distance + 1, count);
  for (Index first = 0; first < count; first += kTogether) {
    const Index width = std::min(kTogether, count - first);
    std::vector<Index> chosen(static_cast<std::size_t>(width));
    std::iota(chosen.begin(), chosen.end(), first);
    const Batch<double> batch = cast_batch<double>(pack(pieces, chosen, model.spec().window));
    const Matrix<double> gradients = last_loss_gradients(model, batch);
    for (Index i = 0; i <= distance; ++i) {
      const Index begin = batch.packing.begin(batch.packing.steps() - 1 - i);
      norms.row(i).segment(first, width) = gradients.middleCols(begin, width).colwise().norm();
    }
  }
  return norms;
}

}  // namespace unrecur
