#include "apps/check/check_layers.h"

#include <algorithm>

#include "models/arrays/product.h"

namespace unrecur {

void add_layer_options(CommandLine& line) {
  line.option("layer", "NAME",
              "only this layer, the layers of this module, several (A + B), or (with --kind) this matrix");
  line.option("kind", "KIND", "only layers of this kind: elman, linear, gru or lstm; what a matrix is");
  line.option("convention", "NAME", "what the file leaves open: tanh, relu, sigmoid, reset-before, reset-after, ...");
  line.option("state", "COLUMNS", "of a matrix over inputs and state: which columns are the state, last:N or first:N");
  line.option("alpha", "A", "leak of an elman layer, h' = (1 - A) h + A f(...)");
}

LayerChoice choice_of(const CommandLine& line) {
  return {.layer = line.text("layer"),
          .kind = line.text("kind"),
          .convention = line.text("convention"),
          .state = line.text("state"),
          .alpha = line.number("alpha", 1e-300, 1.0)};
}

void fit_threads(std::span<const RecurrentLayer> layers) {
  const auto is_small = [](const RecurrentLayer& layer) { return layer.state_size < kSmallState; };
  if (std::ranges::all_of(layers, is_small)) set_product_threads(1);
}

}  // namespace unrecur
