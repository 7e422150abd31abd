#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "experiments/truncation/bounds.h"
#include "experiments/truncation/gap.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {

struct TruncateOptions {
  Index largest_order = 64;  ///< k from 1 to this
  double epsilon = 1e-3;     ///< error for which the context is asked
};

/// How far a model is from its truncations on some inputs, and what is proved of it.
struct Truncation {
  double epsilon = 0.0;
  GapCurves gap{};                    ///< measured
  GapBounds bounds{};                 ///< for inputs as large as the largest of these
  std::optional<Index> k_measured{};  ///< the first order whose largest gap between states is at most ε
  std::optional<Index> k_promised{};  ///< the one that the sharpest bound proves to be enough
};

/// Runs the model with every truncation order on every sequence, one batch each (gap.h), and bounds the gap
/// (bounds.h). Throws UsageError for sequences that the model cannot read.
Truncation truncate(const SequenceModel<double>& model, const std::vector<Batch<double>>& sequences,
                    const TruncateOptions& options = {});

/// The sequences of an array of inputs for a model: [steps, size] or [sequences, steps, size] of dense ones; of symbols
/// without the last axis. Throws FileError (array, place, expected) where the array does not fit, UsageError for models
/// that read windows of symbols.
std::vector<Batch<double>> read_sequences(const std::filesystem::path& array, const ModelSpec& spec);

}  // namespace unrecur
