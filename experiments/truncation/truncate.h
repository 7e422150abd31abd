#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/execution.h"
#include "experiments/truncation/bounds.h"
#include "experiments/truncation/gap.h"
#include "models/sequence/sequence_model.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

struct NumpyArray;

struct TruncateOptions {
  Index largest_order = 64;  ///< k from 1 to this
  double epsilon = 1e-3;     ///< error for which the context is asked
  ExecutionContext execution{};
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
/// (bounds.h). Throws UsageError for sequences that the model cannot read, Interrupted where a stop is asked for.
Truncation truncate(const SequenceModel<double>& model, const std::vector<Batch<double>>& sequences,
                    const TruncateOptions& options = {});

/// The same for a recurrence of any model file (models/formats/layer_path.h), along sequences of its inputs, m × T
/// each: the outputs are its h, and the bound is that of its best certificate for the inputs of the set. Throws
/// UsageError where there are no sequences or no orders, Interrupted where a stop is asked for.
Truncation truncate_cell(const Cell<double>& cell, std::span<const Matrix<double>> sequences, const InputSet& inputs,
                         const TruncateOptions& options = {});

/// The sequences of an array of inputs for a model: [steps, size] or [sequences, steps, size] of dense ones; of symbols
/// without the last axis. Throws FileError (array, place, expected) where the array does not fit, UsageError for models
/// that read windows of symbols.
std::vector<Batch<double>> read_sequences(const std::filesystem::path& array, const ModelSpec& spec);
/// The same of an array at hand; `name` stands for it in messages.
std::vector<Batch<double>> sequences_of(const NumpyArray& array, const std::string& name, const ModelSpec& spec);

}  // namespace unrecur
