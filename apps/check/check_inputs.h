#pragma once

#include "apps/cli/command_line.h"
#include "models/formats/shared/model_reader.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// Throws UsageError where the options contradict each other.
void require_one_input_option(const CommandLine& line);

/// Declares --input-bound, --inputs and --embedding.
void add_input_options(CommandLine& line);

/// The inputs for which a layer of the model is to be certified: the vocabulary's embeddings where the model is one of
/// our own that reads symbols, else the rows of --embedding, the box of the values in --inputs or |x_i| <=
/// --input-bound, else every input. The options speak of the inputs of the layer itself; where the file does not say
/// how these enter, nothing is assumed of them. Throws UsageError where options contradict each other or the model,
/// FileError where an array does not fit.
InputSet inputs_for(const CommandLine& line, const RecurrentModel& model, const RecurrentLayer& layer);

}  // namespace unrecur
