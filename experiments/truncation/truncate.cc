#include "experiments/truncation/truncate.h"

#include <fmt/format.h>

#include <cmath>

#include "base/errors.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/shared/finite.h"
#include "theory/check/check.h"

namespace unrecur {
namespace {

FileError wrong_shape(const std::string& file, const ModelSpec& spec) {
  const std::string wanted =
      spec.symbols > 0
          ? "[steps] or [sequences, steps] of symbols below " + std::to_string(spec.symbols)
          : "[steps, " + std::to_string(spec.frame) + "] or [sequences, steps, " + std::to_string(spec.frame) + "]";
  return FileError({file, "shape", "expected " + wanted, "the last axis is the model's input"});
}

Batch<double> symbol_sequence(const Matrix<double>& row, const std::string& file, const ModelSpec& spec) {
  Batch<double> batch;
  batch.packing = Packing::single(row.size());
  for (Index t = 0; t < row.size(); ++t) {
    const double symbol = row(t);
    if (!(symbol >= 0.0 && symbol < static_cast<double>(spec.symbols) && symbol == std::floor(symbol))) {
      throw FileError({file, "element " + std::to_string(t),
                       fmt::format("expected a symbol from 0 to {}, found {}", spec.symbols - 1, symbol), ""});
    }
    batch.symbols.push_back(static_cast<int>(symbol));
  }
  return batch;
}

}  // namespace

std::vector<Batch<double>> read_sequences(const std::filesystem::path& path, const ModelSpec& spec) {
  return sequences_of(read_npy(path), path.string(), spec);
}

std::vector<Batch<double>> sequences_of(const NumpyArray& array, const std::string& file, const ModelSpec& spec) {
  require_finite(array.values, file, "the array");
  const bool symbolic = spec.symbols > 0;
  const std::size_t axes = array.shape.size(), least = symbolic ? 1 : 2;
  if (axes < least || axes > least + 1 || array.values.size() == 0) throw wrong_shape(file, spec);
  if (!symbolic && array.shape.back() != spec.frame) throw wrong_shape(file, spec);
  if (symbolic && spec.window != 1)
    throw UsageError("expected a model with one symbol a step, found one with " + std::to_string(spec.window));
  std::vector<Batch<double>> sequences;
  const Index steps = symbolic ? array.shape.back() : array.shape[axes - 2];
  const Index count = axes == least ? 1 : static_cast<Index>(array.shape.front());
  for (Index s = 0; s < count; ++s) {
    if (symbolic) {
      const Matrix<double> row =
          axes == 1 ? Matrix<double>(array.values.transpose()) : Matrix<double>(array.values.row(s));
      sequences.push_back(symbol_sequence(row, file, spec));
    } else {
      Batch<double> batch;
      batch.packing = Packing::single(steps);
      batch.frames = array.values.middleRows(s * steps, steps).transpose();
      sequences.push_back(std::move(batch));
    }
  }
  return sequences;
}

Truncation truncate(const SequenceModel<double>& model, const std::vector<Batch<double>>& sequences,
                    const TruncateOptions& options) {
  Truncation result{.epsilon = options.epsilon};
  result.gap = measure_gap(model, sequences, options.largest_order, {}, options.execution);
  result.bounds = gap_bounds(model.cell(), largest_input(model, sequences), options.epsilon);
  result.k_measured = first_order_within(result.gap.state_max, options.epsilon);
  if (result.bounds.sharpest_bound) result.k_promised = result.bounds.sharpest_bound->context(options.epsilon);
  return result;
}

Truncation truncate_cell(const Cell<double>& cell, std::span<const Matrix<double>> sequences, const InputSet& inputs,
                         const TruncateOptions& options) {
  Truncation result{.epsilon = options.epsilon};
  result.gap = measure_state_gap(cell, sequences, options.largest_order, options.execution);
  result.k_measured = first_order_within(result.gap.state_max, options.epsilon);
  const LayerReport report =
      check(cell, {.epsilon = options.epsilon, .inputs = inputs, .explain = false, .execution = options.execution});
  if (report.best() == nullptr) return result;
  const Certificate& best = *report.best()->certificate;
  result.bounds.certificates = {best};
  result.bounds.sharpest = best;
  result.bounds.sharpest_bound = promised_gap(best, report.states);
  result.k_promised = result.bounds.sharpest_bound->context(options.epsilon);
  return result;
}

}  // namespace unrecur
