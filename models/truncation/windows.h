#pragma once

#include <vector>

#include "models/sequence/sequence_model.h"

namespace unrecur {

/// Which columns of a batch the truncated model of order k reads, and which it predicts from.
///
/// A step t ≥ k with a weight in the loss has a window of its own, steps t − k + 1 … t from the zero state. Up to step
/// k − 1 the truncated and the recurrent model are the same, so the first k steps of a sequence are one run. Steps of
/// weight 0 are context: read, not predicted from.
///
/// Columns: min(k, T) + (T − k)⁺ k for T steps with weights, where a window for each step would be about T k.
struct TruncatedWindows {
  Packing packing;            ///< the runs and the windows, longest first
  std::vector<Index> source;  ///< column of the batch that each packed column reads
  std::vector<Index> last;    ///< packed columns whose states are h_t^k of the scored steps
  std::vector<Index> scored;  ///< their columns in the batch
};

/// `weights` of the batch's columns in the loss; empty: 1 each. Throws UsageError unless k ≥ 1 and some step has a
/// weight.
template <class S>
TruncatedWindows truncated_windows(const Packing& packing, const Vector<S>& weights, Index order);

/// Loss of the truncated model of order k on a batch: Σ_t w_t ℓ(f(h_t^k), y_t), h_t^k from the last k inputs alone.
/// Sequences of the batch begin at the zero state. Cost: k steps for each scored step.
template <class S>
LossSum evaluate_truncated(const SequenceModel<S>& model, const Batch<S>& batch, Index order, Workspace<S>& work);

/// The same, and adds the gradient of the mean loss (sum / weight) to `gradients` (the embedding's is replaced), as
/// SequenceModel::differentiate does, which it equals where k is at least the length of every sequence. Masks are those
/// of the batch's columns, between layers too: what many windows read is dropped in all or in none.
template <class S>
LossSum differentiate_truncated(const SequenceModel<S>& model, const Batch<S>& batch, Index order,
                                const Masks<S>& masks, Workspace<S>& work, Gradients<S>& gradients);

}  // namespace unrecur
