#include "experiments/measures/slot_score.h"

#include <string>
#include <vector>

#include "base/errors.h"

namespace unrecur {

std::vector<int> most_likely(const SequenceModel<float>& model, const Batch<float>& batch) {
  const Matrix<float> z = model.decoder().predict(
      model.outputs(batch.packing, model.inputs(batch), model.zero_state(batch.packing.batch())));
  std::vector<int> labels(static_cast<std::size_t>(z.cols()));
  for (Index j = 0; j < z.cols(); ++j) z.col(j).maxCoeff(&labels[static_cast<std::size_t>(j)]);
  return labels;
}

ChunkScore score_slots(const SequenceModel<float>& model, std::span<const Batch<float>> batches,
                       const ChunkLabels& labels) {
  if (model.spec().outputs != static_cast<Index>(labels.size())) {
    throw UsageError("slot score: the model has " + std::to_string(model.spec().outputs) + " outputs for " +
                     std::to_string(labels.size()) + " labels");
  }
  ChunkScore score(labels);
  std::vector<int> found, right;
  for (const Batch<float>& batch : batches) {
    const std::vector<int> predicted = most_likely(model, batch);
    for (Index b = 0; b < batch.packing.batch(); ++b) {
      found.clear();
      right.clear();
      for (Index t = 0; t < batch.packing.length(b); ++t) {
        const auto column = static_cast<std::size_t>(batch.packing.column(b, t));
        found.push_back(predicted[column]);
        right.push_back(batch.targets.symbols[column]);
      }
      score.add(found, right);
    }
  }
  return score;
}

double slot_f1(const SequenceModel<float>& model, std::span<const Sequence> sequences, const ChunkLabels& labels) {
  constexpr Index kUtterances = 64;
  const auto batches = evaluation_batches(sequences, kUtterances, model.spec().window);
  return score_slots(model, batches, labels).all().f1();
}

}  // namespace unrecur
