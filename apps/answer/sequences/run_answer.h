#pragma once

#include <string>
#include <vector>

#include "apps/answer/sequences/truncate_model.h"
#include "experiments/parallel/run.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// What is told of a recurrence that was run.
struct RunAnswer {
  const RecurrentModel& model;
  const DrivenLayers& driven;
  const ParallelRun& run;
};

/// The answer as JSON, schema unrecur.run/1, indented.
std::string run_json(const RunAnswer& answer);
/// The answer as the table and the sentences of a terminal.
std::string run_text(const RunAnswer& answer);

/// h of every step, steps × size for each sequence, in the order of the inputs also where a layer reads them backward.
std::vector<Matrix<double>> run_outputs(const DrivenLayers& driven, const std::vector<Matrix<double>>& states);

}  // namespace unrecur
