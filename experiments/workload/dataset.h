#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "experiments/tasks/batches.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur {

/// The part that selects a model, and the one that reports on it.
enum class Part { valid, test };

/// What models read and what they should say, in three parts: one to learn from and those of Part.
///
/// Order 0 is the recurrent model: whole sequences, or a text in streams whose states are carried. Order k ≥ 1 is the
/// truncated one, which predicts from the last k inputs alone: its batches begin at the zero state and predict the same
/// symbols in the same steps.
class Dataset {
 public:
  virtual ~Dataset() = default;

  /// The model's description with the sizes of inputs and outputs and the loss filled in.
  virtual ModelSpec fitted(ModelSpec spec) const = 0;
  /// Where batches of the training part come from, `size` sequences (streams of a text) side by side. Lives no longer
  /// than the data.
  virtual std::unique_ptr<BatchSource> source(Index size, std::uint64_t seed, Index order) const = 0;
  /// The recurrent model's loss over a part.
  virtual LossSum loss(const SequenceModel<float>& model, Part part) const = 0;
  /// The losses of the truncated models of these orders, which rise from 1 on.
  virtual std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, Part part,
                                               std::span<const Index> orders) const = 0;
  /// For people: the files that the data is from, or "built in".
  virtual std::string origin() const = 0;
  /// Bounds of dense inputs; no bounds where models read symbols.
  virtual InputBounds inputs() const { return {}; }
};

}  // namespace unrecur
