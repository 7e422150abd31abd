#pragma once

#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// PsychRNN: x' = (1 - a) x + a (W f(x) + W_in u + b), with W = W_rec masked by rec_connectivity. The states r of our
/// elman cell, r' = (1 - a) r + a f(W r + s) with s' = (1 - a) s + a (W_in u + b), give x = W r + s: so the two maps
/// contract together.
///
/// Adds that layer where model.tensors have PsychRNN's names, W_rec and W_in; else nothing. Throws FileError for arrays
/// of other shapes.
void read_psychrnn(RecurrentModel& model);

}  // namespace unrecur
