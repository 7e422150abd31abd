#pragma once

#include <span>

#include "apps/answer/layer_words.h"
#include "apps/cli/command_line.h"
#include "models/formats/layer_choice.h"
#include "theory/check/checkable.h"

namespace unrecur {

/// Declares --layer, --kind, --convention and --alpha.
void add_layer_options(CommandLine& line);
/// What these options say.
LayerChoice choice_of(const CommandLine& line);

/// One thread for products and factorisations of the program where the states of all layers are small.
void fit_threads(std::span<const RecurrentLayer> layers);

}  // namespace unrecur
