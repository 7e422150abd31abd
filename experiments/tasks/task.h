#pragma once

#include <limits>
#include <string>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

/// What a model reads at each step.
enum class InputKind {
  dense,    ///< a column of m numbers
  symbols,  ///< one of V symbols 0 … V − 1
};

/// What a model should say at each step, and so the loss.
enum class TargetKind {
  bernoulli,  ///< p keys, each 0 or 1
  softmax,    ///< one of V symbols
  squared,    ///< p numbers
};

/// Name of the loss, as make_loss knows it: bernoulli, softmax, squared.
std::string name_of(TargetKind kind);

/// One sequence of T steps. Of the input and of the target, what the task's kind asks for is filled and the rest empty.
struct Sequence {
  Matrix<float> frames;             ///< m × T
  std::vector<int> symbols;         ///< window × T, step by step
  Matrix<float> targets;            ///< p × T
  std::vector<int> target_symbols;  ///< T
  std::vector<float> weights;       ///< weight of each step in the loss, T; empty: 1 each

  Index steps() const { return target_symbols.empty() ? targets.cols() : static_cast<Index>(target_symbols.size()); }
  /// Sum of the weights of the steps.
  double weight() const;
};

/// Sequences to learn from, to select by, and to report on.
struct Task {
  std::string name;
  InputKind input = InputKind::dense;
  Index input_size = 0;  ///< m or V
  Index window = 1;      ///< symbols read at each step
  TargetKind target = TargetKind::bernoulli;
  Index target_size = 0;  ///< p or V
  std::vector<Sequence> train, valid, test;
  /// The least expected mean loss that any model can reach on new sequences of the test set's lengths, in the loss's
  /// own units (nats per step for likelihoods); NaN where nobody knows.
  double reference_loss = std::numeric_limits<double>::quiet_NaN();
  std::string source;  ///< for people: the file, or "built in"
};

/// Throws UsageError unless there are sequences in every split, each has at least one step, and they have the kinds,
/// sizes and ranges that the task states.
void require_consistent(const Task& task);

}  // namespace unrecur
