#pragma once

#include <vector>

#include "apps/check/check_answer.h"
#include "apps/cli/command_line.h"
#include "theory/check/model_context.h"

namespace unrecur {

/// What was found of the layers, one by one, and of the model.
struct CheckRun {
  std::vector<LayerReport> reports;
  ModelContext context;
};

/// Checks every layer for the inputs that the options say, with a line of progress where there is a terminal.
///
/// A bound is on the model's inputs, which its first layers read; a layer above another reads what that gives. An array
/// goes into the model, too: its first layers read it, and those above the outputs of the ones below. Where layers are
/// chosen by name, those that read no other of the chosen take a bound or an array for their own inputs. Throws
/// UsageError and FileError as inputs_for does, and where an array fits no layer that reads the model's inputs.
CheckRun run_check(const RecurrentModel& model, const std::vector<RecurrentLayer>& layers, const CommandLine& line,
                   const CheckQuestion& question);

}  // namespace unrecur
