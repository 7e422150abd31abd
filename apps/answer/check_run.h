#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/answer/check_answer.h"
#include "base/execution.h"
#include "theory/check/model_context.h"

namespace unrecur {

/// What was found of the layers, one by one, and of the model.
struct CheckRun {
  std::vector<LayerReport> reports;
  ModelContext context;
};

/// Told before each layer, and before all of a path together, which it is, of how many, and its name; what it returns
/// lives as long as its check takes.
using CheckProgress = std::function<std::shared_ptr<void>(std::size_t, std::size_t, const std::string&)>;

/// Checks every layer for the inputs of the question.
///
/// A bound is on the model's inputs, which its first layers read; a layer above another reads what that gives. An array
/// goes into the model, too: its first layers read it, and those above the outputs of the ones below. Where layers are
/// chosen by name, those that read no other of the chosen take a bound or an array for their own inputs. Throws
/// UsageError and FileError as inputs_for does, and where an array fits no layer that reads the model's inputs;
/// Interrupted where a stop is asked for.
CheckRun run_check(const RecurrentModel& model, const std::vector<RecurrentLayer>& layers,
                   const CheckQuestion& question, const CheckProgress& progress = {},
                   const ExecutionContext& execution = {});

}  // namespace unrecur
