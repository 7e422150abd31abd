#pragma once

#include "apps/answer/given_inputs.h"
#include "apps/cli/command_line.h"
#include "models/formats/shared/model_reader.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// Declares --input-bound, --inputs and --embedding.
void add_input_options(CommandLine& line);

/// What these options say. Throws UsageError where they contradict each other, FileError for a file that is no array.
GivenInputs given_inputs(const CommandLine& line);

/// The inputs for which a layer of the model is to be certified, as the options say. Throws as both do.
InputSet inputs_for(const CommandLine& line, const RecurrentModel& model, const RecurrentLayer& layer);

}  // namespace unrecur
