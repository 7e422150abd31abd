#pragma once

#include <vector>

#include "experiments/tasks/task.h"
#include "experiments/workload/dataset.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {

struct PieceOptions {
  Index count = 64;    ///< pieces, at most
  Index length = 100;  ///< steps of each
};

/// Pieces of the training data, all of one length, spread over it: of a text the starts of `count` equal parts, of
/// sequences the starts of as many as are long enough. Memory: the pieces, whatever the size of the data. Fewer than
/// `count` where the data has no more. Throws UsageError where there is none at all.
std::vector<Sequence> training_pieces(const Dataset& data, const PieceOptions& options);

/// What the model's cell reads of each piece, m × length.
std::vector<Matrix<double>> piece_inputs(const SequenceModel<double>& model, const std::vector<Sequence>& pieces);

}  // namespace unrecur
