#pragma once

#include <string>

#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// Makes the layer one that is not understood: its cell is "unknown", `why` its obstacle, and nothing is left to ask.
/// Sizes, weights and sources stay, as far as they are known.
void set_not_understood(RecurrentLayer& layer, const std::string& why);

/// What counts as an array that may carry a state from step to step.
enum class UnreadSigns {
  names,            ///< its name says so: weight_hh, recurrent_kernel, h2h, …
  names_and_shapes  ///< or its shape: gates n × n beside layers that are understood, anything of a module called lstm
};

/// Adds a layer that is not understood for every group of arrays that no layer of the model is made of, and that may
/// nevertheless carry a state: those of one module are one layer. So a file is only as known as all of its arrays.
/// Arrays in model.accounted, and what optimizers keep beside the weights, carry none. Costs the number of arrays times
/// that of layers.
void add_unread_layers(RecurrentModel& model, UnreadSigns signs = UnreadSigns::names_and_shapes);

}  // namespace unrecur
