#pragma once

#include <span>
#include <vector>

#include "experiments/data/chunks.h"
#include "experiments/tasks/batches.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {

/// The label that the model finds most likely for each column of the batch (the first of equals), from the zero state.
/// Cost: one pass forward; memory: outputs × columns.
std::vector<int> most_likely(const SequenceModel<float>& model, const Batch<float>& batch);

/// Chunk score of the model's most likely labels against the batches' targets. Throws UsageError where the model's
/// outputs are not the labels.
ChunkScore score_slots(const SequenceModel<float>& model, std::span<const Batch<float>> batches,
                       const ChunkLabels& labels);

/// F1 in percent over all sequences; higher is better. They are packed for the model's window.
double slot_f1(const SequenceModel<float>& model, std::span<const Sequence> sequences, const ChunkLabels& labels);

}  // namespace unrecur
