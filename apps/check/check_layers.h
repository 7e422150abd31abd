#pragma once

#include <span>
#include <string>

#include "apps/cli/command_line.h"
#include "models/formats/layer_choice.h"
#include "theory/check/checkable.h"

namespace unrecur {

/// Declares --layer, --kind, --convention and --alpha.
void add_layer_options(CommandLine& line);
/// What these options say.
LayerChoice choice_of(const CommandLine& line);
/// The same as a command line has it, " --kind linear"; "..." for values that a shell would have to have quoted.
std::string format_choice(const LayerChoice& choice);

/// "gru (reset after), 16 units, 8 inputs, backward".
std::string format_layer(const RecurrentLayer& layer);
/// What the description leaves open, and the option that says it; empty where nothing is.
std::string format_question(const RecurrentLayer& layer);
/// The same, or what has to be known of the description; empty where there is nothing.
std::string format_remark(const RecurrentLayer& layer);

/// One thread for products and factorisations of the program where the states of all layers are small.
void fit_threads(std::span<const RecurrentLayer> layers);

}  // namespace unrecur
