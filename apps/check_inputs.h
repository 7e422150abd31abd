#pragma once

#include "apps/command_line.h"
#include "models/sequence_model.h"
#include "theory/input_set.h"

namespace unrecur {

/// Declares --input-bound and --inputs.
void add_input_options(CommandLine& line);

/// The inputs for which a layer of input size m is to be certified: the vocabulary's embeddings where the model has
/// them, else the box of the values in --inputs, else |x_i| <= --input-bound, else every input. `model` may be null.
/// Throws UsageError where options contradict each other or the model, FileError where the array does not fit.
InputSet inputs_for(const CommandLine& line, Index m, const SequenceModel<float>* model);

}  // namespace unrecur
