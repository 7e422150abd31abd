#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"

namespace unrecur::testing {

/// What is known of a layer: its spectral norms to six decimals and the largest row sums to four, as
/// (spectral, row sum) for each gate in our order.
struct KnownLayer {
  std::string name, cell;
  Index state_size, input_size;
  double stacked;
  std::vector<std::pair<double, double>> gates;
  std::string direction = "forward";
};

/// Compares names, sizes, direction and all norms, to the digits that are printed.
void expect_layer(const RecurrentLayer& layer, const KnownLayer& known);
void expect_layers(const std::vector<RecurrentLayer>& layers, const std::vector<KnownLayer>& known);

/// Every weight and bias of the two is the same number (names and sources may differ).
void expect_same_weights(const RecurrentLayer& a, const RecurrentLayer& b);

}  // namespace unrecur::testing
