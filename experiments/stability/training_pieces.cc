#include "experiments/stability/training_pieces.h"

#include <algorithm>
#include <string>

#include "base/errors.h"
#include "experiments/tasks/batches.h"

namespace unrecur {
namespace {

/// What a batch holds of sequence b, behind what the piece holds already, up to `length` steps.
void append(const Batch<float>& batch, Index b, Index length, Sequence& piece) {
  const Index have = piece.steps(), columns = batch.packing.columns();
  const Index steps = std::min(batch.packing.length(b), length - have);
  const Index window = static_cast<Index>(batch.symbols.size()) / columns;
  if (batch.frames.size() > 0) piece.frames.conservativeResize(batch.frames.rows(), have + steps);
  if (batch.targets.frames.size() > 0) piece.targets.conservativeResize(batch.targets.frames.rows(), have + steps);
  for (Index t = 0; t < steps; ++t) {
    const Index c = batch.packing.column(b, t);
    if (batch.frames.size() > 0) piece.frames.col(have + t) = batch.frames.col(c);
    if (batch.targets.frames.size() > 0) piece.targets.col(have + t) = batch.targets.frames.col(c);
    for (Index w = 0; w < window; ++w) piece.symbols.push_back(batch.symbols[static_cast<std::size_t>(c * window + w)]);
    if (!batch.targets.symbols.empty()) {
      piece.target_symbols.push_back(batch.targets.symbols[static_cast<std::size_t>(c)]);
    }
  }
}

/// Streams of a text side by side, from their starts on.
std::vector<Sequence> pieces_of_text(const BatchSource& streams, const PieceOptions& options) {
  std::vector<Sequence> pieces;
  for (Index step = 0; step < streams.steps_per_epoch(); ++step) {
    const Batch<float> batch = streams.batch(0, step);
    pieces.resize(static_cast<std::size_t>(batch.packing.batch()));
    for (Index b = 0; b < batch.packing.batch(); ++b) {
      append(batch, b, options.length, pieces[static_cast<std::size_t>(b)]);
    }
    if (pieces.front().steps() == options.length) break;
  }
  return pieces;
}

std::vector<Sequence> pieces_of_sequences(const BatchSource& sequences, const PieceOptions& options) {
  std::vector<Sequence> pieces;
  for (Index i = 0; i < sequences.steps_per_epoch() && std::ssize(pieces) < options.count; ++i) {
    const Batch<float> batch = sequences.batch(0, i);
    if (batch.packing.steps() < options.length) continue;
    append(batch, 0, options.length, pieces.emplace_back());
  }
  return pieces;
}

}  // namespace

std::vector<Sequence> training_pieces(const Dataset& data, const PieceOptions& options) {
  if (options.count < 1 || options.length < 1) throw UsageError("pieces need a count and a length of at least 1");
  const auto single = data.source(1, 1, 0);
  std::vector<Sequence> pieces = single->carries_state() ? pieces_of_text(*data.source(options.count, 1, 0), options)
                                                         : pieces_of_sequences(*single, options);
  std::erase_if(pieces, [&](const Sequence& piece) { return piece.steps() < options.length; });
  if (pieces.empty()) {
    throw UsageError("the training data has no piece of " + std::to_string(options.length) + " steps; ask for less");
  }
  return pieces;
}

std::vector<Matrix<double>> piece_inputs(const SequenceModel<double>& model, const std::vector<Sequence>& pieces) {
  std::vector<Matrix<double>> inputs;
  for (Index i = 0; i < std::ssize(pieces); ++i) {
    inputs.push_back(model.inputs(cast_batch<double>(pack(pieces, std::vector<Index>{i}, model.spec().window))));
  }
  return inputs;
}

}  // namespace unrecur
