#pragma once

#include <string>

#include "apps/answer/dialect.h"
#include "models/formats/layer_choice.h"
#include "models/formats/shared/recurrent_layer.h"

namespace unrecur {

/// The choice as a command line has it, " --layer rnn", or a call of Python, `, layer="rnn"`.
std::string format_choice(const LayerChoice& choice, Dialect dialect = Dialect::shell);

/// "gru (reset after), 16 units, 8 inputs, backward".
std::string format_layer(const RecurrentLayer& layer);
/// What the description leaves open, and the option that says it; empty where nothing is.
std::string format_question(const RecurrentLayer& layer, Dialect dialect = Dialect::shell);
/// The same, or what has to be known of the description; empty where there is nothing.
std::string format_remark(const RecurrentLayer& layer, Dialect dialect = Dialect::shell);

}  // namespace unrecur
